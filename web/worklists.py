"""What waits for a person, by their roles: the lists of the home page, each short and the most urgent first."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from referrals import policies, selectors
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.models import OnwardReferral, Referral
from web import words

LONGEST = 10
"""How many rows a list of the home page shows."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One referral or onward referral in a list."""

    reference: str
    person: str
    service: str = ""
    status: str
    holder: str = ""
    due: str
    is_overdue: bool


@dataclass(frozen=True, kw_only=True)
class Worklist:
    """One list, with what is said when nothing is in it."""

    slug: str
    title: str
    nothing: str
    rows: list[Row]
    has_more: bool
    names_service: bool = False


def sees_figures(user: User) -> bool:
    """Whether the figures are this person's daily bread."""
    return Role.MANAGER in user.roles()


def keeps_the_directory(user: User) -> bool:
    """Whether this person looks after the directory, or after those who do."""
    return bool({Role.DIRECTORY_EDITOR, Role.MANAGER} & user.roles())


def worklists_of(user: User, *, today: dt.date) -> list[Worklist]:
    """Return the lists that a person's roles give them."""
    lists: list[Worklist] = []
    referrals = selectors.referrals_visible_to(user)
    if made := user.team_ids(Role.REFERRER):
        lists += _of_a_referrer(referrals.filter(referring_team__in=made), today=today)
    if worked := user.team_ids(Role.LINK_WORKER, Role.LEAD):
        lists += _of_a_link_worker(referrals.filter(owner_team__in=worked), today=today)
    if provided := user.team_ids(Role.PROVIDER):
        offers = selectors.onward_referrals_visible_to(user).filter(provider_team__in=provided)
        lists += _of_a_provider(user, offers, today=today)
    return lists


def _of_a_referrer(made: Any, *, today: dt.date) -> list[Worklist]:
    questions = made.filter(status=ReferralStatus.INFORMATION_REQUESTED).order_by("next_action_on", "id")
    return [
        _list_of_referrals("questions", "Questions for you", "Nobody waits for an answer.", questions, today),
        _list_of_referrals("made", "Your team's referrals", "Your team has made no referral yet.", made, today),
    ]


def _of_a_link_worker(owned: Any, *, today: dt.date) -> list[Worklist]:
    due = owned.overdue(on=today + dt.timedelta(days=1)).order_by("next_action_on", "id")
    new = owned.filter(status=ReferralStatus.SUBMITTED).order_by("next_action_on", "id")
    return [
        _list_of_referrals("due", "Due today or overdue", "Nothing is due today.", due, today),
        _list_of_referrals("triage", "New to triage", "Nothing waits for triage.", new, today),
    ]


def _of_a_provider(user: User, offers: Any, *, today: dt.date) -> list[Worklist]:
    soonest = offers.order_by("next_action_on", "id")
    agreed = (OnwardStatus.WAITLISTED, OnwardStatus.ACCEPTED, OnwardStatus.ASSESSMENT_BOOKED)
    lists = (
        ("answer", "Waiting for your answer", "No referral waits for your answer.", (OnwardStatus.SENT,)),
        ("agreed", "Accepted or on the waiting list", "Nobody is about to start.", agreed),
        ("part", "Taking part", "Nobody takes part at the moment.", (OnwardStatus.STARTED, OnwardStatus.PAUSED)),
    )
    return [
        _worklist(
            slug, title, nothing,
            [_row_of_onward(user, onward, today) for onward in soonest.filter(status__in=statuses)[: LONGEST + 1]],
            names_service=True,
        )
        for slug, title, nothing, statuses in lists
    ]  # fmt: skip


def _list_of_referrals(slug: str, title: str, nothing: str, referrals: Any, today: dt.date) -> Worklist:
    shown: Iterable[Referral] = referrals[: LONGEST + 1]
    return _worklist(slug, title, nothing, [_row_of_referral(referral, today) for referral in shown])


def _worklist(slug: str, title: str, nothing: str, rows: list[Row], *, names_service: bool = False) -> Worklist:
    return Worklist(
        slug=slug, title=title, nothing=nothing, rows=rows[:LONGEST], has_more=len(rows) > LONGEST,
        names_service=names_service,
    )  # fmt: skip


def _row_of_referral(referral: Referral, today: dt.date) -> Row:
    return Row(
        reference=referral.reference,
        person=words.name_in_a_list(referral),
        status=words.label_of(ReferralStatus, referral.status),
        holder=words.holder(referral),
        due=words.short_day(referral.next_action_on),
        is_overdue=referral.next_action_on is not None and referral.next_action_on < today,
    )


def _row_of_onward(user: User, onward: OnwardReferral, today: dt.date) -> Row:
    is_seen = policies.sees_person(Actor(user), onward, on=today)
    return Row(
        reference=onward.reference,
        person=words.name_in_a_list(onward.referral) if is_seen else "Not shown to you",
        service=onward.service.name,
        status=words.label_of(OnwardStatus, onward.status),
        due=words.short_day(onward.next_action_on),
        is_overdue=onward.next_action_on is not None and onward.next_action_on < today,
    )
