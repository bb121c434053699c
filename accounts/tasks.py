"""Housekeeping of accounts, called by Celery. Each body is one call, safe to run twice and to overlap."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts import services

log = logging.getLogger(__name__)


@shared_task(name="accounts.forget_what_ended")
def forget_what_ended(**_: Any) -> None:
    """Delete the tokens and the sessions that have ended."""
    tokens, sessions = services.forget_what_ended(at=timezone.now())
    if tokens or sessions:
        log.info("Deleted %d tokens and %d sessions that had ended", tokens, sessions)
