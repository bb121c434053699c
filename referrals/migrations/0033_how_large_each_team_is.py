"""PostgreSQL knows of a thousand teams how many referrals each has, and not of a hundred (docs/adr/0054).

A page of what was sent to services is read from the newest down, or from the team's referrals, whichever is shorter: of a
small team that was taken for one of the usual size, all that there is was read to find its few.
"""

from django.db import migrations

KNOWN = """
ALTER TABLE referrals_referral
    ALTER COLUMN referring_team_id SET STATISTICS {0}, ALTER COLUMN owner_team_id SET STATISTICS {0}
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0032_one_index_for_a_team")]

    operations = [migrations.RunSQL(KNOWN.format(1000), KNOWN.format(-1))]
