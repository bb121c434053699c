"""Read what the rules are judged on: some referrals at a time, each batch as it is at one moment."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from accounts.enums import Role
from accounts.models import Membership
from core.statements import Written, ask, text_of
from insights.integrity.judging import Case
from notifications.models import OutboxMessage
from referrals.announcements import key_of
from referrals.models import Attendance, Consent, OnwardReferral, Referral, ReferralEvent
from referrals.selectors.open_tasks import open_tasks_by_name

BATCH = 500
"""Referrals that are read at once: what is held in memory does not grow with the table."""


def cases() -> Iterator[Case]:
    """Yield every referral with what hangs on it, in the order of their ids; nine queries a batch."""
    last = 0
    is_alone = not connection.in_atomic_block
    while True:
        with transaction.atomic():
            if is_alone:  # one snapshot a batch: a step that is taken meanwhile is seen whole or not at all
                connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found = list(_batch(after=last))
        if not found:
            return
        yield from found
        last = found[-1].referral.pk


class Told(NamedTuple):
    """An event as the rules see it (`referrals.models.facts`): of so many, a model for each took most of an audit."""

    referral_id: int
    onward_referral_id: int | None
    sequence: int
    kind: str
    from_status: str
    to_status: str
    actor_id: UUID | None
    actor_name: str
    occurred_at: dt.datetime
    reason: str
    outcome: str
    note: str
    note_seal: str
    snomed_code: str
    previous_hash: str
    hashed_text: str
    hash: str
    details: dict[str, Any]
    referral: Referral
    onward_referral: OnwardReferral | None
    """None also where it has been put under another referral: then the text is not what was hashed."""


_COLUMNS = Told._fields[:-2]


def _batch(*, after: int) -> Iterator[Case]:
    referrals = _referrals().ask(after=after)
    if not referrals:
        return
    ids = [referral.pk for referral in referrals]
    onward: dict[int, list[OnwardReferral]] = defaultdict(list)
    for offer in _onward_of().ask(ids=ids):
        onward[offer.referral_id].append(offer)
    by_id = {offer.pk: offer for offers in onward.values() for offer in offers}
    events = _events_of(referrals, {(offer.referral_id, offer.pk): offer for offer in by_id.values()})
    consents: dict[int, list[Consent]] = defaultdict(list)
    for consent in _consents_of().ask(ids=ids):
        consents[consent.referral_id].append(consent)
    attended = frozenset(
        Attendance.objects.filter(onward_referral__in=by_id).values_list("onward_referral", flat=True).distinct()
    )
    tasks_of: dict[int, set[UUID]] = defaultdict(set)
    for referral_id, user in open_tasks_by_name().filter(referral__in=ids).values_list("referral", "assigned_to"):
        tasks_of[referral_id].add(user)
    keys = [key_of(event) for told in events.values() for event in told]
    messages = frozenset((key, template) for key, template in ask(_messages_of(), {"keys": keys}))
    working = _who_works_where({referral.owner_team_id for referral in referrals})
    for referral in referrals:
        yield Case(
            referral=referral,
            events=events[referral.pk],
            onward=onward[referral.pk],
            consents=consents[referral.pk],
            attended=attended,
            working=working,
            tasks_of=frozenset(tasks_of[referral.pk]),
            messages=messages,
        )


def _events_of(
    referrals: Sequence[Referral], onward: dict[tuple[int, int | None], OnwardReferral]
) -> dict[int, list[Told]]:
    whole = {referral.pk: referral for referral in referrals}
    events: dict[int, list[Told]] = defaultdict(list)
    for *values, details in ask(_events(), {"ids": list(whole)}):
        of, offer = values[0], values[1]
        events[of].append(Told._make((*values, json.loads(details), whole[of], onward.get((of, offer)))))
    return events


_SOME, _OF_THESE = 0, {0: "ANY (%(ids)s::bigint[])"}


@cache
def _referrals() -> Written[Referral]:
    return Written(Referral.objects.filter(pk__gt=_SOME).order_by("pk")[:BATCH], {_SOME: "%(after)s::bigint"})


@cache
def _events() -> str:
    rows = ReferralEvent.objects.filter(referral=_SOME).order_by("referral", "sequence")
    return text_of(rows.values_list(*_COLUMNS), _OF_THESE)


@cache
def _onward_of() -> Written[OnwardReferral]:
    rows = OnwardReferral.objects.filter(referral=_SOME).select_related("provider_team").order_by("pk")
    return Written(rows, _OF_THESE)


@cache
def _consents_of() -> Written[Consent]:
    return Written(Consent.objects.filter(referral=_SOME).order_by("pk"), _OF_THESE)


@cache
def _messages_of() -> str:
    rows = OutboxMessage.objects.filter(event_key="").values_list("event_key", "template")
    return text_of(rows, {"": "ANY (%(keys)s::text[])"})


def _who_works_where(teams: set[UUID]) -> frozenset[tuple[UUID, UUID]]:
    roles = (Role.LINK_WORKER, Role.LEAD)
    rows = Membership.objects.filter(team__in=teams, role__in=roles, user__is_active=True, team__is_active=True)
    return frozenset(rows.values_list("user_id", "team_id"))
