"""Writes about the directory: one use case each, by topic."""

from services_directory.services.feeds import import_feed, load_demo_directory, load_needs
from services_directory.services.suitability import apply_rule_set, load_demo_rules, load_rule_sets, publish_rule_set

__all__ = [
    "apply_rule_set",
    "import_feed",
    "load_demo_directory",
    "load_demo_rules",
    "load_needs",
    "load_rule_sets",
    "publish_rule_set",
]
