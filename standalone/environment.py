"""The virtual environment `.venv`, made from `requirements-dev.lock`: once, and again when the lock changes.

Runs with the system's Python before anything is installed: standard library only, and nothing newer than what an
old Python can parse, so that it is told in a sentence what it lacks. Wheels only, so no compiler is ever needed.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

from standalone.console import CannotStart, complain, say

PROJECT = Path(__file__).resolve().parent.parent
NO_INDEX = re.compile(
    r"Failed to establish a new connection|NewConnectionError|Temporary failure in name resolution|"
    r"Connection refused|Connection broken|ConnectTimeoutError|Read timed out|ProxyError|Could not fetch URL|"
    r"Network is unreachable|Failed to resolve"
)
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")


def prepare(project: Path) -> None:
    """Make or refresh the environment if needed; raise `CannotStart` with what is missing."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older one is whom this is for
        raise CannotStart(
            f"Python 3.11 or newer is needed, and {sys.executable} is {sys.version.split()[0]}: "
            'name a newer one, as in "make run PYTHON=python3.13".'
        )
    lock, venv = project / "requirements-dev.lock", project / ".venv"
    wanted = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {venv}"
    if made_from(venv) == wanted and python_of(venv):
        return
    with OneAtATime(project):
        if made_from(venv) == wanted and python_of(venv):  # another `make` did it while this one waited
            return
        make_venv(venv)
        install(lock, venv)
        _stamp(venv).write_text(wanted)


def made_from(venv: Path) -> str:
    """Return what a finished installation noted: the lock's hash, and the place, which its scripts name."""
    try:
        return _stamp(venv).read_text()
    except OSError:
        return ""


def python_of(venv: Path) -> bool:
    """Say whether the environment's Python runs and is the one its packages were installed for."""
    question = "import sys; print('lib/python%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([venv / "bin" / "python", "-c", question], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return (venv / answer.stdout.strip() / "site-packages").is_dir()


def make_venv(venv: Path) -> None:
    """Create the environment, or keep a sound one; an environment of another place or Python is made anew."""
    moved = made_from(venv) and not made_from(venv).endswith(f" {venv}")
    if not moved and python_of(venv):
        return
    if not importlib.util.find_spec("venv") or not importlib.util.find_spec("ensurepip"):
        raise CannotStart(
            f"{sys.executable} comes without the venv module: install it "
            f'(Debian, Ubuntu: "apt-get install python3-venv"), then try again.'
        )
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", venv], capture_output=True, text=True, check=False)
    if made.returncode:
        last = (made.stderr or made.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise CannotStart(f"The virtual environment {venv} cannot be made: {last[0]}")


def install(lock: Path, venv: Path) -> None:
    """Install exactly what the lock names, by hash, wheels only."""
    say(f"Installing the packages of {lock.name} into {venv.name} (once; about a minute)…")
    # By default pip also asks whether there is a newer pip, and gives up slowly where there is no network.
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--retries", "3", "--timeout", "15"]
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", *quiet]
    # Also as constraints: pip 23 looks at the newest release first where a package is asked for with an extra
    # (`coverage[toml]`), and refuses everything the day there is a newer one than the lock's.
    command += ["--require-hashes", "--only-binary", ":all:", "-c", str(lock), "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(why_pip_failed(done.stdout + done.stderr))


def why_pip_failed(output: str) -> str:
    """Turn what pip printed into one sentence."""
    if NO_INDEX.search(output):
        return "The packages cannot be fetched: no package index answers; check the network or pip's configuration."
    if missing := NO_WHEEL.search(output):
        return (
            f"There is no ready-made package of {missing[1]} for this platform "
            f"(Python {sys.version.split()[0]}, {os.uname().machine}): use docker compose instead."
        )
    errors = [line for line in output.splitlines() if line.startswith("ERROR")] or output.splitlines()[-1:]
    return f"pip could not install the packages: {errors[0] if errors else 'it gave no reason'}"


def _stamp(venv: Path) -> Path:
    return venv / "installed-from"


class OneAtATime:
    """Hold off a second `make` in the same folder while this one installs."""

    def __init__(self, project: Path) -> None:
        self.path = project / "var" / "environment.lock"

    def __enter__(self) -> None:
        try:
            self.path.parent.mkdir(exist_ok=True)
            self.file = self.path.open("w")
            (self.path.parent.parent / ".venv").mkdir(exist_ok=True)
        except OSError as problem:
            raise CannotStart(
                f"The folder {self.path.parent.parent} cannot be written to by this user ({problem.strerror}): "
                "the service keeps its packages and data in it."
            ) from None
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.file.close()


if __name__ == "__main__":
    try:
        prepare(PROJECT)
    except CannotStart as reason:
        complain(reason)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
