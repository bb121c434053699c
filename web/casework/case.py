"""A case, as the team that supports the person sees it: the banner, the next step, and all that is known."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.actors import Actor
from accounts.models import User
from referrals import policies, selectors
from referrals.models import Referral
from referrals.selectors.turns import turn_of
from web import words
from web.casework import sections
from web.casework.banner import Banner, banner_of
from web.casework.next_step import Choices, choices_of
from web.casework.plans import Plan, plan_of
from web.record.facts import Fact
from web.record.person import decisions, more_facts_about
from web.record.standing import messages_back, standing_of_referral, status_line
from web.record.timeline import Happening, timeline
from web.states import Tag, tag_of
from web.worklists import clock_of

NEWEST = 8
"""How many happenings are shown at once; the earlier ones open."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """The whole page."""

    reference: str
    banner: Banner
    tag: Tag
    clock: Tag | None
    turn: str
    tries: str
    choices: Choices
    is_ended: bool
    reason: str
    to_do: list[sections.ToDo]
    plan: Plan | None
    contacts: list[sections.Entry]
    notes: list[sections.Entry]
    signposts: list[sections.Entry]
    services: list[sections.AtService]
    measures_due: list[sections.Measured]
    measured: list[sections.Measured]
    standing: list[Fact]
    person: list[Fact]
    consents: list[Fact]
    messages_back: list[Fact]
    newest: list[Happening]
    earlier: list[Happening]
    may_see_who_looked: bool


def show(request: HttpRequest, user: User, referral: Referral, *, today: dt.date) -> HttpResponse:
    """Show a whole referral (`get_whole_referral`) to somebody of the team that owns it."""
    return render(request, "web/casework/case.jinja", {"case": case_of(user, referral, today=today)})


def case_of(user: User, referral: Referral, *, today: dt.date) -> Case:
    """Return the page of a case. The number of queries does not grow with what the case holds."""
    actor = Actor(user)
    events = selectors.timeline_of(referral)
    offers = list(referral.onward_referrals.all())
    turn = turn_of(referral, on=today, reads_all=policies.reads_whole_turn(actor, referral), timeline=events)
    happenings = timeline(actor, referral, events, today)[::-1]
    return Case(
        reference=referral.reference,
        banner=banner_of(referral, today=today),
        tag=tag_of("referral", referral.status, said=status_line(referral, events)),
        clock=clock_of(turn.due_on, today),
        turn=words.whose_turn(turn),
        tries=_tries(referral),
        choices=choices_of(actor, referral, offers, turn, today=today),
        is_ended=referral.ended_at is not None,
        reason=referral.reason,
        to_do=sections.to_do(user, referral, today=today),
        plan=plan_of(user, referral),
        contacts=sections.contacts(user, referral),
        notes=sections.notes(user, referral),
        signposts=sections.signposts(user, referral),
        services=sections.at_services(offers, events, today=today),
        measures_due=sections.measures_due(referral, today=today),
        measured=sections.measured(referral),
        standing=standing_of_referral(actor, referral),
        person=more_facts_about(referral),
        consents=decisions(referral, today),
        messages_back=messages_back(referral),
        newest=happenings[:NEWEST],
        earlier=happenings[NEWEST:],
        may_see_who_looked=policies.may_see_who_looked(actor, referral),
    )  # fmt: skip


def _tries(referral: Referral) -> str:
    """Write how reaching the person goes, where that is the question."""
    if referral.failed_tries:
        days = "1 day" if referral.failed_tries == 1 else f"{referral.failed_tries} days"
        return f"Tried on {days} and not reached."
    return f"Last spoken with on {words.day_of(referral.reached_at)}." if referral.reached_at else ""
