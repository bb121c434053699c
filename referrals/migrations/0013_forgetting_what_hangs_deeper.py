"""What hangs on a referral through another row is forgotten with it, and so are its risks."""

from django.db import migrations

DEEPER = """
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

CREATE OR REPLACE FUNCTION referrals_keep_sent_risks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM referrals_referral WHERE id = OLD.referral_id AND sent_at IS NOT NULL)
        AND NOT referrals_is_being_forgotten(to_jsonb(OLD)) THEN
        RAISE EXCEPTION 'a risk is ended and not deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION referrals_is_being_forgotten(line jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM referrals_retentionproposal
        WHERE decision = 'forgotten' AND NOT is_done AND referral_id = coalesce(
            (line ->> 'referral_id')::bigint,
            (SELECT referral_id FROM referrals_onwardreferral WHERE id = (line ->> 'onward_referral_id')::bigint)
        )
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0012_record")]

    operations = [migrations.RunSQL(DEEPER, AS_BEFORE)]
