"""The work of a link-worker team: what is in its hands, whose it is, and for whom it waits."""

from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from core.statements import Written, constants
from referrals.enums import OnwardStatus, ReferralStatus, TurnOf
from referrals.models import DueTask, OnwardReferral, Referral, ReferralNeed, Risk
from referrals.selectors.casework import due_tasks_visible_to
from referrals.selectors.visible import in_hands_of_teams_of, onward_rows_visible_to
from referrals.turns import NOT_THE_TEAMS

_TEAM = (Role.LINK_WORKER, Role.LEAD)
_AT_THE_DOOR = ("triage", "answer_received")
"""Kinds of what is due that `new_to_triage` lists."""


def works_cases(user: User) -> bool:
    """Whether a user works in a team that supports people."""
    return bool(user.team_ids(*_TEAM))


def colleagues_of(user: User) -> list[User]:
    """Return who shares a link-worker team with a user, the user too, by name: whose cases they may cover.

    Also those who have left: their cases are still to be worked.
    """
    return _colleagues().ask(teams=user.team_ids(*_TEAM))


@cache
def _colleagues() -> Written[User]:
    team = UUID(int=1)
    rows = User.objects.filter(memberships__team=team, memberships__role__in=_TEAM)
    stand_ins = {team: "ANY (%(teams)s::uuid[])"} | constants(_TEAM)
    return Written(rows.order_by("full_name", "id").distinct(), stand_ins)


def caseload_visible_to(user: User, *, of: User | None = None) -> QuerySet[Referral]:
    """Return the open referrals that a user's teams have in their hands; `of`: those that one person has taken on."""
    rows = in_hands_of_teams_of(user).filter(status__in=ReferralStatus.SENT)
    return rows if of is None else rows.filter(owner=of)


def new_to_triage(user: User) -> QuerySet[Referral]:
    """Return what was sent to a user's teams and is to be decided on, the first due first."""
    rows = caseload_visible_to(user).filter(status=ReferralStatus.SUBMITTED)
    return rows.order_by("next_action_on", "id")


def due_for(user: User, *, of: User | None = None) -> QuerySet[DueTask]:
    """Return what is the team's own to do, beside triage, the most urgent first; `of`: one person's, and nobody's."""
    rows = due_tasks_visible_to(user).exclude(kind__in=(*_AT_THE_DOOR, *NOT_THE_TEAMS))
    return rows if of is None else rows.filter(Q(assigned_to=of) | Q(assigned_to=None))


def waits_for_referrers(user: User, *, of: User | None = None) -> QuerySet[Referral]:
    """Return what waits for whoever referred: for an answer or for a discharge. The first due first.

    What nobody has taken on yet is everybody's.
    """
    rows = caseload_visible_to(user).filter(status__in=WAITS_FOR_REFERRER)
    rows = rows if of is None else rows.filter(Q(owner=of) | Q(owner=None))
    return rows.order_by("next_action_on", "id")


WAITS_FOR_REFERRER = (ReferralStatus.INFORMATION_REQUESTED, ReferralStatus.DEFERRED)
WAITS_FOR_PROVIDER = (OnwardStatus.SENT, OnwardStatus.ACCEPTED, OnwardStatus.ASSESSMENT_BOOKED)
"""Sent to a service, and not begun there. Who is on its waiting list is for the team to look at again."""


def waits_for_providers(user: User, *, of: User | None = None) -> QuerySet[OnwardReferral]:
    """Return what a user's teams have sent to services and has not begun there, the first due first, each with whose it
    is and for which service. What waits with a referral on hold is not waited for.
    """
    rows = (
        onward_rows_visible_to(user)
        .filter(referral__owner_team__in=user.team_ids(*_TEAM), status__in=WAITS_FOR_PROVIDER)
        .exclude(referral__status=ReferralStatus.ON_HOLD)
        .select_related("referral__owner", "referral__owner_team__policy", "service", "follow_up_clock")
    )
    rows = rows if of is None else rows.filter(referral__owner=of)
    return rows.order_by("next_action_on", "id")


def reviews_at_services(user: User, *, of: User | None = None) -> QuerySet[DueTask]:
    """Return the reviews, and the questions months after, that services are to hold with a team's people, the first
    due first: of those whom one person has taken on, and of those who are nobody's, or of all.
    """
    kinds = [kind for kind, whose in NOT_THE_TEAMS.items() if whose == TurnOf.PROVIDER]
    rows = due_tasks_visible_to(user).filter(kind__in=kinds)
    return rows if of is None else rows.filter(Q(assigned_to=of) | Q(assigned_to=None))


def that_wait(rows: QuerySet[Referral], *, referrers: bool, providers: bool) -> QuerySet[Referral]:
    """Return those of a caseload that wait for whoever referred, for a service, or for either.

    It is looked up for the rows that are shown: as a set of ids, all that a team ever had would be read first.
    """
    condition = Q(pk__in=[])
    if referrers:
        condition |= Q(status__in=WAITS_FOR_REFERRER)
    if providers:
        sent = OnwardReferral.objects.filter(referral=OuterRef("pk"), status__in=WAITS_FOR_PROVIDER)
        condition |= ~Q(status=ReferralStatus.ON_HOLD) & Q(Exists(sent))
    return rows.filter(condition)


def with_needs_and_risks(rows: QuerySet[Referral]) -> QuerySet[Any]:
    """Return the rows, each with what it is about at a glance: two queries more for them all."""
    return rows.prefetch_related(
        Prefetch("needs", ReferralNeed.objects.select_related("term").order_by("id")),
        Prefetch("risks", Risk.objects.filter(ended_on=None).order_by("id")),
    )
