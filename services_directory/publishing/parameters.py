"""What may be asked of the published lists, in the query of an address. A wrong value is an error that names it."""

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

from core.errors import Invalid
from services_directory.enums import Weekday
from services_directory.open_referral import cleaning

TEXT_LENGTH = 500
_DAYS = {name: str(day) for day in Weekday for name in (day.value, day.label.upper(), day.label.upper()[:3])}


@dataclass(frozen=True)
class Parameter:
    """One parameter: how it is read (`ValueError` says what it should be), and what its OpenAPI entry says."""

    read: Callable[[str], Any]
    description: str
    schema: dict[str, Any]


def _text(written: str) -> str:
    if "\0" in written or len(written) > TEXT_LENGTH:
        raise ValueError(f"Send a text of at most {TEXT_LENGTH} characters, without NUL.")
    return written.strip()


def _whole(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= 18) or int(written) < 1:
        raise ValueError("Send a whole number from 1.")
    return int(written)


def _number(written: str) -> float:
    try:
        found = float(written) if written.isascii() and "_" not in written else math.nan
    except ValueError:
        found = math.nan
    if not 0 <= found <= 1_000_000_000:
        raise ValueError("Send a number from 0, like 18 or 0.5.")
    return found


def _flag(written: str) -> bool:
    found = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(written.lower())
    if found is None:
        raise ValueError("Send true or false.")
    return found


def _id(written: str) -> UUID:
    try:
        return UUID(written.strip())
    except ValueError:
        raise ValueError("Send a UUID.") from None


def _ids(written: str) -> list[UUID]:
    return [_id(part) for part in written.split(",") if part.strip()]


def _moment(written: str) -> dt.datetime:
    try:
        # A plus sign that was not escaped arrives as a space.
        return cleaning.moment(written.strip().replace(" ", "+") if "T" in written else written)
    except ValueError:
        raise ValueError("Send a date and time like 2026-03-31T09:00:00Z.") from None


def _clock(written: str) -> dt.time:
    try:
        return cleaning.time(written.strip().replace(" ", "+"))
    except ValueError:
        raise ValueError("Send a time like 09:30; an offset behind it does not count.") from None


def _days(written: str) -> list[str]:
    days = [_DAYS.get(day.strip().upper()) for day in written.split(",")]
    if not all(days):
        raise ValueError("Send a day like MO (or Monday), or several with commas between.")
    return [day for day in days if day]


def _format(written: str) -> str:
    if written.lower() not in {"json", "ndjson"}:
        raise ValueError("Send json or ndjson.")
    return written.lower()


_TEXT, _BOOLEAN, _NUMBER = {"type": "string"}, {"type": "boolean"}, {"type": "number", "minimum": 0}
_UUID = {"type": "string", "format": "uuid"}
PARAMETERS: dict[str, Parameter] = {
    "search": Parameter(_text, "Words in the name, the description, the organisation or the terms.", _TEXT),
    "page": Parameter(_whole, "Which page, from 1.", {"type": "integer", "minimum": 1}),
    "per_page": Parameter(
        _whole,
        "How many on a page; more than the list allows is as many as it allows.",
        {"type": "integer", "minimum": 1},
    ),
    "taxonomy_term_id": Parameter(_ids, "Described by this term, or by one of several with commas between.", _TEXT),
    "taxonomy_id": Parameter(_ids, "Described by any term of this taxonomy, or of one of several.", _TEXT),
    "minimum_age": Parameter(_number, "Whose minimum age is this or more; those without one are not.", _NUMBER),
    "maximum_age": Parameter(_number, "Whose maximum age is this or less; those without one are not.", _NUMBER),
    "start_time": Parameter(_clock, "With a schedule that opens at this time or later, by the clock there.", _TEXT),
    "end_time": Parameter(
        _clock, "With a schedule that closes at this time or earlier: the same one as for start_time and day.", _TEXT
    ),
    "day": Parameter(_days, "With a schedule that names this day (MO to SU), or one of several.", _TEXT),
    "organization_id": Parameter(_id, "Of this organisation.", _UUID),
    "modified_after": Parameter(
        _moment, "Last modified at this moment or later.", {"type": "string", "format": "date-time"}
    ),
    "postcode": Parameter(_text, "At a place near this postcode: within `proximity`, or else 5,000 metres.", _TEXT),
    "proximity": Parameter(_number, "How near to the postcode, in metres as the crow flies.", _NUMBER),
    "minimal": Parameter(_flag, "Only ids and when each was last modified.", _BOOLEAN),
    "full": Parameter(_flag, "Whole records instead of their own fields.", _BOOLEAN),
    "full_service": Parameter(_flag, "Organisations with their whole services.", _BOOLEAN),
    "format": Parameter(
        _format, "json: a page. ndjson: all of them, a record a line.", {"type": "string", "enum": ["json", "ndjson"]}
    ),
    "parent_id": Parameter(_id, "Directly under this term.", _UUID),
    "top_only": Parameter(_flag, "Only terms that are under no other.", _BOOLEAN),
}
_OF_SEVERAL = {"taxonomy_term_id", "taxonomy_id", "day"}


def read(query: QueryDict, names: Iterable[str]) -> dict[str, Any]:
    """Return the values of the named parameters that were sent; an empty one counts as not sent, others are ignored.

    :raises Invalid: with every parameter that has a wrong value.
    """
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name in names:
        sent = [value for value in query.getlist(name) if value.strip()]
        if not sent:
            continue
        written = ",".join(sent) if name in _OF_SEVERAL else sent[-1]
        try:
            found[name] = PARAMETERS[name].read(written)
        except ValueError as problem:
            errors[name] = [str(problem)]
    if errors:
        raise Invalid(errors)
    return found
