"""What can be asked of a search, and what it answers."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


class Sort(enum.StrEnum):
    """The order of the answer."""

    RELEVANCE = "relevance"
    DISTANCE = "distance"
    NAME = "name"


class Facet(enum.StrEnum):
    """What an entry of the index has keys of. The values are the names of the parameters of the list."""

    NEED = "need"
    LIFE_COURSE_STAGE = "life_course_stage"
    NEIGHBOURHOOD = "neighbourhood"
    CAMPAIGN = "campaign"
    DAY = "day"
    TIME_OF_DAY = "time_of_day"
    FREE = "free"
    ACCESS = "access"
    LANGUAGE = "language"
    GENDER = "gender"
    CAPACITY = "capacity"
    HAS_ROOM = "has_room"
    REFERRAL_ROUTE = "referral_route"
    TAKES_DIRECT_REFERRALS = "takes_direct_referrals"
    DELIVERY = "delivery"
    STALE = "stale"
    RECEIVING_TEAM = "receiving_team"


ALL_OF = frozenset({Facet.ACCESS, Facet.FREE, Facet.HAS_ROOM})
"""Of these, all values that are chosen must hold; of the others, one of them."""
COUNTED = tuple(facet for facet in Facet if facet is not Facet.RECEIVING_TEAM)
"""The facets whose values are counted."""
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PARTS_OF_DAY = {"morning": (0, 12 * 60), "afternoon": (12 * 60, 17 * 60), "evening": (17 * 60, 24 * 60)}
"""In minutes since midnight; a session that lies in two parts counts in both."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """A point, and how far from it a service may be (None: however far). `neighbourhood` is the code of its own."""

    latitude: float
    longitude: float
    within_km: float | None = None
    neighbourhood: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One search. Everything that is given must hold."""

    text: str = ""
    near: Near | None = None
    postcode_in_text: str = ""
    """The postcode that stood among the words and says what is near; `text` is without it."""
    chosen: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    """Values by facet."""
    term_ids: tuple[UUID, ...] = ()
    """Terms of any taxonomy; where needs are chosen too, one of either must hold."""
    starts_after: int | None = None
    """Minutes since midnight: a session begins then or later."""
    ends_before: int | None = None
    """Minutes since midnight: the same session ends then or earlier."""
    age: float | None = None
    """In years."""
    max_cost: float | None = None
    """In pounds: its lowest price is not above it."""
    sort: Sort | None = None
    with_facets: bool = False

    @property
    def order(self) -> Sort:
        """What the answer is sorted by: as asked, else by relevance to the words, by distance, or by name.

        Who writes a postcode among the words asks for what is nearest.
        """
        if self.sort is not None:
            return self.sort
        if self.text and not self.postcode_in_text:
            return Sort.RELEVANCE
        return Sort.NAME if self.near is None else Sort.DISTANCE


@dataclass(frozen=True, kw_only=True)
class FacetValue:
    """One value that can be chosen, and how many services the search would then find."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of what a search found."""

    count: int
    count_is_at_least: bool
    """Whether there are more than `count`, not counted."""
    ids: tuple[UUID, ...]
    results: tuple[str, ...]
    """Of each service, what a list shows: an object of JSON, as text."""
    next_cursor: str | None
    previous_cursor: str | None
    facets: dict[Facet, list[FacetValue]] | None
    searched_for: dict[str, Any] | None
    """How the words were read; None where there were none."""
