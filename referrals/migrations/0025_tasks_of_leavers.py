"""Nor is an open task left with somebody who does not work there, by whatever way they go (0020 says it of referrals).

A task of a case that has ended counts, too: a last letter may be still to write. One of an error, or of what was
forgotten, does not (`selectors.open_tasks`).
"""

from importlib import import_module

from django.db import migrations

BEFORE: str = import_module("referrals.migrations.0020_clocks").LEAVERS
_OF_BEFORE = {
    name: f"CREATE OR REPLACE FUNCTION {name}(" + BEFORE.split(f"CREATE FUNCTION {name}(", 1)[1].split("END $$;")[0]
    for name in ("referrals_check_leaver", "referrals_after_account")
}

TASKS = """
CREATE OR REPLACE FUNCTION referrals_check_leaver(leaver uuid, team uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM accounts_user AS account WHERE account.id = leaver AND account.is_active)
        AND EXISTS (SELECT 1 FROM accounts_membership AS membership WHERE membership.user_id = leaver
                    AND membership.team_id = team AND membership.role IN ('link_worker', 'lead')) THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT 1 FROM referrals_referral AS referral
               WHERE referral.owner_id = leaver AND referral.owner_team_id = team AND referral.status IN
                   ('deferred', 'submitted', 'information_requested', 'accepted', 'active', 'on_hold')) THEN
        RAISE EXCEPTION 'user % has open referrals in team %: hand them over first', leaver, team
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM referrals_casetask AS task JOIN referrals_referral AS referral
                   ON referral.id = task.referral_id
               WHERE task.assigned_to_id = leaver AND task.done_at IS NULL AND referral.owner_team_id = team
                   AND referral.forgotten_at IS NULL AND referral.status <> 'entered_in_error') THEN
        RAISE EXCEPTION 'user % has open tasks in team %: hand them over first', leaver, team
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;
CREATE OR REPLACE FUNCTION referrals_after_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM referrals_check_leaver(NEW.id, held.owner_team_id) FROM (
        SELECT owner_team_id FROM referrals_referral WHERE owner_id = NEW.id
        UNION
        SELECT referral.owner_team_id FROM referrals_casetask AS task JOIN referrals_referral AS referral
            ON referral.id = task.referral_id WHERE task.assigned_to_id = NEW.id AND task.done_at IS NULL
    ) AS held;
    RETURN NULL;
END $$;
CREATE FUNCTION referrals_lock_assignee() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    team uuid;
BEGIN
    SELECT owner_team_id INTO team FROM referrals_referral WHERE id = NEW.referral_id;
    PERFORM 1 FROM accounts_user WHERE id = NEW.assigned_to_id FOR SHARE;
    PERFORM 1 FROM accounts_membership WHERE user_id = NEW.assigned_to_id AND team_id = team FOR SHARE;
    PERFORM referrals_check_leaver(NEW.assigned_to_id, team);
    RETURN NULL;
END $$;
CREATE TRIGGER task_assignee_works_there AFTER INSERT OR UPDATE OF assigned_to_id ON referrals_casetask
    FOR EACH ROW WHEN (NEW.assigned_to_id IS NOT NULL AND NEW.done_at IS NULL)
    EXECUTE FUNCTION referrals_lock_assignee();
"""
NO_TASKS = f"""
DROP TRIGGER task_assignee_works_there ON referrals_casetask;
DROP FUNCTION referrals_lock_assignee();
{"".join(body + "END $$;" for body in _OF_BEFORE.values())}
"""


class Migration(migrations.Migration):

    dependencies = [
        ("referrals", "0024_follow_ups"),
    ]

    operations = [
        migrations.RunSQL(TASKS, NO_TASKS),
    ]
