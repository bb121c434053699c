"""What was unusual in a week about who opened the records of a team's people: counted for the lead's weekly summary,
and named on a page. What is unusual is listed for a person to judge: most of it has a good reason.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from accounts.enums import Role
from accounts.models import User
from core.errors import NotPermitted
from insights.periods import Period, ended_weeks

MANY: Final = 40
"""From how many people, opened by one reader on one day, it is listed: twice a full day's calls, and a caseload."""
WORKING_HOURS: Final = (7, 20)
"""From and to which hour, by the clock in England and from Monday to Friday, nobody is listed for the hour."""
LONGEST: Final = 200
"""How many lines of each list are shown, the latest first; the page of each record has all of its own."""
DEFINITIONS: Final = {
    "asked_why": "Readers who were asked why they open a record of the team's people in the week: each person once.",
    "many_in_a_day": f"Days of the week on which one reader opened the records of {MANY} people or more.",
    "out_of_hours": "Days of the week on which a reader opened records at a weekend, before 7am or after 8pm.",
}

_READ = """
FROM referrals_recordaccess AS access JOIN referrals_referral AS referral ON referral.id = access.referral_id
WHERE access.at >= %(since)s AND access.at < %(until)s AND access.reader_id IS NOT NULL
    AND (%(teams)s::uuid[] IS NULL OR referral.owner_team_id = ANY (%(teams)s))
"""
_DAY = "(access.at AT TIME ZONE 'Europe/London')::date"
_OUT = """(extract(isodow FROM access.at AT TIME ZONE 'Europe/London') > 5
    OR extract(hour FROM access.at AT TIME ZONE 'Europe/London') NOT BETWEEN %(first_hour)s AND %(last_hour)s)"""
_ASKED = f"""
SELECT referral.owner_team_id, access.reader_id, min(referral.reference) AS reference, access.person_id,
    max(access.at) AS at, max(access.unusual) AS unusual, max(access.reason) AS reason, max(access.words) AS words,
    count(*) AS times
{_READ} AND access.unusual <> '' AND access.purpose <> 'for_the_person'
GROUP BY referral.owner_team_id, access.reader_id, access.person_id
"""
_MANY = f"""
SELECT referral.owner_team_id, access.reader_id, {_DAY} AS day, count(DISTINCT access.person_id) AS people
{_READ} GROUP BY 1, 2, 3 HAVING count(DISTINCT access.person_id) >= %(many)s
"""
_AT_NIGHT = f"""
SELECT referral.owner_team_id, access.reader_id, {_DAY} AS day, count(DISTINCT access.person_id) AS people
{_READ} AND {_OUT} GROUP BY 1, 2, 3
"""
_QUESTIONS: Final = {"asked_why": _ASKED, "many_in_a_day": _MANY, "out_of_hours": _AT_NIGHT}


@dataclass(frozen=True, kw_only=True)
class UnusualReadings:
    """The lists of one week of a lead's teams: rows as the database has them, with the reader's name and job."""

    week: Period
    lists: dict[str, list[dict[str, Any]]]


def count_readings(period: Period) -> dict[UUID, dict[str, int]]:
    """Return by team how much of each there was: three statements, whatever the number of teams."""
    counted: dict[UUID, dict[str, int]] = {}
    for name, question in _QUESTIONS.items():
        statement = f"SELECT owner_team_id, count(*) AS count FROM ({question}) AS found GROUP BY 1"  # noqa: S608
        for row in _asked(statement, period, teams=None):
            counted.setdefault(row["owner_team_id"], {})[name] = row["count"]
    return counted


def unusual_readings(user: User, *, today: dt.date, starts_on: dt.date | None = None) -> UnusualReadings:
    """Return what was unusual in a week that has ended, the last one if none is named: three statements.

    :raises NotPermitted: if the user leads no team.
    """
    teams = user.team_ids(Role.LEAD)
    if not teams:
        raise NotPermitted("The list is for the lead of a team.")
    weeks = ended_weeks(today, count=8)
    week = next((each for each in weeks if each.starts_on == starts_on), weeks[-1])
    lists = {}
    for name, question in _QUESTIONS.items():
        order = "at" if name == "asked_why" else "day"
        lists[name] = _asked(
            f"SELECT found.*, reader.full_name, reader.job_title FROM ({question}) AS found "  # noqa: S608
            "JOIN accounts_user AS reader ON reader.id = found.reader_id "
            f"ORDER BY found.{order} DESC, full_name LIMIT {LONGEST}",
            week, teams=teams,
        )  # fmt: skip
    return UnusualReadings(week=week, lists=lists)


def _asked(statement: str, period: Period, *, teams: list[UUID] | None) -> list[dict[str, Any]]:
    first, end = WORKING_HOURS
    with connection.cursor() as cursor:
        cursor.execute(statement, {
            "since": period.starts_at, "until": period.ends_at, "teams": teams, "many": MANY,
            "first_hour": first, "last_hour": end - 1,
        })  # fmt: skip
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
