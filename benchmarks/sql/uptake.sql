-- What became of all onward referrals, by month, service, source, the three teams and the neighbourhood of the home: what
-- insights.services.count_uptake counts each night, by hand. Frozen, as worklist.sql.
SELECT count(*), sum(referred), sum(started)
FROM (
    SELECT count(*) AS referred,
        count(*) FILTER (WHERE reached.accepted), count(*) FILTER (WHERE reached.started) AS started,
        count(*) FILTER (WHERE reached.completed), count(*) FILTER (WHERE reached.left_early)
    FROM referrals_onwardreferral AS onward
    JOIN referrals_referral AS referral ON referral.id = onward.referral_id
    JOIN (
        SELECT onward_referral_id, bool_or(to_status = 'accepted') AS accepted, bool_or(to_status = 'started') AS started,
            bool_or(to_status = 'completed') AS completed, bool_or(to_status = 'left_early') AS left_early
        FROM referrals_referralevent WHERE onward_referral_id IS NOT NULL GROUP BY onward_referral_id
    ) AS reached ON reached.onward_referral_id = onward.id
    LEFT JOIN services_directory_postcode AS postcode ON postcode.code = replace(referral.postcode, ' ', '')
    LEFT JOIN (
        SELECT unnest(sectors) AS sector, name FROM services_directory_neighbourhood
    ) AS area ON area.sector = regexp_replace(postcode.code, '^(.+)(.)..$', '\1 \2')
    WHERE referral.status <> 'entered_in_error'
    GROUP BY date_trunc('month', onward.sent_at AT TIME ZONE 'Europe/London'), onward.service_id, referral.source,
        referral.referring_team_id, referral.owner_team_id, onward.provider_team_id, area.name
) AS counted
