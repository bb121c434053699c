"""Count."""

import datetime as dt

from django.db import connection, transaction

from insights.neighbourhoods import AREA, NAME, SECTOR, joins_of

_LOCK = 7_134_001
"""An advisory lock of our own, so that two counts at once wait for each other."""

_COUNT = f"""
WITH {AREA}
INSERT INTO insights_uptakecount (
    month, service_id, source, referring_team_id, owner_team_id, provider_team_id, neighbourhood,
    referred, accepted, started, completed, left_early, counted_at
)
SELECT
    date_trunc('month', onward.sent_at AT TIME ZONE 'Europe/London')::date,
    onward.service_id, referral.source, referral.referring_team_id, referral.owner_team_id, onward.provider_team_id,
    {NAME},
    count(*),
    count(*) FILTER (WHERE reached.accepted),
    count(*) FILTER (WHERE reached.started),
    count(*) FILTER (WHERE reached.completed),
    count(*) FILTER (WHERE reached.left_early),
    %(at)s
FROM referrals_onwardreferral AS onward
JOIN referrals_referral AS referral ON referral.id = onward.referral_id
JOIN (
    SELECT
        onward_referral_id,
        bool_or(to_status = 'accepted') AS accepted,
        bool_or(to_status = 'started') AS started,
        bool_or(to_status = 'completed') AS completed,
        bool_or(to_status = 'left_early') AS left_early
    FROM referrals_referralevent
    WHERE onward_referral_id IS NOT NULL
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


@transaction.atomic(durable=True)
def count_uptake(*, at: dt.datetime) -> int:
    """Count afresh, from the events, what became of every onward referral; return how many rows that makes.

    Everything is counted each time: a month's figures change as long as its people take part. Until this commits,
    readers see the count before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("DELETE FROM insights_uptakecount")
        cursor.execute(_COUNT, {"at": at})
        return int(cursor.rowcount)
