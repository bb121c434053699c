"""Who may be meant is seen in the index, without reading everybody who was born on that day."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # nobody waits for an index of years

    dependencies = [("referrals", "0033_how_large_each_team_is")]

    operations = [
        AddIndexConcurrently(
            "referral",
            models.Index(fields=["birth_key"], include=["name_keys", "id"], name="referral_by_birth_and_names"),
        ),
        RemoveIndexConcurrently("referral", "referral_by_birth_key"),
    ]
