"""What stood in a row before it was changed: see `core.history` and docs/adr/0048."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


TABLES = (
    "machinehistory",
    "machinesecrethistory",
    "membershiphistory",
    "organizationhistory",
    "teamhistory",
    "userhistory",
)

SEALED = "".join(
    f"""
CREATE TRIGGER {table}_is_sealed BEFORE INSERT ON accounts_{table}
    FOR EACH ROW EXECUTE FUNCTION core_seal_history();
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON accounts_{table}
    FOR EACH ROW EXECUTE FUNCTION core_keep_history();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON accounts_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION core_keep_history();
"""
    for table in TABLES
)


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0003_history"),
        ('accounts', '0011_identity_provider'),
    ]

    operations = [
        migrations.CreateModel(
            name='MachineHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('client_id', models.CharField(max_length=20, null=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('referrals:read', 'Read referrals, and what belongs to them, that its team may see'), ('referrals:write', 'Refer people, and take the steps that its roles may take'), ('directory:read', 'Search the directory, and read its services, teams and organisations'), ('directory:write', 'Keep the services of the directory'), ('insights:read', 'Read figures, which tell of nobody')], max_length=20), null=True, size=None)),
                ('made_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MachineSecretHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('made_at', models.DateTimeField(null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MembershipHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('role', models.CharField(choices=[('referrer', 'Referrer'), ('link_worker', 'Link worker'), ('lead', 'Team lead'), ('provider', 'Provider'), ('manager', 'Manager or commissioner'), ('directory_editor', 'Directory editor'), ('privacy_officer', 'Records and privacy officer'), ('safeguarding', 'Safeguarding lead'), ('system', 'The service itself')], max_length=20, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OrganizationHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('name', models.CharField(max_length=255, null=True)),
                ('kind', models.CharField(choices=[('gp_practice', 'GP practice'), ('nhs_trust', 'NHS trust'), ('link_worker_host', 'Link-worker host (primary care network, council or charity)'), ('provider', 'Provider (leisure trust, charity, community group)'), ('charity', 'Charity that refers'), ('professional', 'Other professionals (pharmacy, social care, housing)'), ('public', 'The public: people who refer themselves, and families'), ('commissioner', 'Commissioner')], max_length=20, null=True)),
                ('ods_code', models.CharField(blank=True, help_text="The organisation's ODS code, where it has one.", max_length=6, null=True)),
                ('is_active', models.BooleanField(null=True)),
                ('identity_provider', models.CharField(blank=True, help_text="By which of the deployment's identity providers its people may sign in.", max_length=40, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TeamHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('name', models.CharField(max_length=255, null=True)),
                ('inbox_email', models.EmailField(help_text='Where the team is told that there is news.', max_length=254, null=True)),
                ('telephone', models.CharField(blank=True, max_length=35, null=True)),
                ('takes_referrals', models.BooleanField(help_text='Whether a referrer may choose this team.', null=True)),
                ('is_active', models.BooleanField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UserHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('email', models.EmailField(max_length=254, null=True)),
                ('full_name', models.CharField(max_length=70, null=True)),
                ('job_title', models.CharField(blank=True, max_length=70, null=True)),
                ('is_active', models.BooleanField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='machine',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at"))', func='INSERT INTO "accounts_machinehistory" ("account_id", "client_id", "ended_at", "made_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "scopes", "team_id") VALUES (OLD."account_id", OLD."client_id", OLD."ended_at", OLD."made_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."scopes", OLD."team_id"); RETURN NULL;', hash='8c02dd13ed26f2703f234c4cbfa80a696c2dae96', operation='UPDATE', pgid='pgtrigger_update_update_8a22e', table='accounts_machine', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='machine',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_machinehistory" ("account_id", "client_id", "ended_at", "made_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "scopes", "team_id") VALUES (OLD."account_id", OLD."client_id", OLD."ended_at", OLD."made_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."scopes", OLD."team_id"); RETURN NULL;', hash='1fa3a96369274bcf482c08f12439636bc669cb05', operation='DELETE', pgid='pgtrigger_delete_delete_1a465', table='accounts_machine', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='machine',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_machinehistory" ("account_id", "client_id", "ended_at", "made_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "scopes", "team_id") VALUES (NEW."account_id", NEW."client_id", NEW."ended_at", NEW."made_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."scopes", NEW."team_id"); RETURN NULL;', hash='e2da1ce7533e76f38e9132c79836fcb2d28e19e2', operation='INSERT', pgid='pgtrigger_insert_insert_4ce8e', table='accounts_machine', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='machinesecret',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."machine_id" IS DISTINCT FROM (NEW."machine_id") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at"))', func='INSERT INTO "accounts_machinesecrethistory" ("ends_at", "machine_id", "made_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."ends_at", OLD."machine_id", OLD."made_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id"); RETURN NULL;', hash='b2737a8139e3a36f99b541c7b89f56dc8bd4e151', operation='UPDATE', pgid='pgtrigger_update_update_1ebbb', table='accounts_machinesecret', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='machinesecret',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_machinesecrethistory" ("ends_at", "machine_id", "made_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."ends_at", OLD."machine_id", OLD."made_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='0fcfd179a4b9c5beffc702d0297eda0a0d1310b3', operation='DELETE', pgid='pgtrigger_delete_delete_1d8e6', table='accounts_machinesecret', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='machinesecret',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_machinesecrethistory" ("ends_at", "machine_id", "made_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."ends_at", NEW."machine_id", NEW."made_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='ff96759655dcd1020546fe4fe9fb26b95a9ed7f2', operation='INSERT', pgid='pgtrigger_insert_insert_60ad9', table='accounts_machinesecret', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."role" IS DISTINCT FROM (NEW."role"))', func='INSERT INTO "accounts_membershiphistory" ("pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "team_id", "user_id") VALUES (COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."role", OLD."team_id", OLD."user_id"); RETURN NULL;', hash='0afd9c4eb1ff3d5af70e7471658dabac8e2b8c7d', operation='UPDATE', pgid='pgtrigger_update_update_20ab5', table='accounts_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_membershiphistory" ("pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "team_id", "user_id") VALUES (COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."role", OLD."team_id", OLD."user_id"); RETURN NULL;', hash='9a4f4b4490504a4f9252467bfa97831bc6e27ff5', operation='DELETE', pgid='pgtrigger_delete_delete_19a8f', table='accounts_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_membershiphistory" ("pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "team_id", "user_id") VALUES (COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."role", NEW."team_id", NEW."user_id"); RETURN NULL;', hash='5ce80cb1b3a18fbc6f847bdbc8329ed5b2472d4c', operation='INSERT', pgid='pgtrigger_insert_insert_fc05a', table='accounts_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."ods_code" IS DISTINCT FROM (NEW."ods_code") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."identity_provider" IS DISTINCT FROM (NEW."identity_provider"))', func='INSERT INTO "accounts_organizationhistory" ("identity_provider", "is_active", "kind", "name", "ods_code", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."identity_provider", OLD."is_active", OLD."kind", OLD."name", OLD."ods_code", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id"); RETURN NULL;', hash='b6a54e58f326170929838ced2a4b1d521463662d', operation='UPDATE', pgid='pgtrigger_update_update_df7c2', table='accounts_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_organizationhistory" ("identity_provider", "is_active", "kind", "name", "ods_code", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."identity_provider", OLD."is_active", OLD."kind", OLD."name", OLD."ods_code", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='d9c432ef268809da16278950208310d3860c0275', operation='DELETE', pgid='pgtrigger_delete_delete_c7034', table='accounts_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organization',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_organizationhistory" ("identity_provider", "is_active", "kind", "name", "ods_code", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."identity_provider", NEW."is_active", NEW."kind", NEW."name", NEW."ods_code", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='986ee8bf099babdea9d94b7c1f0732386ddea84d', operation='INSERT', pgid='pgtrigger_insert_insert_6d17a', table='accounts_organization', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."inbox_email" IS DISTINCT FROM (NEW."inbox_email") OR OLD."telephone" IS DISTINCT FROM (NEW."telephone") OR OLD."takes_referrals" IS DISTINCT FROM (NEW."takes_referrals") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."link_account_id" IS DISTINCT FROM (NEW."link_account_id"))', func='INSERT INTO "accounts_teamhistory" ("inbox_email", "is_active", "link_account_id", "name", "organization_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "takes_referrals", "telephone") VALUES (OLD."inbox_email", OLD."is_active", OLD."link_account_id", OLD."name", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."takes_referrals", OLD."telephone"); RETURN NULL;', hash='a5fcafa6b9b76d304e1a80dbe33fd435481a910f', operation='UPDATE', pgid='pgtrigger_update_update_529da', table='accounts_team', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_teamhistory" ("inbox_email", "is_active", "link_account_id", "name", "organization_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "takes_referrals", "telephone") VALUES (OLD."inbox_email", OLD."is_active", OLD."link_account_id", OLD."name", OLD."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."takes_referrals", OLD."telephone"); RETURN NULL;', hash='c8ca0a154b60e771e47ae89dafd73704a2286734', operation='DELETE', pgid='pgtrigger_delete_delete_5bd04', table='accounts_team', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_teamhistory" ("inbox_email", "is_active", "link_account_id", "name", "organization_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "takes_referrals", "telephone") VALUES (NEW."inbox_email", NEW."is_active", NEW."link_account_id", NEW."name", NEW."organization_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."takes_referrals", NEW."telephone"); RETURN NULL;', hash='59cb203a00b316b326e8af784b90f5caceb635ba', operation='INSERT', pgid='pgtrigger_insert_insert_71b40', table='accounts_team', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."password" IS DISTINCT FROM (NEW."password") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."full_name" IS DISTINCT FROM (NEW."full_name") OR OLD."job_title" IS DISTINCT FROM (NEW."job_title") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active"))', func='INSERT INTO "accounts_userhistory" ("email", "full_name", "is_active", "job_title", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."email", OLD."full_name", OLD."is_active", OLD."job_title", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id"); RETURN NULL;', hash='c68729713f7df6e812d0244f922e0184a1be6edd', operation='UPDATE', pgid='pgtrigger_update_update_0e890', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userhistory" ("email", "full_name", "is_active", "job_title", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."email", OLD."full_name", OLD."is_active", OLD."job_title", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='b5585da0d76fadb43dff69261a4e6a49a7179455', operation='DELETE', pgid='pgtrigger_delete_delete_19f14', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userhistory" ("email", "full_name", "is_active", "job_title", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."email", NEW."full_name", NEW."is_active", NEW."job_title", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='4eea0f0dc1536d15699090f09419566e5957da9e', operation='INSERT', pgid='pgtrigger_insert_insert_3867c', table='accounts_user', when='AFTER')),
        ),
        migrations.AddField(
            model_name='machinehistory',
            name='account',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='machinehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='accounts.machine'),
        ),
        migrations.AddField(
            model_name='machinehistory',
            name='team',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team'),
        ),
        migrations.AddField(
            model_name='machinesecrethistory',
            name='machine',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.machine'),
        ),
        migrations.AddField(
            model_name='machinesecrethistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='accounts.machinesecret'),
        ),
        migrations.AddField(
            model_name='membershiphistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='accounts.membership'),
        ),
        migrations.AddField(
            model_name='membershiphistory',
            name='team',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team'),
        ),
        migrations.AddField(
            model_name='membershiphistory',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='organizationhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='teamhistory',
            name='link_account',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text="The account that acts for whoever comes by the team's email links. Empty: no link opens anything.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='teamhistory',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='teamhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='accounts.team'),
        ),
        migrations.AddField(
            model_name='userhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunSQL(SEALED, migrations.RunSQL.noop),  # the triggers go with their tables
    ]
