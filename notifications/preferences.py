"""Who chooses what: how, and when at the earliest, a message goes to whom. Reads and pure rules; nothing is written."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.db import connection

from accounts.models import Team, User
from core.clocks import LONDON
from core.statements import ask
from notifications.catalogue import group_of, is_essential
from notifications.enums import Channel, HowTold
from notifications.models import Preference
from notifications.quiet import FOR_PEOPLE, QuietHours, not_before

DIGEST_TIME = dt.time(7, 30)
"""When the one email of the day goes out, by the clock in England: before a surgery opens and a list is made."""


class Addressed(Protocol):
    """What has to be known of a message to find its course."""

    @property
    def recipient(self) -> str: ...
    @property
    def template(self) -> str: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def already_delivered_at(self) -> dt.datetime | None: ...


@dataclass(frozen=True, kw_only=True)
class Course:
    """How one message goes, and when. `held_until` is None where it waits for nothing."""

    channel: Channel
    available_at: dt.datetime
    held_until: dt.datetime | None = None
    in_digest: bool = False


def quiet_hours_of(preference: Preference) -> QuietHours | None:
    """Return the quiet hours that somebody chose, if any."""
    if preference.quiet_from is None or preference.quiet_until is None:
        return None
    return QuietHours(
        begins=preference.quiet_from, ends=preference.quiet_until, on_days_off=preference.quiet_on_days_off
    )


def next_digest(at: dt.datetime) -> dt.datetime:
    """Return when the next email of the day goes out after `at`."""
    local = at.astimezone(LONDON)
    day = local.date() if local.time() < DIGEST_TIME else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, DIGEST_TIME, tzinfo=LONDON).astimezone(dt.UTC)


def course_of(template: str, *, at: dt.datetime, preferences: Iterable[Preference]) -> Course:
    """Return how an email goes that is owed at `at` to somebody with these preferences; without any, at once.

    Several have a say where teams share an address: the one who would be told the soonest decides. An essential
    message is never put into a digest and never left to the inbox; it waits for the end of quiet hours like any other.
    """
    group = group_of(template)
    courses = [_course(template, at=at, preference=each) for each in preferences if group is not None]
    plain = Course(channel=Channel.EMAIL, available_at=at)
    return min(courses, key=lambda course: (course.channel == Channel.IN_APP, course.available_at), default=plain)


def courses_of(messages: Sequence[Addressed]) -> list[Course]:
    """Return how each of several messages goes, in their order: one query, whoever they go to.

    What goes by another channel than email, and what is only retold, goes as it was said; but what goes to the person
    who is referred waits for the morning (`not_at_night`).
    """
    asked = {message.recipient.strip() for message in messages if _is_to_choose(message)}
    chosen = preferences_at(asked)
    return [
        course_of(message.template, at=message.at, preferences=chosen.get(message.recipient.strip(), ()))
        if _is_to_choose(message)
        else _as_said(message)
        for message in messages
    ]


def not_at_night(template: str, *, channel: str, at: dt.datetime) -> dt.datetime:
    """Return from when a message may go that could go at `at`: to the person who is referred no text and no email at
    night (`quiet.FOR_PEOPLE`), but those for which they wait. Of others `at` itself: quiet hours are their choice.
    """
    is_to_the_person = group_of(template) is None and not is_essential(template)
    return not_before(at, FOR_PEOPLE) if is_to_the_person and channel in {Channel.EMAIL, Channel.SMS} else at


def preferences_at(addresses: Collection[str]) -> dict[str, list[Preference]]:
    """Return by address what those chose whose address it is.

    A user's own choice comes before that of a team with the same address. A team's counts only as long as somebody
    works in it: else nobody would look into its inbox.
    """
    if not addresses:
        return {}
    columns = [field.attname for field in Preference._meta.concrete_fields]
    found: dict[str, list[Preference]] = defaultdict(list)
    for address, *values in ask(_chosen_at(), {"addresses": sorted(addresses)}):
        found[address].append(Preference.from_db(connection.alias, columns, values))
    return {address: [each for each in chosen if each.user_id] or chosen for address, chosen in found.items()}


@cache
def _chosen_at() -> str:
    columns = ", ".join(f"preference.{field.column}" for field in Preference._meta.concrete_fields)
    return f"""
        SELECT wanted.address, {columns}
        FROM unnest(%(addresses)s::text[]) AS wanted (address)
        JOIN accounts_user AS person ON lower(person.email) = lower(wanted.address) AND person.is_active
        JOIN notifications_preference AS preference ON preference.user_id = person.id
        UNION ALL
        SELECT wanted.address, {columns}
        FROM unnest(%(addresses)s::text[]) AS wanted (address)
        JOIN accounts_team AS team ON team.inbox_email = wanted.address AND team.is_active
        JOIN notifications_preference AS preference ON preference.team_id = team.id
        WHERE EXISTS (
            SELECT FROM accounts_membership AS membership
            JOIN accounts_user AS person ON person.id = membership.user_id AND person.is_active
            WHERE membership.team_id = team.id
        )
    """  # noqa: S608 - names of our model


def preference_of(chooser: User | Team) -> Preference:
    """Return what a user or a team chose; where they have not, what holds without a choice, unsaved."""
    owner = {"user": chooser} if isinstance(chooser, User) else {"team": chooser}
    return Preference.objects.filter(**owner).first() or Preference(**owner)


def _is_to_choose(message: Addressed) -> bool:
    return (
        message.channel == Channel.EMAIL
        and message.already_delivered_at is None
        and group_of(message.template) is not None
    )


def _as_said(message: Addressed) -> Course:
    goes = message.at
    if message.already_delivered_at is None:
        goes = not_at_night(message.template, channel=message.channel, at=message.at)
    return Course(channel=message.channel, available_at=goes, held_until=goes if goes > message.at else None)


def _course(template: str, *, at: dt.datetime, preference: Preference) -> Course:
    group = group_of(template)
    how = HowTold.AT_ONCE if group is None or is_essential(template) else HowTold(getattr(preference, group.value))
    if how == HowTold.IN_APP:
        return Course(channel=Channel.IN_APP, available_at=at)
    in_digest = how == HowTold.DAILY
    goes = not_before(next_digest(at) if in_digest else at, quiet_hours_of(preference))
    return Course(channel=Channel.EMAIL, available_at=goes, held_until=goes if goes > at else None, in_digest=in_digest)
