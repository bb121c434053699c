"""The funnel: how far the referrals of a period came, of all and by whatever tells them apart.

Everybody's as it was counted last night (`insights.counting`). A lead's from the events when asked for: of their teams'
referrals that were sent in the period. Each stage has those in it that came further, too, so that it narrows.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from accounts.models import User
from insights import totals
from insights.dimensions import COMMON, DIMENSIONS, Dimension, dimension_of
from insights.disclosure import share
from insights.figures import Figure, Reader, Row, Table, Value, reader_of, rows_of
from insights.periods import Period
from insights.population import Population, population_of

WEEKS = 12
"""Northumberland counts who still takes part at 12 weeks: 53.5 % of starters (field notes 3.8, S73)."""

STAGES: Final = (
    Figure(
        key="referred", title="Referred",
        definition="Referrals sent in the period, each once: one that went on to another team counts there.",
    ),
    Figure(
        key="reached", title="Reached",
        definition="Of those, somebody of the team has spoken with the person; or it came further.",
    ),
    Figure(
        key="agreed", title="Agreed", definition="Of those, the person agreed and support began; or it came further.",
    ),
    Figure(
        key="offered", title="Offered",
        definition="Of those, the person was referred on to a service; or it came further.",
    ),
    Figure(
        key="started", title="Started",
        definition="Of those, the person came to a service's first assessment or session, or was sent their pack.",
    ),
    Figure(
        key="weeks_12", title="12 weeks",
        definition=(
            "Of those, the person still took part 12 weeks after the start, or has finished. Whose twelfth week is to "
            "come is not counted yet, so recent months read low."
        ),
    ),
    Figure(key="finished", title="Finished", definition="Of those, a service recorded its programme as completed."),
)  # fmt: skip
SHARES: Final = (
    Figure(
        key="started_share", title="Started, of referred", definition="Started / referred. Others divide by those whom "
        "the service accepted: see uptake.", unit="share",
    ),
    Figure(key="finished_share", title="Finished, of started", definition="Finished / started.", unit="share"),
)  # fmt: skip
BESIDE_THE_POPULATION: Final = (
    Figure(
        key="referred_share", title="Of all referred", unit="share",
        definition="Referred of this group / all referred, also those of whom the group is not known.",
    ),
    Figure(
        key="population_share", title="Of population", unit="share",
        definition="Of everybody who lives here, people of this group / people of all groups.",
    ),
)  # fmt: skip
"""Of what equity is looked at by, where an organisation has loaded its population."""
OF_PROGRAMMES: Final = STAGES[3:]
BY: Final = ("total", *DIMENSIONS, "programme")

ABOUT: Final = "Referrals sent in the period, and how far each has come until now. Those entered in error are left out."
ABOUT_PROGRAMMES: Final = (
    "Referrals sent in the period and referred on, once for each service to which the person was referred."
)

COURSES: Final = """
course AS (
    SELECT cohort.id, event.onward_referral_id,
        bool_or(
            event.kind = 'contact_logged' AND event.details ->> 'with' = 'person'
            AND event.details ->> 'outcome' IN ('spoke', 'cancelled_by_them')
        ) AS is_reached,
        bool_or(event.kind = 'start_support') AS is_agreed,
        bool_or(event.kind = 'sent_onward') AS is_offered,
        min(event.occurred_at) FILTER (WHERE event.kind IN ('start', 'send_pack')) AS started_at,
        min(event.occurred_at) FILTER (WHERE event.kind IN ('leave_early', 'withdraw')) AS gone_at,
        bool_or(event.kind = 'complete') AS is_completed
    FROM cohort
    JOIN referrals_referralevent AS event ON event.referral_id = cohort.id
    WHERE event.kind IN (
        'contact_logged', 'start_support', 'sent_onward', 'start', 'send_pack', 'leave_early', 'withdraw', 'complete'
    )
    GROUP BY cohort.id, event.onward_referral_id
),
stage AS (
    SELECT id, onward_referral_id,
        CASE
            WHEN is_completed THEN 6
            WHEN started_at + %(weeks)s <= %(at)s AND coalesce(gone_at >= started_at + %(weeks)s, true) THEN 5
            WHEN started_at IS NOT NULL THEN 4
            WHEN is_offered THEN 3
            WHEN is_agreed THEN 2
            WHEN is_reached THEN 1
            ELSE 0
        END AS reached
    FROM course
)
"""
"""How far each referral of `cohort` has come, by itself and with each referral on."""
_COHORT = """
FROM referrals_referral AS referral
{joins}
WHERE referral.status NOT IN ('draft', 'redirected', 'entered_in_error')
    AND referral.sent_at >= %(since)s AND referral.sent_at < %(until)s
    AND (%(teams)s::uuid[] IS NULL OR referral.owner_team_id = ANY (%(teams)s::uuid[]))
"""


def _of_referrals(dimension: Dimension) -> str:
    counts = ", ".join(
        f"count(*) FILTER (WHERE came.reached >= {number}) AS {figure.key}" for number, figure in enumerate(STAGES)
    )
    cohort = _COHORT.format(joins=dimension.joined)
    return f"""
WITH {COMMON},
cohort AS (SELECT referral.id, {dimension.key} AS key, {dimension.name or "NULL"} AS name {cohort}),
{COURSES},
came AS (
    SELECT cohort.id, cohort.key, cohort.name, coalesce(max(stage.reached), 0) AS reached
    FROM cohort LEFT JOIN stage ON stage.id = cohort.id GROUP BY cohort.id, cohort.key, cohort.name
)
SELECT grouping(came.key) AS is_total, came.key, came.name, {counts}
FROM came GROUP BY GROUPING SETS ((), (came.key, came.name))
"""  # noqa: S608 - our own text, no value


def _of_programmes() -> str:
    counts = ", ".join(
        f"count(*) FILTER (WHERE came.reached >= {number}) AS {figure.key}"
        for number, figure in enumerate(STAGES)
        if figure in OF_PROGRAMMES
    )
    return f"""
WITH cohort AS (SELECT referral.id {_COHORT.format(joins="")}),
{COURSES},
came AS (
    SELECT stage.id, onward.service_id, max(stage.reached) AS reached
    FROM stage JOIN referrals_onwardreferral AS onward ON onward.id = stage.onward_referral_id
    WHERE stage.reached >= 3
    GROUP BY stage.id, onward.service_id
)
SELECT grouping(service.id) AS is_total, service.id::text AS key, service.name, {counts}
FROM came JOIN services_directory_service AS service ON service.id = came.service_id
GROUP BY GROUPING SETS ((), (service.id, service.name))
"""  # noqa: S608 - our own text, no value


def funnel(user: User, *, period: Period, by: str = "total", at: dt.datetime) -> Table:
    """Return how far the referrals of a period have come, by one of `BY`: a lead's at a moment, in one query;
    everybody's as they were counted last night, in three. And one for the local population, by what has one.

    :raises NotPermitted: if the user is neither a manager nor the lead of a team.
    :raises KeyError: if they cannot be told apart by that.
    """
    reader = reader_of(user)
    is_of_programmes = by == "programme"
    dimension = None if is_of_programmes else dimension_of(by)
    stages = OF_PROGRAMMES if is_of_programmes else STAGES
    counted_at = totals.counted_at() if reader.teams is None else None
    found = (
        totals.journeys(period, by=by, stages=[figure.key for figure in stages])
        if counted_at is not None
        else rows_of(
            _of_referrals(dimension) if dimension is not None else _of_programmes(),
            {
                "since": period.starts_at, "until": period.ends_at, "teams": reader.teams, "at": at,
                "weeks": dt.timedelta(weeks=WEEKS),
            },
        )
    )  # fmt: skip
    population = population_of(by) if dimension is not None and dimension.is_equity else None
    rows = counted(found, figures=stages, dimension=dimension, reader=reader)
    referred = rows[0]["values"].get("referred")
    notes = [dimension.definition] if dimension is not None and dimension.definition else []
    if population is not None:
        notes.append(f"The local population is that of {population.source}, {population.as_of:%-d %B %Y}.")
    return Table(
        key="funnel",
        title="How far referrals come",
        of=dimension.title if dimension is not None else "Programme",
        about=ABOUT_PROGRAMMES if is_of_programmes else ABOUT,
        figures=(
            *stages,
            *(SHARES if not is_of_programmes else SHARES[1:]),
            *(BESIDE_THE_POPULATION if population is not None else ()),
        ),
        rows=[
            Row(
                key=row["key"],
                name=row["name"],
                values=row["values"] | _shares(row["values"]) | _beside(population, row, referred, is_all=not place),
            )
            for place, row in enumerate(rows)
        ],
        period=period,
        is_rounded=reader.is_rounded,
        notes=notes,
        counted_at=counted_at,
    )


def counted(
    found: Sequence[dict[str, Any]], *, figures: Sequence[Figure], dimension: Dimension | None, reader: Reader
) -> list[dict[str, Any]]:
    """Return counted rows as they may be shown, the total first, then in the order of the dimension or of the names."""
    total = next(row for row in found if row["is_total"])
    groups = [row for row in found if not row["is_total"]] if dimension is None or dimension.key != "''" else []
    for group in groups:
        if dimension is not None:
            group["name"] = dimension.name_of(group["key"], group["name"])
    order = {key: place for place, key in enumerate(dimension.order)} if dimension is not None else {}
    groups.sort(key=lambda row: (order.get(row["key"], len(order)), row["name"], row["key"]))
    shown: dict[str, list[int | None]] = {
        figure.key: reader.counts([row[figure.key] for row in groups], total=total[figure.key]) for figure in figures
    }
    rows = [{"key": "", "name": "All", "values": {each.key: reader.count(total[each.key]) for each in figures}}]
    return rows + [
        {
            "key": row["key"], "name": row["name"],
            "values": {figure.key: shown[figure.key][place] for figure in figures},
        }
        for place, row in enumerate(groups)
    ]  # fmt: skip


def _beside(
    population: Population | None, row: dict[str, Any], referred: int | None, *, is_all: bool
) -> dict[str, Value]:
    if population is None:
        return {}
    return {
        "referred_share": share(row["values"]["referred"], referred),
        "population_share": 1.0 if is_all else population.share_of(row["key"]),
    }


def _shares(values: dict[str, int | None]) -> dict[str, Value]:
    return {
        "started_share": share(values["started"], values.get("referred")),
        "finished_share": share(values["finished"], values["started"]),
    }
