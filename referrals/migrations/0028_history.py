"""What stood in a row before it was changed: see `core.history` and docs/adr/0048."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


TABLES = (
    "attendancehistory",
    "casetaskhistory",
    "onwardreferralhistory",
    "personhistory",
    "personlinkhistory",
    "referralhistory",
    "referralneedhistory",
    "retentionrulehistory",
    "teamareahistory",
    "teampolicyhistory",
)

KEEP = """
-- What is told of a person goes, with the salt, while the decision to forget them is carried out (docs/adr/0018).
CREATE FUNCTION referrals_keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND core_is_only_emptied(to_jsonb(OLD), to_jsonb(NEW)) THEN
        line := to_jsonb(OLD);
        IF TG_TABLE_NAME = 'referrals_referralhistory' THEN
            line := line || jsonb_build_object('referral_id', OLD.pgh_obj_id);
        ELSIF TG_TABLE_NAME = 'referrals_personhistory' THEN
            line := line || jsonb_build_object('person_id', coalesce(
                (SELECT merged_into_id::text FROM referrals_person WHERE id::text = line ->> 'pgh_obj_id'),
                line ->> 'pgh_obj_id'));
        END IF;
        IF referrals_is_being_forgotten(line) THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

SEALED = "".join(
    f"""
CREATE TRIGGER {table}_is_sealed BEFORE INSERT ON referrals_{table}
    FOR EACH ROW EXECUTE FUNCTION core_seal_history();
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON referrals_{table}
    FOR EACH ROW EXECUTE FUNCTION referrals_keep_history();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON referrals_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION core_keep_history();
"""
    for table in TABLES
)


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0003_history"),
        ('accounts', '0012_history'),
        ('referrals', '0027_team_link_codes'),
        ('services_directory', '0017_reader_reports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AttendanceHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('session_on', models.DateField(help_text='The day in England.', null=True)),
                ('result', models.CharField(choices=[('present', 'Present'), ('absent', 'Absent'), ('told_us', 'Absent, and told us before'), ('new', 'Present, for the first time')], max_length=10, null=True)),
                ('recorded_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CaseTaskHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('recorded_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OnwardReferralHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('reference', models.CharField(editable=False, max_length=20, null=True)),
                ('handover_note', models.TextField(blank=True, help_text='What the provider needs to know, and no more.', max_length=2000, null=True)),
                ('sent_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PersonHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('nhs_number', models.CharField(blank=True, help_text='Ten digits, or empty: not having one is normal.', max_length=10, null=True)),
                ('nhs_number_status', models.CharField(choices=[('01', 'Number present and verified'), ('02', 'Number present but not traced'), ('03', 'Trace required'), ('04', 'Trace attempted: no match or several'), ('05', 'Trace needs to be resolved'), ('06', 'Trace in progress'), ('07', 'Number not present, trace not required'), ('08', 'Trace postponed (baby under six weeks old)')], max_length=2, null=True)),
                ('first_name', models.CharField(max_length=35, null=True)),
                ('family_name', models.CharField(max_length=35, null=True)),
                ('date_of_birth', models.DateField(null=True)),
                ('is_deceased', models.BooleanField(null=True)),
                ('died_on', models.DateField(blank=True, help_text='Empty: not known, or alive.', null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PersonLinkHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('issued_at', models.DateTimeField(null=True)),
                ('expires_on', models.DateField(help_text='The last day on which it works.', null=True)),
                ('ended_at', models.DateTimeField(blank=True, help_text='When another link took its place.', null=True)),
                ('locked_at', models.DateTimeField(blank=True, help_text='When there had been too many of them.', null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReferralHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('date_of_birth', models.DateField(null=True)),
                ('nhs_number', models.CharField(blank=True, max_length=10, null=True)),
                ('nhs_number_status', models.CharField(choices=[('01', 'Number present and verified'), ('02', 'Number present but not traced'), ('03', 'Trace required'), ('04', 'Trace attempted: no match or several'), ('05', 'Trace needs to be resolved'), ('06', 'Trace in progress'), ('07', 'Number not present, trace not required'), ('08', 'Trace postponed (baby under six weeks old)')], max_length=2, null=True)),
                ('may_email', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('not_asked', 'Not asked')], max_length=10, null=True)),
                ('may_sms', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('not_asked', 'Not asked')], max_length=10, null=True)),
                ('may_telephone', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('not_asked', 'Not asked')], max_length=10, null=True)),
                ('may_voicemail', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('not_asked', 'Not asked')], max_length=10, null=True)),
                ('may_letter', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('not_asked', 'Not asked')], max_length=10, null=True)),
                ('telephone_rule', models.CharField(blank=True, choices=[('phone_only', 'By telephone only'), ('do_not_phone', 'Do not telephone')], max_length=15, null=True)),
                ('interpreter_language', models.CharField(blank=True, help_text='The spoken language to interpret; empty: no interpreter needed.', max_length=35, null=True)),
                ('needs_bsl_interpreter', models.BooleanField(null=True)),
                ('information_formats', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('large_print', 'Large print'), ('braille', 'Braille'), ('easy_read', 'Easy read'), ('audio', 'Audio'), ('bsl_video', 'Video in British Sign Language'), ('email_text', 'Plain text by email, for a screen reader')], max_length=15), blank=True, null=True, size=None)),
                ('reference', models.CharField(editable=False, max_length=20, null=True)),
                ('first_name', models.CharField(max_length=35, null=True)),
                ('family_name', models.CharField(max_length=35, null=True)),
                ('gp_practice_code', models.CharField(help_text='ODS code, or V81997, V81998, V81999.', max_length=6, null=True)),
                ('address', models.TextField(blank=True, help_text='Up to five lines of 35 characters.', max_length=180, null=True)),
                ('postcode', models.CharField(blank=True, max_length=8, null=True)),
                ('telephone', models.CharField(blank=True, max_length=35, null=True)),
                ('email', models.EmailField(blank=True, max_length=255, null=True)),
                ('preferred_contact', models.CharField(blank=True, choices=[('1', 'Letter'), ('2', 'Visit'), ('3', 'Telephone'), ('4', 'E-mail'), ('5', 'Minicom (textphone)'), ('6', 'Telephone via proxy'), ('7', 'Sign language'), ('8', 'No telephone contact'), ('9', 'SMS (text message)')], max_length=1, null=True)),
                ('communication_needs', models.TextField(blank=True, help_text='Interpreter, large print, hearing loop, someone who speaks for them.', max_length=500, null=True)),
                ('source', models.CharField(choices=[('gp_practice', 'GP practice'), ('hospital', 'Hospital'), ('other_professional', 'Another professional'), ('charity', 'Charity'), ('family', "A family member, with the person's agreement"), ('self', 'The person themself')], help_text='Who refers, for every figure.', max_length=20, null=True)),
                ('referral_method', models.CharField(choices=[('fax', 'Fax'), ('phone', 'Phone'), ('secure_messaging', 'Secure Messaging'), ('secure_email', 'Secure Email'), ('letter', 'Letter'), ('e_referral', 'NHS E-Referral Service'), ('self_referral', 'Self referral')], help_text='How it came.', max_length=20, null=True)),
                ('referrer_name', models.CharField(max_length=70, null=True)),
                ('referrer_service', models.CharField(max_length=255, null=True)),
                ('referrer_organization', models.CharField(max_length=255, null=True)),
                ('referrer_contact', models.CharField(max_length=300, null=True)),
                ('referrer_relationship', models.CharField(blank=True, help_text='Of a family member to the person: daughter, neighbour.', max_length=35, null=True)),
                ('agreement', models.CharField(blank=True, help_text='How the person agreed to being referred by a family member.', max_length=500, null=True)),
                ('confirmed_email', models.EmailField(blank=True, help_text='Of whoever came by the public door: where they are told what becomes.', max_length=254, null=True)),
                ('reason', models.TextField(blank=True, help_text='Presenting complaint or issue, in words.', max_length=4000, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReferralNeedHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('note', models.CharField(blank=True, max_length=500, null=True)),
                ('code', models.CharField(blank=True, help_text="SNOMED CT, of the needs and concerns, where the referrer's system has it.", max_length=18, null=True)),
                ('display', models.CharField(blank=True, max_length=255, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RetentionRuleHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('keep_days', models.PositiveIntegerField(help_text='From the end of the referral.', null=True)),
                ('source', models.CharField(help_text='Who says so.', max_length=300, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TeamAreaHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('kind', models.CharField(choices=[('gp_practice', 'Registered practice (ODS code)'), ('lsoa', 'Lower-layer super output area (GSS code)'), ('ward', 'Ward (GSS code)'), ('neighbourhood', 'Neighbourhood (our own code)'), ('local_authority', 'Local authority (GSS code)')], max_length=20, null=True)),
                ('code', models.CharField(help_text='ODS or GSS code, or the code of one of our neighbourhoods.', max_length=20, null=True)),
                ('priority', models.PositiveSmallIntegerField(help_text='Of several that fit the lowest wins, and of equal ones the narrowest.', null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TeamPolicyHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('triage_working_days', models.PositiveSmallIntegerField(null=True)),
                ('answer_working_days', models.PositiveSmallIntegerField(null=True)),
                ('first_contact_working_days', models.PositiveSmallIntegerField(null=True)),
                ('review_working_days', models.PositiveSmallIntegerField(null=True)),
                ('provider_response_days', models.PositiveSmallIntegerField(null=True)),
                ('escalate_days_before', models.PositiveSmallIntegerField(help_text='Before an unanswered onward referral expires, the leads are told.', null=True)),
                ('booking_working_days', models.PositiveSmallIntegerField(help_text='By when a provider that has accepted should have booked the first assessment.', null=True)),
                ('waiting_review_days', models.PositiveSmallIntegerField(help_text='When somebody looks again at a person on a waiting list.', null=True)),
                ('breach_working_days', models.PositiveSmallIntegerField(help_text='How long a thing may be overdue before it is a breach, and the leads are told.', null=True)),
                ('discharge_contact_working_days', models.PositiveSmallIntegerField(help_text='To the first contact after the person came home.', null=True)),
                ('reopening_days', models.PositiveSmallIntegerField(null=True)),
                ('contact_tries', models.PositiveSmallIntegerField(help_text='Days on which a try must have failed.', null=True)),
                ('next_try_working_days', models.PositiveSmallIntegerField(null=True)),
                ('tries_need_another_way', models.BooleanField(help_text='One try at least by another way: a text or a letter after calls.', null=True)),
                ('closing_wait_working_days', models.PositiveSmallIntegerField(help_text='How long the person has to answer the last try.', null=True)),
                ('assessment_misses', models.PositiveSmallIntegerField(help_text='First assessments a person may miss before the provider is told to end it.', null=True)),
                ('reminder_days', models.PositiveSmallIntegerField(help_text='How long before a first assessment the person is reminded of it; 0: not at all.', null=True)),
                ('version', models.PositiveIntegerField(help_text='How often it was changed.', null=True)),
                ('changed_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attendance',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."onward_referral_id" IS DISTINCT FROM (NEW."onward_referral_id") OR OLD."session_id" IS DISTINCT FROM (NEW."session_id") OR OLD."session_on" IS DISTINCT FROM (NEW."session_on") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at"))', func='INSERT INTO "referrals_attendancehistory" ("onward_referral_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "result", "session_id", "session_on") VALUES (OLD."onward_referral_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."result", OLD."session_id", OLD."session_on"); RETURN NULL;', hash='b7a6e651cc188b79febfe818a4333cfb5880b308', operation='UPDATE', pgid='pgtrigger_update_update_3db69', table='referrals_attendance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attendance',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_attendancehistory" ("onward_referral_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "result", "session_id", "session_on") VALUES (OLD."onward_referral_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."result", OLD."session_id", OLD."session_on"); RETURN NULL;', hash='59384c21042a9665e583cbbfc8f569d3d743ed6e', operation='DELETE', pgid='pgtrigger_delete_delete_68b7a', table='referrals_attendance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='casetask',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."referral_id" IS DISTINCT FROM (NEW."referral_id") OR OLD."assigned_to_id" IS DISTINCT FROM (NEW."assigned_to_id") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."done_by_id" IS DISTINCT FROM (NEW."done_by_id") OR OLD."done_at" IS DISTINCT FROM (NEW."done_at"))', func='INSERT INTO "referrals_casetaskhistory" ("assigned_to_id", "done_at", "done_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "referral_id") VALUES (OLD."assigned_to_id", OLD."done_at", OLD."done_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."referral_id"); RETURN NULL;', hash='42a71b2b170c01283ce7080229f23fc6816214b7', operation='UPDATE', pgid='pgtrigger_update_update_53138', table='referrals_casetask', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='casetask',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_casetaskhistory" ("assigned_to_id", "done_at", "done_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "referral_id") VALUES (OLD."assigned_to_id", OLD."done_at", OLD."done_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."referral_id"); RETURN NULL;', hash='96bd6afb14b1daa6013200e24b7fd58104184269', operation='DELETE', pgid='pgtrigger_delete_delete_2ee4a', table='referrals_casetask', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='onwardreferral',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."referral_id" IS DISTINCT FROM (NEW."referral_id") OR OLD."service_id" IS DISTINCT FROM (NEW."service_id") OR OLD."provider_team_id" IS DISTINCT FROM (NEW."provider_team_id") OR OLD."handover_note" IS DISTINCT FROM (NEW."handover_note") OR OLD."sent_at" IS DISTINCT FROM (NEW."sent_at") OR OLD."rerouted_from_id" IS DISTINCT FROM (NEW."rerouted_from_id"))', func='INSERT INTO "referrals_onwardreferralhistory" ("handover_note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_team_id", "reference", "referral_id", "rerouted_from_id", "sent_at", "service_id") VALUES (OLD."handover_note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."provider_team_id", OLD."reference", OLD."referral_id", OLD."rerouted_from_id", OLD."sent_at", OLD."service_id"); RETURN NULL;', hash='541ad057462aba6b67b0ef501897bbd43d835ecb', operation='UPDATE', pgid='pgtrigger_update_update_95b67', table='referrals_onwardreferral', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='onwardreferral',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_onwardreferralhistory" ("handover_note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_team_id", "reference", "referral_id", "rerouted_from_id", "sent_at", "service_id") VALUES (OLD."handover_note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."provider_team_id", OLD."reference", OLD."referral_id", OLD."rerouted_from_id", OLD."sent_at", OLD."service_id"); RETURN NULL;', hash='d42737737a5ada9988ce5b5a2f8a432b25739b34', operation='DELETE', pgid='pgtrigger_delete_delete_4be20', table='referrals_onwardreferral', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."nhs_number" IS DISTINCT FROM (NEW."nhs_number") OR OLD."nhs_number_status" IS DISTINCT FROM (NEW."nhs_number_status") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."family_name" IS DISTINCT FROM (NEW."family_name") OR OLD."date_of_birth" IS DISTINCT FROM (NEW."date_of_birth") OR OLD."is_deceased" IS DISTINCT FROM (NEW."is_deceased") OR OLD."died_on" IS DISTINCT FROM (NEW."died_on") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id"))', func='INSERT INTO "referrals_personhistory" ("date_of_birth", "died_on", "family_name", "first_name", "is_deceased", "merged_into_id", "nhs_number", "nhs_number_status", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."date_of_birth", OLD."died_on", OLD."family_name", OLD."first_name", OLD."is_deceased", OLD."merged_into_id", OLD."nhs_number", OLD."nhs_number_status", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id"); RETURN NULL;', hash='e0f072d0d9033d15164a6ef6cf3e2ceacc6b038c', operation='UPDATE', pgid='pgtrigger_update_update_a26d5', table='referrals_person', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_personhistory" ("date_of_birth", "died_on", "family_name", "first_name", "is_deceased", "merged_into_id", "nhs_number", "nhs_number_status", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."date_of_birth", OLD."died_on", OLD."family_name", OLD."first_name", OLD."is_deceased", OLD."merged_into_id", OLD."nhs_number", OLD."nhs_number_status", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='82cf0199bc86a64ad44cb80b4d0bc8de3509bde9', operation='DELETE', pgid='pgtrigger_delete_delete_33811', table='referrals_person', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personlink',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."referral_id" IS DISTINCT FROM (NEW."referral_id") OR OLD."token_digest" IS DISTINCT FROM (NEW."token_digest") OR OLD."issued_by_id" IS DISTINCT FROM (NEW."issued_by_id") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."locked_at" IS DISTINCT FROM (NEW."locked_at"))', func='INSERT INTO "referrals_personlinkhistory" ("ended_at", "expires_on", "issued_at", "issued_by_id", "locked_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "referral_id") VALUES (OLD."ended_at", OLD."expires_on", OLD."issued_at", OLD."issued_by_id", OLD."locked_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."referral_id"); RETURN NULL;', hash='e86cac6e38dd60389777faee2eeab6f797ba0e50', operation='UPDATE', pgid='pgtrigger_update_update_bf3bd', table='referrals_personlink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personlink',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_personlinkhistory" ("ended_at", "expires_on", "issued_at", "issued_by_id", "locked_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "referral_id") VALUES (OLD."ended_at", OLD."expires_on", OLD."issued_at", OLD."issued_by_id", OLD."locked_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."referral_id"); RETURN NULL;', hash='d0181fd4a33a28c4c77a4fd20f261783465d7c7d', operation='DELETE', pgid='pgtrigger_delete_delete_196d2', table='referrals_personlink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."date_of_birth" IS DISTINCT FROM (NEW."date_of_birth") OR OLD."nhs_number" IS DISTINCT FROM (NEW."nhs_number") OR OLD."nhs_number_status" IS DISTINCT FROM (NEW."nhs_number_status") OR OLD."may_email" IS DISTINCT FROM (NEW."may_email") OR OLD."may_sms" IS DISTINCT FROM (NEW."may_sms") OR OLD."may_telephone" IS DISTINCT FROM (NEW."may_telephone") OR OLD."may_voicemail" IS DISTINCT FROM (NEW."may_voicemail") OR OLD."may_letter" IS DISTINCT FROM (NEW."may_letter") OR OLD."telephone_rule" IS DISTINCT FROM (NEW."telephone_rule") OR OLD."interpreter_language" IS DISTINCT FROM (NEW."interpreter_language") OR OLD."needs_bsl_interpreter" IS DISTINCT FROM (NEW."needs_bsl_interpreter") OR OLD."information_formats" IS DISTINCT FROM (NEW."information_formats") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."family_name" IS DISTINCT FROM (NEW."family_name") OR OLD."gp_practice_code" IS DISTINCT FROM (NEW."gp_practice_code") OR OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."postcode" IS DISTINCT FROM (NEW."postcode") OR OLD."telephone" IS DISTINCT FROM (NEW."telephone") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."preferred_contact" IS DISTINCT FROM (NEW."preferred_contact") OR OLD."communication_needs" IS DISTINCT FROM (NEW."communication_needs") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."referral_method" IS DISTINCT FROM (NEW."referral_method") OR OLD."referring_team_id" IS DISTINCT FROM (NEW."referring_team_id") OR OLD."referrer_id" IS DISTINCT FROM (NEW."referrer_id") OR OLD."referrer_name" IS DISTINCT FROM (NEW."referrer_name") OR OLD."referrer_service" IS DISTINCT FROM (NEW."referrer_service") OR OLD."referrer_organization" IS DISTINCT FROM (NEW."referrer_organization") OR OLD."referrer_contact" IS DISTINCT FROM (NEW."referrer_contact") OR OLD."referrer_relationship" IS DISTINCT FROM (NEW."referrer_relationship") OR OLD."agreement" IS DISTINCT FROM (NEW."agreement") OR OLD."confirmed_email" IS DISTINCT FROM (NEW."confirmed_email") OR OLD."owner_team_id" IS DISTINCT FROM (NEW."owner_team_id") OR OLD."service_id" IS DISTINCT FROM (NEW."service_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."redirected_from_id" IS DISTINCT FROM (NEW."redirected_from_id")) AND NEW."forgotten_at" IS NULL AND OLD."sent_at" IS NOT NULL)', func='INSERT INTO "referrals_referralhistory" ("address", "agreement", "communication_needs", "confirmed_email", "date_of_birth", "email", "family_name", "first_name", "gp_practice_code", "information_formats", "interpreter_language", "may_email", "may_letter", "may_sms", "may_telephone", "may_voicemail", "needs_bsl_interpreter", "nhs_number", "nhs_number_status", "owner_team_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "preferred_contact", "reason", "redirected_from_id", "reference", "referral_method", "referrer_contact", "referrer_id", "referrer_name", "referrer_organization", "referrer_relationship", "referrer_service", "referring_team_id", "service_id", "source", "telephone", "telephone_rule") VALUES (OLD."address", OLD."agreement", OLD."communication_needs", OLD."confirmed_email", OLD."date_of_birth", OLD."email", OLD."family_name", OLD."first_name", OLD."gp_practice_code", OLD."information_formats", OLD."interpreter_language", OLD."may_email", OLD."may_letter", OLD."may_sms", OLD."may_telephone", OLD."may_voicemail", OLD."needs_bsl_interpreter", OLD."nhs_number", OLD."nhs_number_status", OLD."owner_team_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."postcode", OLD."preferred_contact", OLD."reason", OLD."redirected_from_id", OLD."reference", OLD."referral_method", OLD."referrer_contact", OLD."referrer_id", OLD."referrer_name", OLD."referrer_organization", OLD."referrer_relationship", OLD."referrer_service", OLD."referring_team_id", OLD."service_id", OLD."source", OLD."telephone", OLD."telephone_rule"); RETURN NULL;', hash='319444debae76f4113633d6072e0b65a12e7161f', operation='UPDATE', pgid='pgtrigger_update_update_223e7', table='referrals_referral', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_referralhistory" ("address", "agreement", "communication_needs", "confirmed_email", "date_of_birth", "email", "family_name", "first_name", "gp_practice_code", "information_formats", "interpreter_language", "may_email", "may_letter", "may_sms", "may_telephone", "may_voicemail", "needs_bsl_interpreter", "nhs_number", "nhs_number_status", "owner_team_id", "person_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "preferred_contact", "reason", "redirected_from_id", "reference", "referral_method", "referrer_contact", "referrer_id", "referrer_name", "referrer_organization", "referrer_relationship", "referrer_service", "referring_team_id", "service_id", "source", "telephone", "telephone_rule") VALUES (OLD."address", OLD."agreement", OLD."communication_needs", OLD."confirmed_email", OLD."date_of_birth", OLD."email", OLD."family_name", OLD."first_name", OLD."gp_practice_code", OLD."information_formats", OLD."interpreter_language", OLD."may_email", OLD."may_letter", OLD."may_sms", OLD."may_telephone", OLD."may_voicemail", OLD."needs_bsl_interpreter", OLD."nhs_number", OLD."nhs_number_status", OLD."owner_team_id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."postcode", OLD."preferred_contact", OLD."reason", OLD."redirected_from_id", OLD."reference", OLD."referral_method", OLD."referrer_contact", OLD."referrer_id", OLD."referrer_name", OLD."referrer_organization", OLD."referrer_relationship", OLD."referrer_service", OLD."referring_team_id", OLD."service_id", OLD."source", OLD."telephone", OLD."telephone_rule"); RETURN NULL;', hash='0c7f4a57e66324ea048c18e61dba4e5b49cf7abd', operation='DELETE', pgid='pgtrigger_delete_delete_e24da', table='referrals_referral', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralneed',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."referral_id" IS DISTINCT FROM (NEW."referral_id") OR OLD."term_id" IS DISTINCT FROM (NEW."term_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."display" IS DISTINCT FROM (NEW."display"))', func='INSERT INTO "referrals_referralneedhistory" ("code", "display", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "referral_id", "term_id") VALUES (OLD."code", OLD."display", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."referral_id", OLD."term_id"); RETURN NULL;', hash='dcbdac596f1b32466475a7a742fc19376b7bd495', operation='UPDATE', pgid='pgtrigger_update_update_adea9', table='referrals_referralneed', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralneed',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_referralneedhistory" ("code", "display", "note", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "referral_id", "term_id") VALUES (OLD."code", OLD."display", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."referral_id", OLD."term_id"); RETURN NULL;', hash='4c5cc1f5775222e25af0b752b5465de0b2a18f4e', operation='DELETE', pgid='pgtrigger_delete_delete_fdc25', table='referrals_referralneed', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentionrule',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."keep_days" IS DISTINCT FROM (NEW."keep_days") OR OLD."source" IS DISTINCT FROM (NEW."source"))', func='INSERT INTO "referrals_retentionrulehistory" ("keep_days", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (OLD."keep_days", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."kind", OLD."source"); RETURN NULL;', hash='0a3baf12397a91e6429fdd3d696ecfa746b04d00', operation='UPDATE', pgid='pgtrigger_update_update_ee4e9', table='referrals_retentionrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentionrule',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_retentionrulehistory" ("keep_days", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (OLD."keep_days", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."kind", OLD."source"); RETURN NULL;', hash='17335c5934a8035df3d259a329bc904e662da312', operation='DELETE', pgid='pgtrigger_delete_delete_2f27b', table='referrals_retentionrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentionrule',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_retentionrulehistory" ("keep_days", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (NEW."keep_days", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."kind", NEW."source"); RETURN NULL;', hash='b00649336b13062a53d718593ce8cfe86fc92fc6', operation='INSERT', pgid='pgtrigger_insert_insert_166be', table='referrals_retentionrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teamarea',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."priority" IS DISTINCT FROM (NEW."priority"))', func='INSERT INTO "referrals_teamareahistory" ("code", "kind", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "team_id") VALUES (OLD."code", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."priority", OLD."team_id"); RETURN NULL;', hash='746cb5da91a12000fd1669711e704f7ea0505009', operation='UPDATE', pgid='pgtrigger_update_update_2ab3f', table='referrals_teamarea', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teamarea',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_teamareahistory" ("code", "kind", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "team_id") VALUES (OLD."code", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."priority", OLD."team_id"); RETURN NULL;', hash='a8d1b2e61854d77f041ff783aae9315f55b93ca0', operation='DELETE', pgid='pgtrigger_delete_delete_3a1fa', table='referrals_teamarea', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teamarea',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_teamareahistory" ("code", "kind", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "team_id") VALUES (NEW."code", NEW."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."priority", NEW."team_id"); RETURN NULL;', hash='a630fe81bd81fe503c1263617aea58ee6b6c8c4d', operation='INSERT', pgid='pgtrigger_insert_insert_158aa', table='referrals_teamarea', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teampolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."triage_working_days" IS DISTINCT FROM (NEW."triage_working_days") OR OLD."answer_working_days" IS DISTINCT FROM (NEW."answer_working_days") OR OLD."first_contact_working_days" IS DISTINCT FROM (NEW."first_contact_working_days") OR OLD."review_working_days" IS DISTINCT FROM (NEW."review_working_days") OR OLD."provider_response_days" IS DISTINCT FROM (NEW."provider_response_days") OR OLD."escalate_days_before" IS DISTINCT FROM (NEW."escalate_days_before") OR OLD."booking_working_days" IS DISTINCT FROM (NEW."booking_working_days") OR OLD."waiting_review_days" IS DISTINCT FROM (NEW."waiting_review_days") OR OLD."breach_working_days" IS DISTINCT FROM (NEW."breach_working_days") OR OLD."discharge_contact_working_days" IS DISTINCT FROM (NEW."discharge_contact_working_days") OR OLD."reopening_days" IS DISTINCT FROM (NEW."reopening_days") OR OLD."contact_tries" IS DISTINCT FROM (NEW."contact_tries") OR OLD."next_try_working_days" IS DISTINCT FROM (NEW."next_try_working_days") OR OLD."tries_need_another_way" IS DISTINCT FROM (NEW."tries_need_another_way") OR OLD."closing_wait_working_days" IS DISTINCT FROM (NEW."closing_wait_working_days") OR OLD."assessment_misses" IS DISTINCT FROM (NEW."assessment_misses") OR OLD."reminder_days" IS DISTINCT FROM (NEW."reminder_days") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."changed_at" IS DISTINCT FROM (NEW."changed_at"))', func='INSERT INTO "referrals_teampolicyhistory" ("answer_working_days", "assessment_misses", "booking_working_days", "breach_working_days", "changed_at", "changed_by_id", "closing_wait_working_days", "contact_tries", "discharge_contact_working_days", "escalate_days_before", "first_contact_working_days", "next_try_working_days", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_response_days", "reminder_days", "reopening_days", "review_working_days", "team_id", "triage_working_days", "tries_need_another_way", "version", "waiting_review_days") VALUES (OLD."answer_working_days", OLD."assessment_misses", OLD."booking_working_days", OLD."breach_working_days", OLD."changed_at", OLD."changed_by_id", OLD."closing_wait_working_days", OLD."contact_tries", OLD."discharge_contact_working_days", OLD."escalate_days_before", OLD."first_contact_working_days", OLD."next_try_working_days", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."provider_response_days", OLD."reminder_days", OLD."reopening_days", OLD."review_working_days", OLD."team_id", OLD."triage_working_days", OLD."tries_need_another_way", OLD."version", OLD."waiting_review_days"); RETURN NULL;', hash='66929805b697921de97fb8abf12d223c9f77ac65', operation='UPDATE', pgid='pgtrigger_update_update_93fd6', table='referrals_teampolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teampolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_teampolicyhistory" ("answer_working_days", "assessment_misses", "booking_working_days", "breach_working_days", "changed_at", "changed_by_id", "closing_wait_working_days", "contact_tries", "discharge_contact_working_days", "escalate_days_before", "first_contact_working_days", "next_try_working_days", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_response_days", "reminder_days", "reopening_days", "review_working_days", "team_id", "triage_working_days", "tries_need_another_way", "version", "waiting_review_days") VALUES (OLD."answer_working_days", OLD."assessment_misses", OLD."booking_working_days", OLD."breach_working_days", OLD."changed_at", OLD."changed_by_id", OLD."closing_wait_working_days", OLD."contact_tries", OLD."discharge_contact_working_days", OLD."escalate_days_before", OLD."first_contact_working_days", OLD."next_try_working_days", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."provider_response_days", OLD."reminder_days", OLD."reopening_days", OLD."review_working_days", OLD."team_id", OLD."triage_working_days", OLD."tries_need_another_way", OLD."version", OLD."waiting_review_days"); RETURN NULL;', hash='1009a718e23241f093dec1a2a2a24bd244571b6e', operation='DELETE', pgid='pgtrigger_delete_delete_66a3a', table='referrals_teampolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teampolicy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_teampolicyhistory" ("answer_working_days", "assessment_misses", "booking_working_days", "breach_working_days", "changed_at", "changed_by_id", "closing_wait_working_days", "contact_tries", "discharge_contact_working_days", "escalate_days_before", "first_contact_working_days", "next_try_working_days", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_response_days", "reminder_days", "reopening_days", "review_working_days", "team_id", "triage_working_days", "tries_need_another_way", "version", "waiting_review_days") VALUES (NEW."answer_working_days", NEW."assessment_misses", NEW."booking_working_days", NEW."breach_working_days", NEW."changed_at", NEW."changed_by_id", NEW."closing_wait_working_days", NEW."contact_tries", NEW."discharge_contact_working_days", NEW."escalate_days_before", NEW."first_contact_working_days", NEW."next_try_working_days", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."provider_response_days", NEW."reminder_days", NEW."reopening_days", NEW."review_working_days", NEW."team_id", NEW."triage_working_days", NEW."tries_need_another_way", NEW."version", NEW."waiting_review_days"); RETURN NULL;', hash='11c2fdc8115e1c80bd699dde00862cd641fd9efb', operation='INSERT', pgid='pgtrigger_insert_insert_bff67', table='referrals_teampolicy', when='AFTER')),
        ),
        migrations.AddField(
            model_name='attendancehistory',
            name='onward_referral',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.onwardreferral'),
        ),
        migrations.AddField(
            model_name='attendancehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.attendance'),
        ),
        migrations.AddField(
            model_name='attendancehistory',
            name='recorded_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attendancehistory',
            name='session',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.session'),
        ),
        migrations.AddField(
            model_name='casetaskhistory',
            name='assigned_to',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Empty: whoever has the case in hand.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='casetaskhistory',
            name='done_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='casetaskhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.casetask'),
        ),
        migrations.AddField(
            model_name='casetaskhistory',
            name='recorded_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Empty: the service itself.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='casetaskhistory',
            name='referral',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.referral'),
        ),
        migrations.AddField(
            model_name='onwardreferralhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.onwardreferral'),
        ),
        migrations.AddField(
            model_name='onwardreferralhistory',
            name='provider_team',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team'),
        ),
        migrations.AddField(
            model_name='onwardreferralhistory',
            name='referral',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.referral'),
        ),
        migrations.AddField(
            model_name='onwardreferralhistory',
            name='rerouted_from',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.onwardreferral'),
        ),
        migrations.AddField(
            model_name='onwardreferralhistory',
            name='service',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='services_directory.service'),
        ),
        migrations.AddField(
            model_name='personhistory',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='The person that this row was found to be; its referrals are there.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.person'),
        ),
        migrations.AddField(
            model_name='personhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.person'),
        ),
        migrations.AddField(
            model_name='personlinkhistory',
            name='issued_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Empty: the service itself, when the referral was sent.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='personlinkhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.personlink'),
        ),
        migrations.AddField(
            model_name='personlinkhistory',
            name='referral',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.referral'),
        ),
        migrations.AddField(
            model_name='referralhistory',
            name='owner_team',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team'),
        ),
        migrations.AddField(
            model_name='referralhistory',
            name='person',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.person'),
        ),
        migrations.AddField(
            model_name='referralhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.referral'),
        ),
        migrations.AddField(
            model_name='referralhistory',
            name='redirected_from',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.referral'),
        ),
        migrations.AddField(
            model_name='referralhistory',
            name='referrer',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='referralhistory',
            name='referring_team',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team'),
        ),
        migrations.AddField(
            model_name='referralhistory',
            name='service',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='The scheme, where the referral goes straight to its hub.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='services_directory.service'),
        ),
        migrations.AddField(
            model_name='referralneedhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.referralneed'),
        ),
        migrations.AddField(
            model_name='referralneedhistory',
            name='referral',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.referral'),
        ),
        migrations.AddField(
            model_name='referralneedhistory',
            name='term',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='services_directory.taxonomyterm'),
        ),
        migrations.AddField(
            model_name='retentionrulehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.retentionrule'),
        ),
        migrations.AddField(
            model_name='teamareahistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.teamarea'),
        ),
        migrations.AddField(
            model_name='teamareahistory',
            name='team',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team'),
        ),
        migrations.AddField(
            model_name='teampolicyhistory',
            name='changed_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='teampolicyhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='referrals.teampolicy'),
        ),
        migrations.AddField(
            model_name='teampolicyhistory',
            name='team',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team'),
        ),
        migrations.RunSQL(KEEP, "DROP FUNCTION referrals_keep_history();"),
        migrations.RunSQL(SEALED, migrations.RunSQL.noop),  # the triggers go with their tables
    ]
