"""Make the empty database the stage of a fault run, and print who plays in it: `python -m tests.faults.stage_setting`.

Runs as a process of its own, beside the servers, because it is the only part of a run that needs Django.
"""

import json
import sys

import django
from django.core.management import call_command

GPS = 60
"""Enough that none refers more often than one user may in an hour."""


def set_the_stage() -> dict[str, object]:
    """Bring the tables up to date, make the town, and give its people tokens."""
    # Only importable once the settings are read.
    from accounts.enums import Role  # noqa: PLC0415
    from accounts.services import issue_token, register_user  # noqa: PLC0415
    from tests.stage import build_cast  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    cast = build_cast()
    gps = [
        register_user(
            email=f"gp.{number}@work.example", full_name=f"Gp {number}", password=None,
            roles=[(cast.practice, Role.REFERRER)],
        )
        for number in range(GPS)
    ]  # fmt: skip

    def token(user: object) -> str:
        return issue_token(user=user)[0]  # type: ignore[arg-type]

    return {
        "team": str(cast.team.pk),
        "service": str(cast.walking.pk),
        "gps": [token(gp) for gp in gps],
        "link_worker": token(cast.link_worker),
        "lead": token(cast.lead),
        "provider": token(cast.provider),
    }


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(f"{json.dumps(set_the_stage())}\n")
