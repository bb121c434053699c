"""What a source yields and an import takes, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Unreadable:
    """A record that a source lists but does not give, with the reason."""

    id: str
    reason: str
    loses_more: bool = False
    """Whether records may be missing that it cannot name: then nothing can be said to have left the feed."""


@dataclass(frozen=True, slots=True)
class Written:
    """A record with the text it was read from, whose digest is cheaper than that of the record."""

    record: Any
    text: str


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
