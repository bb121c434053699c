"""What teams are told of a week or a month."""

import django.db.models.deletion
from django.db import migrations, models

KEPT = """
CREATE TRIGGER summary_append_only BEFORE UPDATE OR DELETE ON insights_summary
    FOR EACH ROW EXECUTE FUNCTION referrals_refuse_change();
CREATE TRIGGER summary_no_truncate BEFORE TRUNCATE ON insights_summary
    FOR EACH STATEMENT EXECUTE FUNCTION referrals_refuse_change();
"""
NO_MORE = """
DROP TRIGGER summary_append_only ON insights_summary;
DROP TRIGGER summary_no_truncate ON insights_summary;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_safeguarding_role"),
        ("insights", "0003_source"),
        ("referrals", "0002_database_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Summary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("provider_week", "The week of a provider"),
                            ("lead_week", "The week of a link-worker team"),
                            ("commissioner_month", "The month, for commissioners"),
                        ],
                        max_length=20,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(help_text="The last day.")),
                ("figures", models.JSONField()),
                ("made_at", models.DateTimeField()),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["team", "-ends_on", "-id"], name="summary_of_team")],
                "constraints": [
                    models.UniqueConstraint(fields=("team", "kind", "starts_on"), name="summary_made_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["provider_week", "lead_week", "commissioner_month"])
                        ),
                        name="summary_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="summary_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, NO_MORE),
    ]
