-- A page of a team's referrals, newest first, as GET /api/v1/referrals/ tells it: by hand, with what its words are made of.
-- Frozen: what the service learns to tell later is not put in here.
SELECT json_agg(json_build_object(
    'reference', page.reference, 'status', page.status, 'version', page.version,
    'person', upper(page.family_name) || ', ' || page.first_name,
    'referring_team', referring.name, 'owner_team', owning.name,
    'owner', CASE WHEN owner.id IS NULL THEN NULL ELSE json_build_object('id', owner.id, 'full_name', owner.full_name) END,
    'next_action_on', page.next_action_on, 'submitted_at', page.submitted_at, 'ended_at', page.ended_at,
    'outcome', page.outcome, 'grace', policy.breach_working_days, 'moved_at', moved.occurred_at, 'why', moved.reason
) ORDER BY page.id DESC)
FROM (
    SELECT referral.*
    FROM referrals_referral AS referral
    WHERE (referral.referring_team_id = ANY (%(referring)s)
            OR (referral.owner_team_id = ANY (%(owning)s) AND referral.sent_at IS NOT NULL))
        AND referral.forgotten_at IS NULL AND referral.id <= %(from)s
    ORDER BY referral.id DESC
    LIMIT %(size)s + 1
) AS page
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
