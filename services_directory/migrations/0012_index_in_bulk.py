from pathlib import Path

from django.db import migrations


def functions():
    """Return the functions that index many services at once."""
    return (Path(__file__).parent / 'sql' / '0012_index_in_bulk.sql').read_text(encoding='utf-8')


class Migration(migrations.Migration):

    dependencies = [
        ('services_directory', '0011_where_and_when'),
    ]

    operations = [
        # To go back there is nothing to undo: 0011 brings back its own.
        migrations.RunSQL(functions(), migrations.RunSQL.noop),
    ]
