# ruff: noqa: S603 - these tests start programs, that is their point
"""A stand-in for the Django project: the same commands and addresses, and nothing behind them.

So the real supervisor, servers, granian and celery are tested without the service, in a folder of their own.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
FILES = {
    "manage.py": """
import os, sys
import psycopg
with psycopg.connect(os.environ["MIGRATION_DATABASE_URL"]) as connection:
    if sys.argv[1] == "prepare_demo":
        connection.execute("CREATE TABLE IF NOT EXISTS seen (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO seen DEFAULT VALUES")
        print("starts seen:", connection.execute("SELECT count(*) FROM seen").fetchone()[0])
""",
    "config/__init__.py": "",
    "config/celery.py": """
import os
from celery import Celery
app = Celery("config", broker=os.environ["REDIS_URL"], fixups=[])
""",
    "config/wsgi.py": """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"well"]
""",
}


def make_project(folder: Path) -> Path:
    """Write the stand-in, with a copy of the real `standalone/`."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "standalone", folder / "standalone", ignore=ignored)
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    return folder


def own_ports() -> dict[str, str]:
    """Return free ports for everything that `make run` listens on."""
    names = ("WEB_PORT", "MAIL_WEB_PORT", "SMTP_PORT", "NOTIFY_PORT", "POSTGRES_PORT", "REDIS_PORT")
    sockets = [socket.socket() for _ in names]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = {name: str(one.getsockname()[1]) for name, one in zip(names, sockets, strict=True)}
    for one in sockets:
        one.close()
    return ports


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment that says nothing about the servers of the run that these tests are part of."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **(extra or {})}


class Start:
    """One `python -m standalone …` in a folder, stopped at the end whatever happens."""

    def __init__(self, folder: Path, *arguments: str, extra: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.output = folder / "output.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "standalone", *arguments],
                cwd=folder,
                env=environment(extra),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> "Start":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=90)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def said(self, words: str, *, times: int = 1, seconds: float = 120) -> str:
        """Wait until the words were said so often, return all that was said."""

        def is_said() -> bool:
            return self.output.read_text().count(words) >= times or self.process.poll() is not None

        wait_until(is_said, seconds=seconds, otherwise=self.output.read_text)
        text = self.output.read_text()
        assert text.count(words) >= times, text
        return text

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=90)


def wait_until(is_true: Callable[[], bool], *, seconds: float = 90, otherwise: Callable[[], str] = str) -> None:
    """Wait for a condition, fail with the words of `otherwise` when it does not come."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)


def home_of(folder: Path) -> Path:
    """Return where the servers of a project in this folder keep their data."""
    note = folder / "var" / "servers-are-in"
    return Path(note.read_text().strip()) if note.exists() else folder / "var"


def child_of(folder: Path, name: str) -> int:
    """Return the process id of one of the supervisor's children."""
    noted = json.loads((folder / "var" / "processes.json").read_text())
    pids: list[int] = [one["pid"] for one in noted["processes"] if one["name"] == name]
    return pids[0]


def processes_of(*folders: Path) -> dict[int, str]:
    """Return the live processes with one of the folders in their command line or as their working directory."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            place = os.readlink(entry / "cwd")
        except OSError:
            continue
        inside = any(f"{place}/".startswith(f"{folder}/") or f"{folder}/" in command for folder in folders)
        if command and inside:
            found[int(entry.name)] = command
    return found
