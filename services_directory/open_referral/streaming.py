"""Records read from a JSON document one by one, so that memory does not grow with the feed. No database.

The standard library's decoder reads a value at a given place of a text, in C; ijson, which also streams, takes several
times as long to build the same records.
"""

import json
from collections.abc import Iterator
from typing import Any, TextIO

from services_directory.limits import MOST_RECORD
from services_directory.open_referral.items import Unreadable, Written
from services_directory.open_referral.values import own_id

CHUNK = 1 << 20
MOST_HELD = 50_000_000
"""Characters that are held at most until a value ends: one that is too large is passed over, but not at any price."""
LISTS = ("contents", "services")
"""Under which a document's records may stand, where it is not a list itself."""
NO_RECORDS = "is neither a list of services nor a page with contents."
_SPACE = " \t\n\r\ufeff"
_decode = json.JSONDecoder().raw_decode


class NotRecords(ValueError):
    """A document that holds no records, with the reason."""


def records_in(stream: TextIO) -> Iterator[Written | Unreadable]:
    """Return the records of a document: a list, an object with a list of them, or one service by itself.

    What breaks off after its first record, or is one page of several, ends with an `Unreadable`.

    :raises NotRecords: before the first record, if it is not JSON, or holds no records.
    """
    text = _Text(stream)
    count = 0
    try:
        around: dict[str, Any] = {}
        first = text.next_character()
        if first == "{":
            text.skip(1)
            if not _found_list(text, around):
                yield _one_service(around)
                return
        elif first != "[":
            text.value()
            raise NotRecords(NO_RECORDS)
        text.skip(1)
        while text.next_character() != "]":
            if count:
                text.expect(",")
            record = text.value()
            count += 1
            own = record.get("id") if type(record) is dict else None
            if text.position - text.begun > MOST_RECORD:
                name = own_id({"id": own})
                reason = f"It is larger than {MOST_RECORD:,} characters."
                yield Unreadable(name or f"(record {count})", reason, loses_more=not name)
            else:
                yield Written(own, text.buffer[text.begun : text.position])
        text.skip(1)
        if first == "{":
            _found_list(text, around)
            if _is_one_of_several(around):
                yield Unreadable("(the document)", "It is one page of several.", loses_more=True)
    except NotRecords:
        raise
    except ValueError as problem:
        if not count:
            raise NotRecords(f"is not JSON: {problem}.") from problem
        yield Unreadable(f"(record {count + 1})", f"The document breaks off here: {problem}.", loses_more=True)


def _found_list(text: "_Text", around: dict[str, Any]) -> bool:
    """Read an object's values until its list of records; return whether there is one, and go to its bracket."""
    while text.next_character() != "}":
        if text.next_character() == ",":
            text.skip(1)
        name = text.value()
        text.expect(":")
        if name in LISTS and text.next_character() == "[":
            return True
        around[str(name)] = text.value()
    return False


def _one_service(found: dict[str, Any]) -> Written:
    if "id" in found and "name" in found:
        return Written(found["id"], json.dumps(found, sort_keys=True))
    raise NotRecords(NO_RECORDS)


def _is_one_of_several(around: dict[str, Any]) -> bool:
    pages = around.get("total_pages")
    return around.get("last_page") is False or (isinstance(pages, int) and pages > 1)


class _Text:
    """A text of which only a part is held at a time."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.buffer = ""
        self.position = 0
        self.begun = 0
        self.ended = False

    def next_character(self) -> str:
        """Go to the next character that is not space, and return it.

        :raises ValueError: if there is none.
        """
        if self.position < len(self.buffer) and (found := self.buffer[self.position]) not in _SPACE:
            return found
        while True:
            while self.position < len(self.buffer):
                found = self.buffer[self.position]
                if found not in _SPACE:
                    return found
                self.position += 1
            if not self._read_on():
                raise ValueError("it ends too early")

    def skip(self, count: int) -> None:
        """Go past characters that were seen."""
        self.position += count

    def expect(self, character: str) -> None:
        """Go past one character.

        :raises ValueError: if another one is there.
        """
        found = self.next_character()
        if found != character:
            raise ValueError(f"{character!r} is expected where {found!r} stands")
        self.position += 1

    def value(self) -> Any:
        """Read the value that begins at the next character; `begun` says where it did.

        :raises ValueError: if there is none, or it is not JSON.
        """
        self.next_character()
        while True:
            try:
                found, end = _decode(self.buffer, self.position)
            except RecursionError:
                raise ValueError("it is nested too deeply") from None
            except json.JSONDecodeError as problem:
                # Cut off by the end of what was read, or wrong?
                cut = problem.msg.startswith("Unterminated") or problem.pos > len(self.buffer) - 16
                if cut and len(self.buffer) - self.position > MOST_HELD:
                    raise ValueError(f"a value in it is larger than {MOST_HELD:,} characters") from None
                if not (cut and self._read_on()):
                    raise ValueError(f"{problem.msg} after {problem.doc[self.position :][:40]!r}") from None
                continue
            if end == len(self.buffer) and self._read_on():
                continue  # a number may go on
            self.begun, self.position = self.position, end
            return found

    def _read_on(self) -> bool:
        """Read as much again as is held, at least a chunk; return whether there was any."""
        if self.ended:
            return False
        rest = self.buffer[self.position :]
        more = self.stream.read(max(CHUNK, len(rest)))
        self.ended = not more
        self.buffer, self.position = rest + more, 0
        return bool(more)
