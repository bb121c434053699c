from pathlib import Path

from django.db import migrations

from services_directory.campaigns import CAMPAIGNS_TAXONOMY_ID
from services_directory.needs import NEEDS_TAXONOMY_ID


def functions():
    """Return the functions that a search calls, with the ids of our own taxonomies in them."""
    text = (Path(__file__).parent / 'sql' / '0013_parts_of_a_search.sql').read_text(encoding='utf-8')
    return text.replace('@NEEDS@', str(NEEDS_TAXONOMY_ID)).replace('@CAMPAIGNS@', str(CAMPAIGNS_TAXONOMY_ID))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('services_directory', '0012_rules_of_listings'),
    ]

    operations = [
        migrations.RunSQL(
            functions(),
            'DROP FUNCTION directory_around, directory_keys_of_sessions, directory_facets, directory_results;',
        ),
    ]
