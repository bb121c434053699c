-- A referral sent, as POST /api/v1/referrals/ does it: the same questions asked and the same rows written, by hand, each row
-- once, and what was written read for the answer. One transaction. Frozen, as worklist.sql; in the order of the service.
INSERT INTO core_idempotencykey (user_id, operation, key, body_digest, result, created_at)
VALUES (%(user)s, 'create_referral', %(key)s, %(digest)s, %(reference)s, now()) ON CONFLICT DO NOTHING;
SELECT team.id, team.name, organization.name, member.full_name, member.email
FROM accounts_membership AS membership
JOIN accounts_team AS team ON team.id = membership.team_id AND team.is_active
JOIN accounts_organization AS organization ON organization.id = team.organization_id
JOIN accounts_user AS member ON member.id = membership.user_id
WHERE membership.user_id = %(user)s AND membership.role = 'referrer';
SELECT team.name, team.inbox_email, team.takes_referrals, team.is_active, organization.is_active, policy.triage_working_days
FROM accounts_team AS team
JOIN accounts_organization AS organization ON organization.id = team.organization_id
LEFT JOIN referrals_teampolicy AS policy ON policy.team_id = team.id
WHERE team.id = %(team)s;
SELECT pg_advisory_xact_lock(hashtextextended('referrals.person:' || %(birth_key)s::text, 0));
SELECT id, date_of_birth, is_deceased, merged_into_id FROM referrals_person WHERE nhs_number = %(nhs_number)s AND nhs_number <> '';
INSERT INTO referrals_person (id, nhs_number, nhs_number_status, first_name, family_name, date_of_birth, is_deceased)
VALUES (%(person)s, %(nhs_number)s, '02', %(first_name)s, %(family_name)s, %(born)s, false);
SELECT person_id, first_name, family_name, date_of_birth, postcode, nhs_number
FROM referrals_referral
WHERE birth_key = %(birth_key)s AND name_keys && %(name_keys)s::text[] AND forgotten_at IS NULL AND sent_at IS NOT NULL;
SELECT 1 FROM referrals_referral
WHERE owner_team_id = %(team)s AND person_id = %(person)s AND service_id IS NULL
    AND status IN ('deferred', 'submitted', 'information_requested', 'accepted', 'active', 'on_hold') LIMIT 1;
SELECT id, name FROM services_directory_taxonomyterm WHERE id = %(term)s;
INSERT INTO referrals_referral (
    date_of_birth, nhs_number, nhs_number_status, birth_key, name_keys, is_person_settled, is_second_meant, may_email, may_sms,
    may_telephone, may_voicemail, may_letter, telephone_rule, interpreter_language, needs_bsl_interpreter, information_formats,
    status, reference, version, chain_hash, person_id, first_name, family_name, gp_practice_code, address, postcode, telephone,
    email, preferred_contact, communication_needs, source, referral_method, referring_team_id, referrer_id, referrer_name,
    referrer_service, referrer_organization, referrer_contact, referrer_relationship, agreement, confirmed_email,
    owner_team_id, next_action_on, failed_tries, reason, sent_at, submitted_at, outcome
) VALUES (
    %(born)s, %(nhs_number)s, '02', %(birth_key)s, %(name_keys)s, false, false, 'not_asked', 'not_asked',
    'not_asked', 'not_asked', 'not_asked', '', '', false, '{}',
    'submitted', %(reference)s, 1, %(hash)s, %(person)s, %(first_name)s, %(family_name)s, 'V81999', '1 Any Street', 'SK1 3XE',
    '0161 496 0123', '', '', '', 'gp_practice', 'secure_messaging', %(referring)s, %(user)s, %(name)s, 'Practice', 'Practice',
    'gp@bench.example', '', '', '', %(team)s, %(due)s, 0, %(reason)s, %(at)s, %(at)s, ''
);
INSERT INTO referrals_referralneed (referral_id, term_id, note, code, display)
VALUES ((SELECT id FROM referrals_referral WHERE reference = %(reference)s), %(term)s, 'evenings', '', '');
INSERT INTO referrals_risk (referral_id, is_none_known, description, code, display, comment)
VALUES ((SELECT id FROM referrals_referral WHERE reference = %(reference)s), true, '', '', '', '');
INSERT INTO referrals_consent (referral_id, purpose, decision, basis, how_given, note, decided_on, recorded_by_id, recorded_at)
VALUES (
    (SELECT id FROM referrals_referral WHERE reference = %(reference)s), 'share_with_providers', 'given', 'consent', '', '',
    %(today)s, %(user)s, %(at)s
);
INSERT INTO referrals_referralevent (
    referral_id, sequence, kind, from_status, to_status, actor_id, actor_name, occurred_at, reason, outcome, note, note_salt,
    note_seal, details, snomed_code, previous_hash, hashed_text, hash, created_at
) VALUES (
    (SELECT id FROM referrals_referral WHERE reference = %(reference)s), 1, 'submit', 'draft', 'submitted', %(user)s, %(name)s,
    %(at)s, '', '', '', '', '', %(details)s, '', '', %(hashed)s, %(hash)s, now()
);
INSERT INTO notifications_outboxmessage (
    id, event_key, recipient, channel, template, context, occurred_at, available_at, status, request_id, created_at, attempts,
    deferrals, failure, in_digest
)
SELECT gen_random_uuid(), %(event_key)s, 'webhook:' || endpoint.reference, 'webhook', 'referral.submitted', %(context)s::jsonb,
    %(at)s, %(at)s, 'pending', '', now(), 0, 0, '', false
FROM notifications_webhookendpoint AS endpoint JOIN accounts_team AS team ON team.id = endpoint.team_id
WHERE endpoint.team_id IN (%(team)s, %(referring)s) AND endpoint.status = 'active' AND team.is_active
    AND (endpoint.event_types = '{}' OR 'referral.submitted' = ANY (endpoint.event_types))
ON CONFLICT (event_key, recipient, channel) DO NOTHING;
SELECT preference.* FROM accounts_team AS team
JOIN notifications_preference AS preference ON preference.team_id = team.id
WHERE team.id = %(team)s AND team.is_active;
INSERT INTO notifications_outboxmessage (
    id, event_key, recipient, channel, template, context, occurred_at, available_at, status, request_id, created_at, attempts,
    deferrals, failure, in_digest
)
SELECT gen_random_uuid(), %(event_key)s, team.inbox_email, 'email', 'referral_arrived', %(context)s::jsonb, %(at)s, %(at)s,
    'pending', '', now(), 0, 0, '', false
FROM accounts_team AS team WHERE team.id = %(team)s
ON CONFLICT (event_key, recipient, channel) DO NOTHING;
INSERT INTO referrals_personlink (referral_id, token_digest, issued_at, expires_on, wrong_tries)
VALUES ((SELECT id FROM referrals_referral WHERE reference = %(reference)s), %(link)s, %(at)s, %(expires)s, 0)
