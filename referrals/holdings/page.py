"""Everything held on one person as a page that can be read, printed and saved by itself."""

import datetime as dt
import re
from typing import Any

from django.template.loader import render_to_string

from core.clocks import LONDON


def file_as_page(content: dict[str, Any]) -> str:
    """Return the file (`services.subject_access`) in HTML: a yes or a no for a flag, and what is nested as one line."""
    sections = [{"title": each["title"], "rows": [_line(row) for row in each["rows"]]} for each in content["sections"]]
    file = content | {"made_at": _said(content["made_at"]), "person": _line(content["person"]), "sections": sections}
    return render_to_string("referrals/subject_access.html", {"file": file})


_ABBREVIATIONS = re.compile(r"\b(nhs|gp|snomed)\b")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$")


def _line(row: dict[str, Any]) -> dict[str, str]:
    named = {_ABBREVIATIONS.sub(lambda found: found[0].upper(), name): value for name, value in row.items()}
    return {name[:1].upper() + name[1:]: _said(value) for name, value in named.items()}


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')}: {_said(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, str) and _DAY.match(value):
        return f"{dt.date.fromisoformat(value):%-d %B %Y}"
    if isinstance(value, str) and _MOMENT.match(value):
        return f"{dt.datetime.fromisoformat(value).astimezone(LONDON):%-d %B %Y, %H:%M}"
    return "" if value is None else str(value)
