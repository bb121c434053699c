"""Write the taxonomies by which services are described."""

from typing import Any

from django.core.management.base import BaseCommand

from services_directory.access import ACCESS
from services_directory.campaigns import CAMPAIGNS
from services_directory.needs import NEEDS
from services_directory.services import load_terms


class Command(BaseCommand):
    help = "Write our taxonomies (needs, campaigns, access), or bring them up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        load_terms()
        self.stdout.write(f"{len(NEEDS)} needs, {len(CAMPAIGNS)} campaigns, {len(ACCESS)} features of access.")
