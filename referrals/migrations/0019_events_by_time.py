"""The events of a week are found without reading those of all years."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("referrals", "0018_retention_of_drafts")]

    operations = [
        migrations.AddIndex(
            model_name="referralevent",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["occurred_at"], name="event_by_time"
            ),
        ),
    ]
