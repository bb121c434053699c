"""What may be asked of the list of services, for the REST list and the page alike. A wrong choice is an error.

Read without forms: a form of thirty fields costs more than the search.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import django_filters

from core.errors import FieldErrors, Invalid
from services_directory import selectors
from services_directory.access import ACCESS
from services_directory.campaigns import CAMPAIGNS, CAMPAIGNS_TAXONOMY_ID
from services_directory.enums import (
    Capacity,
    Delivery,
    Gender,
    LifeCourseStage,
    ProposalStatus,
    ReferralRoute,
    Weekday,
)
from services_directory.models import ListingProposal
from services_directory.needs import NEEDS
from services_directory.search.asked import PARTS_OF_DAY, Asked, Facet, Near, Sort

KM_OF_A_MILE = 1.609344
MOST_LETTERS = 200
MOST_VALUES = 30
"""Of one parameter."""


class Given(Protocol):
    """What a request gives: a QueryDict, or anything like it."""

    def __contains__(self, key: object, /) -> bool:
        """Whether the parameter is there."""
        ...

    def getlist(self, key: str, /) -> Sequence[str]:
        """Return the values of a parameter."""
        ...


class _Wrong(ValueError):
    """A value that cannot be right; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of the list. `read` turns one value into what is asked, or raises `_Wrong`."""

    read: Callable[[str], Any]
    help: str
    kind: type = str
    choices: tuple[str, ...] = ()
    is_several: bool = False


def _text(value: str) -> str:
    if len(value) > MOST_LETTERS:
        raise _Wrong(f"At most {MOST_LETTERS} characters.")
    return value


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise _Wrong(f"Not one of: {', '.join(choices)}.")
        return value

    return read


def _number(least: float, most: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            raise _Wrong("Not a number.") from None
        if not math.isfinite(number) or not least <= number <= most:
            raise _Wrong(f"Must be between {least:g} and {most:g}.")
        return number

    return read


def _flag(value: str) -> str:
    known = {"true": "true", "1": "true", "false": "false", "0": "false"}
    if value.lower() not in known:
        raise _Wrong("Send true or false.")
    return known[value.lower()]


def _clock(value: str) -> int:
    try:
        time = dt.time.fromisoformat(value)
    except ValueError:
        raise _Wrong("Send a time of day, like 17:30.") from None
    return time.hour * 60 + time.minute


def _need(value: str) -> str | UUID:
    if value in NEEDS:
        return value
    found = selectors.terms_called(value)
    if not found:
        raise _Wrong("There is no such need: see /api/v1/needs/.")
    return found[0]


def _campaign(value: str) -> str:
    if value not in CAMPAIGNS and not selectors.is_term_code(value, taxonomy=CAMPAIGNS_TAXONOMY_ID):
        raise _Wrong("There is no such campaign.")
    return value


def _neighbourhood(value: str) -> str:
    if not selectors.is_neighbourhood(value):
        raise _Wrong("There is no such neighbourhood.")
    return value


def _language(value: str) -> tuple[str, ...]:
    keys = selectors.language_keys(value)
    if not keys:
        raise _Wrong("No such language: send its English name, or its code of two letters.")
    return keys


def _team(value: str) -> str:
    try:
        team = UUID(value)
    except ValueError:
        raise _Wrong("Send the id of a team.") from None
    if not selectors.is_receiving_team(team):
        raise _Wrong("No service is received by this team.")
    return str(team)


def _choice(choices: Sequence[str], text: str) -> Parameter:
    return Parameter(read=_one_of(choices), choices=tuple(choices), is_several=True, help=text)


FACETS: Mapping[Facet, Parameter] = {
    Facet.NEED: Parameter(
        read=_need, is_several=True, help="The code of a need (see /needs/), or the id of any term; any of several."
    ),
    Facet.LIFE_COURSE_STAGE: _choice(LifeCourseStage.values, "Any of several."),
    Facet.NEIGHBOURHOOD: Parameter(
        read=_neighbourhood, is_several=True, help="The code of one in which it has a place, or whose name it serves."
    ),
    Facet.CAMPAIGN: Parameter(read=_campaign, is_several=True, help=f"Its code, like {next(iter(CAMPAIGNS))}."),
    Facet.DAY: _choice(Weekday.values, "On which it happens somewhere; any of several."),
    Facet.TIME_OF_DAY: _choice(
        tuple(PARTS_OF_DAY), "In which a session lies at least partly: until 12:00, until 17:00, later; any of several."
    ),
    Facet.FREE: Parameter(read=_flag, kind=bool, help="true: only what can be had for nothing."),
    Facet.ACCESS: _choice(tuple(ACCESS), "What one of its places must have; all of several."),
    Facet.LANGUAGE: Parameter(
        read=_language, is_several=True, help="In which it is given: the English name or the code; any of several."
    ),
    Facet.GENDER: _choice(Gender.values, "Of the person: only what is for them, or for everybody."),
    Facet.CAPACITY: _choice(Capacity.values, "Any of several."),
    Facet.HAS_ROOM: Parameter(read=_flag, kind=bool, help="true: leaves out what is full or paused."),
    Facet.REFERRAL_ROUTE: _choice(ReferralRoute.values, "Whether a person is referred to it here, or told about it."),
    Facet.TAKES_DIRECT_REFERRALS: Parameter(
        read=_flag, kind=bool, help="Whether a referrer may send straight to its hub."
    ),
    Facet.DELIVERY: _choice(Delivery.values, "How it reaches the person; any of several."),
    Facet.STALE: Parameter(read=_flag, kind=bool, help="false: leaves out what nobody has vouched for for too long."),
    Facet.RECEIVING_TEAM: Parameter(read=_team, kind=UUID, is_several=True, help="The team that receives referrals."),
}
_ONLY_TRUE = {Facet.FREE, Facet.HAS_ROOM}
"""For these, false asks for nothing."""
OTHERS: Mapping[str, Parameter] = {
    "search": Parameter(
        read=_text,
        help='Words, in any order; all must be there. "Quotes" for a phrase, a minus for what must not be there, or '
        "between two. Misspelt words are corrected where no service bears them, unknown ones are left out, and a "
        "postcode is read as a place: see searched_for.",
    ),
    "postcode": Parameter(read=_text, help="Where the person is: adds distance_km. Or send latitude and longitude."),
    "latitude": Parameter(read=_number(-90, 90), kind=float, help="With longitude: adds distance_km."),
    "longitude": Parameter(read=_number(-180, 180), kind=float, help="With latitude."),
    "within_km": Parameter(
        read=_number(0, 1000), kind=float, help="Of the nearest place. What comes to the person stays, if it serves it."
    ),
    "within_miles": Parameter(read=_number(0, 600), kind=float, help="The same in miles."),
    "age": Parameter(read=_number(0, 130), kind=float, help="Of the person, in years."),
    "max_cost": Parameter(read=_number(0, 100_000), kind=float, help="The lowest price is not above it, in pounds."),
    "starts_after": Parameter(read=_clock, help="HH:MM. A session on the day begins then or later."),
    "ends_before": Parameter(read=_clock, help="HH:MM. The same session ends then or earlier."),
    "sort": Parameter(
        read=_one_of(tuple(Sort)),
        choices=tuple(Sort),
        help="Else by relevance if words are given, by distance if a place is, or by name.",
    ),
    "facets": Parameter(read=_flag, kind=bool, help="true: count the results for each value that can be chosen."),
}
PARAMETERS: Mapping[str, Parameter] = {**OTHERS, **{facet.value: parameter for facet, parameter in FACETS.items()}}


def read_search(given: Given) -> Asked:
    """Return what is asked of the search. Empty values ask for nothing.

    :raises Invalid: if a value is wrong, naming each; UnknownPostcode if a postcode is not known.
    """
    errors: dict[str, list[str]] = {}
    read = {name: _values(given, name, PARAMETERS[name], errors) if name in given else [] for name in PARAMETERS}
    one = {name: values[0] if values else None for name, values in read.items()}
    in_text: selectors.Located | None = None
    if one["search"] and all(one[name] is None and name not in errors for name in _PLACE):
        one["search"], in_text = _without_postcode(one["search"])
        one["postcode"] = in_text.postcode if in_text else None
    _check(one, errors)
    if errors:
        raise Invalid(errors)
    chosen: dict[Facet, tuple[str, ...]] = {}
    term_ids: list[UUID] = []
    for facet in FACETS:
        values = read[facet.value]
        if facet is Facet.NEED:
            term_ids = [value for value in values if isinstance(value, UUID)]
            values = [value for value in values if not isinstance(value, UUID)]
        elif facet is Facet.LANGUAGE:
            values = [key for keys in values for key in keys]
        elif facet in _ONLY_TRUE:
            values = [value for value in values if value == "true"]
        if values:
            chosen[facet] = tuple(dict.fromkeys(values))
    return Asked(
        text=one["search"] or "",
        near=_near(one, in_text),
        postcode_in_text=in_text.postcode if in_text else "",
        chosen=chosen,
        term_ids=tuple(term_ids),
        starts_after=one["starts_after"],
        ends_before=one["ends_before"],
        age=one["age"],
        max_cost=one["max_cost"],
        sort=None if one["sort"] is None else Sort(one["sort"]),
        with_facets=one["facets"] == "true",
    )


def _values(given: Given, name: str, parameter: Parameter, errors: dict[str, list[str]]) -> list[Any]:
    written = given.getlist(name)
    if parameter.is_several:
        written = [part for value in written for part in value.split(",")]
    found = []
    for value in (each.strip() for each in (written if parameter.is_several else written[-1:])):
        if not value:
            continue
        try:
            if "\0" in value:
                raise _Wrong("Null characters are not allowed.")
            found.append(parameter.read(value))
        except _Wrong as problem:
            errors[name] = [str(problem)]
    if len(found) > MOST_VALUES:
        errors[name] = [f"At most {MOST_VALUES} values."]
    return found


def _check(one: Mapping[str, Any], errors: dict[str, list[str]]) -> None:
    """Say what is wrong between parameters."""
    point = [name for name in ("latitude", "longitude") if one[name] is not None]
    has_place = bool(point) or one["postcode"] is not None or not errors.keys().isdisjoint(_PLACE)
    if len(point) == 1:
        missing = "longitude" if point == ["latitude"] else "latitude"
        errors.setdefault(missing, ["Send latitude and longitude together."])
    if point and one["postcode"] is not None:
        errors.setdefault("postcode", ["Send a postcode, or latitude and longitude, not both."])
    for name in ("within_km", "within_miles"):
        if one[name] is not None and not has_place:
            errors.setdefault(name, [f"Send a postcode too, or latitude and longitude: {name} of where?"])
    if one["within_km"] is not None and one["within_miles"] is not None:
        errors.setdefault("within_miles", ["Send within_km or within_miles, not both."])
    if one["sort"] == Sort.DISTANCE and not has_place:
        errors.setdefault("sort", ["Send a postcode too, or latitude and longitude: distance from where?"])
    if one["sort"] == Sort.RELEVANCE and one["search"] is None and "search" not in errors:
        errors.setdefault("sort", ["Send words in search too: relevance to what?"])


_PLACE = ("latitude", "longitude", "postcode")
_POSTCODE_IN_TEXT = re.compile(
    r"(?:\b(?:near(?:est)?|nearby|around|close|next|at|in|by|from)\s+)?(?:to\s+)?"
    r"\b([A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2})\b",
    re.IGNORECASE,
)


def _without_postcode(text: str) -> tuple[str, selectors.Located | None]:
    """Return a text without the postcode in it, and where that is: one that is known, and that is not in quotes.

    A text without such a one is returned as it is, with None.
    """
    written = [found for found in _POSTCODE_IN_TEXT.finditer(text) if text[: found.start()].count('"') % 2 == 0]
    known = selectors.locate_many(found[1] for found in written)
    for found in written:
        located = known.get(found[1])
        if located is not None and located.latitude is not None:
            return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split()), located
    return text, None


def _near(one: Mapping[str, Any], in_text: selectors.Located | None) -> Near | None:
    within = one["within_km"]
    if one["within_miles"] is not None:
        within = one["within_miles"] * KM_OF_A_MILE
    if one["latitude"] is not None:
        return Near(latitude=one["latitude"], longitude=one["longitude"], within_km=within)
    if one["postcode"] is None:
        return None
    located = in_text or selectors.locate(one["postcode"])
    if located.latitude is None or located.longitude is None:
        raise Invalid(_nowhere(located.postcode))
    return Near(
        latitude=located.latitude,
        longitude=located.longitude,
        within_km=within,
        neighbourhood=located.neighbourhood,
    )


def _nowhere(postcode: str) -> FieldErrors:
    return {"postcode": [f"We know {postcode}, but not where it is: give a postcode nearby, or a point."]}


class ProposalFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no stubs
    """The filters of the list of proposals."""

    status = django_filters.ChoiceFilter(choices=ProposalStatus.choices)
    service = django_filters.UUIDFilter(field_name="service_id")

    class Meta:
        model = ListingProposal
        fields: list[str] = []
