"""Writes about the inbox and about who chooses what: one use case each."""

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team, User
from core.errors import Invalid, NotPermitted, NotVisible, Stale
from notifications.enums import HowTold
from notifications.inbox import SHOWN_FOR, inbox_of, message_in_inbox, unread
from notifications.models import Preference, Reading

LONGEST_QUIET = dt.timedelta(hours=16)
"""How much of a day may be quiet: a third of it is left in which somebody can be told."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """All that a user or a team chooses. The hours are by the clock in England."""

    new_work: HowTold = HowTold.AT_ONCE
    questions: HowTold = HowTold.AT_ONCE
    news: HowTold = HowTold.AT_ONCE
    reminders: HowTold = HowTold.AT_ONCE
    directory: HowTold = HowTold.AT_ONCE
    quiet_from: dt.time | None = None
    quiet_until: dt.time | None = None
    quiet_on_days_off: bool = False


@transaction.atomic(durable=True)
def mark_read(*, message_id: UUID, user: User, at: dt.datetime) -> None:
    """Record that a user has read a message of their inbox; a second time changes nothing.

    :raises NotVisible: if it is not there.
    """
    message = message_in_inbox(user, message_id, at=at)
    Reading.objects.bulk_create([Reading(user=user, message=message, at=at)], ignore_conflicts=True)


@transaction.atomic(durable=True)
def mark_all_read(*, user: User, until: dt.datetime, at: dt.datetime) -> int:
    """Record that a user has read all that was in their inbox and happened at `until` or before; return how many.

    Each is marked by itself: what is written later, of something that happened before, is still unread.
    """
    waiting = unread(inbox_of(user, at=at)).filter(occurred_at__lte=until)
    made = [Reading(user=user, message_id=message_id, at=at) for message_id in waiting.values_list("pk", flat=True)]
    Reading.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
    return len(made)


@transaction.atomic(durable=True)
def forget_readings(*, at: dt.datetime) -> int:
    """Delete what says who has read messages that no inbox shows any more; return how many."""
    count, _ = Reading.objects.filter(message__occurred_at__lte=at - SHOWN_FOR).delete()
    return count


@transaction.atomic(durable=True)
def choose_for_oneself(
    *, choices: Choices, user: User, at: dt.datetime, expected_version: int | None = None
) -> Preference:
    """Set how a user wants to be told, from now on: what is owed already goes as it was going to.

    :raises Invalid: if the choices do not go together.
    :raises Stale: if they have been changed since `expected_version`.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return _choose(
        Preference.objects.filter(user=user).first() or Preference(user=user),
        choices, by=user, at=at, expected_version=expected_version,
    )  # fmt: skip


@transaction.atomic(durable=True)
def choose_for_team(
    *, choices: Choices, team: Team, actor: Actor, at: dt.datetime, expected_version: int | None = None
) -> Preference:
    """Set how a team wants to be told at its inbox address, from now on.

    :raises NotVisible: if the actor has no role in the team.
    :raises NotPermitted: if they have one, but do not lead it.
    :raises Invalid: if the choices do not go together; new work comes by email, for a mailbox is where a team looks.
    :raises Stale: if they have been changed since `expected_version`.
    """
    check_may_see_choices(team, actor)
    if actor.user is None or not may_choose_for(team, actor):
        raise NotPermitted("The lead of the team chooses how it is told; where it has none, whoever works in it.")
    if choices.new_work == HowTold.IN_APP:
        raise Invalid({"new_work": ["New work always comes to a team by email: at once, or once a day."]})
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    return _choose(
        Preference.objects.filter(team=team).first() or Preference(team=team),
        choices, by=actor.user, at=at, expected_version=expected_version,
    )  # fmt: skip


def check_may_see_choices(team: Team, actor: Actor) -> None:
    """Check that somebody has a role in a team.

    :raises NotVisible: if they have none.
    """
    if not actor.roles_in([team.pk]):
        raise NotVisible("There is no such team among yours.")


def may_choose_for(team: Team, actor: Actor) -> bool:
    """Whether somebody may choose for a team: its lead. A practice and a provider may have none; then its members."""
    roles = actor.roles_in([team.pk])
    has_lead = team.memberships.filter(role=Role.LEAD, user__is_active=True).exists()
    return Role.LEAD in roles or (bool(roles) and not has_lead)


def _choose(
    row: Preference, choices: Choices, *, by: User, at: dt.datetime, expected_version: int | None
) -> Preference:
    _check_hours(choices)
    if expected_version is not None and expected_version != row.version:
        raise Stale("These choices have been changed since you read them. Read them again.")
    for name, value in asdict(choices).items():
        setattr(row, name, value)
    row.changed_at, row.changed_by = at, by
    row.version += 1
    row.save()
    return row


def _check_hours(choices: Choices) -> None:
    begins, ends = choices.quiet_from, choices.quiet_until
    if begins is None and ends is None:
        if choices.quiet_on_days_off:
            raise Invalid({"quiet_from": ["Say from when to when it is quiet on other days, too."]})
        return
    if begins is None or ends is None:
        missing = "quiet_from" if begins is None else "quiet_until"
        raise Invalid({missing: ["Say both, or neither."]})
    if begins == ends:
        raise Invalid({"quiet_until": ["It is the same as quiet_from: that could mean never, or always."]})
    day = dt.date(2000, 1, 1)
    length = (dt.datetime.combine(day, ends) - dt.datetime.combine(day, begins)) % dt.timedelta(days=1)
    if length > LONGEST_QUIET:
        raise Invalid({"quiet_until": ["Leave at least eight hours of the day in which you can be told."]})
