"""The pathway's clocks, called by Celery. Each body is one call, safe to run twice and to overlap."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from referrals.services import onward, retention

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
