"""The feeds that the directory is made of."""

import datetime as dt

from services_directory.models import Feed


def last_imported_at(feed_name: str) -> dt.datetime | None:
    """Return when the feed of this name was last read; None if never."""
    return Feed.objects.filter(name=feed_name).values_list("last_imported_at", flat=True).first()
