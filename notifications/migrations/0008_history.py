"""What stood in a row before it was changed: see `core.history` and docs/adr/0048."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


TABLES = (
    "webhookendpointhistory",
)

SEALED = "".join(
    f"""
CREATE TRIGGER {table}_is_sealed BEFORE INSERT ON notifications_{table}
    FOR EACH ROW EXECUTE FUNCTION core_seal_history();
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON notifications_{table}
    FOR EACH ROW EXECUTE FUNCTION core_keep_history();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON notifications_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION core_keep_history();
"""
    for table in TABLES
)


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0003_history"),
        ('accounts', '0012_history'),
        ('notifications', '0007_webhook_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookEndpointHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_salt', models.CharField(blank=True, help_text='Goes with what is forgotten.', max_length=36)),
                ('pgh_seal', models.CharField(help_text='SHA-256 of all else that the row says, and of its salt.', max_length=64)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('reference', models.CharField(max_length=20, null=True)),
                ('url', models.CharField(max_length=500, null=True)),
                ('description', models.CharField(blank=True, max_length=200, null=True)),
                ('event_types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, help_text='Empty: all.', null=True, size=None)),
                ('previous_until', models.DateTimeField(blank=True, help_text='Until when the secret before also signs.', null=True)),
                ('status', models.CharField(choices=[('active', 'In use'), ('disabled', 'Switched off, until its keeper enables it'), ('ended', 'Ended by its keeper')], max_length=10, null=True)),
                ('disabled_reason', models.CharField(blank=True, choices=[('gone', 'It answered 410 Gone'), ('failing', 'It took nothing for as long as a message is tried')], max_length=10, null=True)),
                ('disabled_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(help_text='How often a keeper has changed it.', null=True)),
                ('created_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."url" IS DISTINCT FROM (NEW."url") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."event_types" IS DISTINCT FROM (NEW."event_types") OR OLD."secret_salt" IS DISTINCT FROM (NEW."secret_salt") OR OLD."previous_salt" IS DISTINCT FROM (NEW."previous_salt") OR OLD."previous_until" IS DISTINCT FROM (NEW."previous_until") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."disabled_reason" IS DISTINCT FROM (NEW."disabled_reason") OR OLD."disabled_at" IS DISTINCT FROM (NEW."disabled_at") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at"))', func='INSERT INTO "notifications_webhookendpointhistory" ("created_at", "created_by_id", "description", "disabled_at", "disabled_reason", "ended_at", "event_types", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_until", "reference", "status", "team_id", "url", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."description", OLD."disabled_at", OLD."disabled_reason", OLD."ended_at", OLD."event_types", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."previous_until", OLD."reference", OLD."status", OLD."team_id", OLD."url", OLD."version"); RETURN NULL;', hash='a9158cfa8c977c68a92781c7517f90aabf94309c', operation='UPDATE', pgid='pgtrigger_update_update_2607d', table='notifications_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "notifications_webhookendpointhistory" ("created_at", "created_by_id", "description", "disabled_at", "disabled_reason", "ended_at", "event_types", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_until", "reference", "status", "team_id", "url", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."description", OLD."disabled_at", OLD."disabled_reason", OLD."ended_at", OLD."event_types", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."previous_until", OLD."reference", OLD."status", OLD."team_id", OLD."url", OLD."version"); RETURN NULL;', hash='053fc3ac9ca5996b693b23e4c7d47cba0d60eb82', operation='DELETE', pgid='pgtrigger_delete_delete_5d317', table='notifications_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "notifications_webhookendpointhistory" ("created_at", "created_by_id", "description", "disabled_at", "disabled_reason", "ended_at", "event_types", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_until", "reference", "status", "team_id", "url", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."description", NEW."disabled_at", NEW."disabled_reason", NEW."ended_at", NEW."event_types", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."previous_until", NEW."reference", NEW."status", NEW."team_id", NEW."url", NEW."version"); RETURN NULL;', hash='c50b940822efd7e9cdf1060b3af988b843ae6391', operation='INSERT', pgid='pgtrigger_insert_insert_a9df7', table='notifications_webhookendpoint', when='AFTER')),
        ),
        migrations.AddField(
            model_name='webhookendpointhistory',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='webhookendpointhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', to='notifications.webhookendpoint'),
        ),
        migrations.AddField(
            model_name='webhookendpointhistory',
            name='team',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team'),
        ),
        migrations.RunSQL(SEALED, migrations.RunSQL.noop),  # the triggers go with their tables
    ]
