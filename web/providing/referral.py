"""One person who was sent to a provider: what the purpose needs, whose turn it is, and what may be done."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotVisible
from referrals import policies, selectors
from referrals.enums import AttendanceResult, OnwardStatus, ReviewResult
from referrals.models import Attendance, OnwardReferral
from referrals.pathway.onward import BEGINS
from referrals.selectors.delivery import review_points, suggested_step
from referrals.selectors.measures import DueMeasure, due_measures
from referrals.selectors.programmes import get_received
from referrals.selectors.turns import turn_of
from web import words
from web.actions import Action
from web.providing.clock import Clock, clock_of
from web.providing.screening import asked_of, still_to_ask
from web.record.facts import Fact, fact, known, link
from web.record.person import facts_about, handover
from web.record.standing import status_line
from web.record.timeline import Happening, timeline
from web.states import Tag, tag_of
from web.steps import StepPage

BESIDE_THE_STEPS = {
    "record_measure": "web:providing-measures",
    "record_review": "web:providing-review",
    "record_follow_up": "web:providing-follow-up",
    "answer_screening": "web:providing-screening",
}
"""The pages of what may be done beside the steps."""
LIKELIEST = (
    "accept", "waitlist", "decline", "send_pack", "start", "record_missed_assessment", "book_assessment",
    "record_attendance", "record_follow_up", "record_measure", "record_review", "resume", "complete", "leave_early",
    "answer_screening", "pause", "record_not_started", "request_information",
)  # fmt: skip
"""What a provider does most, first: the first button is the green one."""
MOST_ATTENDANCES = 12


@dataclass(frozen=True, kw_only=True)
class ReferralPage:
    """The whole page. `person` is None where the provider may not see who it is."""

    reference: str
    title: str
    tag: Tag
    status: str
    clock: Clock
    advice: str
    actions: list[Action]
    person: list[Fact] | None
    needed: list[Fact]
    standing: list[Fact]
    delivery: list[Fact]
    is_ended: bool
    timeline: list[Happening]


@require_safe
def referral_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show it."""
    user = signed_in(request.user)
    try:
        onward = get_received(user, reference.upper())
    except NotVisible as unseen:
        raise Http404 from unseen
    return show(request, user, onward, today=local_day(timezone.now()))


def show(request: HttpRequest, user: User, onward: OnwardReferral, *, today: dt.date) -> HttpResponse:
    """Answer with the page of one onward referral."""
    return render(request, "web/providing/referral.jinja", {"page": page_of(user, onward, today=today)})


def page_of(user: User, onward: OnwardReferral, *, today: dt.date) -> ReferralPage:
    """Return the page of one onward referral, for a provider of its team."""
    actor = Actor(user)
    events = list(selectors.timeline_of_onward(onward))
    is_seen = policies.sees_person(actor, onward, on=today)
    actions = actions_of(actor, onward, on=today)
    asked = asked_of(actor, onward, on=today)
    turn = turn_of(onward, on=today, reads_all=policies.reads_whole_turn(actor, onward), timeline=events)
    return ReferralPage(
        reference=onward.reference,
        title=words.full_name(onward.referral) if is_seen else "Not shown to you",
        tag=tag_of("onward", onward.status),
        status=status_line(onward, events),
        clock=clock_of(turn, today=today),
        advice=" ".join(filter(None, (_advice(onward), still_to_ask(asked) if _has_not_begun(onward) else ""))),
        actions=[each for each in actions if asked or each.name != "answer_screening"],
        person=facts_about(onward.referral) if is_seen else None,
        needed=handover(actor, onward, today) if is_seen else [],
        standing=known(
            fact("Programme", onward.service.name),
            fact("First assessment", words.moment(onward.assessment_at)),
            fact("Who to speak with", words.holder(onward.referral)),
            link("Sent instead of", onward.rerouted_from, is_open=False),
            fact("Sent", words.moment(onward.sent_at)),
            fact("Ended", words.moment(onward.ended_at)),
        ),
        delivery=_delivery(onward, today=today) if is_seen and onward.status in OnwardStatus.TOOK_PART else [],
        is_ended=onward.ended_at is not None,
        timeline=timeline(actor, onward, events, today),
    )


def actions_of(actor: Actor, onward: OnwardReferral, *, on: dt.date) -> list[Action]:
    """Return what the provider may do, the likeliest first, with the pages of this door."""
    found = [
        Action(name=name, label=words.action(onward, name), address=_address(onward, name), is_step=is_step)
        for name in policies.available_actions(actor, onward, on=on)
        for is_step in [name in policies.ONWARD_STEPS]
        if not is_step or actor.roles_in([onward.provider_team_id]) & policies.ONWARD_STEPS[name].rules.by
    ]
    return sorted(found, key=lambda each: LIKELIEST.index(each.name) if each.name in LIKELIEST else len(LIKELIEST))


def _address(onward: OnwardReferral, name: str) -> str:
    if name in policies.ONWARD_STEPS:
        return reverse("web:providing-step", args=[onward.reference, name.replace("_", "-")])
    if name == "record_attendance":
        return f"{reverse('web:providing-sessions')}?{urlencode({'service': onward.service_id})}"
    page = BESIDE_THE_STEPS.get(name)
    return reverse(page, args=[onward.reference]) if page else ""


def _advice(onward: OnwardReferral) -> str:
    """Say what the number of missed assessments suggests. Nobody has to follow it."""
    if suggested_step(onward) != "record_not_started":
        return ""
    return (
        "They have missed as many first assessments as the team allows. Book another, or say that they never started."
    )


def _has_not_begun(onward: OnwardReferral) -> bool:
    return onward.status in OnwardStatus.OPEN and onward.status not in OnwardStatus.TOOK_PART


def _delivery(onward: OnwardReferral, *, today: dt.date) -> list[Fact]:
    """How far the person is: sessions, reviews, measures."""
    entries = list(selectors.attendances_of(onward))
    came = [entry for entry in entries if entry.result in AttendanceResult.CAME]
    return known(
        fact("Sessions", f"Came to {len(came)} of {len(entries)}" if entries else ""),
        fact("The last of them", *(_attendance(entry) for entry in entries[-MOST_ATTENDANCES:][::-1])),
        fact("Reviews", *(_review(point) for point in review_points(onward, today=today))),
        fact("Measures still to take", *(due_in_words(due) for due in due_measures(onward, today=today))),
    )


def _attendance(entry: Attendance) -> str:
    return f"{words.day(entry.session_on)}: {words.in_a_sentence(entry.get_result_display())}"


def _review(point: Any) -> str:
    when = f"At {point.weeks} weeks"
    if point.review is None:
        return f"{when}: due {words.day(point.due_on)}{', overdue' if point.is_overdue else ''}"
    label = words.in_a_sentence(words.label_of(ReviewResult, point.review.result))
    return f"{when}: {label}, {words.day(point.review.reviewed_on)}"


def due_in_words(due: DueMeasure) -> str:
    """Write one measure that is to be taken."""
    when = "At the start" if due.point == 0 else f"At {due.point} weeks"
    late = ", overdue" if due.is_overdue else ""
    unusable = "" if due.is_usable else " (needs a licence that is not recorded)"
    return f"{when}: {due.name}, {words.day(due.due_on)}{late}{unusable}"


class ProviderStep(StepPage):
    """A step, taken by the provider: as everywhere, and back to the provider's own page."""

    template_name = "web/providing/step.jinja"

    def prepare(self) -> None:
        get_received(self.user, self.kwargs["reference"].upper())
        super().prepare()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._back_here(super().get(request, *args, **kwargs))

    def act(self, said: dict[str, Any]) -> HttpResponse:
        return self._back_here(super().act(said))

    def context(self, form: Any) -> dict[str, Any]:
        onward = self.subject
        context = super().context(form) | {"lead": LEADS.get(self.step.name, "")}
        if policies.is_onward(onward) and self.step.name in BEGINS:
            # Without their answers it may be refused (docs/adr/0026): better said before than after.
            context["to_ask"] = still_to_ask(asked_of(self.actor, onward, on=local_day(timezone.now())))
        if policies.is_onward(onward) and self.step.name in {"complete", "leave_early"}:
            due = due_measures(onward, today=local_day(timezone.now()))
            context["measures"] = reverse("web:providing-measures", args=[onward.reference])
            context["due"] = [
                (due_in_words(each), measure_address(onward, each.measure, each.point))
                for each in due
                if each.is_usable
            ]
        return context

    def _back_here(self, response: HttpResponse) -> HttpResponse:
        if response.status_code != 302:
            return response
        return redirect("web:providing-referral", self.subject.reference)


LEADS = {
    "accept": "Next you book a first assessment with them. The link worker is told.",
    "waitlist": "They join the end of your waiting list, and the link worker is told. If you know when you look at the "
    "list again, say so.",
    "decline": "The link worker looks for something else. Nothing that you write goes to the person.",
    "request_information": "Your clock stands still until the link worker has answered.",
    "book_assessment": "Agree the time with the person first. They are reminded before.",
    "start": "They came, and begin to take part.",
    "complete": "The link worker is told how it ended.",
    "leave_early": "The link worker is told why, and looks at what might help.",
    "pause": "Their place is kept.",
}
"""What follows from a step, said before it is taken."""


def measure_address(onward: OnwardReferral, measure: str, point: int | None) -> str:
    """Return the page on which a measure is taken, at a point or between them."""
    address = reverse("web:providing-measure", args=[onward.reference, measure])
    return address if point is None else f"{address}?point={point}"
