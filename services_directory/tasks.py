"""The directory's clocks, called by Celery. Each body is one call, safe to run twice and to overlap."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from services_directory.services import capacity
from services_directory.services.rounds import check_listings as do_the_round

log = logging.getLogger(__name__)


@shared_task(name="services_directory.end_pauses")
def end_pauses(**_: Any) -> None:
    """Open the services whose pause is over."""
    opened = capacity.end_pauses(at=timezone.now())
    if opened:
        log.info("Opened %d services after their pause", opened)


@shared_task(name="services_directory.check_listings")
def check_listings(**_: Any) -> None:
    """Ask whether listings are still right, and judge how far each can be believed."""
    done = do_the_round(at=timezone.now())
    log.info(
        "Judged %d listings (%d stale); asked about %d in %d emails, %d reminders",
        done.judged, done.stale, done.asked, done.requests, done.reminded,
    )  # fmt: skip
