"""Count."""

import datetime as dt

from django.db import connection, transaction

from insights.neighbourhoods import AREA, NAME, SECTOR, joins_of

_LOCK = 7_134_001
"""An advisory lock of our own, so that two counts at once wait for each other."""


def _of(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{column}" for column in columns.split(", "))


_KEY = "month, service_id, source, referring_team_id, owner_team_id, provider_team_id, neighbourhood"
_STAGES = "referred, accepted, started, completed, left_early"
_COUNT = f"""
CREATE TEMP TABLE counted ON COMMIT DROP AS
WITH {AREA}
SELECT
    date_trunc('month', onward.sent_at AT TIME ZONE 'Europe/London')::date AS month,
    onward.service_id, referral.source, referral.referring_team_id, referral.owner_team_id, onward.provider_team_id,
    {NAME} AS neighbourhood,
    count(*)::int AS referred,
    (count(*) FILTER (WHERE reached.accepted))::int AS accepted,
    (count(*) FILTER (WHERE reached.started))::int AS started,
    (count(*) FILTER (WHERE reached.completed))::int AS completed,
    (count(*) FILTER (WHERE reached.left_early))::int AS left_early
FROM referrals_onwardreferral AS onward
JOIN referrals_referral AS referral ON referral.id = onward.referral_id
LEFT JOIN (
    SELECT
        onward_referral_id,
        bool_or(to_status = 'accepted') AS accepted,
        bool_or(to_status = 'started') AS started,
        bool_or(to_status = 'completed') AS completed,
        bool_or(to_status = 'left_early') AS left_early
    FROM referrals_referralevent
    WHERE onward_referral_id IS NOT NULL AND to_status IN ('accepted', 'started', 'completed', 'left_early')
    GROUP BY onward_referral_id
) AS reached ON reached.onward_referral_id = onward.id
LEFT JOIN LATERAL (
    SELECT lsoa, ward, {SECTOR.format(postcode="code")} AS sector
    FROM services_directory_postcode WHERE code = replace(referral.postcode, ' ', '')
) AS postcode ON true
{joins_of("postcode")}
WHERE referral.status <> 'entered_in_error'
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608 - our own text, no value


# From one night to the next few rows change; those that do not are left alone, for each costs its keys and indexes. The
# two counts are laid beside each other once, whole: to look each row up took longer than the count.
_CHANGED = f"""
CREATE TEMP TABLE changed ON COMMIT DROP AS
SELECT kept.id AS kept_id, counted.*
FROM counted
FULL JOIN insights_uptakecount AS kept
    ON ({_of("kept", _KEY)}, {_of("kept", _STAGES)}) = ({_of("counted", _KEY)}, {_of("counted", _STAGES)})
WHERE kept.id IS NULL OR counted.month IS NULL
"""  # noqa: S608 - our own text, no value
_DROP_CHANGED = "DELETE FROM insights_uptakecount WHERE id IN (SELECT kept_id FROM changed)"
_ADD = f"""
INSERT INTO insights_uptakecount ({_KEY}, {_STAGES}, counted_at)
SELECT {_KEY}, {_STAGES}, %(at)s FROM changed WHERE kept_id IS NULL
"""  # noqa: S608 - our own text, no value
_TOTAL = """
INSERT INTO insights_uptaketotal (
    by, month, source, service_id, organization_id, neighbourhood,
    referred, accepted, started, completed, left_early, counted_at
)
SELECT
    CASE
        WHEN grouping(counted.service_id) = 0 THEN 'programme'
        WHEN grouping(team.organization_id) = 0 THEN 'referring_organization'
        WHEN grouping(counted.neighbourhood) = 0 THEN 'neighbourhood'
        ELSE 'source'
    END,
    counted.month, counted.source, counted.service_id, team.organization_id, coalesce(counted.neighbourhood, ''),
    sum(referred), sum(accepted), sum(started), sum(completed), sum(left_early), %(at)s
FROM counted JOIN accounts_team AS team ON team.id = counted.referring_team_id
GROUP BY GROUPING SETS (
    (month, source), (month, source, service_id), (month, source, organization_id), (month, source, neighbourhood)
)
"""


@transaction.atomic(durable=True)
def count_uptake(*, at: dt.datetime) -> int:
    """Count afresh, from the events, what became of every onward referral; return how many rows that makes.

    Everything is counted each time: a month's figures change as long as its people take part. Until this commits,
    readers see the count before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SET LOCAL work_mem = '64MB'")  # one count a night: what it sorts and hashes stays in memory
        cursor.execute(_COUNT)
        rows = int(cursor.rowcount)
        cursor.execute("ANALYZE counted")
        cursor.execute(_CHANGED)
        cursor.execute(_DROP_CHANGED)
        cursor.execute(_ADD, {"at": at})
        cursor.execute("DELETE FROM insights_uptaketotal")
        cursor.execute(_TOTAL, {"at": at})
        cursor.execute("DROP TABLE counted, changed")
        return rows
