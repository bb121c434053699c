"""What an audit leaves behind for the next: append-only."""

from django.db import migrations, models

KEPT = """
CREATE TRIGGER integrity_run_append_only BEFORE UPDATE OR DELETE ON insights_integrityrun
    FOR EACH ROW EXECUTE FUNCTION referrals_refuse_change();
CREATE TRIGGER integrity_run_no_truncate BEFORE TRUNCATE ON insights_integrityrun
    FOR EACH STATEMENT EXECUTE FUNCTION referrals_refuse_change();
"""
NO_MORE = """
DROP TRIGGER integrity_run_append_only ON insights_integrityrun;
DROP TRIGGER integrity_run_no_truncate ON insights_integrityrun;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("insights", "0005_integrity_runs"),
        ("referrals", "0022_people_are_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="integrityrun",
            name="anchored_to",
            field=models.PositiveBigIntegerField(db_default=0, default=0, help_text="The last event that its anchor covers."),
        ),
        migrations.AddField(
            model_name="integrityrun",
            name="anchor",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="The digest of the events since the anchor before, and of that anchor.",
                max_length=64,
            ),
        ),
        migrations.RunSQL(KEPT, NO_MORE),
    ]
