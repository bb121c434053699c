"""The nightly counts, called by Celery."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from insights import gaps, responsiveness, services

log = logging.getLogger(__name__)


@shared_task(name="insights.count_uptake")
def count_uptake(**_: Any) -> None:
    """Count uptake afresh. Safe to run twice and to overlap."""
    log.info("Counted uptake: %d rows", services.count_uptake(at=timezone.now()))


@shared_task(name="insights.count_responsiveness")
def count_responsiveness(**_: Any) -> None:
    """Count how the referrals to each service were answered. Safe to run twice and to overlap."""
    log.info("Counted replies: %d services", responsiveness.count_responsiveness(at=timezone.now()))


@shared_task(name="insights.count_gaps")
def count_gaps(**_: Any) -> None:
    """Count needs with nothing near afresh. Safe to run twice and to overlap."""
    log.info("Counted gaps: %d rows", gaps.count_gaps(at=timezone.now()))
