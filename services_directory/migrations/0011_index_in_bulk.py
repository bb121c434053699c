from pathlib import Path

from django.db import migrations


def functions():
    """Return the functions that index many services at once."""
    return (Path(__file__).parent / 'sql' / '0011_index_in_bulk.sql').read_text(encoding='utf-8')


class Migration(migrations.Migration):

    dependencies = [
        ('services_directory', '0010_search_index'),
    ]

    operations = [
        # The functions keep their names and answers, so that to go back there is nothing to undo.
        migrations.RunSQL(functions(), migrations.RunSQL.noop),
    ]
