"""Writes about the directory: one use case each, by topic."""

from services_directory.services.feeds import import_feed, load_demo_directory, load_needs, load_terms
from services_directory.services.search_index import check_search_index, reindex, reindex_directory

__all__ = [
    "check_search_index",
    "import_feed",
    "load_demo_directory",
    "load_needs",
    "load_terms",
    "reindex",
    "reindex_directory",
]
