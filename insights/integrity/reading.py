"""Read what the rules are judged on: some referrals at a time, each batch as it is at one moment."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from django.db import connection, transaction

from accounts.enums import Role
from accounts.models import Membership
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


def _batch(*, after: int) -> Iterator[Case]:
    referrals = list(Referral.objects.filter(pk__gt=after).order_by("pk")[:BATCH])
    ids = [referral.pk for referral in referrals]
    onward: dict[int, list[OnwardReferral]] = defaultdict(list)
    for offer in OnwardReferral.objects.filter(referral__in=ids).select_related("provider_team").order_by("pk"):
        onward[offer.referral_id].append(offer)
    by_id = {offer.pk: offer for offers in onward.values() for offer in offers}
    whole = {referral.pk: referral for referral in referrals}
    events: dict[int, list[ReferralEvent]] = defaultdict(list)
    for event in ReferralEvent.objects.filter(referral__in=ids).order_by("referral", "sequence"):
        event.referral = whole[event.referral_id]
        if event.onward_referral_id in by_id:
            event.onward_referral = by_id[event.onward_referral_id]
        events[event.referral_id].append(event)
    consents: dict[int, list[Consent]] = defaultdict(list)
    for consent in Consent.objects.filter(referral__in=ids).order_by("pk"):
        consents[consent.referral_id].append(consent)
    attended = frozenset(
        Attendance.objects.filter(onward_referral__in=by_id).values_list("onward_referral", flat=True).distinct()
    )
    tasks_of: dict[int, set[UUID]] = defaultdict(set)
    for referral_id, user in open_tasks_by_name().filter(referral__in=ids).values_list("referral", "assigned_to"):
        tasks_of[referral_id].add(user)
    keys = [key_of(event) for told in events.values() for event in told]
    messages = frozenset(OutboxMessage.objects.filter(event_key__in=keys).values_list("event_key", "template"))
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


def _who_works_where(teams: set[UUID]) -> frozenset[tuple[UUID, UUID]]:
    roles = (Role.LINK_WORKER, Role.LEAD)
    rows = Membership.objects.filter(team__in=teams, role__in=roles, user__is_active=True, team__is_active=True)
    return frozenset(rows.values_list("user_id", "team_id"))
