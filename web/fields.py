"""Fields that people type as they say them."""

import datetime as dt
import re
from typing import Any

from django import forms

from web.forms import look

TIME = re.compile(r"^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?$", re.IGNORECASE)


class TimeField(forms.CharField):
    """A time of day: "2pm", "2:30pm", "14:30", "14.30". Cleaned: a `datetime.time`, or None.

    A bare "2" is refused, for it may be two at night.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "For example, 2:30pm or 14:30")
        kwargs.setdefault("widget", look(forms.TextInput(), width="5"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return time_of(text) if text else None


def time_of(text: str) -> dt.time:
    """Return the time of day that somebody typed.

    :raises forms.ValidationError: if it is none, or may be two.
    """
    found = TIME.match(text.strip())
    if found is None or (found[2] is None and found[3] is None):
        raise forms.ValidationError("Enter a time, like 2:30pm.")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise forms.ValidationError("Enter a time, like 2:30pm.")
    try:
        return dt.time(hour % 12 + (12 if half == "pm" else 0) if half else hour, minute)
    except ValueError:
        raise forms.ValidationError("Enter a time, like 2:30pm.") from None
