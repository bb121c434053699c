"""`manage.py check_dapb4066 FILE`: say of a document of DAPB4066 v1.1 what is missing or wrong, by item and rule."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.dapb4066.conformance import check, conforms


class Command(BaseCommand):
    help = "Judge a document (JSON; - reads it from the standard input). Ends with 1 if it does not conform."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="A JSON file, or - for the standard input.")
        parser.add_argument("--message", action="store_true", help="It is a message back: its plan comes first.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text(encoding="utf-8")
            document = json.loads(text)
        except (OSError, ValueError, RecursionError) as problem:
            raise CommandError(f"It cannot be read as JSON: {problem}") from problem
        findings = check(document, is_message=options["message"])
        for finding in findings:
            self.stdout.write(str(finding))
        if not conforms(findings):
            sys.exit(1)
        self.stdout.write("It conforms to DAPB4066 v1.1.")
