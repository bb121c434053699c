import re
from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

from services_directory.access import ACCESS_TAXONOMY_ID
from services_directory.campaigns import CAMPAIGNS_TAXONOMY_ID
from services_directory.needs import NEEDS_TAXONOMY_ID

SQL = Path(__file__).parent / 'sql'
CHANGED = re.compile(
    r'CREATE (FUNCTION directory_(?:schedules|entries|places|schedule_shown|words|reindex)\(.*?AS \$\$.*?\$\$;)', re.DOTALL
)
BACK = """
ALTER FUNCTION directory_part_changed() RESET ALL;
ALTER FUNCTION directory_service_changed() RESET ALL;
DROP FUNCTION directory_cells, directory_count_anew;
SELECT directory_reindex(array_agg(id)) FROM services_directory_service HAVING count(*) > 0;
"""


def with_ids(text):
    """Return statements with the ids of our own taxonomies in them."""
    ids = {'@NEEDS@': NEEDS_TAXONOMY_ID, '@CAMPAIGNS@': CAMPAIGNS_TAXONOMY_ID, '@ACCESS@': ACCESS_TAXONOMY_ID}
    for name, taxonomy in ids.items():
        text = text.replace(name, str(taxonomy))
    return text


def as_before():
    """Return what brings back the functions that 0010 made, and the index that they make."""
    made = CHANGED.findall((SQL / '0010_search_index.sql').read_text(encoding='utf-8'))
    assert len(made) == 6
    return '\n'.join(f'CREATE OR REPLACE {function}' for function in made) + BACK


class Migration(migrations.Migration):

    dependencies = [
        ('services_directory', '0010_search_index'),
    ]

    operations = [
        # The functions return rows of the index, so on the way back they come last.
        migrations.RunSQL(migrations.RunSQL.noop, with_ids(as_before())),
        migrations.AlterField(
            model_name='serviceentry',
            name='areas',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text='Squares of the map with its places; if it has none and comes to the person, areas that it serves, "*" for not said.', size=None),
        ),
        migrations.AlterField(
            model_name='serviceentry',
            name='starts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(null=True), help_text='Of the same sessions, in minutes since Monday 00:00; empty where not said.', size=None),
        ),
        migrations.AddField(
            model_name='serviceentry',
            name='days',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), default=list, help_text='Of its sessions: 0 is Monday.', size=None),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='serviceentry',
            name='latitudes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), default=list, help_text='Of the same sessions; empty where at all places, or on no map.', size=None),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='serviceentry',
            name='longitudes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), default=list, help_text='Likewise.', size=None),
            preserve_default=False,
        ),
        migrations.RunSQL(
            with_ids((SQL / '0011_where_and_in_bulk.sql').read_text(encoding='utf-8')), migrations.RunSQL.noop
        ),
    ]
