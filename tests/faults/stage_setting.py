"""Make the empty database the stage of a fault run, and print who plays in it: `python -m tests.faults.stage_setting`.

Runs as a process of its own, beside the servers, because it is the only part of a run that needs Django.
"""

import json
import os
import sys

import django
from django.core.management import call_command
from django.utils import timezone

GPS = 60
"""Enough that none refers more often than one user may in an hour."""


def set_the_stage() -> dict[str, object]:
    """Bring the tables up to date, make the town, and give its people tokens."""
    # Only importable once the settings are read.
    from accounts.actors import Actor  # noqa: PLC0415
    from accounts.enums import Role  # noqa: PLC0415
    from accounts.models import Team  # noqa: PLC0415
    from accounts.services import issue_token, register_user  # noqa: PLC0415
    from notifications.webhooks.endpoints import register_endpoint  # noqa: PLC0415
    from notifications.webhooks.payload import PING  # noqa: PLC0415
    from tests.stage import build_cast, fresh  # noqa: PLC0415

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

    keeper = register_user(
        email="mae.manager@work.example", full_name="Mae Manager", password=None,
        roles=[(cast.team, Role.MANAGER), (cast.leisure, Role.MANAGER)],
    )  # fmt: skip

    def endpoint(name: str, team: Team, hears: str) -> dict[str, str]:
        path = f"/{name}"
        row, secret = register_endpoint(
            team_id=team.pk, url=os.environ["FAULTS_RECEIVER"] + path, actor=Actor(fresh(keeper)), at=timezone.now(),
            event_types=[PING] if hears == "ping" else [],
        )  # fmt: skip
        return {"reference": row.reference, "path": path, "secret": secret, "hears": hears}

    return {
        "endpoints": [
            endpoint("link-workers", cast.team, "team"),
            endpoint("leisure", cast.leisure, "provider"),
            endpoint("tests-only", cast.team, "ping"),
        ],
        "team": str(cast.team.pk),
        "service": str(cast.walking.pk),
        "gps": [token(gp) for gp in gps],
        "link_worker": token(cast.link_worker),
        "lead": token(cast.lead),
        "provider": token(cast.provider),
        "keeper": token(keeper),
    }


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(f"{json.dumps(set_the_stage())}\n")
