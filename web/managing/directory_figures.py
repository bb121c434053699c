"""The page of the directory's keeper: figures, and the first of the listings behind each."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.models import User
from accounts.selectors import signed_in
from core.errors import NotPermitted
from insights import gaps
from services_directory import policies
from services_directory.models import Service
from services_directory.selectors import figures
from services_directory.spreadsheets.sheets import written
from web import words

LONGEST = 10
"""How many listings of each figure the page shows."""
TITLES = {
    "listings": "Listings",
    "due": "Due for a check",
    "nobody_to_ask": "Due, with nobody to ask",
    "stale": "Stale",
    "unanswered": "Asked, and no answer",
    "changed": "Reported as changed",
    "closed": "Reported as closed",
    "readers": "Readers say that something is wrong",
    "bounced": "Inbox does not take our messages",
}
GAP_TITLES = {
    "asked": "Asked for",
    "nothing_near": "Nothing near",
    "comes_to_people": "Something comes to people",
    "small_numbers": "Small numbers",
}
LISTS = ("closed", "changed", "readers", "bounced", "unanswered", "stale", "due")
"""The figures whose listings are shown, the most urgent first."""


@dataclass(frozen=True, kw_only=True)
class ListingRow:
    """One listing that somebody should look at."""

    id: UUID
    name: str
    organization: str
    label: str
    asked_of: str
    report: str
    note: str


@dataclass(frozen=True, kw_only=True)
class ListingList:
    """The first listings of one figure."""

    name: str
    title: str
    rows: list[ListingRow]
    has_more: bool


@require_safe
def figures_page(request: HttpRequest) -> HttpResponse:
    """Show how well the directory is kept, to its editors and to managers."""
    user, now = signed_in(request.user), timezone.now()
    try:
        counted = figures.directory_figures(user, at=now)
    except NotPermitted:
        return render(request, "403.html", status=403)
    last = figures.last_round(user)
    found_gaps = list(gaps.gaps(user)[: LONGEST + 1])
    context = {
        "figures": [(TITLES[each.name], each) for each in counted],
        "lists": [_listing_list(user, name, at=now) for name in LISTS],
        "feeds": [_feed(feed) for feed in figures.feeds_by_age(user)],
        "round": last and {"when": words.moment(last.at), "asked": last.asked, "requests": last.requests,
                           "reminded": last.reminded, "judged": last.judged},
        "gaps": [_gap(gaps.presented(gap)) for gap in found_gaps[:LONGEST]],
        "is_editor": policies.is_editor(Actor(user)),
        "has_more_gaps": len(found_gaps) > LONGEST,
        "definitions": [(GAP_TITLES[name], text) for name, text in gaps.DEFINITIONS.items()],
    }  # fmt: skip
    return render(request, "web/managing/directory_figures.jinja", context)


@require_safe
def gaps_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Give every gap as a file for a spreadsheet, its definitions below."""
    try:
        found = gaps.gaps(signed_in(request.user))
    except NotPermitted:
        return render(request, "403.html", status=403)
    rows = [list(_gap(gaps.presented(gap)).values()) for gap in found]
    said = [[f"{GAP_TITLES[name]}: {text}"] for name, text in gaps.DEFINITIONS.items()]
    return StreamingHttpResponse(
        written(["Need", "Neighbourhood", *list(GAP_TITLES.values())[:3]], [*rows, [""], *said]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="gaps.csv"'},
    )


def _listing_list(user: User, figure: str, *, at: dt.datetime) -> ListingList:
    rows = list(figures.listings_to_look_at(user, figure, at=at)[: LONGEST + 1])
    return ListingList(
        name=figure,
        title=TITLES[figure],
        rows=[_row(row, figure=figure) for row in rows[:LONGEST]],
        has_more=len(rows) > LONGEST,
    )


def _row(service: Service, *, figure: str) -> ListingRow:
    report, is_said = "", bool(service.reported) or figure == "readers"
    if is_said:
        report = f"{service.report_reference}, {words.day_of(service.report_at)}"  # type: ignore[attr-defined]
    return ListingRow(
        id=service.pk,
        name=service.name,
        organization=service.organization.name,
        label=service.trust_label or "Not judged yet",
        asked_of=service.receiving_team.name if service.receiving_team else service.feed.name if service.feed else "",
        report=report,
        note=(service.report_note or "") if is_said else "",  # type: ignore[attr-defined]
    )


def _feed(feed: Any) -> dict[str, object]:
    return {
        "name": feed.name,
        "read": words.day_of(feed.last_imported_at) or "Never",
        "listings": feed.listings,
        "stale": feed.stale,
    }


def _gap(gap: dict[str, Any]) -> dict[str, str]:
    return {
        "need": gap["need"].name,
        "neighbourhood": gap["neighbourhood"] or "Outside our neighbourhoods",
        "asked": words.count(gap["asked"]),
        "nothing_near": words.count(gap["nothing_near"]),
        "comes_to_people": "Yes" if gap["comes_to_people"] else "No",
    }
