"""Writes about the directory: one use case each, by topic."""

from services_directory.services.feeds import import_feed, load_demo_directory, load_needs
from services_directory.services.postcodes import load_postcodes

__all__ = ["import_feed", "load_demo_directory", "load_needs", "load_postcodes"]
