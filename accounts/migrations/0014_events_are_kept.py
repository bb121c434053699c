"""What happened to the way somebody signs in is kept by the database: docs/adr/0053."""

from django.db import migrations

KEPT = """
-- A link is used once, nothing else of a row changes, and none goes before its year is over, by the database's own
-- clock (`accounts.services.EVENTS_KEPT`; an hour less, because the clocks of two machines differ).
CREATE FUNCTION accounts_keep_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '8759 hours' THEN
        RETURN OLD;
    ELSIF TG_OP = 'UPDATE' AND OLD.used_at IS NULL AND to_jsonb(NEW) - 'used_at' = to_jsonb(OLD) - 'used_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is kept for a year: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER account_event_kept BEFORE UPDATE OR DELETE ON accounts_accountevent
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_event();
CREATE TRIGGER account_event_no_truncate BEFORE TRUNCATE ON accounts_accountevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_event();
"""
NOT_KEPT = """
DROP TRIGGER account_event_kept ON accounts_accountevent;
DROP TRIGGER account_event_no_truncate ON accounts_accountevent;
DROP FUNCTION accounts_keep_event();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_code_reused")]

    operations = [migrations.RunSQL(KEPT, NOT_KEPT)]
