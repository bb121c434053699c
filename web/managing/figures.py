"""The pages of figures: how far referrals come, waits, uptake, answers, outcomes, equity; each with its CSV."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import Conflict, NotPermitted
from insights import journeys, uptake_tables, waits
from insights.clocks import clocks_for
from insights.dimensions import DIMENSIONS, EQUITY
from insights.figures import PERIODS, Table, period_of
from insights.journeys import funnel
from insights.outcomes import outcomes
from insights.periods import Period
from web import words
from web.forms import Form
from web.managing.shown import Chart, by_group, of_the_total, shown

Answer = HttpResponse | StreamingHttpResponse
ALL = ("total", "All together")
PLACES = ("source", "practice", "neighbourhood")


def _named(*keys: str) -> list[tuple[str, str]]:
    titles = {key: dimension.title for key, dimension in DIMENSIONS.items()} | {"programme": "Programme"}
    return [(key, titles[key]) for key in keys]


@dataclass(frozen=True, kw_only=True)
class FiguresPage:
    """One page of figures: what it is called, what can be chosen, and where its table comes from."""

    title: str
    lead: str
    table: Callable[..., Table]
    """Given the user, the period, what was chosen and the moment."""
    by: list[tuple[str, str]] = field(default_factory=list)
    wait: bool = False
    chart: Callable[[Table], Chart | None] = lambda table: None
    chart_of_all: Callable[[Table], Chart | None] | None = None


def _funnel(user: User, period: Period, said: Mapping[str, str], at: dt.datetime) -> Table:
    return funnel(user, period=period, by=said["by"], at=at)


def _waits(user: User, period: Period, said: Mapping[str, str], at: dt.datetime) -> Table:
    return waits.waits(user, period=period, by=said["by"], wait=said["wait"])


def _responses(user: User, period: Period, said: Mapping[str, str], at: dt.datetime) -> Table:
    return waits.responses(user, period=period)


def _uptake(user: User, period: Period, said: Mapping[str, str], at: dt.datetime) -> Table:
    return uptake_tables.uptake_table(user, period=period, by=said["by"])


def _outcomes(user: User, period: Period, said: Mapping[str, str], at: dt.datetime) -> Table:
    return outcomes(user, period=period, by=said["by"])


PAGES: dict[str, FiguresPage] = {
    "funnel": FiguresPage(
        title="How far referrals come", lead="From being referred to finishing with a service.",
        table=_funnel, by=[ALL, *_named(*PLACES, "programme")], chart=by_group("finished_share"),
        chart_of_all=of_the_total,
    ),
    "waits": FiguresPage(
        title="How long people wait", lead="In working days, by the waits that have ended.",
        table=_waits, by=[ALL, *_named(*PLACES, "programme")], wait=True, chart=by_group("median"),
    ),
    "answers": FiguresPage(
        title="How services answer", lead="Whether they answer what is sent to them, and how soon.",
        table=_responses, chart=by_group("answered_share"),
    ),
    "uptake": FiguresPage(
        title="Uptake", lead="What becomes of referrals on to services.",
        table=_uptake, by=_named(*PLACES, "programme"), chart=by_group("uptake"),
    ),
    "outcomes": FiguresPage(
        title="What changed for people", lead="Measures that were taken twice: the first beside the last.",
        table=_outcomes, by=[ALL, *_named("programme")],
    ),
    "equity": FiguresPage(
        title="Equity", lead="Whether people of every sort and place come equally far.",
        table=_funnel, by=_named(*EQUITY), chart=by_group("started_share"),
    ),
}  # fmt: skip
assert set(journeys.BY) >= {key for page in PAGES.values() for key, _ in page.by}  # noqa: S101 - a slip of ours
DEFAULT_PERIOD = "twelve_months"


class ChooseForm(Form):
    """Of which time, and by what. Sent by GET: an address says what a page shows."""

    period = forms.ChoiceField(label="Period", choices=list(PERIODS.items()))
    by = forms.ChoiceField(label="Told apart by")
    wait = forms.ChoiceField(label="Which wait", choices=list(waits.WAITS.items()))

    def __init__(self, page: FiguresPage, data: Any) -> None:
        super().__init__(_defaults(page) | {name: data[name] for name in ("period", "by", "wait") if name in data})
        if not page.by:
            del self.fields["by"]
        else:
            self.fields["by"].choices = page.by  # type: ignore[attr-defined]
        if not page.wait:
            del self.fields["wait"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("by") == "programme" and "wait" in said and said["wait"] not in waits.OF_SERVICES:
            self.add_error("wait", "By programme, choose the answer or the start: the other waits come before.")
        return said


def _defaults(page: FiguresPage) -> dict[str, str]:
    return {"period": DEFAULT_PERIOD, "by": page.by[0][0] if page.by else "", "wait": "start"}


def _refused_in_words(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Let a page of figures say that they are not for whoever asks, or take too long to be counted now."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        try:
            return view(request, *args, **kwargs)
        except NotPermitted:
            return render(request, "403.html", status=403)
        except Conflict as refused:
            return render(request, "web/managing/too_long.jinja", {"says": refused.detail}, status=409)

    return page


@require_safe
@_refused_in_words
def overview_page(request: HttpRequest) -> HttpResponse:
    """Show the main figures: how far, how long, and what is late now."""
    user, now = signed_in(request.user), timezone.now()
    form = ChooseForm(FiguresPage(title="", lead="", table=_funnel), request.GET)
    name = form.cleaned_data["period"] if form.is_valid() else DEFAULT_PERIOD
    period = period_of(name, today=local_day(now))
    journey = funnel(user, period=period, at=now)
    late = clocks_for(user, on=local_day(now)).total()
    context = {
        "form": form,
        "ways": _ways("overview", name),
        "funnel": shown(journey, chart=of_the_total, period=_in_words(period)),
        "waits": shown(waits.waits(user, period=period)),
        "late": [
            {"says": clock.says, "overdue": words.count(clock.overdue), "breached": words.count(clock.breached)}
            for clock in late
            if clock.overdue != 0
        ],
        "csv": {key: _csv(key, {"period": name}) for key in ("funnel", "waits")},
    }
    return render(request, "web/managing/overview.jinja", context, status=200 if form.is_valid() else 400)


@require_safe
@_refused_in_words
def figures_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one table of figures with its chart and its definitions."""
    page = _page(name)
    form = ChooseForm(page, request.GET)
    said = form.cleaned_data if form.is_valid() else _defaults(page)
    period = period_of(said["period"], today=local_day(timezone.now()))
    table = page.table(signed_in(request.user), period, said, timezone.now())
    chart = page.chart_of_all if said.get("by") == "total" and page.chart_of_all else page.chart
    context = {
        "form": form,
        "page": page,
        "ways": _ways(name, said["period"]),
        "table": shown(table, chart=chart, period=_in_words(period)),
        "csv": _csv(name, said),
    }
    return render(request, "web/managing/figures.jinja", context, status=200 if form.is_valid() else 400)


@require_safe
@_refused_in_words
def figures_csv(request: HttpRequest, name: str) -> HttpResponse | StreamingHttpResponse:
    """Give the same table as a file for a spreadsheet."""
    page = _page(name)
    form = ChooseForm(page, request.GET)
    if not form.is_valid():
        return figures_page(request, name)
    said, now = form.cleaned_data, timezone.now()
    period = period_of(said["period"], today=local_day(now))
    table = page.table(signed_in(request.user), period, said, now)
    return StreamingHttpResponse(
        table.csv(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{period.starts_on}-{period.ends_on}.csv"'},
    )


def _page(name: str) -> FiguresPage:
    if name not in PAGES:
        raise Http404
    return PAGES[name]


def _ways(current: str, period: str) -> list[dict[str, Any]]:
    """Return the ways between the pages of figures; they keep the period."""
    query = "" if period == DEFAULT_PERIOD else "?" + urlencode({"period": period})
    pages = {"overview": ("Overview", reverse("web:figures"))}
    pages |= {key: (page.title, reverse("web:figures-of", args=[key])) for key, page in PAGES.items()}
    return [
        {"text": text, "href": address + query, "is_current": key == current} for key, (text, address) in pages.items()
    ]


def _csv(name: str, said: Mapping[str, Any]) -> str:
    chosen = {key: value for key, value in said.items() if value and key in ("period", "by", "wait")}
    return f"{reverse('web:figures-csv', args=[name])}?{urlencode(chosen)}"


def _in_words(period: Period) -> str:
    return f"{words.short_day(period.starts_on)} to {words.short_day(period.ends_on)}"
