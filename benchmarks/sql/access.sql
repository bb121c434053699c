-- What ADR 49 asks of whoever shows a record: whether the reader must say why first (of whoever acts), and the row that says who
-- read it. Frozen, as worklist.sql.
SELECT unusual FROM referrals_opening(
    %(user)s, %(reference)s, '{}', '{}', now() - interval '30 minutes', '', ''
) WHERE unusual <> '' AND reason IS NULL LIMIT 1;
INSERT INTO referrals_recordaccess (
    at, reader_id, visitor, person_id, referral_id, route, request_id, purpose, unusual, reason, words
)
SELECT now(), %(user)s, '', person_id, referral_id, 'raw', '', 'care', unusual, coalesce(reason, ''), coalesce(words, '')
FROM referrals_opening(%(user)s, %(reference)s, '{}', '{}', now() - interval '30 minutes', '', '')
RETURNING id
