"""How the demonstration's listings are written down: each value under the source that states it, or as made up."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Said:
    """Values which a source states."""

    source: str
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One service. Keys of `values` and `made_up` are fields of Service, or parts of it by their HSDS names."""

    key: str
    said: tuple[Said, ...] = ()
    made_up: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place. Coordinates are made up: the middle of the district, roughly. Some places have no known address."""

    name: str
    latitude: float
    longitude: float
    address_1: str = ""
    city: str = "Stockport"
    postal_code: str = ""
    accessibility: str = ""


@dataclass(frozen=True)
class Session:
    """A weekly session, at a place (by its key) or wherever the service happens."""

    day: str
    opens_at: str
    closes_at: str
    place: str = ""


@dataclass(frozen=True)
class Cost:
    """A price."""

    option: str
    amount: float
    description: str = ""
