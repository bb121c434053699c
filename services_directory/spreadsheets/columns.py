"""The columns of the spreadsheet: a listing's document as cells, and changed cells as what is to be said.

A cell that says what the listing says changes nothing, so what a row does not show (the first day of a rule, a second
address) stays. Headers are the words of Open Referral; parts of one listing stand in one cell with semicolons between,
places in columns of their own: `place_1_name`, `place_1_postal_code` …
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from services_directory.enums import (
    Capacity,
    Delivery,
    FirstContact,
    Gender,
    LifeCourseStage,
    LocationType,
    ReferralRoute,
    ServiceStatus,
)
from services_directory.listing.document import LOCATION, Document, Item
from services_directory.spreadsheets import words
from services_directory.spreadsheets.sheets import comparable

_PLACE = re.compile(r"^place_([1-9][0-9]{0,2})_([a-z_0-9]+)$")


@dataclass(frozen=True)
class Column:
    """One column: its header, how its value is written, and how a cell is read.

    `read` gets the cell and the value that the listing has; it raises `ValueError` with a sentence.
    """

    name: str
    write: Callable[[Any], str]
    read: Callable[[str, Any], Any]


def _plain(name: str, read: Callable[[str], Any] = str, *, empty: Any = "") -> Column:
    return Column(
        name, lambda value: "" if value is None else str(value), lambda cell, _: read(cell) if cell else empty
    )


def _text(name: str) -> Column:
    return _plain(name)


def _choice(name: str, choices: type[models.TextChoices]) -> Column:
    return _plain(name, lambda cell: _chosen(cell, choices))


def _chosen(cell: str, choices: type[models.TextChoices]) -> str:
    for value, label in choices.choices:
        if cell.lower().replace("_", " ") in {str(value).replace("_", " "), str(label).lower()}:
            return str(value)
    raise ValueError(f"“{cell}” is none of {', '.join(choices.values)}.")


def _list(name: str, text: Callable[[Any], str], read: Callable[[str], Any]) -> Column:
    """A list in one cell. A piece that is there keeps all that is known of it; what shows as nothing stays."""

    def read_all(cell: str, current: list[Any]) -> list[Any]:
        kept = [item for item in current if not text(item)]
        known = [item for item in current if text(item)]
        for piece in words.split(cell):
            same = next((item for item in known if text(item) == piece), None)
            if same is not None:
                known.remove(same)
            kept.append(read(piece) if same is None else same)
        return kept

    return Column(name, lambda items: words.joined(text(item) for item in items), read_all)


def _choices(name: str, choices: type[models.TextChoices]) -> Column:
    return _list(name, str, lambda piece: _chosen(piece, choices))


def _named(name: str, key: str) -> Column:
    return _list(name, lambda item: str(item[key]), lambda piece: {key: piece})


def _id_and_name(value: Item | None) -> str:
    return str(value["name"]) if value else ""


SESSIONS = _list("schedules", words.session, words.read_session)
COLUMNS: tuple[Column, ...] = (
    _text("name"),
    Column("organization", _id_and_name, lambda cell, _: {"name": cell}),
    _text("alternate_name"),
    _text("description"),
    _choice("status", ServiceStatus),
    _text("url"),
    _text("email"),
    _named("phones", "number"),
    _list("needs", str, str),
    _plain("minimum_age", words.read_number, empty=None),
    _plain("maximum_age", words.read_number, empty=None),
    _choices("genders", Gender),
    _text("eligibility_description"),
    _list("rule_sets", lambda item: str(item["key"]), str),
    _named("service_areas", "name"),
    _text("application_process"),
    SESSIONS,
    _list("cost_options", words.price, words.read_price),
    _text("fees"),
    _text("fees_description"),
    _named("languages", "name"),
    _text("interpretation_services"),
    _text("wait_time"),
    _text("alert"),
    _text("accreditations"),
    _text("licenses"),
    _list("funding", str, str),
    _choice("referral_route", ReferralRoute),
    Column("takes_direct_referrals", lambda value: "yes" if value else "no", lambda cell, _: words.read_yes(cell)),
    Column("receiving_team", _id_and_name, lambda cell, _: cell or None),
    _choice("capacity", Capacity),
    _choice("first_contact_by", FirstContact),
    _choice("delivery", Delivery),
    _plain("programme_length_weeks", words.read_whole_number, empty=None),
    _list("review_points_weeks", str, words.read_whole_number),
    _choices("life_course_stage", LifeCourseStage),
)
"""Beside `id`, the places, and `feed`, which only says where a listing comes from."""

_OF_LOCATION = (
    _text("name"),
    _choice("location_type", LocationType),
    _plain("latitude", words.read_number, empty=None),
    _plain("longitude", words.read_number, empty=None),
    _named("accessibility", "description"),
)
_OF_ADDRESS = tuple(_text(name) for name in ("address_1", "address_2", "city", "postal_code"))
PLACE_COLUMNS = ("name", "address_1", "address_2", "city", "postal_code", "location_type", "latitude", "longitude",
                 "accessibility", "schedules")  # fmt: skip
"""What is said of each place, behind `place_1_`, `place_2_` …"""


@dataclass
class Reading:
    """What a row says that its listing does not: fields of a document to be sent, and what cannot be read."""

    sent: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def headers(places: int) -> list[str]:
    """Return the headers of a spreadsheet with room for so many places of one listing."""
    of_places = [f"place_{number}_{name}" for number in range(1, places + 1) for name in PLACE_COLUMNS]
    return ["id", *(column.name for column in COLUMNS), *of_places, "feed"]


def unknown(columns: Iterable[str]) -> list[str]:
    """Return those of the headers that mean nothing here."""
    known = {"id", "feed", *(column.name for column in COLUMNS)}
    return [
        name
        for name in columns
        if name not in known and not ((place := _PLACE.match(name)) and place[2] in PLACE_COLUMNS)
    ]


def cells_of(service_id: object, document: Document, *, feed: str) -> dict[str, str]:
    """Return a listing as cells, by header."""
    cells = {"id": str(service_id), "feed": feed}
    cells |= {column.name: column.write(document[column.name]) for column in COLUMNS}
    for number, place in enumerate(document["service_at_locations"], start=1):
        cells |= {f"place_{number}_{name}": cell for name, cell in _place_cells(place).items()}
    return {name: comparable(cell) for name, cell in cells.items()}


def read_row(cells: Mapping[str, str], document: Document | None) -> Reading:
    """Return what a row says that the listing (None: a new one) does not."""
    reading = Reading()
    now = cells_of("", document, feed="") if document else {}
    for column in COLUMNS:
        cell = cells.get(column.name)
        if cell is None or cell == now.get(column.name, ""):
            continue
        try:
            reading.sent[column.name] = column.read(cell, document[column.name] if document else [])
        except ValueError as problem:
            reading.problems.append(f"{column.name}: {problem}")
    numbers = sorted({int(place[1]) for name in cells if (place := _PLACE.match(name))})
    places = document["service_at_locations"] if document else []
    if numbers:
        read = [_read_place(cells, now, number, places, reading) for number in range(1, max(*numbers, len(places)) + 1)]
        wished = [place for place in read if place is not None]
        if wished != places:
            reading.sent["service_at_locations"] = wished
    return reading


def _place_cells(place: Item) -> dict[str, str]:
    location = place["location"]
    address = _first_address(location)
    return {
        **{column.name: column.write(location[column.name]) for column in _OF_LOCATION},
        **{column.name: column.write(address.get(column.name)) for column in _OF_ADDRESS},
        "schedules": SESSIONS.write(place["schedules"]),
    }


def _first_address(location: Item) -> Item:
    found: Item = next(iter(location["addresses"]), {})
    return found


def _read_place(
    cells: Mapping[str, str], now: Mapping[str, str], number: int, places: list[Item], reading: Reading
) -> Item | None:
    """Return a place as its columns say it; None where all of them are empty, and were not."""
    current = places[number - 1] if number <= len(places) else None
    given = {name: cells[key] for name in PLACE_COLUMNS if (key := f"place_{number}_{name}") in cells}
    changed = {name: cell for name, cell in given.items() if cell != now.get(f"place_{number}_{name}", "")}
    if not changed:
        return current
    if not any(given.get(name, "not in the file") for name in PLACE_COLUMNS if name != "location_type"):
        return None
    place = _blank_place() if current is None else current
    location = dict(place["location"])
    address = dict(_first_address(location))
    place = {**place, "location": location}
    for column, said in (*((one, location) for one in _OF_LOCATION), *((one, address) for one in _OF_ADDRESS),
                         (SESSIONS, place)):  # fmt: skip
        if column.name in changed:
            try:
                said[column.name] = column.read(changed[column.name], said.get(column.name) or [])
            except ValueError as problem:
                reading.problems.append(f"place_{number}_{column.name}: {problem}")
    if any(address.values()):
        location["addresses"] = [address, *location["addresses"][1:]]
    return place


def _blank_place() -> Item:
    return {"location": LOCATION.blank() | {"addresses": [], "accessibility": []}, "schedules": []}
