"""One child process: started, watched, stopped, and ended with all of its own children.

Each child leads its own process group, so that Ctrl-C reaches the supervisor alone, and so that what a killed child
leaves behind (a web server's workers keep its port) can be ended before it is started again.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from standalone.account import Account

LONGEST_PAUSE = 30.0
SOUND_AFTER = 20.0
LOG_BYTES = 10_000_000
PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass
class Child:
    """A process of ours and how it is to be treated; a passing one has an end of its own."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    account: Account | None = None
    stop_signal: int = signal.SIGTERM
    patience: float = 10.0
    is_passing: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    failures: int = 0
    log_from: int = 0
    started_at: float = 0.0
    restart_at: float = 0.0

    @property
    def pid(self) -> int:
        """Return the process id; the child must have been started."""
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.process.pid

    def start(self) -> None:
        """Start the process, its output appended to its log."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self.log_from = log.tell()
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
                preexec_fn=tied_to_this_process(self.stop_signal),
            )
        self.started_at = time.monotonic()

    def ended(self) -> int | None:
        """Return how the process ended (as `Popen.returncode` says it), or None while it runs."""
        if self.process is None or self.process.returncode is not None:
            return self.process.returncode if self.process else None
        # First the group, then the reaping: until then nobody else can be given this process id.
        with contextlib.suppress(ChildProcessError):
            if os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return None
        self.signal_all(signal.SIGKILL)
        return self.process.wait()

    def has_begun(self, words: str) -> bool:
        """Say whether the process has written the words since its start, or is silent but has run for long enough."""
        if self.ended() is not None:
            return False
        return words.encode() in self.log.read_bytes()[self.log_from :] or self._is_sound()

    def _is_sound(self) -> bool:
        return time.monotonic() - self.started_at > SOUND_AFTER

    def signal_all(self, number: int) -> None:
        """Send a signal to the process and to whatever it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def ask_to_stop(self) -> None:
        """Ask the process, not its children, to stop in its own way."""
        if self.process and self.ended() is None:
            os.kill(self.pid, self.stop_signal)

    def pause(self) -> float:
        """Plan the next start after a death, return the seconds until then: short at first, longer when it recurs."""
        self.failures = 1 if self._is_sound() else self.failures + 1
        seconds: float = min(0.25 * 2**self.failures, LONGEST_PAUSE)
        self.restart_at = time.monotonic() + seconds
        return seconds

    def last_words(self, lines: int = 15) -> str:
        """Return the end of the log, for somebody who wants to know why."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""


def tied_to_this_process(number: int) -> Callable[[], None] | None:
    """Return what a child does before its program starts, to be sent the signal when this process dies, even by -9.

    Only Linux has it; elsewhere the next start ends what is left over (see `leftovers.py`).
    """
    if _prctl is None:
        return None
    parent, prctl = os.getpid(), _prctl

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return tie


def how(code: int) -> str:
    """Put an ending into words."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"stopped by itself with exit code {code}"
