"""The rules that only triggers can keep.

1. Events and consents are append-only: no update, no delete, no truncate.
2. An event continues its referral's chain: the next sequence, the previous hash, and a hash that is that of its text.
3. A row is what its events say: its status is what the last one said, its version and hash are the end of the chain.
   Whoever changes one without the other (update(), psql) is refused at commit, and so is a row without its history.
4. An onward referral stays with the team that it was sent to.
5. Nothing moves after an end state, but by `reopen` or `enter_in_error`.
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
CREATE FUNCTION referrals_check_referral(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    referral referrals_referral%ROWTYPE;
    last referrals_referralevent%ROWTYPE;
    said text;
BEGIN
    -- The rows as they are at commit: they may have moved more than once in this transaction.
    SELECT * INTO referral FROM referrals_referral WHERE id = checked;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO last FROM referrals_referralevent WHERE referral_id = checked ORDER BY sequence DESC LIMIT 1;
    SELECT to_status INTO said FROM referrals_referralevent
        WHERE referral_id = checked AND onward_referral_id IS NULL AND to_status <> ''
        ORDER BY sequence DESC LIMIT 1;
    IF said IS DISTINCT FROM referral.status THEN
        RAISE EXCEPTION 'referral % stands at % but its last event says %', referral.reference, referral.status, said
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF last.sequence IS DISTINCT FROM referral.version OR last.hash IS DISTINCT FROM referral.chain_hash THEN
        RAISE EXCEPTION 'referral % is at version % but its chain ends at %', referral.reference, referral.version,
            last.sequence USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION referrals_check_onward(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    onward referrals_onwardreferral%ROWTYPE;
    said text;
BEGIN
    SELECT * INTO onward FROM referrals_onwardreferral WHERE id = checked;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT to_status INTO said FROM referrals_referralevent
        WHERE onward_referral_id = checked AND to_status <> '' ORDER BY sequence DESC LIMIT 1;
    IF said IS DISTINCT FROM onward.status THEN
        RAISE EXCEPTION 'onward referral % stands at % but its last event says %', onward.reference, onward.status, said
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION referrals_after_referral() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM referrals_check_referral(NEW.id); RETURN NULL; END $$;
CREATE FUNCTION referrals_after_onward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM referrals_check_onward(NEW.id); RETURN NULL; END $$;
CREATE FUNCTION referrals_after_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM referrals_check_referral(NEW.referral_id);
    IF NEW.onward_referral_id IS NOT NULL THEN
        PERFORM referrals_check_onward(NEW.onward_referral_id);
        IF NOT EXISTS (SELECT 1 FROM referrals_onwardreferral
                       WHERE id = NEW.onward_referral_id AND referral_id = NEW.referral_id) THEN
            RAISE EXCEPTION 'event % tells of an onward referral of another referral', NEW.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER referral_is_what_its_events_say
    AFTER INSERT OR UPDATE OF status, version, chain_hash ON referrals_referral DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION referrals_after_referral();
CREATE CONSTRAINT TRIGGER onward_is_what_its_events_say
    AFTER INSERT OR UPDATE OF status ON referrals_onwardreferral DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION referrals_after_onward();
CREATE CONSTRAINT TRIGGER event_is_what_its_rows_say
    AFTER INSERT ON referrals_referralevent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION referrals_after_event();
"""
DROP_STATUS = """
DROP TRIGGER referral_is_what_its_events_say ON referrals_referral;
DROP TRIGGER onward_is_what_its_events_say ON referrals_onwardreferral;
DROP TRIGGER event_is_what_its_rows_say ON referrals_referralevent;
DROP FUNCTION referrals_after_referral();
DROP FUNCTION referrals_after_onward();
DROP FUNCTION referrals_after_event();
DROP FUNCTION referrals_check_referral(bigint);
DROP FUNCTION referrals_check_onward(bigint);
"""

OWNERSHIP = """
CREATE FUNCTION referrals_keep_onward_where_it_was_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'onward referral % was sent where it was sent', OLD.reference
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER onward_stays_where_it_was_sent BEFORE UPDATE ON referrals_onwardreferral FOR EACH ROW
    WHEN ((OLD.referral_id, OLD.service_id, OLD.provider_team_id, OLD.reference)
          IS DISTINCT FROM (NEW.referral_id, NEW.service_id, NEW.provider_team_id, NEW.reference))
    EXECUTE FUNCTION referrals_keep_onward_where_it_was_sent();
"""
DROP_OWNERSHIP = """
DROP TRIGGER onward_stays_where_it_was_sent ON referrals_onwardreferral;
DROP FUNCTION referrals_keep_onward_where_it_was_sent();
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
        migrations.RunSQL(OWNERSHIP, DROP_OWNERSHIP),
        migrations.RunSQL(ENDS, DROP_ENDS),
    ]
