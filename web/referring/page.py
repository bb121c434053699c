"""A referral as whoever made it reads it: whose turn it is, the question to answer, what came of it, messages back."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from core.clocks import local_day
from referrals import policies, selectors
from referrals.models import Referral, ReferralEvent
from referrals.selectors.turns import turn_of
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from web import words
from web.account import typed
from web.actions import Action, actions_of
from web.forms import FormPage
from web.record.facts import Fact
from web.record.page import Offer, offer
from web.record.person import facts_about, more_facts_about, reasons
from web.record.standing import is_overdue, standing_of_referral, status_line
from web.record.timeline import Happening, timeline
from web.referring.forms import AnswerForm
from web.referring.messages_back import Filed, messages_of
from web.referring.own import get_own_referral
from web.referring.sentences import sentence
from web.states import Tag, tag_of

DONE_ELSEWHERE = frozenset({"provide_information", "submit", "defer"})
"""A question is answered where it stands; a draft is sent from its own page, which asks whom it may be about."""
MOST_NOTES = 20
"""How many notes are shown; a team shares one or two."""
EDITS = frozenset({"edit", "edit_discharge"})
"""What is changed before the team begins: as near at hand as a step."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the team wants to know, and since when."""

    words: str
    asked_by: str
    asked: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """What the team wrote for the referrer to read, too."""

    text: str
    written: str


@dataclass(frozen=True, kw_only=True)
class ReferralPage:
    """The whole page."""

    reference: str
    person: str
    tag: Tag
    is_overdue: bool
    is_ended: bool
    sentence: str
    question: Question | None
    actions: list[Action]
    """The steps, as buttons."""
    beside: list[Action]
    """What may be recorded beside them, and what is grave, as links."""
    standing: list[Fact]
    about: list[Fact]
    why: list[Fact]
    offers: list[Offer]
    messages: list[Filed]
    notes: list[Note]
    timeline: list[Happening]
    telephone: str
    can_print: bool


def referral_page(request: HttpRequest, user: User, referral: Referral) -> HttpResponse:
    """Show a referral (a whole one, `selectors.get_whole_referral`) to its referrer."""
    page = page_of(user, referral, today=local_day(timezone.now()))
    waiting = typed.take(request, to=reverse("web:answer", args=[referral.reference])) if page.question else None
    form = AnswerForm(waiting, initial={"version": referral.version}) if page.question else None
    return render(request, "web/referring/referral.jinja", {"page": page, "form": form, "problem": None})


def page_of(user: User, referral: Referral, *, today: dt.date) -> ReferralPage:
    """Return what the page shows, in words."""
    actor, events = Actor(user), selectors.timeline_of(referral)
    turn = turn_of(referral, on=today, reads_all=policies.reads_whole_turn(actor, referral), timeline=events)
    actions = actions_of(actor, referral, on=today)
    is_asked = any(action.name == "provide_information" for action in actions)
    shown = [action for action in actions if action.address and action.name not in DONE_ELSEWHERE]
    buttons = [action for action in shown if (action.is_step and not action.is_grave) or action.name in EDITS]
    return ReferralPage(
        reference=referral.reference,
        person=words.full_name(referral),
        tag=tag_of("referral", referral.status, said=status_line(referral, events)),
        is_overdue=is_overdue(referral, today),
        is_ended=referral.ended_at is not None,
        sentence=sentence(referral, turn),
        question=question_of(events) if is_asked else None,
        actions=sorted(buttons, key=lambda action: action.name == "withdraw"),
        beside=[action for action in shown if action not in buttons],
        standing=standing_of_referral(actor, referral),
        about=facts_about(referral) + more_facts_about(referral),
        why=reasons(referral, today),
        offers=[offer(onward, events) for onward in referral.onward_referrals.all()],
        messages=messages_of(user, referral),
        notes=notes_of(user, referral),
        timeline=timeline(actor, referral, events, today),
        telephone=referral.owner_team.telephone,
        can_print=referral.sent_at is not None,
    )


def notes_of(user: User, referral: Referral) -> list[Note]:
    """Return the notes that the team shared with the referrer, the newest first."""
    return [
        Note(text=note.text, written=f"{note.author}, {words.day_of(note.recorded_at)}")
        for note in selectors.casework.newest_notes_of(user, referral)[:MOST_NOTES]
    ]


def question_of(events: list[ReferralEvent]) -> Question | None:
    """Return what the team asked last."""
    asked = next((event for event in reversed(events) if event.kind == "request_information"), None)
    if asked is None:
        return None
    return Question(words=asked.note, asked_by=asked.actor_name, asked=words.day_of(asked.occurred_at))


class AnswerPage(FormPage):
    """Answer the team's question, on the page of the referral. Who was second reads who was first."""

    form_class = AnswerForm
    template_name = "web/referring/referral.jinja"
    referral: Referral

    def prepare(self) -> None:
        self.referral = get_own_referral(self.user, self.kwargs["reference"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("web:record", self.referral.reference)

    def context(self, form: Any) -> dict[str, Any]:
        now = get_own_referral(self.user, self.referral.reference)  # somebody may have been first
        page = page_of(self.user, now, today=local_day(timezone.now()))
        return {"page": page, "unsent": "" if page.question else form["note"].value()}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        take_referral_step(
            referral=self.referral, step="provide_information", actor=self.actor, at=timezone.now(),
            details=StepDetails(note=said["note"]), expected_version=said["version"],
        )  # fmt: skip
        messages.success(self.request, f"Your answer is with {self.referral.owner_team.name}.")
        return redirect("web:record", self.referral.reference)
