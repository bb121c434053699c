"""`manage.py issue_token`: give another system a token that lasts longer than a working day."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.selectors import find_user_by_email
from accounts.services import issue_token


class Command(BaseCommand):
    help = "Issue a token to a user and show it, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--days", type=int, default=90, help="how long it lasts (90)")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_user_by_email(options["email"])
        if user is None:
            raise CommandError("There is no active user with this email.")
        if options["days"] < 1:
            raise CommandError("A token lasts at least one day.")
        token, expires_at = issue_token(user=user, life=dt.timedelta(days=options["days"]))
        self.stdout.write(f"{token}\nIt is shown only now, and ends on {expires_at:%-d %B %Y}.")
