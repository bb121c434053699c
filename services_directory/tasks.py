"""The directory's clocks, called by Celery. Each body is one call, safe to run twice and to overlap."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from services_directory.services import capacity

log = logging.getLogger(__name__)


@shared_task(name="services_directory.end_pauses")
def end_pauses(**_: Any) -> None:
    """Open the services whose pause is over."""
    opened = capacity.end_pauses(at=timezone.now())
    if opened:
        log.info("Opened %d services after their pause", opened)
