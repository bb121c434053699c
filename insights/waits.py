"""How long people wait, in working days, and how services answer. From the events, when asked for.

A wait belongs to the period in which it ended: so it is whole, and what still waits is told by the clocks.
"""

import datetime as dt
from functools import lru_cache
from typing import Any, Final

from accounts.models import User
from core.clocks import is_working_day
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
_LONGEST = dt.timedelta(days=3 * 366)
"""What began longer ago is not counted: no wait, but something forgotten."""

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

_CALENDAR = """
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
_ALL_KINDS = "'accept', 'contact_logged', 'start_support', 'waitlist', 'decline', 'start', 'send_pack'"
_ENDED = f"""
ended AS (
    SELECT event.referral_id, each.wait,
        (array_agg(event.onward_referral_id ORDER BY event.occurred_at, event.id))[1] AS onward_referral_id,
        min(event.occurred_at) AS ended_at
    FROM referrals_referralevent AS event
    CROSS JOIN LATERAL (
        VALUES {", ".join(f"('{wait}', {condition})" for wait, condition in _KINDS.items())}
    ) AS each (wait, is_so)
    WHERE each.is_so AND event.kind IN ({_ALL_KINDS}) AND event.occurred_at < %(until)s
        AND event.referral_id IN (
            SELECT referral_id FROM referrals_referralevent
            WHERE occurred_at >= %(since)s AND occurred_at < %(until)s AND kind IN ({_ALL_KINDS})
        )
    GROUP BY event.referral_id, each.wait, CASE WHEN each.wait = 'answer' THEN event.onward_referral_id END
    HAVING min(event.occurred_at) >= %(since)s
)
"""  # noqa: S608 - our own text, no value
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
WITH {COMMON}, {_CALENDAR}, {_ENDED},
waited AS (
    SELECT ended.wait, {dimension.key} AS key, {dimension.name or "NULL"} AS name, ended.ended_at,
        CASE WHEN ended.wait = 'answer' THEN onward.sent_at ELSE referral.submitted_at END AS begun_at
    FROM ended
    JOIN referrals_referral AS referral ON referral.id = ended.referral_id
    LEFT JOIN referrals_onwardreferral AS onward ON onward.id = ended.onward_referral_id
    {dimension.joins}
    WHERE referral.status NOT IN ('draft', 'redirected', 'entered_in_error')
        AND (%(wait)s = '' OR ended.wait = %(wait)s)
        AND (%(teams)s::uuid[] IS NULL OR referral.owner_team_id = ANY (%(teams)s::uuid[]))
)
SELECT grouping(key) AS is_total, wait, key, name, {_FIGURES}
FROM waited {_DAYS}
GROUP BY GROUPING SETS ((wait), (wait, key, name))
"""  # noqa: S608 - our own text, no value


_PROGRAMME = Dimension(
    title="Programme", definition="", key="service.id::text", name="service.name",
    joins="JOIN services_directory_service AS service ON service.id = onward.service_id",
)  # fmt: skip

_RESPONSES = f"""
WITH {_CALENDAR},
answer AS (
    SELECT onward.id, onward.service_id, onward.status, onward.sent_at AS begun_at,
        min(event.occurred_at) FILTER (WHERE event.kind IN ('accept', 'waitlist', 'decline')) AS ended_at,
        coalesce(bool_or(event.kind = 'decline'), false) AS is_declined
    FROM referrals_onwardreferral AS onward
    JOIN referrals_referral AS referral ON referral.id = onward.referral_id
    LEFT JOIN referrals_referralevent AS event ON event.onward_referral_id = onward.id
        AND event.kind IN ('accept', 'waitlist', 'decline')
    WHERE onward.sent_at >= %(since)s AND onward.sent_at < %(until)s AND referral.status <> 'entered_in_error'
        AND (%(teams)s::uuid[] IS NULL OR referral.owner_team_id = ANY (%(teams)s::uuid[]))
    GROUP BY onward.id
)
SELECT grouping(service.id) AS is_total, service.id::text AS key, service.name,
    count(*) AS sent,
    count(*) FILTER (WHERE ended_at IS NOT NULL) AS answered,
    count(*) FILTER (WHERE is_declined) AS declined,
    count(*) FILTER (WHERE ended_at IS NULL AND answer.status = 'expired') AS expired,
    count(*) FILTER (WHERE ended_at IS NULL AND answer.status IN ('sent', 'information_requested')) AS waiting,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY upto.ordinal - since.ordinal)
        FILTER (WHERE ended_at IS NOT NULL) AS median
FROM answer
JOIN services_directory_service AS service ON service.id = answer.service_id
LEFT JOIN calendar AS since ON since.day = (begun_at AT TIME ZONE 'Europe/London')::date
LEFT JOIN calendar AS upto ON upto.day = (ended_at AT TIME ZONE 'Europe/London')::date
GROUP BY GROUPING SETS ((), (service.id, service.name))
"""  # noqa: S608 - our own text, no value


def waits(user: User, *, period: Period, wait: str = "", by: str = "total") -> Table:
    """Return the waits that ended in a period: all of `WAITS`; or one of them, by one of `BY`. One query.

    :raises NotPermitted: if the user is neither a manager nor the lead of a team.
    :raises KeyError: if there is no such wait, or it cannot be told apart by that.
    """
    reader = reader_of(user)
    if by == "total":
        found = _found(_of_waits(dimension_of(by)), period, reader, wait="")
        by_wait = {row["wait"]: row for row in found if row["is_total"]}
        rows = [
            Row(key=key, name=name, values=_shown(by_wait.get(key, {"count": 0}), reader))
            for key, name in WAITS.items()
        ]
        return _table("How long people wait", of="Wait", rows=rows, period=period, reader=reader)
    if by == "programme" and wait not in OF_SERVICES:
        raise KeyError(wait)
    name = WAITS[wait]
    dimension = _PROGRAMME if by == "programme" else DIMENSIONS[by]
    found = _found(_of_waits(dimension), period, reader, wait=wait)
    if not found:
        found = [{"is_total": 1, "count": 0}]
    shown = counted(found, figures=FIGURES[:1], dimension=dimension, reader=reader)
    exact = {"" if row["is_total"] else row["key"]: row for row in found}
    rows = [
        Row(
            key=row["key"], name=row["name"],
            # What is held back beside the total is so in every figure.
            values=_shown(exact[row["key"]], reader) if row["values"]["count"] is not None else {},
        )
        for row in shown
    ]  # fmt: skip
    return _table(name, of=dimension.title, rows=rows, period=period, reader=reader)


def responses(user: User, *, period: Period) -> Table:
    """Return how each service answered what was sent to it in a period. One query.

    :raises NotPermitted: if the user is neither a manager nor the lead of a team.
    """
    reader = reader_of(user)
    found = _found(_RESPONSES, period, reader, wait="")
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
        figures=RESPONSES, rows=rows, period=period, is_rounded=reader.is_rounded,
    )  # fmt: skip


def _found(statement: str, period: Period, reader: Reader, *, wait: str) -> list[dict[str, Any]]:
    days, ordinals = _calendar(period.starts_on - _LONGEST, max(period.ends_on, period.starts_on) + _LONGEST)
    return rows_of(
        statement,
        {
            "since": period.starts_at, "until": period.ends_at, "teams": reader.teams, "wait": wait,
            "days": list(days), "ordinals": list(ordinals),
        },
    )  # fmt: skip


@lru_cache(maxsize=16)
def _calendar(first: dt.date, last: dt.date) -> tuple[tuple[dt.date, ...], tuple[int, ...]]:
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


def _table(title: str, *, of: str, rows: list[Row], period: Period, reader: Reader) -> Table:
    return Table(
        key="waits", title=title, of=of, about=ABOUT, figures=FIGURES, rows=rows, period=period,
        is_rounded=reader.is_rounded,
    )  # fmt: skip
