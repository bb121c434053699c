"""Housekeeping of accounts, called by Celery. Each body is one call, safe to run twice."""

import datetime as dt

from accounts import services
from core.runs import Figures
from core.tasks import periodic_task


@periodic_task(name="accounts.forget_what_ended")
def forget_what_ended(at: dt.datetime) -> Figures:
    """Delete the tokens and the sessions that have ended."""
    tokens, sessions = services.forget_what_ended(at=at)
    return {"tokens": tokens, "sessions": sessions}
