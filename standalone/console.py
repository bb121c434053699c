"""What the person at the terminal reads: lines about progress, and one sentence when a start is impossible.

It must stay readable by old Pythons, because `environment.py` imports it to say that the Python is too old.
"""

from __future__ import annotations

import contextlib
import sys


class CannotStart(Exception):
    """Something outside the project stands in the way; the message is one sentence that says what to do."""


def say(line: str = "") -> None:
    """Write one line for the person at the terminal; a terminal that has gone away is no reason to stop."""
    with contextlib.suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def complain(reason: object) -> None:
    """Write the reason for a failure where failures belong."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{reason}\n")
        sys.stderr.flush()
