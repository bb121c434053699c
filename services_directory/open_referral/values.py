"""Values of one source record, read by their names. Pure: what is untidy is put right or left out, with a note."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from services_directory.open_referral import cleaning

Fields = dict[str, Any]
T = TypeVar("T")

NAME_LENGTH = 255
ID_LENGTH = 500


def own_id(record: object) -> str:
    """Return a record's own id as text, or "" where it has none."""
    found = record.get("id") if isinstance(record, Mapping) else None
    is_an_id = isinstance(found, str | int) and not isinstance(found, bool)
    return cleaning.without_controls(str(found)) if is_an_id else ""


def uuid_of(own: str, *, feed: str, kind: str) -> uuid.UUID:
    """Return the UUID of a source's own id; the same one each time, where that id is not a UUID itself."""
    try:
        return uuid.UUID(own)
    except ValueError:
        return uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:feed:{feed}"), f"{kind}:{own}")


def get(source: Mapping[str, Any], name: str) -> Any:
    """Return a value under its HSDS name, or under the camel-case form of it that some vendors write."""
    if name in source:
        return source[name]
    first, *rest = name.split("_")
    return source.get(first + "".join(part.capitalize() for part in rest)) if rest else None


class ValueReader:
    """Reads the values of one record of a feed, and keeps notes on what was untidy."""

    def __init__(self, feed: str) -> None:
        self.feed = feed
        self.notes: list[str] = []

    def value(self, source: Mapping[str, Any], name: str, clean: Callable[[Any], T], default: T) -> T:
        """Return a cleaned value, or the default where there is none or none that can be read."""
        found = get(source, name)
        if found is None or found == "":
            return default
        try:
            return clean(found)
        except cleaning.Partly as partly:
            self.notes.append(f"{name} {partly}")
            part: T = partly.value
            return part
        except ValueError as problem:
            self.notes.append(f"{name} {problem} and was left out.")
            return default

    def texts(self, source: Mapping[str, Any], *names: str) -> Fields:
        return {name: self.value(source, name, cleaning.text, "") for name in names}

    def dates(self, source: Mapping[str, Any], *names: str) -> Fields:
        return {name: self.value(source, name, cleaning.date, None) for name in names}

    def name(self, source: Mapping[str, Any], name: str = "name") -> str:
        found = self.value(source, name, cleaning.text, "")
        if len(found) > NAME_LENGTH:
            self.notes.append(f"{name} is longer than {NAME_LENGTH} characters and was cut.")
        return found[:NAME_LENGTH]

    def choice(self, source: Mapping[str, Any], name: str, choices: Iterable[str], default: str) -> str:
        found = self.value(source, name, cleaning.text, default)
        for known in choices:
            if found.lower() == known.lower():
                return known
        if found:
            self.notes.append(f"{name} {found[:50]!r} is not known and was left out.")
        return default

    def reference(self, source: Mapping[str, Any], name: str, kind: str) -> uuid.UUID | None:
        own = own_id({"id": get(source, name)})
        return uuid_of(own, feed=self.feed, kind=kind) if own else None

    def key(self, source: Mapping[str, Any], kind: str, fallback: str) -> Fields:
        """Return a row's id; where the source gives none, one made of where the row stands."""
        own = own_id(source)
        found = uuid_of(own or fallback, feed=self.feed, kind=kind)
        return {"id": found, "external_id": "" if str(found) == own.lower() else own[:ID_LENGTH]}

    def items(self, source: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        found = get(source, name)
        if found is None:
            return []
        if not isinstance(found, list):
            self.notes.append(f"{name} is not a list and was left out.")
            return []
        return [item for item in found if isinstance(item, Mapping)]
