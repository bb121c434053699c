-- A case opened: what GET /api/v1/referrals/{reference}/?include=events,contacts tells, read by hand, with what
-- says who sees what. Frozen, as worklist.sql.
SELECT team_id, role
FROM accounts_membership AS membership JOIN accounts_team AS team ON team.id = membership.team_id AND team.is_active
WHERE membership.user_id = %(user)s;
SELECT referral.*, referring.name, owning.name, owner.full_name, policy.breach_working_days, service.name,
    discharge.*, earlier.reference, later.reference, moved.occurred_at, moved.reason
FROM referrals_referral AS referral
JOIN accounts_team AS referring ON referring.id = referral.referring_team_id
JOIN accounts_team AS owning ON owning.id = referral.owner_team_id
LEFT JOIN accounts_user AS owner ON owner.id = referral.owner_id
LEFT JOIN referrals_teampolicy AS policy ON policy.team_id = referral.owner_team_id
LEFT JOIN services_directory_service AS service ON service.id = referral.service_id
LEFT JOIN referrals_discharge AS discharge ON discharge.referral_id = referral.id
LEFT JOIN referrals_referral AS earlier ON earlier.id = referral.redirected_from_id
LEFT JOIN referrals_referral AS later ON later.redirected_from_id = referral.id
LEFT JOIN LATERAL (
    SELECT occurred_at, reason FROM referrals_referralevent
    WHERE referral_id = referral.id AND onward_referral_id IS NULL AND to_status <> '' ORDER BY sequence DESC LIMIT 1
) AS moved ON true
WHERE referral.reference = %(reference)s AND referral.forgotten_at IS NULL
    AND (referral.owner_team_id = ANY (%(owning)s) AND referral.sent_at IS NOT NULL
        OR referral.referring_team_id = ANY (%(referring)s));
SELECT need.*, term.name
FROM referrals_referralneed AS need
JOIN services_directory_taxonomyterm AS term ON term.id = need.term_id
WHERE need.referral_id = %(id)s ORDER BY need.id;
SELECT * FROM referrals_risk WHERE referral_id = %(id)s AND ended_on IS NULL ORDER BY id;
SELECT consent.*, recorder.full_name, organization.name, service.name, receiving.organization_id
FROM referrals_consent AS consent JOIN accounts_user AS recorder ON recorder.id = consent.recorded_by_id
LEFT JOIN accounts_organization AS organization ON organization.id = consent.to_organization_id
LEFT JOIN services_directory_service AS service ON service.id = consent.to_service_id
LEFT JOIN accounts_team AS receiving ON receiving.id = service.receiving_team_id
WHERE consent.referral_id = %(id)s ORDER BY consent.id;
SELECT onward.*, service.name, provider.name
FROM referrals_onwardreferral AS onward
JOIN services_directory_service AS service ON service.id = onward.service_id
JOIN accounts_team AS provider ON provider.id = onward.provider_team_id
WHERE onward.referral_id = %(id)s ORDER BY onward.id;
SELECT event.*, onward.reference, service.name
FROM referrals_referralevent AS event
LEFT JOIN referrals_onwardreferral AS onward ON onward.id = event.onward_referral_id
LEFT JOIN services_directory_service AS service ON service.id = onward.service_id
WHERE event.referral_id = %(id)s ORDER BY event.sequence LIMIT 26;
SELECT contact.*, onward.reference, later.id, recorder.full_name
FROM referrals_contact AS contact JOIN accounts_user AS recorder ON recorder.id = contact.recorded_by_id
LEFT JOIN referrals_onwardreferral AS onward ON onward.id = contact.onward_referral_id
LEFT JOIN referrals_contact AS later ON later.replaces_id = contact.id
WHERE contact.referral_id = %(id)s ORDER BY contact.occurred_at DESC, contact.id DESC LIMIT 26
