from pathlib import Path

from django.db import migrations


def functions():
    """Return the function that lets the planner count the directory's tables."""
    return (Path(__file__).parent / 'sql' / '0014_count_what_was_rolled_back.sql').read_text(encoding='utf-8')


class Migration(migrations.Migration):

    dependencies = [
        ('services_directory', '0013_rules_of_listings'),
    ]

    operations = [
        # The function keeps its name and its meaning, so that to go back there is nothing to undo.
        migrations.RunSQL(functions(), migrations.RunSQL.noop),
    ]
