"""For the referrals of a team there is one index for each side, and it is in the order of the list (docs/adr/0058)."""

from django.db import migrations, models

OF_EACH = {
    "owner_team": ("referrals_owned", "referrals_referral_owner_team_id_565cb719"),
    "referring_team": ("referrals_made", "referrals_referral_referring_team_id_0a6fba25"),
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_history"), ("referrals", "0031_of_whom_it_is_asked")]

    operations = [
        # By itself Django would drop the foreign keys, too, and have every row checked again.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{index}"', f'CREATE INDEX "{index}" ON referrals_referral ({team}_id)'
                )
                for team, (_, index) in OF_EACH.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="referral", name=team,
                    field=models.ForeignKey(
                        "accounts.team", on_delete=models.PROTECT, related_name=related, db_index=False
                    ),
                )
                for team, (related, _) in OF_EACH.items()
            ],
        )
    ]  # fmt: skip
