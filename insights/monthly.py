"""What commissioners are told of a month: rates with their definitions, and no small number anywhere.

Everything is counted from events before the month's end, so that a summary made late says the same as one made on time.
"""

import datetime as dt
from typing import Any

from django.db import connection

from insights.disclosure import SUPPRESS_UP_TO, safe_count, share
from insights.neighbourhoods import AREA, ELSEWHERE, NAME, SECTOR, joins_of
from insights.periods import Period
from referrals.enums import ReferralSource

Group = dict[str, Any]

ADHERENCE_WEEKS = 12
"""Northumberland counts who still takes part at 12 weeks: 53.5 % of starters (field notes 3.8, S73)."""

DEFINITIONS = {
    "made": (
        "Referrals sent in the month, each once, also where it went on to another team. Those entered in error are "
        "left out everywhere."
    ),
    "received": (
        "Referrals that came into a team's hands in the month. As many as are made should be received (field notes "
        "3.8, S11); one that waits for a discharge is received on the day of it."
    ),
    "referred": "Onward referrals sent to programmes in the month.",
    "accepted": "Onward referrals accepted in the month, also from the waiting list.",
    "started": "People who started in the month: came to the first assessment or session, or were sent their pack.",
    "completed": "Programmes recorded as completed in the month.",
    "left_early": "People of whom it was recorded in the month that they left before the end.",
    "uptake": (
        "Of the onward referrals sent in the twelve months to the month's end and accepted by then: the share that "
        "had started. Others divide by all referred: ReferAll's mean is 57%, Wales has 67.3%."
    ),
    "adherence": (
        "Of the starters whose twelfth week ended in the twelve months to the month's end: the share that had neither "
        "left nor been withdrawn by then. Northumberland: 53.5%. Attendance stands by itself: who comes to 80% "
        "of the sessions is no sourced cut."
    ),
    "completion": (
        "Of the programmes that ended in the twelve months to the month's end, completed or left early: the share "
        "completed. Northumberland: 42.9% of starters reached week 24, which counts differently."
    ),
    "attendance": "Entries in the registers of the month's sessions: the share that came.",
    "days_to_start": "Median days from the referral's arrival to the start, of those who started in the month.",
    "small_numbers": (
        "Counts of 1 to 7 are not shown, all others are rounded to the nearest 5; shares are those of rounded "
        "counts, and a median of seven people or fewer is not shown."
    ),
}
COUNTS = ("made", "received", "referred", "accepted", "started", "completed", "left_early")
SHARES = {
    "uptake": ("cohort_started", "cohort_accepted"),
    "adherence": ("stayed", "reached_weeks"),
    "completion": ("ended_completed", "ended"),
    "attendance": ("came", "expected"),
}
"""Each share, and of which two counts it is made."""

_HOME = f"""
home AS (
    SELECT referral.id, referral.source, referral.sent_at, referral.submitted_at,
        referral.redirected_from_id IS NULL AS is_first, {NAME} AS neighbourhood
    FROM referrals_referral AS referral
    LEFT JOIN LATERAL (
        SELECT lsoa, ward, {SECTOR.format(postcode="code")} AS sector
        FROM services_directory_postcode WHERE code = replace(referral.postcode, ' ', '')
    ) AS postcode ON true
    {joins_of("postcode")}
    WHERE referral.status <> 'entered_in_error' AND referral.sent_at < %(until)s
        AND (referral.ended_at IS NULL OR referral.ended_at >= %(earliest)s)
)
"""  # noqa: S608 - our own text, no value

_REFERRALS = f"""
WITH {AREA}, {_HOME}
SELECT grouping(source, neighbourhood), source, neighbourhood, NULL, NULL,
    count(*) FILTER (WHERE is_first AND sent_at >= %(since)s) AS made,
    count(*) FILTER (WHERE is_first AND submitted_at >= %(since)s AND submitted_at < %(until)s) AS received
FROM home
GROUP BY GROUPING SETS ((), (source), (neighbourhood))
"""  # noqa: S608 - our own text, no value

_ONWARD = f"""
WITH {AREA}, {_HOME},
course AS (
    SELECT onward.id, onward.service_id, home.source, home.neighbourhood, home.submitted_at, onward.sent_at,
        min(event.occurred_at) FILTER (WHERE event.kind = 'accept') AS accepted_at,
        min(event.occurred_at) FILTER (WHERE event.kind IN ('start', 'send_pack')) AS started_at,
        min(event.occurred_at) FILTER (WHERE event.kind = 'complete') AS completed_at,
        min(event.occurred_at) FILTER (WHERE event.kind = 'leave_early') AS left_at,
        min(event.occurred_at) FILTER (WHERE event.kind IN ('leave_early', 'withdraw')) AS gone_at
    FROM referrals_onwardreferral AS onward
    JOIN home ON home.id = onward.referral_id
    LEFT JOIN referrals_referralevent AS event ON event.onward_referral_id = onward.id
        AND event.kind IN ('accept', 'start', 'send_pack', 'complete', 'leave_early', 'withdraw')
        AND event.occurred_at < %(until)s
    WHERE onward.sent_at < %(until)s AND (onward.ended_at IS NULL OR onward.ended_at >= %(earliest)s)
    GROUP BY onward.id, home.source, home.neighbourhood, home.submitted_at
),
judged AS (
    SELECT *, started_at + make_interval(weeks => %(weeks)s) AS weeks_over_at FROM course
)
SELECT grouping(source, neighbourhood, service_id), source, neighbourhood, service_id,
    (SELECT name FROM services_directory_service WHERE id = service_id),
    count(*) FILTER (WHERE sent_at >= %(since)s) AS referred,
    count(*) FILTER (WHERE accepted_at >= %(since)s) AS accepted,
    count(*) FILTER (WHERE started_at >= %(since)s) AS started,
    count(*) FILTER (WHERE completed_at >= %(since)s) AS completed,
    count(*) FILTER (WHERE left_at >= %(since)s) AS left_early,
    count(*) FILTER (WHERE sent_at >= %(year)s AND accepted_at IS NOT NULL) AS cohort_accepted,
    count(*) FILTER (WHERE sent_at >= %(year)s AND accepted_at IS NOT NULL AND started_at IS NOT NULL)
        AS cohort_started,
    count(*) FILTER (WHERE weeks_over_at >= %(year)s AND weeks_over_at < %(until)s) AS reached_weeks,
    count(*) FILTER (
        WHERE weeks_over_at >= %(year)s AND weeks_over_at < %(until)s AND coalesce(gone_at >= weeks_over_at, true)
    ) AS stayed,
    count(*) FILTER (WHERE completed_at >= %(year)s OR left_at >= %(year)s) AS ended,
    count(*) FILTER (WHERE completed_at >= %(year)s) AS ended_completed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - submitted_at) / 86400)
        FILTER (WHERE started_at >= %(since)s) AS days_to_start
FROM judged
GROUP BY GROUPING SETS ((), (source), (neighbourhood), (service_id))
"""  # noqa: S608 - our own text, no value

_ATTENDANCE = f"""
WITH {AREA}, {_HOME}
SELECT grouping(home.source, home.neighbourhood, onward.service_id), home.source, home.neighbourhood,
    onward.service_id, (SELECT name FROM services_directory_service WHERE id = onward.service_id),
    count(*) AS expected,
    count(*) FILTER (WHERE attendance.result IN ('present', 'new')) AS came
FROM referrals_attendance AS attendance
JOIN referrals_onwardreferral AS onward ON onward.id = attendance.onward_referral_id
JOIN home ON home.id = onward.referral_id
WHERE attendance.session_on BETWEEN %(first)s AND %(last)s
GROUP BY GROUPING SETS ((), (home.source), (home.neighbourhood), (onward.service_id))
"""  # noqa: S608 - our own text, no value

GROUPINGS = ("total", "source", "neighbourhood", "programme")


def of_everybody(period: Period) -> list[Group]:
    """Return the month's figures: of all, and by source, neighbourhood and programme. In three statements.

    Small numbers are gone from them already, so they may be stored and sent as they are.
    """
    counted: dict[tuple[str, str], Group] = {("total", ""): {"name": "All"}}
    for statement in (_REFERRALS, _ONWARD, _ATTENDANCE):
        for (by, key), (name, figures) in _groups(statement, period).items():
            counted.setdefault((by, key), {"name": name}).update(figures)
    groups = [
        {"by": by, "key": key, "name": figures["name"], "figures": _safe(figures, by=by)}
        for (by, key), figures in counted.items()
    ]
    return sorted(groups, key=lambda each: (GROUPINGS.index(each["by"]), each["name"], each["key"]))


def _groups(statement: str, period: Period) -> dict[tuple[str, str], tuple[str, Group]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {"since": period.starts_at, "until": period.ends_at, "year": period.year_starts_at,
             # Whoever's twelfth week ended in the year may have left as early as this.
             "earliest": period.year_starts_at - dt.timedelta(weeks=ADHERENCE_WEEKS),
             "first": period.starts_on, "last": period.ends_on, "weeks": ADHERENCE_WEEKS},
        )  # fmt: skip
        names = [column.name for column in cursor.description or ()][5:]
        groups = {}
        for which, source, neighbourhood, service, service_name, *values in cursor.fetchall():
            group = _named(which if statement is not _REFERRALS else 2 * which + 1, source, neighbourhood, service)
            groups[group] = (
                _name_of(group, service_name), dict(zip(names, values, strict=True)),
            )  # fmt: skip
        return groups


def _named(which: int, source: str, neighbourhood: str, service: object) -> tuple[str, str]:
    """Return by what a row is grouped, from PostgreSQL's `grouping`: a bit is set for what it is not grouped by."""
    return {
        0b111: ("total", ""),
        0b011: ("source", source),
        0b101: ("neighbourhood", neighbourhood),
        0b110: ("programme", str(service)),
    }[which]


def _name_of(group: tuple[str, str], service_name: str) -> str:
    by, key = group
    match by:
        case "total":
            return "All"
        case "source":
            return str(ReferralSource(key).label)
        case "neighbourhood":
            return key or ELSEWHERE
        case _:
            return service_name


def _safe(counted: Group, *, by: str) -> dict[str, float | int | None]:
    """Return the figures as they may be shown to those who do not see the people."""
    names = [name for name in COUNTS if by != "programme" or name not in {"made", "received"}]
    safe: dict[str, float | int | None] = {name: safe_count(counted.get(name, 0)) for name in names}
    for name, (part, whole) in SHARES.items():
        safe[name] = share(safe_count(counted.get(part, 0)), safe_count(counted.get(whole, 0)))
    days = counted.get("days_to_start")
    is_shown = days is not None and counted.get("started", 0) > SUPPRESS_UP_TO
    safe["days_to_start"] = round(float(days), 1) if is_shown and days is not None else None
    return safe
