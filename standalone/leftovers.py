"""What a supervisor that was killed leaves behind, ended by the next one in the same folder.

On Linux children are told when their parent dies; their own children, and those of other systems, may live on. Only
processes that this project started are touched: those with our mark in their environment, or with a noted id and
the very command line noted with it.
"""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from standalone.children import Child
from standalone.console import say

MARK = "STANDALONE_RUN"
PATIENCE = 15.0


class Record:
    """The note of what runs on behalf of one folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "processes.json"
        self.mark = secrets.token_hex(16)

    def write(self, children: Iterable[Child]) -> None:
        """Note the children that have been started."""
        running = [
            {"name": child.name, "pid": child.pid, "command": list(child.command)}
            for child in children
            if child.process
        ]
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps({"mark": self.mark, "processes": running}))
        draft.replace(self.path)

    def end_leftovers(self) -> None:
        """End what an earlier supervisor noted and could not stop itself."""
        try:
            noted = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return
        deadline, told = time.monotonic() + PATIENCE, False
        while left := leftovers(noted):
            if not told:
                say(f"Ending {len(left)} processes that an earlier start left behind…")
                told = True
            # SIGINT ends PostgreSQL quickly and cleanly where SIGTERM would wait for its clients.
            late = time.monotonic() > deadline
            for pid, command in left.items():
                polite = signal.SIGINT if "postgres" in command else signal.SIGTERM
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL if late else polite)
            if time.monotonic() > deadline + 2:
                return
            time.sleep(0.25)
        self.path.unlink(missing_ok=True)


def leftovers(noted: Mapping[str, object]) -> dict[int, str]:
    """Return the processes of the note which still run, with their command lines."""
    found = {}
    processes = noted.get("processes")
    for entry in processes if isinstance(processes, list) else []:
        line = command_line(entry["pid"])
        # From the second word on: some systems show another path for an interpreter than it was started by.
        if line and line.endswith(" ".join(entry["command"][1:])):
            found[int(entry["pid"])] = line
    mark = f"{MARK}={noted.get('mark')}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = command_line(int(folder.name))
    return found


def command_line(pid: int) -> str:
    """Return a process's command line, empty if it is gone or is a zombie."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return ""
    asked = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return asked.stdout.strip()
