"""What `check --deploy` says of the database."""

from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError

from core.postgresql.roles import what_it_may_undo


def the_application_owns_nothing(**_: Any) -> list[CheckMessage]:
    """Warn where whoever gets hold of the application could undo the database's own rules."""
    try:
        found = what_it_may_undo()
    except DatabaseError:
        return [Warning("The database cannot be asked what its role may do.", id="core.W002")]
    return [
        Warning(
            f"The role of DATABASE_URL {what}: it could switch off the triggers that keep what happened.",
            hint="Give the application a role of its own, and the owner's to `migrate` alone: docs/running.md.",
            id="core.W001",
        )
        for what in found
    ]
