"""What hangs on a person and on no referral of theirs is forgotten with their last referral."""

from django.db import migrations

WITH_THE_PERSON = """
CREATE OR REPLACE FUNCTION referrals_is_being_forgotten(line jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM referrals_retentionproposal AS proposal
        JOIN referrals_referral AS referral ON referral.id = proposal.referral_id
        WHERE proposal.decision = 'forgotten' AND NOT proposal.is_done AND (
            referral.id = coalesce(
                (line ->> 'referral_id')::bigint,
                (SELECT referral_id FROM referrals_onwardreferral WHERE id = (line ->> 'onward_referral_id')::bigint),
                (SELECT referral_id FROM referrals_recordversion WHERE id = (line ->> 'version_id')::bigint),
                (SELECT referral_id FROM referrals_messageback WHERE id = (line ->> 'message_id')::bigint)
            )
            OR line ->> 'referral_id' IS NULL
            AND referral.person_id::text IN (line ->> 'person_id', line ->> 'kept_id')
        )
    )
$$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION referrals_is_being_forgotten(line jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM referrals_retentionproposal
        WHERE decision = 'forgotten' AND NOT is_done AND referral_id = coalesce(
            (line ->> 'referral_id')::bigint,
            (SELECT referral_id FROM referrals_onwardreferral WHERE id = (line ->> 'onward_referral_id')::bigint),
            (SELECT referral_id FROM referrals_recordversion WHERE id = (line ->> 'version_id')::bigint),
            (SELECT referral_id FROM referrals_messageback WHERE id = (line ->> 'message_id')::bigint)
        )
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0014_people")]

    operations = [migrations.RunSQL(WITH_THE_PERSON, AS_BEFORE)]
