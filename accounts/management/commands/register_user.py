"""`manage.py register_user`: let somebody in, making their organisation and team where they are new."""

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from accounts.enums import OrganizationKind, Role
from accounts.services import register_member

ROLES = [role.value for role in Role if role != Role.SYSTEM]


class Command(BaseCommand):
    help = "Register a user in a team with one or more roles; organisation and team are made where they are new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="full name, as the timeline will show it")
        parser.add_argument("--job-title", default="")
        parser.add_argument("--organization", required=True, help="name of the organisation")
        parser.add_argument("--kind", required=True, choices=OrganizationKind.values)
        parser.add_argument("--ods-code", default="")
        parser.add_argument("--team", required=True, help="name of the team")
        parser.add_argument("--team-inbox", required=True, help="where the team is told that there is news")
        parser.add_argument("--takes-referrals", action="store_true", help="a referrer may choose the team")
        parser.add_argument("--role", required=True, action="append", choices=ROLES)
        parser.add_argument(
            "--no-password", action="store_true", help="who signs in by their organisation's own provider alone"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = None if options["no_password"] else getpass("Password: ")
        if password is not None:
            try:
                validate_password(password)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from None
        try:
            user = register_member(
                email=options["email"],
                full_name=options["name"],
                password=password,
                job_title=options["job_title"],
                organization_name=options["organization"],
                kind=OrganizationKind(options["kind"]),
                ods_code=options["ods_code"],
                team_name=options["team"],
                inbox_email=options["team_inbox"],
                takes_referrals=options["takes_referrals"],
                roles=[Role(role) for role in options["role"]],
            )
        except IntegrityError:
            raise CommandError("There is a user with this email, or another organisation with this ODS code.") from None
        self.stdout.write(f"Registered {user.email}.")
