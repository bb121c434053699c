"""Django's, as the role that owns the tables; afterwards the application is given its rights to them."""

from typing import Any

from django.core.management.commands import migrate

from core.postgresql.roles import OwnersCommand, give_rights


class Command(OwnersCommand, migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            give_rights()
