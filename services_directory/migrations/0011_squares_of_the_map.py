from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

from services_directory.access import ACCESS_TAXONOMY_ID
from services_directory.campaigns import CAMPAIGNS_TAXONOMY_ID
from services_directory.needs import NEEDS_TAXONOMY_ID

SQL = Path(__file__).parent / 'sql'


def with_ids(text):
    """Return statements with the ids of our own taxonomies in them."""
    ids = {'@NEEDS@': NEEDS_TAXONOMY_ID, '@CAMPAIGNS@': CAMPAIGNS_TAXONOMY_ID, '@ACCESS@': ACCESS_TAXONOMY_ID}
    for name, taxonomy in ids.items():
        text = text.replace(name, str(taxonomy))
    return text


def entries_before():
    """Return what brings back the function that 0010 made, and the areas as that one knew them."""
    text = (SQL / '0010_search_index.sql').read_text(encoding='utf-8')
    _, name, rest = text.partition('FUNCTION directory_entries')
    return (
        f"CREATE OR REPLACE {name}{rest.partition('$$;')[0]}$$; DROP FUNCTION directory_cells; "
        "UPDATE services_directory_serviceentry SET areas = '{}' "
        'WHERE service_id IN (SELECT service_id FROM services_directory_placeentry)'
    )


class Migration(migrations.Migration):

    dependencies = [
        ('services_directory', '0010_search_index'),
    ]

    operations = [
        migrations.AlterField(
            model_name='serviceentry',
            name='areas',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text='Squares of the map with its places; if it has none and comes to the person, areas that it serves, "*" for not said.', size=None),
        ),
        migrations.RunSQL(
            with_ids((SQL / '0011_squares_of_the_map.sql').read_text(encoding='utf-8')), with_ids(entries_before())
        ),
    ]
