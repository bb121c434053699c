"""The pathway's clocks, called by Celery. Each body is one call, safe to run twice and to overlap."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from referrals.services import consent_clocks, discharge, onward, retention, self_referrals

log = logging.getLogger(__name__)


@shared_task(name="referrals.expire_unanswered")
def expire_unanswered(**_: Any) -> None:
    """Expire onward referrals which no provider has answered in time."""
    expired = onward.expire_unanswered(at=timezone.now())
    if expired:
        log.info("Expired %d unanswered onward referrals", expired)


@shared_task(name="referrals.propose_forgetting")
def propose_forgetting(**_: Any) -> None:
    """Propose to forget referrals whose time is over; a lead decides."""
    proposed = retention.propose_forgetting(at=timezone.now())
    if proposed:
        log.info("Proposed to forget %d referrals", proposed)


@shared_task(name="referrals.run_consent_clocks")
def run_consent_clocks(**_: Any) -> None:
    """Tell of consents that end soon, and of those that have ended."""
    told = consent_clocks.run_consent_clocks(at=timezone.now())
    if told:
        log.info("Told of %d consents that end", told)


@shared_task(name="referrals.chase_discharges")
def chase_discharges(**_: Any) -> None:
    """Ask about each discharge whose planned day has passed without a word."""
    asked = discharge.chase_discharges(at=timezone.now())
    if asked:
        log.info("Asked about %d discharges", asked)


@shared_task(name="referrals.forget_self_referrals")
def forget_self_referrals(**_: Any) -> None:
    """Delete what was written at the public door more than a day ago."""
    forgotten = self_referrals.forget_self_referrals(at=timezone.now())
    if forgotten:
        log.info("Deleted %d rows of the public door", forgotten)
