"""A clock that can be moved while a process runs: libfaketime, preloaded, reading its offset from a file."""

import importlib.util
import os
from pathlib import Path

DEBIAN = ("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime")

HOUR = 3600


def find_faketime() -> Path | None:
    """Return the library: of the package among our requirements, or Debian's; None where there is none."""
    found = importlib.util.find_spec("libfaketime")
    folders = [Path(found.origin).parent / "vendor" / "libfaketime" / "src"] if found and found.origin else []
    for folder in (*folders, *map(Path, DEBIAN)):
        library = folder / "libfaketime.so.1"
        if library.is_file() and os.access(library, os.R_OK):
            return library
    return None


class MovableClock:
    """The wall clock of some processes; what measures durations (the monotonic clock) goes on, as in life."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.move(0)

    def environment(self) -> dict[str, str]:
        """Return what a process needs in its environment."""
        return {
            "LD_PRELOAD": str(find_faketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def move(self, seconds: int) -> None:
        """Let the clock go so many seconds ahead of the true one (behind, if negative) from now on."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self.file)
