"""Places, waiting lists and pauses, and who said so when. Two rules that only triggers can keep:

1. No place is taken beyond those that there are. (A provider may say fewer places than are taken.)
2. What was said of a capacity is append-only: no update, no delete, no truncate.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


PLACES = """
CREATE FUNCTION services_directory_refuse_overbooking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.places_taken > OLD.places_taken THEN
        RAISE EXCEPTION 'service % has no place left', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER service_takes_no_place_that_is_not_there
    BEFORE INSERT OR UPDATE OF places_taken ON services_directory_service
    FOR EACH ROW WHEN (NEW.places_taken > NEW.places) EXECUTE FUNCTION services_directory_refuse_overbooking();
"""
DROP_PLACES = """
DROP TRIGGER service_takes_no_place_that_is_not_there ON services_directory_service;
DROP FUNCTION services_directory_refuse_overbooking();
"""

APPEND_ONLY = """
CREATE FUNCTION services_directory_keep_capacity_reports() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER capacity_report_append_only BEFORE UPDATE OR DELETE ON services_directory_capacityreport
    FOR EACH ROW EXECUTE FUNCTION services_directory_keep_capacity_reports();
CREATE TRIGGER capacity_report_no_truncate BEFORE TRUNCATE ON services_directory_capacityreport
    FOR EACH STATEMENT EXECUTE FUNCTION services_directory_keep_capacity_reports();
"""
DROP_APPEND_ONLY = """
DROP TRIGGER capacity_report_append_only ON services_directory_capacityreport;
DROP TRIGGER capacity_report_no_truncate ON services_directory_capacityreport;
DROP FUNCTION services_directory_keep_capacity_reports();
"""

# A service that had a waiting list keeps one.
WAITING_LISTS = "UPDATE services_directory_service SET keeps_waiting_list = true WHERE capacity = 'waiting_list'"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_directory_editor'),
        ('services_directory', '0004_postcode_editions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CapacityReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('said', 'Said'), ('confirmed', 'Still so'), ('counted', 'By the count of its places'), ('pause_over', 'The pause was over')], max_length=12)),
                ('reported_at', models.DateTimeField()),
                ('capacity', models.CharField(choices=[('open', 'Has places'), ('waiting_list', 'Has a waiting list'), ('full', 'Full'), ('paused', 'Not taking anybody for now')], max_length=12)),
                ('places', models.PositiveSmallIntegerField(null=True)),
                ('places_taken', models.PositiveIntegerField(help_text='As counted at that time.')),
                ('keeps_waiting_list', models.BooleanField()),
                ('waiting_list_length', models.PositiveSmallIntegerField(null=True)),
                ('expected_wait_weeks', models.PositiveSmallIntegerField(null=True)),
                ('paused_until', models.DateField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='service',
            name='capacity_confirmed_at',
            field=models.DateTimeField(blank=True, help_text='When somebody last said this, or that it is still so.', null=True),
        ),
        migrations.AddField(
            model_name='service',
            name='capacity_confirmed_by',
            field=models.ForeignKey(blank=True, help_text='Empty where the service itself was told, by a link without a login.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='service',
            name='expected_wait_weeks',
            field=models.PositiveSmallIntegerField(blank=True, help_text='How long a person who is referred now will wait, as the provider says.', null=True),
        ),
        migrations.AddField(
            model_name='service',
            name='is_full_by_count',
            field=models.BooleanField(default=False, help_text='Its provider says open; that no place is left was counted, and ends by itself.'),
        ),
        migrations.AddField(
            model_name='service',
            name='keeps_waiting_list',
            field=models.BooleanField(default=False, help_text='Whether people may be referred to it while it is full.'),
        ),
        migrations.AddField(
            model_name='service',
            name='paused_until',
            field=models.DateField(blank=True, help_text='The day on which it takes people again; empty: not said.', null=True),
        ),
        migrations.AddField(
            model_name='service',
            name='people_waiting',
            field=models.PositiveIntegerField(default=0, help_text='On its waiting list, by referrals here.'),
        ),
        migrations.AddField(
            model_name='service',
            name='places',
            field=models.PositiveSmallIntegerField(blank=True, help_text='How many people referred here it can have at once; empty: not counted.', null=True),
        ),
        migrations.AddField(
            model_name='service',
            name='places_taken',
            field=models.PositiveIntegerField(default=0, help_text='By people accepted here who have not left.'),
        ),
        migrations.AddField(
            model_name='service',
            name='waiting_list_length',
            field=models.PositiveSmallIntegerField(blank=True, help_text='How many people wait, as the provider says, wherever they came from.', null=True),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('is_full_by_count', False), models.Q(('capacity__in', ('full', 'waiting_list')), ('places__isnull', False)), _connector='OR'), name='service_full_by_count_is_counted'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('waiting_list_length__isnull', True), ('keeps_waiting_list', True), _connector='OR'), name='service_waiting_list_length_is_of_a_list'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('paused_until__isnull', True), ('capacity', 'paused'), _connector='OR'), name='service_paused_until_is_of_a_pause'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(('capacity_confirmed_by__isnull', True), ('capacity_confirmed_at__isnull', False), _connector='OR'), name='service_capacity_confirmed_at_a_time'),
        ),
        migrations.AddField(
            model_name='capacityreport',
            name='reported_by',
            field=models.ForeignKey(help_text='Empty: the service itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='capacityreport',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='capacity_reports', to='services_directory.service'),
        ),
        migrations.AddIndex(
            model_name='capacityreport',
            index=models.Index(fields=['service', '-id'], name='capacity_report_by_service'),
        ),
        migrations.AddConstraint(
            model_name='capacityreport',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['said', 'confirmed', 'counted', 'pause_over'])), name='capacity_report_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='capacityreport',
            constraint=models.CheckConstraint(condition=models.Q(('capacity__in', ['open', 'waiting_list', 'full', 'paused'])), name='capacity_report_capacity_known'),
        ),
        migrations.RunSQL(PLACES, DROP_PLACES),
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
        migrations.RunSQL(WAITING_LISTS, migrations.RunSQL.noop),
    ]
