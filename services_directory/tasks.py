"""The directory's clocks, called by Celery. Each body is one call, safe to run twice."""

import datetime as dt

from core.runs import Figures
from core.tasks import periodic_task
from services_directory.services import capacity
from services_directory.services.rounds import check_listings as do_the_round


@periodic_task(name="services_directory.end_pauses")
def end_pauses(at: dt.datetime) -> Figures:
    """Open the services whose pause is over."""
    return {"opened": capacity.end_pauses(at=at)}


# A large directory takes longer than other tasks may. Should Redis deliver it again meanwhile, that does no harm.
@periodic_task(name="services_directory.check_listings", soft_time_limit=900, time_limit=960)
def check_listings(at: dt.datetime) -> Figures:
    """Ask whether listings are still right, and judge how far each can be believed."""
    done = do_the_round(at=at)
    return {
        "judged": done.judged, "stale": done.stale, "asked": done.asked, "requests": done.requests,
        "reminded": done.reminded,
    }  # fmt: skip
