"""The folders and small files of a run: `var/`, the servers' home, the lock, and the secrets generated once."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from standalone.account import Account
from standalone.console import CannotStart

PROJECT = Path(__file__).resolve().parent.parent
SECRETS = ("postgres_admin", "postgres", "postgres_app", "redis", "secret_key")


def working_folder(path: Path) -> Path:
    """Make the folder if needed; raise `CannotStart` if this user cannot write in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as problem:
        raise CannotStart(
            f"The folder {path} cannot be written to by this user ({problem.strerror}): "
            "the service keeps its data and logs in it."
        ) from None
    return path


def empty(path: Path) -> Path:
    """Return the folder with nothing in it: what an earlier run counted is not this run's."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


@contextlib.contextmanager
def alone_in(folder: Path, refusal: str) -> Iterator[None]:
    """Hold the folder's lock; raise `CannotStart` with the refusal (it may name {pid}) if another process holds it.

    The system gives the lock back when the holder dies, however it dies.
    """
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise CannotStart(refusal.format(pid=file.read().strip())) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def servers_home(folder: Path, account: Account | None) -> Path:
    """Return where the servers keep their data: the folder, or a private one elsewhere if they cannot reach it.

    Root may run this in a folder that nobody else can enter. Opening up folders that are not ours is no answer.
    The place elsewhere is noted, with the project's own address in its name, so that a copy of the project does not
    take the original's data for its own.
    """
    if account is None or account.can_enter(folder):
        return folder
    note = folder / "servers-are-in"
    prefix = f"community-referral-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}-"
    with contextlib.suppress(FileNotFoundError):
        home = Path(note.read_text().strip())
        if home.name.startswith(prefix) and home.is_dir():
            return home
    parent = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108
    home = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    home.chmod(0o711)  # the servers pass through to their own folders and see nothing else
    note.write_text(f"{home}\n")
    return home


def secrets_in(home: Path) -> dict[str, str]:
    """Return this home's passwords and key, generated the first time and readable by the owner only."""
    path = home / "secrets.json"
    try:
        known: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        if (home / "pg").exists():
            raise CannotStart(
                f"{path} with the passwords of the data in {home / 'pg'} is gone: "
                "put it back, or move that folder away to begin with an empty database."
            ) from None
        known = {}
    if new := [name for name in SECRETS if name not in known]:  # a home of before there were as many lacks some
        known |= {name: secrets.token_hex(32) for name in new}
        write_private(path, json.dumps(known))
    return known


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, wholly or not at all."""
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
