-- A case put on hold, or taken up again, as POST /api/v1/referrals/{reference}/hold/ and /resume/ do it. One transaction; what
-- the answer holds is read after it by case.sql. Frozen, as worklist.sql.
SELECT referral.*, policy.review_working_days
FROM referrals_referral AS referral
LEFT JOIN referrals_teampolicy AS policy ON policy.team_id = referral.owner_team_id
WHERE referral.reference = %(reference)s AND referral.forgotten_at IS NULL AND referral.sent_at IS NOT NULL
    AND referral.owner_team_id IN (
        SELECT membership.team_id
        FROM accounts_membership AS membership JOIN accounts_team AS team ON team.id = membership.team_id AND team.is_active
        WHERE membership.user_id = %(user)s AND membership.role IN ('link_worker', 'lead')
    )
FOR UPDATE OF referral;
SELECT * FROM referrals_onwardreferral
WHERE referral_id = %(id)s AND status IN ('sent', 'information_requested', 'waitlisted', 'accepted') ORDER BY id FOR UPDATE;
UPDATE referrals_referral
SET status = %(to)s, next_action_on = %(due)s, version = %(sequence)s, chain_hash = %(hash)s WHERE id = %(id)s;
INSERT INTO referrals_referralevent (
    referral_id, sequence, kind, from_status, to_status, actor_id, actor_name, occurred_at, reason, outcome, note, note_salt,
    note_seal, details, snomed_code, previous_hash, hashed_text, hash, created_at
) VALUES (
    %(id)s, %(sequence)s, %(kind)s, %(from)s, %(to)s, %(user)s, %(name)s, %(at)s, %(reason)s, '', '', '', '', '{}', '',
    %(previous)s, %(hashed)s, %(hash)s, now()
);
INSERT INTO notifications_outboxmessage (
    id, event_key, recipient, channel, template, context, occurred_at, available_at, status, request_id, created_at, attempts,
    deferrals, failure, in_digest
)
SELECT gen_random_uuid(), %(event_key)s, 'webhook:' || endpoint.reference, 'webhook', 'referral.changed', %(context)s::jsonb,
    %(at)s, %(at)s, 'pending', '', now(), 0, 0, '', false
FROM notifications_webhookendpoint AS endpoint JOIN accounts_team AS team ON team.id = endpoint.team_id
WHERE endpoint.team_id IN (%(team)s, %(referring)s) AND endpoint.status = 'active' AND team.is_active
ON CONFLICT (event_key, recipient, channel) DO NOTHING
