"""Rows of the directory as PostgreSQL's COPY takes them: a block of lines at a time, because 2.7 million are many.

A block is first taken as a whole, with operations that run in C: one split, columns by slices, each distinct area code
looked at once. A block in which anything is out of the ordinary is read again, line by line, and what cannot stand is
refused with its line number.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from services_directory.onspd.columns import FIELDS, Layout
from services_directory.onspd.files import Stream

COLUMNS = tuple(FIELDS)
"""The order of the columns of what is copied."""
BLOCK = 1 << 16
"""Bytes read at a time: small enough to stay in the processor's cache, where larger blocks take twice as long."""
LONGEST_LINE = 1 << 20

_NULL = rb"\N"
_CODE = re.compile(r"[A-Z0-9]{5,7}")
_AREA = re.compile(r"[A-Z0-9]{0,9}")
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]+)?")
_RANK = re.compile(r"[0-9]{0,6}")
# What a block may hold to be taken as a whole: the postcode, then coordinates of the British Isles or none.
_ORDINARY = re.compile(rb"(?:[A-Z0-9]{5,7}+\t(?:[4-6][0-9]\.[0-9]++\t-?[0-9]\.[0-9]++|\\N\t\\N)\t[^\n]*+\n)*+")


class NotOrdinary(ValueError):
    """A value that has to be looked at; its sentence says why it cannot stand."""


@dataclass(frozen=True)
class Refusal:
    """A row that was left out. Lines count from 1, the header."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """Some lines of the file, ready to be copied."""

    text: bytes
    """For COPY in its text format, columns as in `COLUMNS`."""
    rows: int
    lines: int
    size: int
    """Bytes of the file that they took."""
    refused: Sequence[Refusal]


class _Memory(dict[bytes, bytes]):
    """What each distinct value becomes, worked out once. Forgotten when it grows beyond what areas there are."""

    def __init__(self, clean: Callable[[str], bytes]) -> None:
        self.clean = clean

    def __missing__(self, value: bytes) -> bytes:
        if len(self) > 200_000:
            self.clear()
        made = self[value] = self.clean(value.decode("ascii").strip(' "\r'))
        return made


def _area(value: str) -> bytes:
    """A GSS code; those that end in 99999999 stand for none, such as the LSOA of a postcode in Jersey."""
    if not _AREA.fullmatch(value):
        raise NotOrdinary(f"{value!r} is not a code of an area.")
    return b"" if value[1:] == "99999999" else value.encode()


def _rank(value: str) -> bytes:
    """A rank; 0 is none."""
    if not _RANK.fullmatch(value):
        raise NotOrdinary(f"{value!r} is not a rank.")
    return value.encode() if value.strip("0") else _NULL


def _terminated(value: str) -> bytes:
    return b"t" if value else b"f"


@dataclass(frozen=True)
class Reader:
    """Reads the rows of a file with a certain layout."""

    layout: Layout
    areas: _Memory = field(default_factory=lambda: _Memory(_area))
    ranks: _Memory = field(default_factory=lambda: _Memory(_rank))
    ends: _Memory = field(default_factory=lambda: _Memory(_terminated))

    def blocks(self, stream: Stream, *, lines: int, size: int = BLOCK) -> Iterator[Block]:
        """Yield what follows in a stream that stands at the beginning of a line.

        :param lines: how many lines lie before it.
        """
        rest = b""
        while True:
            read = stream.read(size)
            block = rest + read
            cut = block.rfind(b"\n") + 1 if read else len(block)
            if not cut and read and len(block) < LONGEST_LINE:
                rest = block
                continue
            cut = cut or len(block)
            block, rest = block[:cut], block[cut:]
            if block:
                made = self.block(block, lines=lines)
                lines += made.lines
                yield made
            if not read:
                return

    def block(self, block: bytes, *, lines: int) -> Block:
        """Return whole lines of the file as rows to be copied."""
        whole = self._as_a_whole(block) if block.endswith(b"\n") else None
        return whole or self._one_by_one(block, lines)

    def _as_a_whole(self, block: bytes) -> Block | None:
        width, at = self.layout.width, self.layout.positions
        values = block.replace(b"\n", b",").split(b",")
        rows, left_over = divmod(len(values) - 1, width)
        if left_over or b"\\" in block or b"\t" in block:
            return None

        def column(name: str) -> list[bytes]:
            return values[at[name] : -1 : width]

        try:
            columns = (
                column("code"),
                column("latitude"),
                column("longitude"),
                map(self.areas.__getitem__, column("lsoa")),
                map(self.areas.__getitem__, column("ward")),
                map(self.areas.__getitem__, column("local_authority")),
                map(self.ranks.__getitem__, column("imd_rank")),
                map(self.ends.__getitem__, column("terminated")),
            )
            text = b"\n".join(map(b"\t".join, zip(*columns, strict=True))) + b"\n"
        except ValueError:
            return None
        text = text.translate(None, b'" \r').replace(b"\t99.999999\t0.000000\t", b"\t\\N\t\\N\t")
        if not _ORDINARY.fullmatch(text):
            return None
        return Block(text=text, rows=rows, lines=rows, size=len(block), refused=())

    def _one_by_one(self, block: bytes, lines: int) -> Block:
        taken: list[bytes] = []
        refused: list[Refusal] = []
        number = lines
        for number, line in enumerate(block.removesuffix(b"\n").split(b"\n"), start=lines + 1):
            if not line.strip():
                continue
            try:
                taken.append(self._row(line))
            except UnicodeDecodeError:
                refused.append(Refusal(number, "It is no text."))
            except (NotOrdinary, csv.Error) as problem:
                refused.append(Refusal(number, str(problem)))
        text = b"".join(row + b"\n" for row in taken)
        return Block(text=text, rows=len(taken), lines=number - lines, size=len(block), refused=refused)

    def _row(self, line: bytes) -> bytes:
        values = next(csv.reader([line.decode("ascii")], strict=True))
        if len(values) != self.layout.width:
            raise NotOrdinary(f"Its columns are {len(values)} instead of {self.layout.width}.")
        found = {name: values[position].strip() for name, position in self.layout.positions.items()}
        code = found["code"].replace(" ", "").upper()
        if not _CODE.fullmatch(code):
            raise NotOrdinary(f"{found['code']!r} is not a postcode.")
        areas = (_area(found[name].upper()) for name in ("lsoa", "ward", "local_authority"))
        where = _where(found["latitude"], found["longitude"])
        return b"\t".join((code.encode(), *where, *areas, _rank(found["imd_rank"]), _terminated(found["terminated"])))


def _where(latitude: str, longitude: str) -> tuple[bytes, bytes]:
    """Return the coordinates, or none of them where the directory has no grid reference: 99.999999 and 0, or blank."""
    if not latitude and not longitude:
        return _NULL, _NULL
    if not (_DEGREES.fullmatch(latitude) and _DEGREES.fullmatch(longitude)):
        raise NotOrdinary(f"{latitude!r}, {longitude!r} is not a latitude and a longitude.")
    if float(latitude) > 99.99 and float(longitude) == 0:
        return _NULL, _NULL
    if abs(float(latitude)) > 90 or abs(float(longitude)) > 180:
        raise NotOrdinary(f"{latitude}, {longitude} is not on earth.")
    return latitude.encode(), longitude.encode()
