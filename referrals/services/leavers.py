"""Somebody leaves a team: their open work goes to another in one call, and only then do they go.

The database says the same (migrations 0020, 0025): no open referral and no open task is left with somebody who does
not work there.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet

from accounts import services as accounts
from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team, User
from accounts.teams import TAKE_WORK_ON, roles_to_give
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from referrals.enums import EventKind, ReferralStatus
from referrals.models import CaseTask, Referral
from referrals.selectors.open_tasks import open_tasks_by_name
from referrals.services.events import record_event


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """What somebody has in hand in one team: open referrals, and tasks by hand that are theirs by name.

    What hangs on a referral (signposts, clearances that are waited for, the plan's review) is its owner's by itself.
    """

    referrals: int
    tasks: int


@transaction.atomic(durable=True)
def hand_over(*, team: Team, leaver: User, to: User, actor: Actor, at: dt.datetime) -> OpenWork:
    """Give all open work that somebody has in a team to another; return how much. Said twice, the second finds none.

    Each referral's timeline says so; whoever receives the work finds it on their list of what is due.

    :raises NotPermitted: if the actor does not lead the team.
    :raises NotVisible: if the leaver has nothing to do with the team.
    :raises Invalid: if the work would go back to the leaver, or to somebody who is no link worker or lead there.
    """
    _check_lead(actor, team)
    referrals, tasks = _open_referrals(team, leaver), _open_tasks(team, leaver)
    if not leaver.memberships.filter(team=team).exists() and not (referrals.exists() or tasks.exists()):
        raise NotVisible("Nobody with this id works in the team.")
    if to.pk == leaver.pk or not to.is_active or not to.roles_in([team.pk]) & set(TAKE_WORK_ON):
        raise Invalid({"to": ["Choose another link worker or lead of the team."]})
    # Referrals are locked in the order of their ids, as everywhere; tasks go with the lock of their referral.
    named = tasks.values_list("referral_id", flat=True)
    locked = Referral.objects.select_for_update().filter(pk__in={*referrals.values_list("pk", flat=True), *named})
    given = OpenWork(referrals=0, tasks=0)
    for referral in locked.order_by("id"):
        moved = _open_tasks(team, leaver).filter(referral=referral).update(assigned_to=to)
        is_owned = referral.owner_id == leaver.pk and referral.status in ReferralStatus.SENT
        if is_owned:
            referral.owner = to
        if is_owned or moved:
            record_event(
                referral=referral, kind=EventKind.ALLOCATED if is_owned else EventKind.TASKS_HANDED_OVER,
                actor=actor, at=at, details={"owner": str(to.pk), "name": to.full_name, "tasks": moved},
            )  # fmt: skip
        given = OpenWork(referrals=given.referrals + is_owned, tasks=given.tasks + moved)
    return given


@transaction.atomic(durable=True)
def leave_team(*, team: Team, leaver: User, actor: Actor) -> bool:
    """End every role that somebody has in a team; return whether that closed their account, since they have no other.

    :raises NotPermitted: if the actor does not lead the team, or would end their own roles.
    :raises NotVisible: if the leaver has no role in it.
    :raises Conflict: if they have open work in it (`open_work`, with how much).
    """
    _check_lead(actor, team)
    if actor.user is not None and actor.user.pk == leaver.pk:
        raise NotPermitted("Another lead does this for you: a team must not lose its lead by a slip.")
    leaver = User.objects.select_for_update().get(pk=leaver.pk)
    if not leaver.memberships.filter(team=team).exists():
        raise NotVisible("Nobody with this id works in the team.")
    _check_no_work(team, leaver)
    is_closed = accounts.end_roles(user=leaver, team=team)
    _check_nothing_is_left()
    return is_closed


@transaction.atomic(durable=True)
def end_role(*, team: Team, member: User, role: str, actor: Actor) -> None:
    """End one role of somebody who has others in the team, and keeps them.

    :raises NotPermitted: if the actor does not lead the team, or would end a role of their own.
    :raises NotVisible: if they have no such role in it, or it is none that a lead gives.
    :raises Conflict: if it is their only one (`only_role`: then they leave), or open work needs it (`open_work`).
    """
    _check_lead(actor, team)
    if actor.user is not None and actor.user.pk == member.pk:
        raise NotPermitted("Another lead does this for you: a team must not lose its lead by a slip.")
    member = User.objects.select_for_update().get(pk=member.pk)
    roles = member.roles_in([team.pk])
    if role not in roles or role not in roles_to_give(team):
        raise NotVisible("They are not that in the team.")
    kept = roles - {role}
    if not kept:
        raise Conflict("They are nothing else here. If they go, let them leave the team.", code="only_role")
    if not kept & set(TAKE_WORK_ON):
        _check_no_work(team, member)
    accounts.end_roles(user=member, team=team, role=Role(role))
    _check_nothing_is_left()


def open_work_of(team: Team, user: User) -> OpenWork:
    """Return how much open work somebody has in a team."""
    return OpenWork(referrals=_open_referrals(team, user).count(), tasks=_open_tasks(team, user).count())


def open_work_in(team: Team) -> dict[UUID, OpenWork]:
    """Return how much open work each person has in a team; who has none is not there. Two queries."""
    owned = Referral.objects.filter(owner_team=team, owner__isnull=False, status__in=ReferralStatus.SENT)
    referrals = dict(owned.order_by("owner").values_list("owner").annotate(count=Count("pk")))
    named = open_tasks_by_name().filter(referral__owner_team=team, assigned_to__isnull=False)
    tasks = dict(named.order_by("assigned_to").values_list("assigned_to").annotate(count=Count("pk")))
    return {user: OpenWork(referrals=referrals.get(user, 0), tasks=tasks.get(user, 0)) for user in {*referrals, *tasks}}


def _open_referrals(team: Team, user: User) -> QuerySet[Referral]:
    return Referral.objects.filter(owner=user, owner_team=team, status__in=ReferralStatus.SENT)


def _open_tasks(team: Team, user: User) -> QuerySet[CaseTask]:
    return open_tasks_by_name().filter(assigned_to=user, referral__owner_team=team)


def _check_lead(actor: Actor, team: Team) -> None:
    if Role.LEAD not in actor.roles_in([team.pk]):
        raise NotPermitted("A lead of the team gives its work to others.")


def _check_no_work(team: Team, user: User) -> None:
    work = open_work_of(team, user)
    if work.referrals or work.tasks:
        raise Conflict(
            f"{work.referrals} open referrals and {work.tasks} tasks are theirs: hand them over first.",
            code="open_work", referrals=work.referrals, tasks=work.tasks,
        )  # fmt: skip


def _check_nothing_is_left() -> None:
    """See work that somebody gave them meanwhile here, and not only when the transaction ends."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SET CONSTRAINTS account_leaves_no_open_referral, membership_leaves_no_open_referral IMMEDIATE"
            )
    except IntegrityError as given_meanwhile:
        raise Conflict("Somebody has just given them work: hand it over first.", code="open_work") from given_meanwhile
