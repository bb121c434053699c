"""Writes about the directory: one use case each, by topic."""

from services_directory.services.demo_places import load_demo_places
from services_directory.services.feeds import import_feed, load_demo_directory, load_needs
from services_directory.services.neighbourhoods import load_neighbourhoods
from services_directory.services.postcodes import load_postcodes

__all__ = [
    "import_feed",
    "load_demo_directory",
    "load_demo_places",
    "load_needs",
    "load_neighbourhoods",
    "load_postcodes",
]
