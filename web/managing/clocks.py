"""The pages for those who answer for what is late: the figures of clocks, and how the timetable is kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotPermitted
from core.models import RunOutcome
from insights.clocks import DEFINITIONS, ClockFigures, clocks_for
from insights.timetable import TaskState, timetable_for
from web import words

LONGEST = 20
"""How many teams the page of clocks shows; the API has them all."""
COLUMNS = {
    "running": "Running",
    "due_today": "Due today",
    "due_soon": "Next five days",
    "overdue": "Overdue",
    "breached": "Breached",
    "standing_still": "Standing still",
}
TURNS = {"team": "Team", "referrer": "Referrer", "provider": "Provider"}
LATE = {"overdue", "breached"}


@require_safe
def clocks_page(request: HttpRequest) -> HttpResponse:
    """Show what is due, late and waiting: to a lead of their teams, to a manager of all."""
    today = local_day(timezone.now())
    try:
        read = clocks_for(signed_in(request.user), on=today)
    except NotPermitted:
        return render(request, "403.html", status=403)
    teams = list(read.teams[: LONGEST + 1])
    tables = [_table(f"team-{number}", team.name, read.of_team(team)) for number, team in enumerate(teams[:LONGEST])]
    if len(teams) != 1:
        tables.insert(0, _table("all", "All teams", read.total()))
    context = {
        "day": words.day(today),
        "columns": list(COLUMNS.values()),
        "tables": tables,
        "has_more": len(teams) > LONGEST,
        "definitions": [
            (COLUMNS.get(name) or ("First due" if name == "oldest_due_on" else words.in_words(name)), text)
            for name, text in DEFINITIONS.items()
        ],
    }
    return render(request, "web/managing/clocks.jinja", context)


def _table(slug: str, title: str, clocks: list[ClockFigures]) -> dict[str, Any]:
    """Prepare one table. Clocks on which nothing is are named below it and have no row."""
    busy = [clock for clock in clocks if clock.running != 0 or clock.standing_still != 0]
    idle = [words.in_a_sentence(clock.says) for clock in clocks if clock not in busy]
    return {"slug": slug, "title": title, "rows": [_row(clock) for clock in busy], "idle": idle}


def _row(clock: ClockFigures) -> dict[str, Any]:
    return {
        "says": clock.says,
        "turn": TURNS[clock.turn],
        "oldest": words.short_day(clock.oldest_due_on) or ("None" if clock.running == 0 else "Not shown"),
        "counts": [
            {
                "name": title,
                "value": words.count(getattr(clock, name)),
                "is_nought": getattr(clock, name) == 0,
                "is_late": name in LATE and getattr(clock, name) != 0,
            }
            for name, title in COLUMNS.items()
        ],
    }


@require_safe
def runs_page(request: HttpRequest) -> HttpResponse:
    """Show what runs by itself, when it last did, and whether any of it is late: to managers and leads."""
    try:
        found = timetable_for(signed_in(request.user), at=timezone.now())
    except NotPermitted:
        return render(request, "403.html", status=403)
    context = {"tasks": [_task(task) for task in found], "late": sum(task.is_late for task in found)}
    return render(request, "web/managing/runs.jinja", context)


def _task(task: TaskState) -> dict[str, Any]:
    return {
        "says": task.says,
        "name": task.task,
        "runs": task.runs,
        "is_late": task.is_late,
        "expected": words.moment(task.expected_at),
        "done": words.moment(task.done_at) or "Never",
        "did": ", ".join(f"{words.in_words(name)}: {count}" for name, count in task.figures.items()),
        "failed": task.failed_lately,
        "is_running": task.latest is not None and task.latest.outcome == RunOutcome.RUNNING,
        "failure": task.latest.failure if task.latest is not None else "",
    }
