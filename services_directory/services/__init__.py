"""Writes about the directory: one use case each, by topic."""

from services_directory.services.demo_places import load_demo_places
from services_directory.services.feeds import import_feed, load_demo_directory, load_needs, load_terms
from services_directory.services.listings import Kept, create_listing, edit_listing
from services_directory.services.neighbourhoods import load_neighbourhoods
from services_directory.services.postcodes import load_postcodes
from services_directory.services.proposals import approve_proposal, decline_proposal, withdraw_proposal
from services_directory.services.search_index import (
    check_search_index,
    mend_search_index,
    reindex,
    reindex_directory,
)
from services_directory.services.spreadsheets import import_spreadsheet, import_spreadsheet_feed
from services_directory.services.suitability import (
    apply_rule_set,
    load_demo_rules,
    load_rule_sets,
    publish_rule_set,
    read_rules,
)

__all__ = [
    "Kept",
    "apply_rule_set",
    "approve_proposal",
    "check_search_index",
    "create_listing",
    "decline_proposal",
    "edit_listing",
    "import_feed",
    "import_spreadsheet",
    "import_spreadsheet_feed",
    "load_demo_directory",
    "load_demo_places",
    "load_demo_rules",
    "load_needs",
    "load_neighbourhoods",
    "load_postcodes",
    "load_rule_sets",
    "load_terms",
    "mend_search_index",
    "publish_rule_set",
    "read_rules",
    "reindex",
    "reindex_directory",
    "withdraw_proposal",
]
