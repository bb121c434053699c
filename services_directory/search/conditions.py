"""What must hold of a service for it to be found, and what of one that is only counted beside a facet's value.

The number beside a value is that of the results if the value were chosen. Where one of several chosen values is enough,
a facet's own choice is therefore left out when its values are counted.
"""

from collections.abc import Iterator

from services_directory.search.asked import ALL_OF, DAYS, PARTS_OF_DAY, Asked, Facet
from services_directory.search.distance import km_of
from services_directory.search.parameters import Parameters
from services_directory.search.words import Query

_SESSIONS = """unnest(entry.days, entry.starts, entry.ends, entry.latitudes, entry.longitudes)
                    AS session (day, starts, ends, latitude, longitude)"""
_WHEN = {Facet.DAY, Facet.TIME_OF_DAY}
_A_DAY = 24 * 60
_SESSION_TYPES = ("::float8", "::float8", "::float8", "::integer", "::integer", "::smallint[]", "::text[]")
"""Of what `directory_keys_of_sessions` is told of a session that is asked for."""


class Conditions:
    """The conditions of one search, as SQL about `entry`.

    Day, time of day and the clock are about sessions: one and the same session must satisfy all that is asked of it,
    and be near, if only what is near is asked for. One of all places is wherever the service is.
    """

    def __init__(self, asked: Asked, query: Query | None, made: Parameters) -> None:
        self._asked = asked
        self._made = made
        self._always = [*_words(asked, query, made), *_person(asked, made)]
        self._clock = list(_clock(asked, made))
        self._here = asked.near if asked.near is not None and asked.near.within_km is not None else None
        self._within = made.value(self._here.within_km, "::float8") if self._here else ""
        self._there = []
        if self._here:
            self._there = [f"(session.latitude IS NULL OR {km_of(self._here, made)} <= {self._within})"]
        self._by_facet: dict[Facet, str] = {}
        for facet, chosen in asked.chosen.items():
            keys = made.value([f"{facet}={value}" for value in chosen], "::text[]")
            if facet in ALL_OF:
                self._always.append(f"entry.keys @> {keys}")
            else:
                self._by_facet[facet] = f"entry.keys && {keys}"
        if asked.term_ids:
            terms = f"entry.terms && {made.value(list(asked.term_ids), '::uuid[]')}"
            need = self._by_facet.get(Facet.NEED)
            self._by_facet[Facet.NEED] = f"({need} OR {terms})" if need else terms

    @property
    def all(self) -> str:
        """What is found."""
        return _and([*self._always, self.passes])

    @property
    def passes(self) -> str:
        """What of it depends on facets and sessions."""
        return self._without(None)

    @property
    def counted(self) -> str:
        """What is found, or would be without the choice of one facet."""
        either = [f"({self._without(facet)})" for facet in self._by_facet]
        return _and([*self._always, f"({' OR '.join(either)})"] if either else [*self._always, self.passes])

    @property
    def open(self) -> dict[Facet, str]:
        """By facet that something was chosen of: what would be found without that choice."""
        return {facet: self._without(facet) for facet in self._by_facet}

    @property
    def keys(self) -> str:
        """The keys to count: a day if a session of it is near and at the right time, a time if on the right day."""
        asked, near = self._asked, self._here
        days, parts = asked.chosen.get(Facet.DAY), asked.chosen.get(Facet.TIME_OF_DAY)
        where = (near.latitude, near.longitude, near.within_km) if near else (None, None, None)
        when = (
            asked.starts_after,
            asked.ends_before,
            [DAYS.index(day) for day in days or ()] or None,
            list(parts or ()) or None,
        )
        is_when = any(value is not None for value in when)
        if near is None and not is_when:
            return "entry.keys"
        values = ", ".join(map(self._made.value, (*where, *when), _SESSION_TYPES))
        kept = f"""directory_keys_of_sessions(
                entry.keys, entry.days, entry.starts, entry.ends, entry.latitudes, entry.longitudes, {values})"""
        # Where all its places are near, so are all its sessions.
        return kept if is_when else f"CASE WHEN near.farthest_km > {self._within} THEN {kept} ELSE entry.keys END"

    def _without(self, left_out: Facet | None) -> str:
        held = [condition for facet, condition in self._by_facet.items() if facet != left_out and facet not in _WHEN]
        when = [facet for facet in self._by_facet if facet in _WHEN and facet != left_out]
        if self._clock or len(when) == len(_WHEN) or (when and self._there):
            of_it = [
                *self._there,
                *self._clock,
                *(condition for facet in when for condition in self._session_of(facet)),
            ]
            held.append(f"EXISTS (SELECT FROM {_SESSIONS} WHERE {_and(of_it)})")
        else:
            held += [self._by_facet[facet] for facet in when]
        return _and(held)

    def _session_of(self, facet: Facet) -> list[str]:
        """Return what the choice of a day, or of a time of day, asks of one session."""
        chosen = self._asked.chosen.get(facet, ())
        if not chosen:
            return []
        if facet is Facet.DAY:
            return [f"session.day IN ({', '.join(str(DAYS.index(day)) for day in chosen)})"]
        spans = [PARTS_OF_DAY[part] for part in chosen]
        return [f"({' OR '.join(_lies_in(str(since), str(till)) for since, till in spans)})"]


def _words(asked: Asked, query: Query | None, made: Parameters) -> Iterator[str]:
    if query is None:
        return
    if query.whole:
        yield f"entry.document @@ {made.value(query.whole)}::tsquery"
        return
    # Nothing but words that the index leaves out, like "the who": then a name in which they stand.
    part = asked.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    yield f"' ' || entry.name_key || ' ' LIKE '%% ' || directory_fold({made.value(part)}) || ' %%'"


def _person(asked: Asked, made: Parameters) -> Iterator[str]:
    if asked.age is not None:
        age = made.value(asked.age, "::float8")
        yield f"(entry.minimum_age IS NULL OR entry.minimum_age <= {age})"
        yield f"(entry.maximum_age IS NULL OR entry.maximum_age >= {age})"
    if asked.max_cost is not None:
        yield f"entry.lowest_cost <= {made.value(asked.max_cost)}::numeric"


def _clock(asked: Asked, made: Parameters) -> Iterator[str]:
    begins = f"session.starts %% {_A_DAY}"
    if asked.starts_after is not None:
        yield f"{begins} >= {made.value(asked.starts_after)}"
    if asked.ends_before is not None:
        yield f"{begins} + session.ends - session.starts <= {made.value(asked.ends_before)}"


def _lies_in(since: str, till: str) -> str:
    """Return whether a part of a session lies between two minutes of its day; the keys of the index say the same."""
    begins = f"session.starts %% {_A_DAY}"
    return f"({begins} < {till} AND {begins} + coalesce(session.ends - session.starts, 1) > {since})"


def _and(conditions: list[str]) -> str:
    return " AND ".join(conditions) or "true"
