import re
from pathlib import Path

from django.db import migrations

from services_directory.access import ACCESS_TAXONOMY_ID
from services_directory.campaigns import CAMPAIGNS_TAXONOMY_ID
from services_directory.needs import NEEDS_TAXONOMY_ID

SQL = Path(__file__).parent / 'sql'
NAMES = ('entries', 'places', 'cards', 'words', 'count_anew', 'reindex')
BACK = """
COMMENT ON FUNCTION directory_count_anew IS
    'Lets the planner count those tables that have doubled since it did, that it knows no more of than their size, or all where it knows of fewer services than expected.';
ALTER FUNCTION directory_entries(uuid[]) RESET ALL;
ALTER FUNCTION directory_places(uuid[]) RESET ALL;
ALTER FUNCTION directory_cards(uuid[]) RESET ALL;
ALTER FUNCTION directory_words(uuid[]) RESET ALL;
ALTER FUNCTION directory_reindex(uuid[]) RESET ALL;
ALTER FUNCTION directory_reindex(uuid[]) SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET enable_material = off SET jit = off SET join_collapse_limit = 1 SET plan_cache_mode = force_generic_plan;
"""


def read(name):
    """Return the statements of a file, with the ids of our own taxonomies in them."""
    text = (SQL / name).read_text(encoding='utf-8')
    ids = {'@NEEDS@': NEEDS_TAXONOMY_ID, '@CAMPAIGNS@': CAMPAIGNS_TAXONOMY_ID, '@ACCESS@': ACCESS_TAXONOMY_ID}
    for written, taxonomy in ids.items():
        text = text.replace(written, str(taxonomy))
    return text


def as_before():
    """Return what brings back the functions that 0010 and 0011 made."""
    made = {}
    for name in ('0010_search_index.sql', '0011_where_and_in_bulk.sql'):
        found = re.findall(
            r'CREATE (?:OR REPLACE )?(FUNCTION directory_(\w+)\((?:wanted uuid\[\]|expected integer)\).*?AS \$\$.*?\$\$;)',
            read(name),
            re.DOTALL,
        )
        made |= {called: function for function, called in found}
    return '\n'.join(f'CREATE OR REPLACE {made[name]}' for name in NAMES) + BACK


class Migration(migrations.Migration):

    dependencies = [
        ('services_directory', '0013_parts_of_a_search'),
    ]

    operations = [
        migrations.RunSQL(read('0014_index_of_many.sql'), as_before()),
    ]
