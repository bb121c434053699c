"""The clock of consents that end. What is over counts no more, whether or not the clock has run: this only tells."""

import datetime as dt
import logging

from django.db import transaction

from accounts.actors import SYSTEM
from core.clocks import local_day
from core.errors import OF_ONE_ROW
from referrals import consents
from referrals.announcements import announce_about_consent, announce_that_consent_ends
from referrals.enums import EventKind, ReferralStatus
from referrals.models import Consent, ConsentClock, Referral
from referrals.services.consent import concerned, in_the_chain, is_about_sharing
from referrals.services.events import record_event
from referrals.services.follow_up_clocks import plan_follow_ups_of
from referrals.services.steps import make_it_their_turn

log = logging.getLogger(__name__)


def run_consent_clocks(*, at: dt.datetime, limit: int = 500) -> int:
    """Tell whoever must know of consents that end soon or have ended; return how many. One transaction each.

    Safe to run twice and to overlap: each is looked at again under the referral's lock.
    """
    today = local_day(at)
    due = ConsentClock.objects.filter(due_on__lte=today).order_by("due_on", "consent_id")
    told = 0
    for consent_id, referral_id in due.values_list("consent_id", "consent__referral_id")[:limit]:
        try:
            told += _tell(consent_id, referral_id, at=at)
        except OF_ONE_ROW:
            # One row that cannot be must not stop the clock for all behind it.
            log.exception("the clock of consent %s could not be read", consent_id)
    return told


@transaction.atomic(durable=True)
def _tell(consent_id: int, referral_id: int, *, at: dt.datetime) -> bool:
    """Tell of one consent what is due today, once. Returns whether anything was."""
    today = local_day(at)
    referral = Referral.objects.select_for_update().get(pk=referral_id)
    clock = ConsentClock.objects.select_for_update(of=("self",)).get(pk=consent_id)
    if clock.due_on is None or clock.due_on > today:
        return False  # another worker was first
    rows = {row.pk: row for row in referral.consents.select_related("to_service__receiving_team").order_by("id")}
    consent = rows[consent_id]
    last_day = consent.expires_on
    counts = consents.stands(consent, among=rows.values(), on=today)
    is_over = consents.has_run_out(consent, on=today)
    clock.due_on = last_day + dt.timedelta(days=1) if counts and not is_over and last_day is not None else None
    clock.save(update_fields=["due_on"])
    if not counts:
        return False  # renewed or taken back in the meantime
    if is_over:
        _end(referral, consent, at=at)
    elif referral.status in ReferralStatus.SENT:
        announce_that_consent_ends(referral, consent, at=at)
    return True


def _end(referral: Referral, consent: Consent, *, at: dt.datetime) -> None:
    """Write down that a consent is over. Of an ended referral nobody is told: there is nobody who would ask again."""
    is_in_hand = referral.status in ReferralStatus.SENT
    if is_in_hand and is_about_sharing(consent):
        make_it_their_turn(referral, on=local_day(at))
    event = record_event(
        referral=referral, kind=EventKind.CONSENT_EXPIRED, actor=SYSTEM, at=at, details=in_the_chain(consent)
    )
    plan_follow_ups_of(referral, on=local_day(at))
    if is_in_hand:
        taking_part = referral.onward_referrals.open().select_related("provider_team").order_by("id")
        announce_about_consent(
            event, template="consent_expired", actor=SYSTEM,
            holders=concerned(consent, event, on=local_day(at), among=taking_part),
        )  # fmt: skip
