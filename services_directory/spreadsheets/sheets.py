"""A CSV file as spreadsheets write and read it: bytes to rows with their line numbers, cells that no spreadsheet runs.

Taken as they come: UTF-8 with and without its mark, what Excel calls Unicode text (UTF-16), Windows-1252; commas,
semicolons or tabs; CRLF; a first line `sep=;`; headers in any case, with spaces for underscores; missing last cells.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_MARKED = re.compile(r"^'(?=[=+\-@\t\r\n'0-9])")
_SEPARATORS = ",;\t"
_TOO_LONG = "It has more cells than there are columns: is there a separator in a text without quotation marks?"


class SheetUnreadable(ValueError):
    """A file that is no table; the sentence says where and why. Nothing of it was read."""


@dataclass(frozen=True)
class Row:
    """One row: the line on which it begins (the header is on line 1), and its cells by column; `problem` says why
    they cannot be believed.
    """

    line: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table: its columns, as they are called here, and its rows; rows without any text are left out."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheet(content: bytes) -> Sheet:
    """Read a CSV file.

    :raises SheetUnreadable: if it is no table, or a quotation mark in it is never closed.
    """
    text = _decoded(content)
    first, _, rest = text.partition("\n")
    separator = _separator_of(first)
    skipped = 0
    if re.fullmatch(r"sep=.\r?", first):
        separator, text, skipped = first[4], rest, 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    begins = skipped + 1
    try:
        for cells in reader:
            line, begins = begins, skipped + reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns(cells)
                continue
            # Excel leaves out empty cells at the end of a line.
            padded = [*cells, *[""] * (len(columns) - len(cells))]
            too_long = any(cell.strip() for cell in cells[len(columns) :])
            found = {name: unmarked(cell) for name, cell in zip(columns, padded, strict=False) if name}
            rows.append(Row(line, found, problem=_TOO_LONG if too_long else ""))
    except csv.Error as problem:
        raise SheetUnreadable(f"Line {skipped + reader.line_num} cannot be read ({problem}).") from None
    if not columns:
        raise SheetUnreadable("The file is empty: its first line names the columns.")
    return Sheet(tuple(name for name in columns if name), tuple(rows))


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a CSV file in pieces: a mark that tells Excel that it is UTF-8, the columns, and each row."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([marked(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def marked(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: what could be one begins with an apostrophe."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) and not _NUMBER.match(cell) else cell


def unmarked(cell: str) -> str:
    """Return what `marked` was given; also without the apostrophe that people put before a telephone number."""
    return _MARKED.sub("", comparable(cell))


def comparable(cell: str) -> str:
    """Return a text as it is compared: with plain ends of lines, and no space around it."""
    return cell.replace("\r\n", "\n").strip()


def _decoded(content: bytes) -> str:
    is_utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if is_utf_16 else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding).lstrip("\ufeff").replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise SheetUnreadable("The letters cannot be read: save it as “CSV UTF-8”.")


def _separator_of(header: str) -> str:
    outside_quotes = re.sub(r'"[^"]*"', "", header)
    return max(_SEPARATORS, key=outside_quotes.count)


def _columns(cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(re.sub(r"[\s_-]+", "_", comparable(cell).lstrip("'").lower()) for cell in cells)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise SheetUnreadable(f"The column {twice[0]} is there twice.")
    return names
