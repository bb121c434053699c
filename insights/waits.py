"""How long people wait, in working days, and how services answer.

A wait belongs to the period in which it ended: so it is whole, and what still waits is told by the clocks. Everybody's
as they were counted last night (`insights.counting`); a lead's from the events of their teams, when asked for.
"""

import datetime as dt
from functools import lru_cache
from typing import Any, Final

from accounts.models import User
from core.clocks import is_working_day
from insights import totals
from insights.dimensions import COMMON, DIMENSIONS, Dimension, dimension_of
from insights.disclosure import share
from insights.figures import Figure, Reader, Row, Table, reader_of, rows_of
from insights.journeys import counted
from insights.periods import Period

WAITS: Final[dict[str, str]] = {
    "triage": "From arrival to being accepted",
    "contact": "From arrival to the first talk with the person",
    "agreement": "From arrival to the person's agreement",
    "answer": "From being referred on to the service's answer",
    "start": "From arrival to the start with a service",
}
"""Each wait, in the order in which people go through them."""
BY: Final = ("total", *DIMENSIONS, "programme")
OF_SERVICES: Final = ("answer", "start")
"""The waits that can be told apart by programme."""
LONGEST: Final = dt.timedelta(days=3 * 366)
"""What took longer is not counted: no wait, but something forgotten."""

FIGURES: Final = (
    Figure(
        key="count", title="How many", definition="Referrals (of services' answers: referrals on) whose wait ended in "
        "the period. A wait ends once, when it comes to that for the first time.",
    ),
    Figure(
        key="median", title="Half within", unit="days",
        definition="Working days within which half of them came to it (the median). 0 is the same day.",
    ),
    Figure(
        key="ninth", title="Nine in ten within", unit="days",
        definition="Working days within which nine in ten of them came to it.",
    ),
)  # fmt: skip
ABOUT: Final = (
    "Waits that ended in the period, in working days of England: Monday to Friday without bank holidays, the first day "
    "not counted. A referral arrives when a team has it in hand: after the discharge, where it waits for one."
)

RESPONSES: Final = (
    Figure(key="sent", title="Sent", definition="Referrals on that were sent to the service in the period."),
    Figure(
        key="answered", title="Answered",
        definition="Of those, accepted, put on the waiting list or declined by the service until now.",
    ),
    Figure(key="declined", title="Declined", definition="Of those answered, declined."),
    Figure(key="expired", title="Expired", definition="Of those sent, run out without an answer."),
    Figure(key="waiting", title="Waiting", definition="Of those sent, still without an answer and open."),
    Figure(key="answered_share", title="Answered, of sent", definition="Answered / sent.", unit="share"),
    Figure(
        key="median", title="Half within", unit="days",
        definition="Working days within which half of the answers came (the median).",
    ),
)  # fmt: skip

CALENDAR: Final = """
calendar AS (
    SELECT unnest(%(days)s::date[]) AS day, unnest(%(ordinals)s::int[]) AS ordinal
)
"""
_KINDS = {
    "triage": "event.kind = 'accept' AND event.onward_referral_id IS NULL",
    "contact": (
        "event.kind = 'contact_logged' AND event.details ->> 'with' = 'person' "
        "AND event.details ->> 'outcome' IN ('spoke', 'cancelled_by_them')"
    ),
    "agreement": "event.kind = 'start_support'",
    "answer": "event.kind IN ('accept', 'waitlist', 'decline') AND event.onward_referral_id IS NOT NULL",
    "start": "event.kind IN ('start', 'send_pack')",
}
_KINDS_OF_ALL = "'accept', 'contact_logged', 'start_support', 'waitlist', 'decline', 'start', 'send_pack'"
NOT_COUNTED: Final = "('draft', 'redirected', 'entered_in_error')"
ENDED: Final = f"""
ended AS (
    SELECT event.referral_id, each.wait,
        (array_agg(event.onward_referral_id ORDER BY event.occurred_at, event.id))[1] AS onward_referral_id,
        min(event.occurred_at) AS ended_at
    FROM referrals_referral AS referral
    JOIN referrals_referralevent AS event ON event.referral_id = referral.id
    CROSS JOIN LATERAL (
        VALUES {", ".join(f"('{wait}', {condition})" for wait, condition in _KINDS.items())}
    ) AS each (wait, is_so)
    WHERE referral.status NOT IN {NOT_COUNTED}
        AND (%(teams)s::uuid[] IS NULL OR referral.owner_team_id = ANY (%(teams)s::uuid[]))
        AND each.is_so AND event.kind IN ({_KINDS_OF_ALL})
        AND (%(until)s::timestamptz IS NULL OR event.occurred_at < %(until)s)
    GROUP BY event.referral_id, each.wait, CASE WHEN each.wait = 'answer' THEN event.onward_referral_id END
    HAVING %(since)s::timestamptz IS NULL OR min(event.occurred_at) >= %(since)s
)
"""  # noqa: S608 - our own text, no value
"""Each wait that has ended, of these teams or of all: it begins with the referrals, so that it costs what the teams
have, not what everybody has.
"""
_FIGURES = """
    count(*) AS count,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY upto.ordinal - since.ordinal) AS median,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY upto.ordinal - since.ordinal) AS ninth
"""
_DAYS = """
JOIN calendar AS since ON since.day = (begun_at AT TIME ZONE 'Europe/London')::date
JOIN calendar AS upto ON upto.day = (ended_at AT TIME ZONE 'Europe/London')::date
"""


def _of_waits(dimension: Dimension) -> str:
    return f"""
WITH {COMMON}, {CALENDAR}, {ENDED},
waited AS (
    SELECT ended.wait, {dimension.key} AS key, {dimension.name or "NULL"} AS name, ended.ended_at,
        CASE WHEN ended.wait = 'answer' THEN onward.sent_at ELSE referral.submitted_at END AS begun_at
    FROM ended
    JOIN referrals_referral AS referral ON referral.id = ended.referral_id
    LEFT JOIN referrals_onwardreferral AS onward ON onward.id = ended.onward_referral_id
    {dimension.joined}
    WHERE %(wait)s = '' OR ended.wait = %(wait)s
)
SELECT grouping(key) AS is_total, wait, key, name, {_FIGURES}
FROM waited {_DAYS}
WHERE upto.day - since.day <= %(longest)s
GROUP BY GROUPING SETS ((wait), (wait, key, name))
"""  # noqa: S608 - our own text, no value


_PROGRAMME = Dimension(
    title="Programme", definition="", key="service.id::text", name="service.name",
    joins=("JOIN services_directory_service AS service ON service.id = onward.service_id",),
)  # fmt: skip

ANSWER: Final = """
answer AS (
    SELECT onward.id, onward.service_id, onward.sent_at AS begun_at,
        min(event.occurred_at) AS ended_at,
        coalesce(bool_or(event.kind = 'decline'), false) AS is_declined,
        min(event.occurred_at) IS NULL AND onward.status = 'expired' AS is_expired,
        min(event.occurred_at) IS NULL AND onward.status IN ('sent', 'information_requested') AS is_waiting
    FROM referrals_onwardreferral AS onward
    JOIN referrals_referral AS referral ON referral.id = onward.referral_id
    LEFT JOIN referrals_referralevent AS event ON event.onward_referral_id = onward.id
        AND event.kind IN ('accept', 'waitlist', 'decline')
    WHERE (%(since)s::timestamptz IS NULL OR onward.sent_at >= %(since)s AND onward.sent_at < %(until)s)
        AND referral.status <> 'entered_in_error'
        AND (%(teams)s::uuid[] IS NULL OR referral.owner_team_id = ANY (%(teams)s::uuid[]))
    GROUP BY onward.id
)
"""
"""What became of each referral on that was sent in a period, or ever; of these teams, or of all."""
_RESPONSES = f"""
WITH {CALENDAR}, {ANSWER}
SELECT grouping(service.id) AS is_total, service.id::text AS key, service.name,
    count(*) AS sent, count(ended_at) AS answered, count(*) FILTER (WHERE is_declined) AS declined,
    count(*) FILTER (WHERE is_expired) AS expired, count(*) FILTER (WHERE is_waiting) AS waiting,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY upto.ordinal - since.ordinal)
        FILTER (WHERE upto.day - since.day <= %(longest)s) AS median
FROM answer
JOIN services_directory_service AS service ON service.id = answer.service_id
LEFT JOIN calendar AS since ON since.day = (begun_at AT TIME ZONE 'Europe/London')::date
LEFT JOIN calendar AS upto ON upto.day = (ended_at AT TIME ZONE 'Europe/London')::date
GROUP BY GROUPING SETS ((), (service.id, service.name))
"""  # noqa: S608 - our own text, no value


def waits(user: User, *, period: Period, wait: str = "", by: str = "total") -> Table:
    """Return the waits that ended in a period: all of `WAITS`; or one of them, by one of `BY`. A lead's by one query;
    everybody's, as they were counted last night, by three at most.

    :raises NotPermitted: if the user is neither a manager nor the lead of a team.
    :raises KeyError: if there is no such wait, or it cannot be told apart by that.
    """
    reader = reader_of(user)
    counted_at = totals.counted_at() if reader.teams is None else None
    if by == "total":
        found = (
            totals.waits(period, by=by, waits=WAITS)
            if counted_at is not None
            else _found(_of_waits(dimension_of(by)), period, reader, wait="")
        )
        by_wait = {row["wait"]: row for row in found if row["is_total"]}
        rows = [
            Row(key=key, name=name, values=_shown(by_wait.get(key, {"count": 0}), reader))
            for key, name in WAITS.items()
        ]
        return _table("How long people wait", of="Wait", rows=rows, period=period, reader=reader, counted_at=counted_at)
    if by == "programme" and wait not in OF_SERVICES:
        raise KeyError(wait)
    name = WAITS[wait]
    dimension = _PROGRAMME if by == "programme" else DIMENSIONS[by]
    found = (
        totals.waits(period, by=by, waits=[wait])
        if counted_at is not None
        else _found(_of_waits(dimension), period, reader, wait=wait)
    )
    if not found:
        found = [{"is_total": 1, "count": 0}]
    shown = counted(found, figures=FIGURES[:1], dimension=dimension, reader=reader)
    total = next(row for row in found if row["is_total"])
    groups = {row["key"]: row for row in found if not row["is_total"]}  # a group's key may be empty, as the total's is
    rows = [
        Row(
            key=row["key"], name=row["name"],
            # What is held back beside the total is so in every figure.
            values=_shown(groups[row["key"]] if place else total, reader) if row["values"]["count"] is not None else {},
        )
        for place, row in enumerate(shown)
    ]  # fmt: skip
    return _table(name, of=dimension.title, rows=rows, period=period, reader=reader, counted_at=counted_at)


def responses(user: User, *, period: Period) -> Table:
    """Return how each service answered what was sent to it in a period. A lead's by one query; everybody's, as it was
    counted last night, by four.

    :raises NotPermitted: if the user is neither a manager nor the lead of a team.
    """
    reader = reader_of(user)
    counted_at = totals.counted_at() if reader.teams is None else None
    found = totals.answers(period) if counted_at is not None else _found(_RESPONSES, period, reader, wait="")
    counts = RESPONSES[:5]
    exact = {"" if row["is_total"] else row["key"]: row for row in found}
    rows = []
    for row in counted(found, figures=counts, dimension=None, reader=reader):
        values = row["values"]
        median = exact[row["key"]]["median"]
        values["answered_share"] = share(values["answered"], values["sent"])
        is_shown = values["answered"] is not None
        values["median"] = reader.average(median, of=exact[row["key"]]["answered"]) if is_shown else None
        rows.append(Row(key=row["key"], name=row["name"], values=values))
    return Table(
        key="responses", title="How services answer", of="Service",
        about="Referrals on to services that were sent in the period. Those entered in error are left out.",
        figures=RESPONSES, rows=rows, period=period, is_rounded=reader.is_rounded, counted_at=counted_at,
    )  # fmt: skip


def _found(statement: str, period: Period, reader: Reader, *, wait: str) -> list[dict[str, Any]]:
    days, ordinals = calendar(period.starts_on - LONGEST, max(period.ends_on, period.starts_on) + LONGEST)
    return rows_of(
        statement,
        {
            "since": period.starts_at, "until": period.ends_at, "teams": reader.teams, "wait": wait,
            "days": list(days), "ordinals": list(ordinals), "longest": LONGEST.days,
        },
    )  # fmt: skip


@lru_cache(maxsize=16)
def calendar(first: dt.date, last: dt.date) -> tuple[tuple[dt.date, ...], tuple[int, ...]]:
    """Return each day, and how many working days there were until it: two of them make a wait."""
    days, ordinals, count = [], [], 0
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        count += is_working_day(day)
        days.append(day)
        ordinals.append(count)
    return tuple(days), tuple(ordinals)


def _shown(row: dict[str, Any], reader: Reader) -> dict[str, int | float | None]:
    count = row["count"]
    return {
        "count": reader.count(count),
        "median": reader.average(row.get("median"), of=count),
        "ninth": reader.average(row.get("ninth"), of=count),
    }


def _table(
    title: str, *, of: str, rows: list[Row], period: Period, reader: Reader, counted_at: dt.datetime | None
) -> Table:
    return Table(
        key="waits", title=title, of=of, about=ABOUT, figures=FIGURES, rows=rows, period=period,
        is_rounded=reader.is_rounded, counted_at=counted_at,
    )  # fmt: skip
