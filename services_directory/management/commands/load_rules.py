"""Publish the rules that come with the product."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from services_directory.services import load_rule_sets


class Command(BaseCommand):
    help = "Publish the rule sets of comparable schemes; each that has changed since becomes a new version."

    def handle(self, *args: Any, **options: Any) -> None:
        report = load_rule_sets(at=timezone.now())
        for key in report.published:
            self.stdout.write(f"Published: {key}")
        self.stdout.write(f"{len(report.published)} published, {len(report.unchanged)} unchanged.")
