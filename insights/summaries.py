"""Make the summaries of weeks and months that have ended, and tell that they are there.

A run looks which are missing, and makes those: so a run that was missed is made up for by the next, and a second one
finds nothing to do. A row and its messages are one transaction.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Role
from accounts.models import Membership, Team
from core.clocks import local_day
from core.identifiers import new_reference
from insights import monthly, weekly
from insights.models import Summary, SummaryKind
from insights.periods import Period, ended_months, ended_weeks
from notifications import services as notifications
from referrals.models import OnwardReferral, Referral

WEEKS_BACK, MONTHS_BACK = 8, 6
"""How far back what was missed is made up for. What is older is of no use to anybody any more."""
BATCH = 100
"""Teams in one transaction."""
_LOCK = 7_134_205
"""An advisory lock of our own, so that two makers at once wait for each other."""

Groups = list[dict[str, object]]
Count = Callable[..., Callable[[UUID], Groups]]
"""Given a period, `today` and `is_last`: counts, and returns what it says of each team."""


@dataclass(frozen=True, kw_only=True)
class _Writing:
    """How summaries of a kind are written: for those in a role, and for which teams."""

    role: Role
    periods: Callable[[dt.date], list[Period]]
    has_begun: Callable[[dt.datetime], Q]
    """Whether a team had anything to be told of before a moment: nobody is told of the time before their first."""
    count: Count
    template: str
    to_inbox: bool


def make_weekly_summaries(*, at: dt.datetime, is_retelling: bool = False) -> dict[str, int]:
    """Make what is missing of the last eight weeks, for providers and leads; return how many rows and messages.

    :raises RuntimeError: if called inside a transaction: each batch of teams is one of its own.
    """
    return _make((SummaryKind.PROVIDER_WEEK, SummaryKind.LEAD_WEEK), at=at, is_retelling=is_retelling)


def make_monthly_summaries(*, at: dt.datetime, is_retelling: bool = False) -> dict[str, int]:
    """Make what is missing of the last six months, for commissioners; return how many rows and messages.

    :raises RuntimeError: as `make_weekly_summaries`.
    """
    return _make((SummaryKind.COMMISSIONER_MONTH,), at=at, is_retelling=is_retelling)


def _make(kinds: Iterable[SummaryKind], *, at: dt.datetime, is_retelling: bool) -> dict[str, int]:
    made = told = 0
    for kind in kinds:
        writing = _WRITING[kind]
        periods = writing.periods(local_day(at))
        for period in periods:
            is_last = period == periods[-1]
            teams = list(_missing(kind, period).order_by("id").values_list("pk", flat=True))
            if not teams:
                continue
            figures_of = writing.count(period, today=local_day(at), is_last=is_last)
            for start in range(0, len(teams), BATCH):
                rows, messages = _write(
                    kind,
                    period,
                    teams[start : start + BATCH],
                    figures_of,
                    at=at,
                    is_told=is_last,
                    is_retelling=is_retelling,
                )
                made, told = made + rows, told + messages
    return {"made": made, "told": told}


def _missing(kind: SummaryKind, period: Period) -> QuerySet[Team]:
    """Return the teams to whom a summary is owed and not made: somebody works there who reads it."""
    writing = _WRITING[kind]
    readers = Membership.objects.filter(team=OuterRef("pk"), role=writing.role, user__is_active=True)
    made = Summary.objects.filter(team=OuterRef("pk"), kind=kind, starts_on=period.starts_on)
    return Team.objects.filter(
        Exists(readers), ~Exists(made), writing.has_begun(period.ends_at), is_active=True, organization__is_active=True
    )


@transaction.atomic(durable=True)
def _write(
    kind: SummaryKind,
    period: Period,
    teams: list[UUID],
    figures_of: Callable[[UUID], Groups],
    *,
    at: dt.datetime,
    is_told: bool,
    is_retelling: bool,
) -> tuple[int, int]:
    """Write the rows of some teams, and owe the messages that they are there; return how many of both.

    Of periods before the last one nobody is told: after a long silence there would be eight messages at once, and the
    page of the last one leads to the others.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    have = set(
        Summary.objects.filter(team__in=teams, kind=kind, starts_on=period.starts_on).values_list("team_id", flat=True)
    )
    rows = Summary.objects.bulk_create(
        Summary(
            reference=new_reference("S"), team_id=team, kind=kind, starts_on=period.starts_on, ends_on=period.ends_on,
            figures=figures_of(team), made_at=at,
        )
        for team in teams
        if team not in have
    )  # fmt: skip
    if not (rows and is_told):
        return len(rows), 0
    written = notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=f"summary:{row.reference}", recipient=address, template=_WRITING[kind].template,
                context={"reference": row.reference, "due_on": period.ends_on.isoformat()}, at=at,
                already_delivered_at=at if is_retelling else None,
            )
            for row, address in _readers(rows, _WRITING[kind])
        ]
    )  # fmt: skip
    return len(rows), len(written)


def _readers(rows: list[Summary], writing: _Writing) -> list[tuple[Summary, str]]:
    """Return each row with each address at which somebody is told of it."""
    teams = {row.team_id: row for row in rows}
    members = Membership.objects.filter(team__in=teams, role=writing.role, user__is_active=True)
    address = "team__inbox_email" if writing.to_inbox else "user__email"
    found = members.order_by("team_id", address).values_list("team_id", address).distinct()
    return [(teams[team], email) for team, email in found]


def _of_one_group(names: dict[str, str], count: Callable[..., dict[UUID, weekly.Figures]]) -> Count:
    """Return how to count a week: one group for each team."""

    def counted(period: Period, *, today: dt.date, is_last: bool) -> Callable[[UUID], Groups]:
        by_team = count(period, today=today, is_last=is_last)
        blank = weekly.blank(names, is_last=is_last)
        return lambda team: [
            {"by": "total", "key": "", "name": "All", "figures": blank | by_team.get(team, {})},
        ]

    return counted


def _of_everybody(period: Period, **_: object) -> Callable[[UUID], Groups]:
    groups = monthly.of_everybody(period)
    return lambda team: groups


_SENT_TO_PROVIDER = OnwardReferral.objects.filter(provider_team=OuterRef("pk"))
_SENT_TO_TEAM = Referral.objects.filter(owner_team=OuterRef("pk"))
_WRITING: dict[SummaryKind, _Writing] = {
    SummaryKind.PROVIDER_WEEK: _Writing(
        role=Role.PROVIDER, periods=lambda today: ended_weeks(today, count=WEEKS_BACK), template="weekly_summary",
        has_begun=lambda until: Q(Exists(_SENT_TO_PROVIDER.filter(sent_at__lt=until))),
        count=_of_one_group(weekly.OF_PROVIDERS, weekly.of_providers), to_inbox=True,
    ),
    SummaryKind.LEAD_WEEK: _Writing(
        role=Role.LEAD, periods=lambda today: ended_weeks(today, count=WEEKS_BACK), template="weekly_summary",
        has_begun=lambda until: Q(Exists(_SENT_TO_TEAM.filter(sent_at__lt=until))),
        count=_of_one_group(weekly.OF_LEADS, weekly.of_leads), to_inbox=False,
    ),
    SummaryKind.COMMISSIONER_MONTH: _Writing(
        role=Role.MANAGER, periods=lambda today: ended_months(today, count=MONTHS_BACK), template="monthly_summary",
        has_begun=lambda until: Q(Exists(Referral.objects.filter(sent_at__lt=until))),
        count=_of_everybody, to_inbox=False,
    ),
}  # fmt: skip
