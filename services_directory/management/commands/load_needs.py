"""Write the taxonomy of needs."""

from typing import Any

from django.core.management.base import BaseCommand

from services_directory.needs import NEEDS
from services_directory.services import load_needs


class Command(BaseCommand):
    help = "Write the taxonomy of needs by which services are described, or bring it up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        load_needs()
        self.stdout.write(f"{len(NEEDS)} needs.")
