"""Reads about the directory. Every signed-in person sees every service that runs."""

from services_directory.selectors.capacity import get_capacity
from services_directory.selectors.feeds import last_imported_at
from services_directory.selectors.keeping import (
    get_listing,
    get_proposal,
    history_of,
    listings_kept_by,
    proposals_visible_to,
    waiting_of,
)
from services_directory.selectors.listings import get_service, schemes_to_refer_to, services_visible_to
from services_directory.selectors.places import Located, UnknownPostcode, locate, locate_many, neighbourhoods
from services_directory.selectors.rule_sets import get_rule_set, get_version, rule_sets, versions_of
from services_directory.selectors.search import (
    is_neighbourhood,
    is_receiving_team,
    is_term_code,
    language_keys,
    receiving_teams,
    search_services,
)
from services_directory.selectors.spreadsheets import spreadsheet_of
from services_directory.selectors.suitability import rule_of, rules_of, suitability_of
from services_directory.selectors.terms import needs, needs_among, terms_called

__all__ = [
    "Located",
    "UnknownPostcode",
    "get_capacity",
    "get_listing",
    "get_proposal",
    "get_rule_set",
    "get_service",
    "get_version",
    "history_of",
    "is_neighbourhood",
    "is_receiving_team",
    "is_term_code",
    "language_keys",
    "last_imported_at",
    "listings_kept_by",
    "locate",
    "locate_many",
    "needs",
    "needs_among",
    "neighbourhoods",
    "proposals_visible_to",
    "receiving_teams",
    "rule_of",
    "rule_sets",
    "rules_of",
    "schemes_to_refer_to",
    "search_services",
    "services_visible_to",
    "spreadsheet_of",
    "suitability_of",
    "terms_called",
    "versions_of",
    "waiting_of",
]
