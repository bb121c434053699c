"""The nightly count, called by Celery."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from insights import services

log = logging.getLogger(__name__)


@shared_task(name="insights.count_uptake")
def count_uptake(**_: Any) -> None:
    """Count uptake afresh. Safe to run twice and to overlap."""
    log.info("Counted uptake: %d rows", services.count_uptake(at=timezone.now()))
