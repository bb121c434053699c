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


class PartialDateField(forms.CharField):
    """A day, or only its month or year, as it is remembered. Cleaned: as it is kept ("2026-08"), or empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "For example, 14 8 2026, or August 2026, or 2026")
        kwargs.setdefault("widget", look(forms.TextInput(), width="10"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return partial_date_of(text) if text else ""


def partial_date_of(text: str) -> str:
    """Return a day, a month or a year that somebody typed, as it is kept: "2026-08-14", "2026-08", "2026".

    :raises forms.ValidationError: if it is none.
    """
    *before, year = re.split(r"[\s/.,-]+", text.strip())
    try:
        numbers = [_MONTHS.index(part[:3].lower()) + 1 if part.isalpha() else int(part) for part in before]
        if not re.fullmatch(r"[12]\d{3}", year) or len(numbers) > 2:
            raise ValueError("no year, or more than a day")
        day = dt.date(int(year), numbers[-1] if numbers else 1, numbers[0] if len(numbers) == 2 else 1)
    except ValueError:
        raise forms.ValidationError("Enter a date, like 14 8 2026, or August 2026, or 2026.") from None
    return day.isoformat()[: (4, 7, 10)[len(numbers)]]


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


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
