"""What a provider, and the lead of a link-worker team, are told of a week. For whoever sees the people anyway: exact.

What happened is counted from the events of the week, so that a summary made late says the same. How things stand
cannot be known later: it is that of the moment of making, and null of a week that is not the last one.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection

from insights import readings
from insights.periods import Period

Figures = dict[str, Any]

OF_PROVIDERS = {
    "waiting": "Onward referrals that waited for your answer when this was made.",
    "overdue": "Open onward referrals whose next step was due before the day on which this was made.",
    "sent": "Onward referrals sent to your team in the week.",
    "accepted": "Accepted in the week, also from the waiting list.",
    "declined": "Declined in the week.",
    "expired": "Run out in the week without an answer.",
    "started": "People who started in the week, or were sent their pack.",
    "missed": "First assessments in the week that were recorded as missed, whoever cancelled.",
    "finished": "Programmes recorded as completed in the week.",
    "left_early": "People of whom it was recorded in the week that they left before the end.",
    "expected": "Entries in the registers of the week's sessions.",
    "came": "Of those, how many came.",
    "attendance": "came / expected.",
}
OF_LEADS = {
    "waiting": "Referrals that waited for triage when this was made.",
    "overdue": "Open referrals whose next step was due before the day on which this was made.",
    "new": "Referrals that came to the team in the week, also from another team.",
    "accepted": "Accepted in the week.",
    "rejected": "Rejected in the week.",
    "closed": "Closed in the week; a death counts, too.",
    "sent_onward": "Onward referrals to services sent in the week.",
    "started": "People who started with a service in the week.",
    "breached": "Days of the team's clocks and its providers' of which the leads were told that they were breached.",
    "days_to_accept": "Median days from the arrival of those accepted in the week until then.",
    "days_to_start": "Median days from the arrival of those who started with a service in the week until then.",
    **readings.DEFINITIONS,
}

_HAPPENED_AT_PROVIDERS = """
SELECT onward.provider_team_id,
    count(*) FILTER (WHERE event.kind = 'sent_onward') AS sent,
    count(*) FILTER (WHERE event.kind = 'accept') AS accepted,
    count(*) FILTER (WHERE event.kind = 'decline') AS declined,
    count(*) FILTER (WHERE event.kind = 'expire') AS expired,
    count(*) FILTER (WHERE event.kind IN ('start', 'send_pack')) AS started,
    count(*) FILTER (WHERE event.kind = 'record_missed_assessment') AS missed,
    count(*) FILTER (WHERE event.kind = 'complete') AS finished,
    count(*) FILTER (WHERE event.kind = 'leave_early') AS left_early
FROM referrals_referralevent AS event
JOIN referrals_onwardreferral AS onward ON onward.id = event.onward_referral_id
JOIN referrals_referral AS referral ON referral.id = event.referral_id
WHERE event.occurred_at >= %(since)s AND event.occurred_at < %(until)s AND referral.status <> 'entered_in_error'
GROUP BY 1
"""
_CAME_TO_PROVIDERS = """
SELECT onward.provider_team_id, count(*) AS expected,
    count(*) FILTER (WHERE attendance.result IN ('present', 'new')) AS came
FROM referrals_attendance AS attendance
JOIN referrals_onwardreferral AS onward ON onward.id = attendance.onward_referral_id
WHERE attendance.session_on BETWEEN %(first)s AND %(last)s
GROUP BY 1
"""
_STANDS_AT_PROVIDERS = """
SELECT provider_team_id,
    count(*) FILTER (WHERE status = 'sent') AS waiting,
    count(*) FILTER (WHERE next_action_on < %(today)s) AS overdue
FROM referrals_onwardreferral
WHERE status IN ('sent', 'information_requested', 'waitlisted', 'accepted', 'assessment_booked', 'started', 'paused')
GROUP BY 1
"""
_HAPPENED_AT_TEAMS = """
SELECT referral.owner_team_id,
    count(*) FILTER (
        WHERE event.onward_referral_id IS NULL AND event.to_status = 'submitted'
            AND event.kind <> 'provide_information'
    ) AS new,
    count(*) FILTER (WHERE event.onward_referral_id IS NULL AND event.kind = 'accept') AS accepted,
    count(*) FILTER (WHERE event.onward_referral_id IS NULL AND event.kind = 'reject') AS rejected,
    count(*) FILTER (WHERE event.onward_referral_id IS NULL AND event.to_status = 'closed') AS closed,
    count(*) FILTER (WHERE event.kind = 'sent_onward') AS sent_onward,
    count(*) FILTER (WHERE event.kind IN ('start', 'send_pack')) AS started,
    count(*) FILTER (WHERE event.kind = 'clock_breached') AS breached,
    percentile_cont(0.5) WITHIN GROUP (
        ORDER BY extract(epoch FROM event.occurred_at - referral.submitted_at) / 86400
    ) FILTER (WHERE event.onward_referral_id IS NULL AND event.kind = 'accept') AS days_to_accept,
    percentile_cont(0.5) WITHIN GROUP (
        ORDER BY extract(epoch FROM event.occurred_at - referral.submitted_at) / 86400
    ) FILTER (WHERE event.kind IN ('start', 'send_pack')) AS days_to_start
FROM referrals_referralevent AS event
JOIN referrals_referral AS referral ON referral.id = event.referral_id
WHERE event.occurred_at >= %(since)s AND event.occurred_at < %(until)s AND referral.status <> 'entered_in_error'
GROUP BY 1
"""
_STANDS_AT_TEAMS = """
SELECT owner_team_id,
    count(*) FILTER (WHERE status = 'submitted') AS waiting,
    count(*) FILTER (WHERE next_action_on < %(today)s) AS overdue
FROM referrals_referral
WHERE status IN ('deferred', 'submitted', 'information_requested', 'accepted', 'active', 'on_hold')
GROUP BY 1
"""


def of_providers(period: Period, *, today: dt.date, is_last: bool) -> dict[UUID, Figures]:
    """Return the week's figures by provider team, in three statements whatever their number. See `blank`."""
    counted = _counted(_HAPPENED_AT_PROVIDERS, period, today=today)
    _merge(counted, _counted(_CAME_TO_PROVIDERS, period, today=today))
    if is_last:
        _merge(counted, _counted(_STANDS_AT_PROVIDERS, period, today=today))
    for figures in counted.values():
        expected = figures.get("expected")
        figures["attendance"] = round(figures["came"] / expected, 3) if expected else None
    return counted


def of_leads(period: Period, *, today: dt.date, is_last: bool) -> dict[UUID, Figures]:
    """Return the week's figures by link-worker team, in five statements whatever their number. See `blank`."""
    counted = _counted(_HAPPENED_AT_TEAMS, period, today=today)
    if is_last:
        _merge(counted, _counted(_STANDS_AT_TEAMS, period, today=today))
    _merge(counted, readings.count_readings(period))
    for figures in counted.values():
        for name in MEDIANS:
            if figures.get(name) is not None:
                figures[name] = round(float(figures[name]), 1)
    return counted


MEDIANS = ("days_to_accept", "days_to_start")
_UNKNOWN_LATER = ("waiting", "overdue")


def blank(names: dict[str, str], *, is_last: bool) -> Figures:
    """Return the figures of a team in whose week nothing was counted: zeros, and null for what nobody can know."""
    unknown = {*MEDIANS, "attendance", *(() if is_last else _UNKNOWN_LATER)}
    return {name: None if name in unknown else 0 for name in names}


def _counted(statement: str, period: Period, *, today: dt.date) -> dict[UUID, Figures]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {"since": period.starts_at, "until": period.ends_at, "first": period.starts_on, "last": period.ends_on,
             "today": today},
        )  # fmt: skip
        names = [column.name for column in cursor.description or ()][1:]
        return {team: dict(zip(names, values, strict=True)) for team, *values in cursor.fetchall()}


def _merge(counted: dict[UUID, Figures], more: dict[UUID, Figures]) -> None:
    for team, figures in more.items():
        counted.setdefault(team, {}).update(figures)
