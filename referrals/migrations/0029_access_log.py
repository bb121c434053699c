"""Who opened the record of a person; and the mark that asks everybody why: docs/adr/0049."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


KEPT = """
-- A row says who opened what for ever; what they said of why is forgotten with the referral.
CREATE FUNCTION referrals_keep_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.words = '' AND to_jsonb(NEW) - 'words' = to_jsonb(OLD) - 'words'
        AND referrals_is_being_forgotten(to_jsonb(OLD)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER recordaccess_append_only BEFORE UPDATE OR DELETE ON referrals_recordaccess
    FOR EACH ROW EXECUTE FUNCTION referrals_keep_access();
CREATE TRIGGER recordaccess_no_truncate BEFORE TRUNCATE ON referrals_recordaccess
    FOR EACH STATEMENT EXECUTE FUNCTION referrals_keep_access();
"""
NOT_KEPT = """
DROP TRIGGER recordaccess_append_only ON referrals_recordaccess;
DROP TRIGGER recordaccess_no_truncate ON referrals_recordaccess;
DROP FUNCTION referrals_keep_access();
"""


OPENING = """
-- Whose record is opened (by a reference, by people, or by referrals), whether it is unusual that this reader opens it,
-- and what they say of why: now, or since a moment before. A function, because its plans are kept: a statement of the
-- same would take longer to plan than to run. Whose name or address it is, is asked of those who share a team with the
-- reader; staff have no NHS number and no date of birth here.
CREATE FUNCTION referrals_opening(
    reader uuid, subject text, people uuid[], referrals bigint[], since timestamptz, said text, said_words text
) RETURNS TABLE (referral_id bigint, person_id uuid, unusual text, reason text, words text)
LANGUAGE plpgsql STABLE ROWS 1 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    wanted bigint[];
    is_restricted boolean;
    name text;
    as_given text;
    email text;
BEGIN
    wanted := CASE left(subject, 1)
        WHEN 'R' THEN ARRAY(SELECT one.id FROM referrals_referral AS one WHERE one.reference = subject)
        WHEN 'O' THEN ARRAY(SELECT one.referral_id FROM referrals_onwardreferral AS one WHERE one.reference = subject)
        WHEN 'M' THEN ARRAY(SELECT one.referral_id FROM referrals_messageback AS one WHERE one.reference = subject)
        ELSE referrals || ARRAY(
            SELECT (SELECT one.id FROM referrals_referral AS one WHERE one.person_id = each ORDER BY one.id DESC LIMIT 1)
            FROM unnest(people) AS each)
        END;
    FOR referral_id, person_id, is_restricted, name, as_given, email IN
        SELECT one.id, whose.id, whose.is_restricted, lower(whose.first_name || ' ' || whose.family_name),
            lower(one.first_name || ' ' || one.family_name), lower(one.email)
        FROM referrals_referral AS one JOIN referrals_person AS whose ON whose.id = one.person_id
        WHERE one.id = ANY (wanted)
    LOOP
        SELECT CASE WHEN staff.id = reader THEN 'self' ELSE 'colleague' END INTO unusual
        FROM accounts_membership AS own
        JOIN accounts_membership AS theirs ON theirs.team_id = own.team_id
        JOIN accounts_user AS staff ON staff.id = theirs.user_id AND staff.is_active
        WHERE own.user_id = reader
            AND (lower(staff.full_name) IN (name, as_given) OR email <> '' AND lower(staff.email) = email)
        ORDER BY staff.id <> reader LIMIT 1;
        unusual := coalesce(unusual, CASE WHEN is_restricted THEN 'restricted' ELSE '' END);
        reason := nullif(said, '');
        words := said_words;
        IF unusual = '' THEN
            reason := NULL;
        ELSIF reason IS NULL THEN
            SELECT earlier.reason, earlier.words INTO reason, words FROM referrals_recordaccess AS earlier
            WHERE earlier.person_id = referrals_opening.person_id AND earlier.reader_id = reader
                AND earlier.reason <> '' AND earlier.at > since
            ORDER BY earlier.id DESC LIMIT 1;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;
"""
NO_OPENING = "DROP FUNCTION referrals_opening(uuid, text, uuid[], bigint[], timestamptz, text, text);"


class Migration(migrations.Migration):

    dependencies = [
        ('referrals', '0028_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RecordAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('visitor', models.CharField(blank=True, choices=[('person', 'The person, by the link to their page'), ('team-link', 'Somebody of the team, by its email link')], help_text="Empty: an account's own sign-in.", max_length=10)),
                ('route', models.CharField(help_text='The method, and the name of the page or route.', max_length=100)),
                ('request_id', models.CharField(blank=True, max_length=36)),
                ('purpose', models.CharField(choices=[('care', 'Opened'), ('listed', 'Seen in a list that says more than names'), ('taken_out', 'Taken out as a document'), ('for_the_person', 'Taken out for the person'), ('safeguarding', 'Opened at safeguarding'), ('own', 'Opened by the person')], default='care', max_length=20)),
                ('unusual', models.CharField(blank=True, choices=[('restricted', 'The record is marked as one that is looked after closely'), ('colleague', 'The person has the name or the email address of a colleague'), ('self', "The person has the reader's own name or email address")], max_length=20)),
                ('reason', models.CharField(blank=True, choices=[('i_support', 'I refer or support this person'), ('covering', 'I cover for a colleague who is away'), ('asked', 'The person asked me to'), ('complaint', 'I look into a complaint or a mistake'), ('at_risk', 'Somebody may be at risk'), ('other', 'Another reason')], max_length=20)),
                ('words', models.CharField(blank=True, max_length=200)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='person',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='person',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='personchange',
            name='person_change_kind_known',
        ),
        migrations.AddField(
            model_name='person',
            name='is_restricted',
            field=models.BooleanField(db_default=False, default=False, help_text='Whoever opens the record is asked why (PersonChange: who says so).'),
        ),
        migrations.AddField(
            model_name='personhistory',
            name='is_restricted',
            field=models.BooleanField(help_text='Whoever opens the record is asked why (PersonChange: who says so).', null=True),
        ),
        migrations.AlterField(
            model_name='personchange',
            name='kind',
            field=models.CharField(choices=[('identity_corrected', 'NHS number or its status corrected'), ('same_as', 'A referrer said that it is the same person'), ('death_recorded', 'Death recorded'), ('death_undone', 'Recorded death found to be a mistake'), ('restricted', 'Marked: whoever opens the record is asked why'), ('unrestricted', 'No longer marked')], max_length=20),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."nhs_number" IS DISTINCT FROM (NEW."nhs_number") OR OLD."nhs_number_status" IS DISTINCT FROM (NEW."nhs_number_status") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."family_name" IS DISTINCT FROM (NEW."family_name") OR OLD."date_of_birth" IS DISTINCT FROM (NEW."date_of_birth") OR OLD."is_deceased" IS DISTINCT FROM (NEW."is_deceased") OR OLD."died_on" IS DISTINCT FROM (NEW."died_on") OR OLD."is_restricted" IS DISTINCT FROM (NEW."is_restricted") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id"))', func='INSERT INTO "referrals_personhistory" ("date_of_birth", "died_on", "family_name", "first_name", "is_deceased", "is_restricted", "merged_into_id", "nhs_number", "nhs_number_status", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."date_of_birth", OLD."died_on", OLD."family_name", OLD."first_name", OLD."is_deceased", OLD."is_restricted", OLD."merged_into_id", OLD."nhs_number", OLD."nhs_number_status", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id"); RETURN NULL;', hash='5026b0bb0ee793928b0aa86a6431a2219dfc47b5', operation='UPDATE', pgid='pgtrigger_update_update_a26d5', table='referrals_person', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_personhistory" ("date_of_birth", "died_on", "family_name", "first_name", "is_deceased", "is_restricted", "merged_into_id", "nhs_number", "nhs_number_status", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."date_of_birth", OLD."died_on", OLD."family_name", OLD."first_name", OLD."is_deceased", OLD."is_restricted", OLD."merged_into_id", OLD."nhs_number", OLD."nhs_number_status", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='5be757998c888485efa534e405f0a9a4ad6c83ba', operation='DELETE', pgid='pgtrigger_delete_delete_33811', table='referrals_person', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='personchange',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['identity_corrected', 'same_as', 'death_recorded', 'death_undone', 'restricted', 'unrestricted'])), name='person_change_kind_known'),
        ),
        migrations.AddField(
            model_name='recordaccess',
            name='person',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.person'),
        ),
        migrations.AddField(
            model_name='recordaccess',
            name='reader',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='recordaccess',
            name='referral',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.referral'),
        ),
        migrations.AddIndex(
            model_name='recordaccess',
            index=models.Index(fields=['person', '-id'], name='access_of_person'),
        ),
        migrations.AddIndex(
            model_name='recordaccess',
            index=models.Index(condition=models.Q(('unusual', ''), _negated=True), fields=['at'], name='access_unusual'),
        ),
        migrations.AddIndex(
            model_name='recordaccess',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['at'], name='access_by_time'),
        ),
        migrations.AddConstraint(
            model_name='recordaccess',
            constraint=models.CheckConstraint(condition=models.Q(('unusual', ''), models.Q(('reason', ''), _negated=True), models.Q(('visitor', ''), _negated=True), ('purpose', 'listed'), _connector='OR'), name='access_unusual_says_why'),
        ),
        migrations.AddConstraint(
            model_name='recordaccess',
            constraint=models.CheckConstraint(condition=models.Q(('reader__isnull', False), ('visitor', 'person'), _connector='OR'), name='access_names_its_reader'),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.RunSQL(OPENING, NO_OPENING),
    ]
