"""Count the pathway of everybody at night: how far referrals have come, how long people waited, how services answered.

By month, over all teams, told apart by one thing at a time: so a row for each month and group, however many were
referred, and any period of whole months is the sum of its months. What counts is said where it is asked of one team,
in `journeys` and `waits`, and only there.
"""

import datetime as dt
from typing import Any, Final

from django.db import connection, transaction

from core.clocks import local_day
from insights.dimensions import ALL_JOINS, COMMON, DIMENSIONS
from insights.journeys import COURSES, STAGES, WEEKS
from insights.waits import ANSWER, CALENDAR, ENDED, LONGEST, NOT_COUNTED, OF_SERVICES, calendar

_LOCK = 7_134_011
"""An advisory lock of our own, so that two counts at once wait for each other."""
_KEYS = ", ".join(DIMENSIONS)
_BY = "CASE " + " ".join(f"WHEN grouping({by}) = 0 THEN '{by}'" for by in DIMENSIONS) + " ELSE 'total' END"
_KEY = f"coalesce({_KEYS}, '')"


def _sets(*others: str) -> str:
    """Return the ways to group: all together, and by each of what tells referrals apart."""
    every = ", ".join(others)
    return f"GROUPING SETS (({every}), {', '.join(f'({every}, {by})' for by in DIMENSIONS)})"


def _month(moment: str) -> str:
    return f"date_trunc('month', {moment} AT TIME ZONE 'Europe/London')::date"


_REFERRED = f"""
CREATE TEMP TABLE referred ON COMMIT DROP AS
WITH {COMMON}
SELECT referral.id, referral.submitted_at, {_month("referral.sent_at")} AS month,
    {", ".join(f"{dimension.key} AS {by}" for by, dimension in DIMENSIONS.items())}
FROM referrals_referral AS referral
{ALL_JOINS}
WHERE referral.status NOT IN {NOT_COUNTED}
"""  # noqa: S608 - our own text, no value
_STAGED = f"""
CREATE TEMP TABLE staged ON COMMIT DROP AS
WITH cohort AS (SELECT id FROM referred WHERE month IS NOT NULL), {COURSES}
SELECT id, onward_referral_id, reached FROM stage
"""  # noqa: S608 - our own text, no value
_STAGE_NAMES = ", ".join(figure.key for figure in STAGES)
_STAGE_COUNTS = ", ".join(f"count(*) FILTER (WHERE coalesce(reached, 0) >= {number})" for number in range(len(STAGES)))
_JOURNEYS = f"""
INSERT INTO insights_journeytotal (by, key, month, {_STAGE_NAMES}, counted_at)
SELECT {_BY}, {_KEY}, month, {_STAGE_COUNTS}, %(at)s
FROM referred LEFT JOIN (SELECT id, max(reached) AS reached FROM staged GROUP BY id) AS came USING (id)
WHERE month IS NOT NULL
GROUP BY {_sets("month")}
"""  # noqa: S608 - our own text, no value
_OF_PROGRAMMES = f"""
INSERT INTO insights_journeytotal (by, key, month, {_STAGE_NAMES}, counted_at)
SELECT 'programme', service_id::text, month, {_STAGE_COUNTS}, %(at)s
FROM (
    SELECT staged.id, onward.service_id, max(staged.reached) AS reached
    FROM staged JOIN referrals_onwardreferral AS onward ON onward.id = staged.onward_referral_id
    WHERE staged.reached >= 3
    GROUP BY staged.id, onward.service_id
) AS came
JOIN referred USING (id)
GROUP BY service_id, month
"""  # noqa: S608 - our own text, no value
_WAITED = f"""
CREATE TEMP TABLE waited ON COMMIT DROP AS
WITH {CALENDAR}, {ENDED}
SELECT ended.wait, {_month("ended.ended_at")} AS month, upto.ordinal - since.ordinal AS days,
    CASE WHEN ended.wait = ANY (%(of_services)s) THEN onward.service_id END AS service_id, {_KEYS}
FROM ended
JOIN referred ON referred.id = ended.referral_id
LEFT JOIN referrals_onwardreferral AS onward ON onward.id = ended.onward_referral_id
JOIN calendar AS since ON since.day = (
    CASE WHEN ended.wait = 'answer' THEN onward.sent_at ELSE referred.submitted_at END AT TIME ZONE 'Europe/London'
)::date
JOIN calendar AS upto ON upto.day = (ended.ended_at AT TIME ZONE 'Europe/London')::date
WHERE upto.day - since.day <= %(longest)s
"""  # noqa: S608 - our own text, no value
_WAITS = f"""
INSERT INTO insights_waittotal (by, wait, key, month, days, counts, counted_at)
SELECT by, wait, key, month, array_agg(days ORDER BY days), array_agg(count ORDER BY days), %(at)s
FROM (
    SELECT {_BY} AS by, wait, {_KEY} AS key, month, days, count(*)::int AS count
    FROM waited GROUP BY {_sets("wait", "month", "days")}
    UNION ALL
    SELECT 'programme', wait, service_id::text, month, days, count(*)::int
    FROM waited WHERE service_id IS NOT NULL GROUP BY wait, service_id, month, days
) AS each
GROUP BY by, wait, key, month
"""  # noqa: S608 - our own text, no value
_ANSWERS = f"""
WITH {CALENDAR}, {ANSWER},
told AS (
    SELECT answer.*, {_month("begun_at")} AS month, upto.ordinal - since.ordinal AS days
    FROM answer
    JOIN calendar AS since ON since.day = (begun_at AT TIME ZONE 'Europe/London')::date
    LEFT JOIN calendar AS upto ON upto.day = (ended_at AT TIME ZONE 'Europe/London')::date
        AND upto.day - since.day <= %(longest)s
)
INSERT INTO insights_answertotal (
    service_id, month, sent, answered, declined, expired, waiting, days, counts, counted_at
)
SELECT service_id, month, sum(count), sum(answered), sum(declined), sum(expired), sum(waiting),
    coalesce(array_agg(days ORDER BY days) FILTER (WHERE days IS NOT NULL), '{{}}'),
    coalesce(array_agg(count ORDER BY days) FILTER (WHERE days IS NOT NULL), '{{}}'), %(at)s
FROM (
    SELECT service_id, month, days, count(*)::int AS count, count(ended_at) AS answered,
        count(*) FILTER (WHERE is_declined) AS declined, count(*) FILTER (WHERE is_expired) AS expired,
        count(*) FILTER (WHERE is_waiting) AS waiting
    FROM told GROUP BY service_id, month, days
) AS each
GROUP BY service_id, month
"""  # noqa: S608 - our own text, no value
_FIRST_DAY = "SELECT min(sent_at) FROM referrals_referral"
COUNTED: Final = ("insights_journeytotal", "insights_waittotal", "insights_answertotal")


@transaction.atomic(durable=True)
def count_pathway(*, at: dt.datetime) -> dict[str, int]:
    """Count everything afresh, from the events; return how many rows that makes of each table.

    A month's figures change as long as its people are on the way. Until this commits, readers see the count before.
    """
    rows: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SET LOCAL work_mem = '128MB'")  # one count a night: what it sorts and hashes stays in memory
        cursor.execute(_FIRST_DAY)
        ((first,),) = cursor.fetchall()
        today = local_day(at)
        days, ordinals = calendar((local_day(first) if first else today) - LONGEST, today + LONGEST)
        values: dict[str, Any] = {
            "at": at, "weeks": dt.timedelta(weeks=WEEKS), "since": None, "until": None, "teams": None,
            "days": list(days), "ordinals": list(ordinals), "longest": LONGEST.days, "of_services": list(OF_SERVICES),
        }  # fmt: skip
        for table in COUNTED:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - one of ours
        for made, statement in (
            ("referred", _REFERRED), ("staged", _STAGED), ("journeys", _JOURNEYS), ("programmes", _OF_PROGRAMMES),
            ("waited", _WAITED), ("waits", _WAITS), ("answers", _ANSWERS),
        ):  # fmt: skip
            cursor.execute(statement, values)
            rows[made] = int(cursor.rowcount)
            if statement.lstrip().startswith("CREATE"):
                cursor.execute(f"ANALYZE {made}")
        cursor.execute("DROP TABLE referred, staged, waited")
    return {
        "referrals": rows["referred"], "journeys": rows["journeys"] + rows["programmes"], "waits": rows["waits"],
        "answers": rows["answers"],
    }  # fmt: skip
