"""`manage.py reset_second_factor`: let somebody in again who has lost their telephone and their recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.selectors import find_user_by_email
from notifications.account_messages import take_second_factor_away


class Command(BaseCommand):
    help = "Take away the second step of a user, once you have made sure who asks; they are told, and set up another."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_user_by_email(options["email"])
        if user is None:
            raise CommandError("There is no active user with this email.")
        if not take_second_factor_away(user=user, at=timezone.now()):
            raise CommandError("They have no second step.")
        self.stdout.write(f"{user.email} signs in by password alone, and has been told. All their sessions have ended.")
