"""What a source yields and an import takes, one after the other."""

import json
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
