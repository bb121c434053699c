-- A page of the referrals that somebody may see, newest first, as GET /api/v1/referrals/ tells it: by hand, with all that its words
-- (whose turn it is, what may be done) are made of, and with what says who sees what. Frozen: what the service learns to tell
-- later is not put in here.
WITH sees AS (
    SELECT membership.team_id, membership.role = 'referrer' AS refers
    FROM accounts_membership AS membership JOIN accounts_team AS team ON team.id = membership.team_id AND team.is_active
    WHERE membership.user_id = %(user)s AND membership.role IN ('referrer', 'link_worker', 'lead')
)
SELECT json_agg(json_build_object(
    'reference', page.reference, 'status', page.status, 'version', page.version, 'source', page.source,
    'person', upper(page.family_name) || ', ' || page.first_name,
    'referring_team_id', referring.id, 'referring_team', referring.name, 'owner_team_id', owning.id, 'owner_team', owning.name,
    'owner', CASE WHEN owner.id IS NULL THEN NULL ELSE json_build_object('id', owner.id, 'full_name', owner.full_name) END,
    'next_action_on', page.next_action_on, 'planned_discharge_on', page.planned_discharge_on, 'reached_at', page.reached_at,
    'failed_tries', page.failed_tries, 'asks_to_close_at', page.asks_to_close_at,
    'submitted_at', page.submitted_at, 'ended_at', page.ended_at, 'outcome', page.outcome,
    'grace', policy.breach_working_days, 'moved_at', moved.occurred_at, 'why', moved.reason
) ORDER BY page.id DESC)::text
FROM (
    SELECT made.id
    FROM (SELECT DISTINCT team_id FROM sees WHERE refers) AS own
    CROSS JOIN LATERAL (
        SELECT id FROM referrals_referral
        WHERE referring_team_id = own.team_id AND forgotten_at IS NULL AND id <= %(from)s ORDER BY id DESC LIMIT %(size)s + 1
    ) AS made
    UNION
    SELECT sent.id
    FROM (SELECT DISTINCT team_id FROM sees WHERE NOT refers) AS own
    CROSS JOIN LATERAL (
        SELECT id FROM referrals_referral
        WHERE owner_team_id = own.team_id AND sent_at IS NOT NULL AND forgotten_at IS NULL AND id <= %(from)s
        ORDER BY id DESC LIMIT %(size)s + 1
    ) AS sent
    ORDER BY id DESC LIMIT %(size)s + 1
) AS picked
JOIN referrals_referral AS page ON page.id = picked.id
JOIN accounts_team AS referring ON referring.id = page.referring_team_id
JOIN accounts_team AS owning ON owning.id = page.owner_team_id
LEFT JOIN accounts_user AS owner ON owner.id = page.owner_id
LEFT JOIN referrals_teampolicy AS policy ON policy.team_id = page.owner_team_id
LEFT JOIN LATERAL (
    SELECT event.occurred_at, event.reason
    FROM referrals_referralevent AS event
    WHERE event.referral_id = page.id AND event.onward_referral_id IS NULL AND event.to_status <> ''
    ORDER BY event.sequence DESC
    LIMIT 1
) AS moved ON true
