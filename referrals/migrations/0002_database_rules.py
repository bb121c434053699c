"""The rules that only triggers can keep.

1. Events and consents are append-only: no update, no delete, no truncate.
2. An event continues its referral's chain: the next sequence, the previous hash, and a hash that is that of its text.
3. A status is what the last event said: whoever changes a status past the service (update(), psql) is refused at
   commit, and so is a row that came without its history.
4. Nothing moves after an end state, but by `reopen` or `enter_in_error`.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON referrals_referralevent
    FOR EACH ROW EXECUTE FUNCTION referrals_refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON referrals_referralevent
    FOR EACH STATEMENT EXECUTE FUNCTION referrals_refuse_change();
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON referrals_consent
    FOR EACH ROW EXECUTE FUNCTION referrals_refuse_change();
CREATE TRIGGER consent_no_truncate BEFORE TRUNCATE ON referrals_consent
    FOR EACH STATEMENT EXECUTE FUNCTION referrals_refuse_change();
"""
DROP_APPEND_ONLY = """
DROP TRIGGER event_append_only ON referrals_referralevent;
DROP TRIGGER event_no_truncate ON referrals_referralevent;
DROP TRIGGER consent_append_only ON referrals_consent;
DROP TRIGGER consent_no_truncate ON referrals_consent;
DROP FUNCTION referrals_refuse_change();
"""

CHAIN = """
CREATE FUNCTION referrals_check_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_sequence integer;
    last_hash text;
BEGIN
    SELECT sequence, hash INTO last_sequence, last_hash FROM referrals_referralevent
        WHERE referral_id = NEW.referral_id ORDER BY sequence DESC LIMIT 1;
    IF NEW.sequence <> coalesce(last_sequence, 0) + 1
        OR NEW.previous_hash <> coalesce(last_hash, '')
        OR NEW.hash <> encode(sha256(convert_to(NEW.hashed_text, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'event % of referral % does not continue the chain', NEW.sequence, NEW.referral_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER event_continues_the_chain BEFORE INSERT ON referrals_referralevent
    FOR EACH ROW EXECUTE FUNCTION referrals_check_chain();
"""
DROP_CHAIN = """
DROP TRIGGER event_continues_the_chain ON referrals_referralevent;
DROP FUNCTION referrals_check_chain();
"""

STATUS = """
CREATE FUNCTION referrals_check_referral_status() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_status text;
    said text;
BEGIN
    -- The row as it is at commit: it may have moved more than once in this transaction.
    SELECT status INTO now_status FROM referrals_referral WHERE id = NEW.id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT to_status INTO said FROM referrals_referralevent
        WHERE referral_id = NEW.id AND onward_referral_id IS NULL AND to_status <> ''
        ORDER BY sequence DESC LIMIT 1;
    IF said IS DISTINCT FROM now_status THEN
        RAISE EXCEPTION 'referral % stands at % but its last event says %', NEW.reference, now_status, said
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION referrals_check_onward_status() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_status text;
    said text;
BEGIN
    SELECT status INTO now_status FROM referrals_onwardreferral WHERE id = NEW.id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT to_status INTO said FROM referrals_referralevent
        WHERE onward_referral_id = NEW.id AND to_status <> '' ORDER BY sequence DESC LIMIT 1;
    IF said IS DISTINCT FROM now_status THEN
        RAISE EXCEPTION 'onward referral % stands at % but its last event says %', NEW.reference, now_status, said
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER referral_status_is_what_its_last_event_said
    AFTER INSERT OR UPDATE OF status ON referrals_referral DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION referrals_check_referral_status();
CREATE CONSTRAINT TRIGGER onward_status_is_what_its_last_event_said
    AFTER INSERT OR UPDATE OF status ON referrals_onwardreferral DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION referrals_check_onward_status();
"""
DROP_STATUS = """
DROP TRIGGER referral_status_is_what_its_last_event_said ON referrals_referral;
DROP TRIGGER onward_status_is_what_its_last_event_said ON referrals_onwardreferral;
DROP FUNCTION referrals_check_referral_status();
DROP FUNCTION referrals_check_onward_status();
"""

ENDS = """
CREATE FUNCTION referrals_keep_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'referrals_referral' THEN
        IF OLD.status = 'entered_in_error'
            OR (OLD.status IN ('rejected', 'redirected', 'withdrawn') AND NEW.status <> 'entered_in_error')
            OR (OLD.status = 'closed' AND NEW.status NOT IN ('active', 'entered_in_error')) THEN
            RAISE EXCEPTION 'referral % has ended as %', OLD.reference, OLD.status
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF OLD.status IN ('completed', 'left_early', 'not_started', 'declined', 'expired', 'withdrawn') THEN
        RAISE EXCEPTION 'onward referral % has ended as %', OLD.reference, OLD.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER referral_keeps_its_end BEFORE UPDATE OF status ON referrals_referral
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION referrals_keep_ends();
CREATE TRIGGER onward_keeps_its_end BEFORE UPDATE OF status ON referrals_onwardreferral
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION referrals_keep_ends();
"""
DROP_ENDS = """
DROP TRIGGER referral_keeps_its_end ON referrals_referral;
DROP TRIGGER onward_keeps_its_end ON referrals_onwardreferral;
DROP FUNCTION referrals_keep_ends();
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
        migrations.RunSQL(CHAIN, DROP_CHAIN),
        migrations.RunSQL(STATUS, DROP_STATUS),
        migrations.RunSQL(ENDS, DROP_ENDS),
    ]
