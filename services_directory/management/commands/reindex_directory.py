"""Make the search index anew, or check it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from services_directory.services.search_index import check_search_index, reindex_directory


class Command(BaseCommand):
    help = "Make the search index anew: after an upgrade that says so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing: compare it with what it should be")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{reindex_directory()} services indexed.")
            return
        wrong = check_search_index()
        for service_id in wrong[:20]:
            self.stdout.write(f"Not as it should be: {service_id}")
        if wrong:
            raise CommandError(f"The index of {len(wrong)} services is wrong: run reindex_directory.")
        self.stdout.write("The index is what it should be.")
