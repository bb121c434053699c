"""Reads about the directory. Every signed-in person sees every service that runs."""

from services_directory.selectors.feeds import last_imported_at
from services_directory.selectors.listings import get_service, services_visible_to
from services_directory.selectors.places import Located, UnknownPostcode, locate, locate_many, neighbourhoods
from services_directory.selectors.search import Near, narrowed, receiving_teams, search_services
from services_directory.selectors.terms import needs, terms_called

__all__ = [
    "Located",
    "Near",
    "UnknownPostcode",
    "get_service",
    "last_imported_at",
    "locate",
    "locate_many",
    "narrowed",
    "needs",
    "neighbourhoods",
    "receiving_teams",
    "search_services",
    "services_visible_to",
    "terms_called",
]
