"""`manage.py machine`: let another system in, change its secret, end it, and see which there are."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import machines
from accounts.enums import Scope
from accounts.models import Machine
from accounts.selectors import find_team_by_name
from core.errors import DomainError


class Command(BaseCommand):
    help = "Other systems, which sign in by OAuth 2 client credentials (docs/machines.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="make a machine of a team, and show its secret, once")
        add.add_argument("name", help="how timelines call it")
        add.add_argument("--organization", required=True, help="name of the organisation")
        add.add_argument("--team", required=True, help="name of the team")
        add.add_argument("--contact", required=True, help="mailbox of those who look after it")
        add.add_argument("--role", required=True, action="append", choices=[role.value for role in machines.ROLES])
        add.add_argument("--scope", required=True, action="append", choices=Scope.values)
        rotate = verbs.add_parser("rotate", help="give it a new secret, and show it, once")
        rotate.add_argument("client_id")
        rotate.add_argument("--days", type=int, default=machines.OVERLAP.days, help="how long the old one stays good")
        verbs.add_parser("end", help="end it, at once").add_argument("client_id")
        verbs.add_parser("list", help="which there are")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options, timezone.now())
        except DomainError as refusal:
            said = [" ".join(sentences) for sentences in refusal.extra.get("errors", {}).values()]
            raise CommandError(" ".join(said) or refusal.detail) from None

    def _add(self, options: dict[str, Any], at: dt.datetime) -> None:
        team = find_team_by_name(organization=options["organization"], name=options["team"])
        if team is None:
            raise CommandError("There is no such team, or more than one.")
        machine, secret = machines.register_machine(
            team=team, name=options["name"], contact=options["contact"], roles=options["role"],
            scopes=options["scope"], at=at,
        )  # fmt: skip
        self._show(machine, secret)

    def _rotate(self, options: dict[str, Any], at: dt.datetime) -> None:
        if options["days"] < 0:
            raise CommandError("The old secret ends now (0 days) or later.")
        machine = machines.get_machine(options["client_id"])
        self._show(machine, machines.rotate_secret(machine=machine, at=at, overlap=dt.timedelta(days=options["days"])))

    def _end(self, options: dict[str, Any], at: dt.datetime) -> None:
        machines.end_machine(machine=machines.get_machine(options["client_id"]), at=at)
        self.stdout.write("It has ended, and every token of it.")

    def _list(self, options: dict[str, Any], at: dt.datetime) -> None:
        for machine in machines.machines():
            good = [row for row in machine.secrets.all() if row.ends_at is None or row.ends_at > at]
            oldest = min((row.made_at for row in good), default=None)
            state = "ended" if machine.ended_at else f"{len(good)} secret(s), the oldest of {oldest:%-d %B %Y}"
            where = f"{machine.team.name}, {machine.team.organization.name}"
            self.stdout.write(f"{machine.client_id}  {machine.account.full_name}  {where}")
            self.stdout.write(f"    {' '.join(machine.scopes)}  {state}")

    def _show(self, machine: Machine, secret: str) -> None:
        self.stdout.write(f"client_id={machine.client_id}\nclient_secret={secret}\nThe secret is shown only now.")
