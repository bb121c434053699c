"""What somebody has typed so far of a referral of themself: kept on the server, in their session, for two hours.

Nothing of it stands in an address or in the browser. It goes when it is confirmed, or when they say so.
"""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

_KEY = "self_referral"
KEPT = dt.timedelta(hours=2)
"""A borrowed computer does not keep it for long, and there is time to look for a telephone number."""


def draft_of(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed so far, by page; empty if nothing was, or too long ago."""
    kept = request.session.get(_KEY)
    if not kept or dt.datetime.fromisoformat(kept["until"]) < timezone.now():
        return {}
    found: dict[str, Any] = kept["draft"]
    return dict(found)


def keep(request: HttpRequest, draft: dict[str, Any]) -> None:
    """Keep what was typed so far; who is not signed in has a session for as long and no longer."""
    request.session[_KEY] = {"draft": draft, "until": (timezone.now() + KEPT).isoformat()}
    if not request.user.is_authenticated:
        request.session.set_expiry(int(KEPT.total_seconds()))


def forget(request: HttpRequest) -> None:
    """Forget all of it."""
    request.session.pop(_KEY, None)
