"""Values as REST framework's fields write them, for answers that are put together by hand (docs/adr/0050)."""

import datetime as dt
from functools import lru_cache

from core.clocks import LONDON


def as_json(day: dt.date | None) -> str | None:
    """Return a day as `DateField` writes it, a moment as `DateTimeField` does: by the clocks of England."""
    if day is None:
        return None
    return _moment(day) if isinstance(day, dt.datetime) else day.isoformat()


@lru_cache(maxsize=4096)  # lists are read over and over
def _moment(moment: dt.datetime) -> str:
    written = moment.astimezone(LONDON).isoformat()
    return f"{written[:-6]}Z" if written.endswith("+00:00") else written
