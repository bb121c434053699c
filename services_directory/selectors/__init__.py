"""Reads about the directory. Every signed-in person sees every service that runs."""

from services_directory.selectors.listings import get_service, services_visible_to
from services_directory.selectors.places import Located, UnknownPostcode, locate
from services_directory.selectors.search import (
    is_neighbourhood,
    is_receiving_team,
    is_term_code,
    language_keys,
    receiving_teams,
    search_services,
)
from services_directory.selectors.terms import needs, terms_called

__all__ = [
    "Located",
    "UnknownPostcode",
    "get_service",
    "is_neighbourhood",
    "is_receiving_team",
    "is_term_code",
    "language_keys",
    "locate",
    "needs",
    "receiving_teams",
    "search_services",
    "services_visible_to",
    "terms_called",
]
