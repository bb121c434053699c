"""The directory's file: the CSV, the same compressed (.gz), or the .zip as it is downloaded. Never unpacked to disk."""

import csv
import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.errors import Invalid

_IN_ZIP = re.compile(r"(?:^|/)data/[^/]+_uk\.csv$", re.IGNORECASE)
_ENDS = 1 << 20
Stream = IO[bytes] | gzip.GzipFile
UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading a file that is broken or cut short may raise."""


@dataclass(frozen=True, kw_only=True)
class PublishedFile:
    """A file of the directory."""

    path: Path
    member: str
    """The CSV inside a zip, else empty."""
    size: int
    """Of the CSV, in bytes, uncompressed."""
    digest: str
    """SHA-256 of the size of the file as it lies there and of its first and last mebibyte: which file it is."""

    @property
    def name(self) -> str:
        """What to call it."""
        return Path(self.member).name if self.member else self.path.name

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """Open the CSV for reading from its beginning; `seek` works forwards in all three kinds.

        :raises Invalid: if it cannot be read, or no more in the middle.
        """
        try:
            if self.member:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as stream:
                    yield stream
            elif self.path.suffix.lower() == ".gz":
                with gzip.open(self.path) as stream:
                    yield stream
            else:
                with self.path.open("rb") as stream:
                    yield stream
        except BrokenPipeError:  # not of the file: who listened has left
            raise
        except UNREADABLE as problem:
            raise _unreadable(self.path, problem) from problem


def published_file(path: Path) -> PublishedFile:
    """Return what a file is, without reading it all.

    :raises Invalid: if it cannot be read, or is a zip without the directory's CSV.
    """
    try:
        on_disk = path.stat().st_size
        with path.open("rb") as file:
            digest = hashlib.sha256(str(on_disk).encode())
            digest.update(file.read(_ENDS))
            file.seek(max(0, on_disk - _ENDS))
            tail = file.read(_ENDS)
            digest.update(tail)
        member, size = "", on_disk
        if path.suffix.lower() == ".zip":
            member, size = _member_of(path)
        elif path.suffix.lower() == ".gz":
            size = int.from_bytes(tail[-4:], "little")  # RFC 1952: the length, modulo 2^32
    except UNREADABLE as problem:
        raise _unreadable(path, problem) from problem
    return PublishedFile(path=path, member=member, size=size, digest=digest.hexdigest())


def read_header(stream: Stream) -> list[str]:
    """Return the names in the first line, and leave the stream behind it.

    :raises Invalid: if that line is no text.
    """
    try:
        line = stream.readline(_ENDS).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid({"file": ["This is not a CSV file: its first line is no text."]}) from None
    return next(csv.reader([line]), [])


def _member_of(path: Path) -> tuple[str, int]:
    """Return the one CSV of the whole directory in the archive, and its size; the areas' own files are beside it."""
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".csv")]
    whole = [entry for entry in entries if _IN_ZIP.search(entry.filename)] or entries
    if len(whole) != 1:
        raise Invalid({"file": [f"{path.name} should hold one Data/ONSPD_…_UK.csv, and holds {len(whole)}."]})
    return whole[0].filename, whole[0].file_size


def _unreadable(path: Path, problem: BaseException) -> Invalid:
    why = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return Invalid({"file": [f"{path.name} cannot be read: {why}."]})
