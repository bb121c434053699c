"""Values of one source record, read by their names. Pure: what is untidy is put right or left out, with a note.

The names of a record's own values are brought to the form of HSDS once (`normal`), since some vendors write them in
camel case; whatever the reader does not know is counted in `not_read`.
"""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from services_directory.limits import MOST_MARKED_UP, MOST_PARTS, MOST_ROWS, MOST_TEXT
from services_directory.open_referral import cleaning
from services_directory.open_referral.nested import Tree

Fields = dict[str, Any]
T = TypeVar("T")

NOT_KEPT: dict[str, frozenset[str]] = {
    "organization": frozenset({"locations"}),
    "service_at_location": frozenset({"service_areas"}),
    "service_area": frozenset({"service_at_location_id"}),
}
"""By kind of record: what the standard has and the directory does not keep. `metadata` of any record is not kept
either: it says who changed what, and what stood there before. docs/open-referral.md gives the reasons."""
NAME_LENGTH = 255
ID_LENGTH = 500
SHOWN_LENGTH = 100
MOST_NOTES = 20
"""How many remarks at most a report has on one record."""
_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


PLAIN_NAMES: set[str] = set()
"""Names that are as HSDS has them: nearly all records have no others."""


def names_in(text: str) -> frozenset[str]:
    """Return the names of the standard that a text lists, as a set."""
    names = frozenset(text.split())
    PLAIN_NAMES.update(names)
    return names


def own_id(record: object) -> str:
    """Return a record's own id as text, or "" where it has none."""
    found = record.get("id") if isinstance(record, Mapping) else None
    return _as_id(found)


def uuid_of(own: str, *, feed: str, kind: str) -> str:
    """Return the UUID of a source's own id, as text; the same one each time, where that id is not a UUID itself.

    Text and no object: an import compares and writes so many of them that objects are a third of its time.
    """
    if _CANONICAL(own):
        return own
    try:
        return str(uuid.UUID(own))
    except ValueError:
        return str(uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:feed:{feed}"), f"{kind}:{own}"))


def _as_id(found: object) -> str:
    if type(found) is str and _CANONICAL(found):
        return found
    is_an_id = isinstance(found, str | int) and not isinstance(found, bool)
    return cleaning.without_controls(str(found)) if is_an_id else ""


def normal(source: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record under its HSDS names, also where a vendor wrote them in camel case (`serviceId`, `address1`)."""
    if source.keys() <= PLAIN_NAMES:
        return source
    for name in source:
        if not name.islower() or name in _RUN_TOGETHER:
            named = {
                _hsds_name(written) if len(written) <= SHOWN_LENGTH else written: value
                for written, value in source.items()
            }
            return named | {name: source[name] for name in named if name in source}
    return source


_RUN_TOGETHER = {"address1": "address_1", "address2": "address_2"}


@lru_cache(maxsize=4096)
def _hsds_name(name: str) -> str:
    return _RUN_TOGETHER.get(name.lower()) or _HUMP.sub("_", name).lower()


def shown(written: str, *, most: int = SHOWN_LENGTH) -> str:
    """Return what a feed wrote as a report can show it: on one line, not too long, without what no terminal takes."""
    return " ".join(cleaning.without_controls(written[:most]).split())


class ValueReader:
    """Reads the values of one record of a feed, and keeps notes on what was untidy."""

    def __init__(self, feed: str) -> None:
        self.feed = feed
        self.notes: list[str] = []
        self.not_read: Counter[str] = Counter()
        self.not_kept: Counter[str] = Counter()
        self.room = MOST_ROWS

    def value(self, source: Mapping[str, Any], name: str, clean: Callable[[Any], T], default: T) -> T:
        """Return a cleaned value, or the default where there is none or none that can be read."""
        found = source.get(name)
        if found is None or found == "":
            return default
        if isinstance(found, str) and len(found) > MOST_MARKED_UP:
            self.notes.append(f"{name} is longer than {MOST_MARKED_UP:,} characters: the rest was not read.")
        try:
            return self.cut(name, clean(found))
        except cleaning.Partly as partly:
            self.notes.append(f"{name} {partly}")
            part: T = partly.value
            return part
        except ValueError as problem:
            self.notes.append(f"{name} {problem} and was left out.")
            return default

    def cut(self, name: str, found: T) -> T:
        """Return a text that is not too long; anything else as it is."""
        if not isinstance(found, str) or len(found) <= MOST_TEXT:
            return found
        self.notes.append(f"{name} is longer than {MOST_TEXT:,} characters and was cut.")
        cut: Any = found[:MOST_TEXT].strip()
        return cut  # type: ignore[no-any-return]

    def texts(self, source: Mapping[str, Any], *names: str) -> Fields:
        found = dict.fromkeys(names, "")
        for name in names:
            if name in source:
                written = source[name]
                if type(written) is str and len(written) <= MOST_TEXT and cleaning.is_plain(written):
                    found[name] = written.strip()
                else:
                    found[name] = self.value(source, name, cleaning.text, "")
        return found

    def dates(self, source: Mapping[str, Any], *names: str) -> Fields:
        return {name: self.value(source, name, cleaning.date, None) if name in source else None for name in names}

    def name(self, source: Mapping[str, Any], name: str = "name") -> str:
        found = self.value(source, name, cleaning.text, "")
        if len(found) > NAME_LENGTH:
            self.notes.append(f"{name} is longer than {NAME_LENGTH} characters and was cut.")
        return found[:NAME_LENGTH].strip()

    def choice(self, source: Mapping[str, Any], name: str, choices: Iterable[str], default: str) -> str:
        written = source.get(name)
        if type(written) is str and written in choices:
            return written
        found = self.value(source, name, cleaning.text, default)
        if found in choices:
            return found
        for known in choices:
            if found.lower() == known.lower():
                return known
        if found:
            self.notes.append(f"{name} {found[:50]!r} is not known and was left out.")
        return default

    def reference(self, source: Mapping[str, Any], name: str, kind: str) -> str | None:
        if name not in source:
            return None
        own = _as_id(source.get(name))
        return uuid_of(own, feed=self.feed, kind=kind) if own else None

    def key(self, source: Mapping[str, Any], kind: str, fallback: str) -> Fields:
        """Return a row's id; where the source gives none, one made of where the row stands."""
        own = source.get("id")
        if type(own) is str and _CANONICAL(own):
            return {"id": own, "external_id": ""}
        own = _as_id(own)
        found = uuid_of(own or fallback, feed=self.feed, kind=kind)
        return {"id": found, "external_id": "" if found == own.lower() else own[:ID_LENGTH]}

    def items(self, source: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        found = source.get(name)
        if found is None:
            return []
        if not isinstance(found, list):
            self.notes.append(f"{name} is not a list and was left out.")
            return []
        if len(found) > MOST_PARTS:
            self.notes.append(f"{name} has {len(found):,} entries; only the first {MOST_PARTS:,} were read.")
        taken = [normal(item) for item in found[:MOST_PARTS] if type(item) is dict or isinstance(item, Mapping)]
        if len(taken) > self.room:
            self.notes.append(f"It has more than {MOST_ROWS:,} parts; the others were not read.")
            taken = taken[: self.room]
        self.room -= len(taken)
        return taken

    def remarks(self) -> tuple[str, ...]:
        """Return the notes, each once, and not too many."""
        found = tuple(dict.fromkeys(self.notes))
        more = (f"And {len(found) - MOST_NOTES} more of this kind.",) if len(found) > MOST_NOTES else ()
        return found[:MOST_NOTES] + more

    def more(self, source: Mapping[str, Any], *names: str) -> Fields:
        """Return the values of the standard that have no column of their own."""
        found = {}
        for name in names:
            if name not in source:
                continue
            tree = Tree(lambda own, kind: uuid_of(_as_id(own), feed=self.feed, kind=kind) if _as_id(own) else None)
            try:
                if (value := tree.field(name, source[name])) is not None:
                    found[name] = value
            except ValueError as problem:
                self.notes.append(f"{name} {problem} and was left out.")
            if tree.is_cut:
                self.notes.append(f"{name} holds more than can be kept and was cut.")
            for inner in tree.left_out:
                (self.not_kept if inner == "metadata" else self.not_read)[f"{name}.{inner}"] += 1
        return found

    def known(self, source: Mapping[str, Any], kind: str, names: frozenset[str]) -> None:
        """Count the names that the reader does not know: the vendor's own, and those of the standard, by themselves."""
        if not source.keys() <= names:
            for name in source.keys() - names:
                if name != "metadata" and name not in NOT_KEPT.get(kind, ()):
                    self.not_read[f"{kind}.{shown(name)}"] += 1
                elif source[name]:
                    self.not_kept[f"{kind}.{name}"] += 1
