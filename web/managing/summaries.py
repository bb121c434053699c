"""The pages of summaries: all that a person may read, and one (S-…)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.selectors import signed_in
from insights.models import Summary, SummaryKind
from insights.reading import DEFINITIONS, get_summary, summaries_visible_to
from web import words
from web.paging import page_of

LONGEST = 26
"""How many a page names: half a year of weeks."""
HEADINGS = {
    "total": "Altogether",
    "source": "By source",
    "neighbourhood": "By neighbourhood",
    "programme": "By programme",
}
IN_A_SHARE = {"attendance", "uptake", "adherence", "completion"}


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Name the summaries of the person's teams, the latest first."""
    rows = summaries_visible_to(signed_in(request.user))
    page = page_of(request, rows, ordering=("-ends_on", "-id"), size=LONGEST)
    context = {"summaries": [_title(row) for row in page.rows], "page": page}
    return render(request, "web/managing/summaries.jinja", context)


def get_page(user: User, reference: str) -> dict[str, Any]:
    """Return what the page of one summary shows.

    :raises NotVisible: if there is none, or none that the user may read.
    """
    row = get_summary(user, reference)
    is_of_one_team = row.kind != SummaryKind.COMMISSIONER_MONTH
    sections: dict[str, list[dict[str, Any]]] = {}
    for group in row.figures:
        figures = [
            (words.in_words(name), _shown(name, value, is_exact=is_of_one_team))
            for name, value in group["figures"].items()
        ]
        sections.setdefault(group["by"], []).append({"name": group["name"], "figures": figures})
    return _title(row) | {
        "made": words.moment(row.made_at),
        "readings_of": row.starts_on.isoformat() if row.kind == SummaryKind.LEAD_WEEK else "",
        "sections": [{"by": by, "title": HEADINGS[by], "groups": groups} for by, groups in sections.items()],
        "definitions": [(words.in_words(name), text) for name, text in DEFINITIONS[SummaryKind(row.kind)].items()],
    }


def _title(row: Summary) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "team": row.team.name,
        "kind": row.get_kind_display(),
        "since": words.short_day(row.starts_on),
        "until": words.short_day(row.ends_on),
    }


def _shown(name: str, value: float | None, *, is_exact: bool) -> str:
    if value is None:
        return "Not known" if is_exact else "Not shown"
    return f"{value:.0%}" if name in IN_A_SHARE else f"{value:g}"
