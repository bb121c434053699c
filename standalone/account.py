"""The unprivileged account that servers run as when this is started by root, as in a container or in CI.

PostgreSQL refuses to run as root, and rightly. Everybody else runs the servers as themselves: then there is no
account here.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from standalone.console import CannotStart

UNPRIVILEGED = "nobody"  # exists everywhere, and initdb insists on a named account


@dataclass(frozen=True)
class Account:
    """Whom to become before a server program starts."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Say whether the account can reach the folder, by trying: modes alone do not tell (lists, mounts)."""
        return self._succeeds("/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder))

    def can_run(self, program: Path) -> bool:
        """Say whether the account can start the program."""
        return self._succeeds(str(program), "--version")

    def own(self, *paths: Path) -> None:
        """Hand files and folders over to the account."""
        for path in paths:
            os.chown(path, self.uid, self.gid)

    def _succeeds(self, *command: str) -> bool:
        try:
            done = run_as(self, command, cwd=Path("/"))
        except PermissionError:
            return False
        return done.returncode == 0


def servers_account(data: Path) -> Account | None:
    """Return whom servers run as: nobody special, or when root, the owner of the data there are, else `nobody`."""
    if os.geteuid() != 0:
        return None
    try:
        owner = data.stat().st_uid
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(UNPRIVILEGED)
    except FileNotFoundError:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as missing:
        raise CannotStart(
            f"Servers do not run as root, and there is no such account to run them as: {missing}."
        ) from None
    account = Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    try:
        run_as(account, ["/bin/sh", "-c", ":"], cwd=Path("/"))
    except PermissionError:
        raise CannotStart(
            f"Servers do not run as root, and this root may not become {account.name}: "
            "start as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from None
    return account


def run_as(account: Account | None, command: Sequence[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as the account, with next to no environment, and return what came of it."""
    return subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
