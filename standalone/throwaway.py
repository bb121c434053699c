"""`python -m standalone exec -- COMMAND`: a command beside servers of its own, which end with it.

For tests and checks. Any number may run at once, also beside `make run`: each has its own folder and ports.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from standalone.children import tied_to_this_process
from standalone.console import CannotStart, complain
from standalone.embedded import Services, start_servers
from standalone.folders import PROJECT, alone_in, working_folder
from standalone.leftovers import Record
from standalone.ports import any_free_port
from standalone.supervisor import Stopped, Supervisor

PATIENCE = 10.0


def execute(command: Sequence[str]) -> int:
    """Run the command with DATABASE_URL and REDIS_URL set, return its exit code; the servers always go."""
    parent = working_folder(PROJECT / "var" / "test")
    remove_forgotten(parent)
    with own_folder(parent) as folder:
        supervisor = Supervisor(folder)
        code = 130
        with supervisor:
            services = start_servers(supervisor, (any_free_port(), any_free_port()), durable=False)
            code = attend(supervisor, command, {**os.environ, **environment_of(services)})
        return code


def environment_of(services: Services) -> dict[str, str]:
    """Return what the command is told: it owns the tables, because tests make and empty them.

    The administrator is for benchmarks, which fill the tables past the triggers; the application's own role is for who
    plays its part.
    """
    return {
        "ADMIN_DATABASE_URL": services.admin_url,
        "APPLICATION_DATABASE_URL": services.database_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEPLOYMENT": "test",
        "DATABASE_URL": services.owner_url,
        "REDIS_URL": services.redis_url,
        "SECRET_KEY": services.secret_key,
    }


def attend(supervisor: Supervisor, command: Sequence[str], environment: dict[str, str]) -> int:
    """Run the command in the foreground while looking after the servers; return its exit code."""
    tie = tied_to_this_process(signal.SIGTERM)
    try:
        process = subprocess.Popen(command, env=environment, preexec_fn=tie)
    except OSError as problem:
        raise CannotStart(f"{command[0]} cannot be started: {problem.strerror}.") from None
    try:
        while process.poll() is None:
            supervisor.tend()
    except Stopped:
        # Ctrl-C at a terminal reaches the command too, and it may have something to say before it goes.
        if supervisor.signal != signal.SIGINT or not ends_within(process, PATIENCE / 2):
            process.terminate()
        if not ends_within(process, PATIENCE):
            process.kill()
    code = process.wait()
    return 128 - code if code < 0 else code


def ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Say whether the process ends in time."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return process.returncode is not None


@contextlib.contextmanager
def own_folder(parent: Path) -> Iterator[Path]:
    """Give one run a folder of its own and remove it afterwards, with the servers' home if that is elsewhere."""
    folder = parent / f"{os.getpid()}-{secrets.token_hex(3)}"
    folder.mkdir()
    with alone_in(folder, "busy"):
        try:
            yield folder
        except CannotStart:
            show_and_keep_nothing(folder)
            raise
        finally:
            remove(folder)


def show_and_keep_nothing(folder: Path) -> None:
    """Show the servers' logs, because they are about to go with the folder."""
    for log in sorted((folder / "log").glob("*.log")):
        complain(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}")


def remove_forgotten(parent: Path) -> None:
    """Remove the folders of runs that were killed, and what still runs in them; a live run holds its lock."""
    for folder in parent.iterdir():
        if folder.is_dir() and time.time() - folder.stat().st_mtime > 5:  # a newer one may be about to lock
            with contextlib.suppress(CannotStart, OSError), alone_in(folder, "busy"):
                Record(folder).end_leftovers()
                remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder of a run that is over."""
    with contextlib.suppress(FileNotFoundError):
        home = Path((folder / "servers-are-in").read_text().strip())
        if home.name.startswith("community-referral-"):
            shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
