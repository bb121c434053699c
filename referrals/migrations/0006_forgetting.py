"""What was append-only may be emptied for one reason: a lead has decided that a referral is forgotten.

While that decision is carried out (it is made, and not yet done, in the same transaction) the rows of that referral may be
changed or removed. An event stays, with its hash: only its note goes, and the salt with it. Where the note itself was hashed, as
it was before notes were sealed, the text that was hashed goes too.
"""

from django.db import migrations

FORGETTING = """
CREATE FUNCTION referrals_is_being_forgotten(line jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM referrals_retentionproposal
        WHERE decision = 'forgotten' AND NOT is_done AND referral_id = coalesce(
            (line ->> 'referral_id')::bigint,
            (SELECT referral_id FROM referrals_onwardreferral WHERE id = (line ->> 'onward_referral_id')::bigint)
        )
    )
$$;

CREATE OR REPLACE FUNCTION referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') AND referrals_is_being_forgotten(to_jsonb(OLD)) THEN
        IF TG_TABLE_NAME <> 'referrals_referralevent' THEN
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        ELSIF TG_OP = 'UPDATE' THEN
            IF NEW.note = '' AND NEW.note_salt = ''
                AND NEW.hashed_text = (CASE WHEN OLD.note <> '' AND OLD.note_seal = '' THEN '' ELSE OLD.hashed_text END)
                AND to_jsonb(NEW) - ARRAY['note', 'note_salt', 'hashed_text']
                    = to_jsonb(OLD) - ARRAY['note', 'note_salt', 'hashed_text'] THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
NO_FORGETTING = """
CREATE OR REPLACE FUNCTION referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP FUNCTION referrals_is_being_forgotten(jsonb);
"""

SUBJECT_ACCESS = """
CREATE TRIGGER subjectaccess_append_only BEFORE UPDATE OR DELETE ON referrals_subjectaccess
    FOR EACH ROW EXECUTE FUNCTION referrals_refuse_change();
CREATE TRIGGER subjectaccess_no_truncate BEFORE TRUNCATE ON referrals_subjectaccess
    FOR EACH STATEMENT EXECUTE FUNCTION referrals_refuse_change();
"""
DROP_SUBJECT_ACCESS = """
DROP TRIGGER subjectaccess_append_only ON referrals_subjectaccess;
DROP TRIGGER subjectaccess_no_truncate ON referrals_subjectaccess;
"""

DECIDED_ONCE = """
CREATE FUNCTION referrals_keep_retention_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.is_done OR OLD.referral_id <> NEW.referral_id
        OR OLD.decision <> '' AND (to_jsonb(NEW) - 'is_done') <> (to_jsonb(OLD) - 'is_done') THEN
        RAISE EXCEPTION 'what was decided about keeping referral % stands', OLD.referral_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER retention_decided_once BEFORE UPDATE OR DELETE ON referrals_retentionproposal
    FOR EACH ROW EXECUTE FUNCTION referrals_keep_retention_decision();

-- A decision to forget that is left half done would leave the referral's rows open to change.
CREATE FUNCTION referrals_finish_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM referrals_retentionproposal WHERE id = NEW.id AND decision <> '' AND NOT is_done) THEN
        RAISE EXCEPTION 'the decision about referral % was not carried out', NEW.referral_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER retention_is_done_when_decided AFTER INSERT OR UPDATE ON referrals_retentionproposal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION referrals_finish_forgetting();
"""
DROP_DECIDED_ONCE = """
DROP TRIGGER retention_is_done_when_decided ON referrals_retentionproposal;
DROP FUNCTION referrals_finish_forgetting();
DROP TRIGGER retention_decided_once ON referrals_retentionproposal;
DROP FUNCTION referrals_keep_retention_decision();
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_retention")]

    operations = [
        migrations.RunSQL(FORGETTING, NO_FORGETTING),
        migrations.RunSQL(SUBJECT_ACCESS, DROP_SUBJECT_ACCESS),
        migrations.RunSQL(DECIDED_ONCE, DROP_DECIDED_ONCE),
    ]
