"""The week's unusual readings of the records of a team's people, for its lead to look through."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotPermitted
from insights.periods import ended_weeks
from insights.readings import MANY, unusual_readings
from referrals.enums import AccessReason, Unusual
from web import words
from web.managing.who_looked import UNUSUAL


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Name them, week by week."""
    today = local_day(timezone.now())
    try:
        found = unusual_readings(signed_in(request.user), today=today, starts_on=_day(request.GET.get("week", "")))
    except NotPermitted:
        return render(request, "403.html", status=403)
    context = {
        "week_to": words.day(found.week.ends_on),
        "asked": [_asked(row) for row in found.lists["asked_why"]],
        "many": [_on_a_day(row) for row in found.lists["many_in_a_day"]],
        "at_night": [_on_a_day(row) for row in found.lists["out_of_hours"]],
        "many_from": MANY,
        "weeks": [
            {"address": f"?week={week.starts_on.isoformat()}", "name": words.day(week.ends_on)}
            for week in reversed(ended_weeks(today, count=8))
            if week != found.week
        ],
    }
    return render(request, "web/managing/unusual_readings.jinja", context)


def _day(said: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        return None


def _asked(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "who": row["full_name"],
        "job": row["job_title"],
        "reference": row["reference"],
        "when": words.moment(row["at"]),
        "times": row["times"],
        "unusual": UNUSUAL[Unusual(row["unusual"])],
        "reason": AccessReason(row["reason"]).label if row["reason"] else "",
        "words": row["words"],
    }


def _on_a_day(row: dict[str, Any]) -> dict[str, Any]:
    return {"who": row["full_name"], "job": row["job_title"], "day": words.day(row["day"]), "people": row["people"]}
