"""What a source yields and an import takes, one after the other."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from services_directory.open_referral.values import Fields, own_id


@dataclass(frozen=True)
class Unreadable:
    """A record that a source lists but does not give, with the reason."""

    id: str
    reason: str
    loses_more: bool = False
    """Whether records may be missing that it cannot name: then nothing can be said to have left the feed."""


@dataclass(frozen=True, slots=True)
class Written:
    """A record as the text that it was read from, whose digest says whether it has changed.

    The record itself is not kept: of an unchanged feed none is needed, and to hold a thousand of them at a time costs
    as much as to read them.
    """

    own_id: Any
    text: str

    def read(self) -> Any:
        """Return the record."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Listed:
    """An entry of a list whose whole record is to be asked for: `read` does so, and is not called without need."""

    entry: Any
    read: Callable[[], Any]


@dataclass(frozen=True)
class Described:
    """A record of something that services share: `kind` is `taxonomy`, `taxonomy_term` or `organization`."""

    kind: str
    record: Any = field(repr=False)


@dataclass(frozen=True)
class Incoming:
    """One source record; `extension` holds our own fields of its service, and only for our own data."""

    record: object
    extension: Fields = field(default_factory=dict)


Item = object
"""A record as it is, or one of `Incoming`, `Written`, `Listed`, `Described`, `Unreadable`."""


def batches(items: Iterable[Item], size: int) -> Iterator[tuple[str, list[Item]]]:
    """Cut what a source yields into batches of one kind each, of so many at most; the kind of a service is empty."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        for kind, some in groupby(batch, key=lambda item: item.kind if isinstance(item, Described) else ""):
            yield kind, list(some)


def id_of(item: Item) -> str:
    """Return the id that a record gives itself; empty if it gives none."""
    if isinstance(item, Written):
        return own_id({"id": item.own_id})
    if isinstance(item, Incoming):
        return own_id(item.record)
    return own_id(item.entry if isinstance(item, Listed) else item)
