"""The hourly reminding of people, asked every two seconds: by beat, of the worker, as the timetable asks.

It is the service's own work with another moment given: at night as at the last minute of the evening before, for people
are reminded between eight and eight only, and a fault run may be at night.
"""

import datetime as dt

from config.celery import WORTH_DELIVERING, Every, app
from core.clocks import LONDON
from core.runs import Figures
from core.tasks import periodic_task
from referrals.services import reminders

app.conf.beat_schedule["remind people, often"] = {
    "task": "faults.remind",
    "schedule": Every(2.0),
    "options": {"queue": "periodic", "expires": WORTH_DELIVERING},
}


@periodic_task(name="faults.remind")
def remind(at: dt.datetime) -> Figures:
    """Remind people of a first assessment."""
    return reminders.remind(at=by_day(at))


def by_day(at: dt.datetime) -> dt.datetime:
    """Return the latest moment until then at which people may be told."""
    local = at.astimezone(LONDON)
    if local.hour >= 20:
        return local.replace(hour=19, minute=59)
    return local if local.hour >= 8 else local.replace(hour=19, minute=59) - dt.timedelta(days=1)
