"""How the referrals to each service were answered: counted here, where referrals are known, for the directory."""

import datetime as dt

from django.db import connection

from services_directory.services.trust import record_responsiveness
from services_directory.trust import Responsiveness

WINDOW = dt.timedelta(days=365)
"""How far back a referral still counts."""

_COUNT = """
SELECT
    sent.service_id,
    count(*) FILTER (WHERE sent.answered_at IS NOT NULL),
    count(*) FILTER (WHERE sent.answered_at IS NOT NULL AND sent.is_declined),
    count(*) FILTER (WHERE sent.answered_at IS NULL AND sent.is_expired),
    percentile_cont(0.5) WITHIN GROUP (
        ORDER BY extract(epoch FROM sent.replied_at - sent.sent_at)
    ) FILTER (WHERE sent.answered_at IS NOT NULL)
FROM (
    SELECT
        onward.service_id, onward.sent_at,
        min(event.occurred_at) FILTER (WHERE event.kind IN ('accept', 'waitlist', 'decline')) AS answered_at,
        min(event.occurred_at) FILTER (
            WHERE event.kind IN ('accept', 'waitlist', 'decline', 'request_information')
        ) AS replied_at,
        bool_or(event.kind = 'decline') AS is_declined,
        bool_or(event.kind = 'expire') AS is_expired
    FROM referrals_onwardreferral AS onward
    JOIN referrals_referral AS referral ON referral.id = onward.referral_id
    JOIN referrals_referralevent AS event
        ON event.onward_referral_id = onward.id
        AND event.kind IN ('accept', 'waitlist', 'decline', 'request_information', 'expire')
    WHERE onward.sent_at > %(since)s AND onward.sent_at <= %(at)s AND event.occurred_at <= %(at)s
        AND referral.status <> 'entered_in_error'
    GROUP BY onward.id
) AS sent
GROUP BY sent.service_id
HAVING bool_or(sent.answered_at IS NOT NULL OR sent.is_expired)
"""


def count_responsiveness(*, at: dt.datetime) -> int:
    """Count how the referrals of the last year were answered, and give it to the directory; return for how many.

    A referral counts once it is accepted, put on the waiting list or declined (answered), or has expired unanswered;
    what is still open, or was withdrawn before an answer, counts neither way. The first reply may be a question. An
    offer whose expiry came first and that was then taken up all the same cannot be: expired is an end.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"at": at, "since": at - WINDOW})
        counts = {
            service_id: Responsiveness(
                answered=answered,
                declined=declined,
                expired=expired,
                median_days=None if seconds is None else float(seconds) / 86400,
            )
            for service_id, answered, declined, expired, seconds in cursor.fetchall()
        }
    return record_responsiveness(counts, at=at)
