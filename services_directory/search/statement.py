"""The one statement that answers a search: what passes, how it is ordered, how many there are, and the facets.

All of it is built from the words below and from parameters; nothing that a person typed becomes part of the text.
"""

import re
from collections.abc import Iterator
from typing import Any

from services_directory.search.asked import Asked, Near, Sort
from services_directory.search.conditions import Conditions
from services_directory.search.cursors import Cursor
from services_directory.search.distance import box, cells_around, km_of
from services_directory.search.parameters import Parameters
from services_directory.search.words import Query

AROUND_KM = 40
"""Up to where the addresses of the places nearest to a point tell what the area around it is called."""
REACHES = (5.0, 20.0, 80.0)
"""How far, in km, the nearest are looked for before they are looked for everywhere."""
COUNTED_TO = 1000
"""How many results are counted; beyond, the answer says "at least"."""

# Where a word stands counts more than how often: all words in the name, else in the name, organisation and terms, else
# anywhere, else only their synonyms. The rest, below 1, is PostgreSQL's own rank, by weight and frequency.
IN_NAME, IN_TERMS, AS_TYPED = 4, 2, 1
WEIGHTS = "{0.05, 0.2, 0.5, 1}"
STALE_FACTOR = 0.5
"""What a stale listing's relevance is multiplied by."""


def reaches(asked: Asked, cursor: Cursor | None) -> Iterator[float]:
    """Yield how far, in km, to look first where the nearest are asked for and nothing says how far.

    A page that is full of fresh listings from within a reach is the page from everywhere: nothing is nearer.
    """
    if asked.order is not Sort.DISTANCE or asked.with_facets or asked.near is None or asked.near.within_km is not None:
        return
    is_stale, km = (False, 0.0) if cursor is None else cursor.values[:2]
    if not is_stale and km < REACHES[-1] and not (cursor and cursor.is_backwards):
        yield from (reach for reach in REACHES if reach > 1.2 * km)


def search_statement(
    asked: Asked, query: Query | None, *, cursor: Cursor | None, limit: int, reach: float | None = None
) -> tuple[str, dict[str, Any]]:
    """Return the statement that answers a search, and its parameters.

    Its one row holds: count (to one more than is counted), facets (a list of key, count, name, or null), and in the
    order of the page ids, sort values and results, each an object of JSON as text.

    :param query: the words, as the index understands them; None where there are none.
    :param limit: how many rows to return, at most; the caller asks for one more than it shows.
    :param reach: look only at fresh listings so near, in km (see `reaches`); the count is that of all.
    """
    made = Parameters()
    conditions = Conditions(asked, query, made)
    near = asked.near
    order = ORDERS[asked.order]
    direction = "DESC" if cursor is not None and cursor.is_backwards else "ASC"
    by = ", ".join(f"{column} {direction}" for column in order)
    after = "true" if cursor is None else _after(cursor, order, made)
    everything = "services_directory_serviceentry AS entry"
    source, is_near, km, shown_km = everything, "", "NULL::float8", "page.km"
    if near is not None:
        nearest = f"(SELECT min({km_of(near, made)}) AS km FROM services_directory_placeentry WHERE service_id = "
        within = near.within_km if reach is None else reach
        if within is not None:
            place_km = (
                f"SELECT {km_of(near, made)} FROM services_directory_placeentry WHERE service_id = entry.service_id"
            )
            nearest_and_farthest = f"(SELECT min(km) AS km, max(km) AS farthest_km FROM ({place_km}) AS place (km))"
            source, km = f"{everything} CROSS JOIN LATERAL {nearest_and_farthest} AS near", "near.km"
            is_near = f" AND {_within(near, within, made, with_visits=reach is None)}"
        elif asked.order is Sort.DISTANCE:
            everywhere = (
                f"(SELECT service_id, min({km_of(near, made)}) AS km FROM services_directory_placeentry GROUP BY 1)"
            )
            source, km = f"{everything} LEFT JOIN {everywhere} AS near USING (service_id)", "near.km"
        else:
            shown_km = f"{nearest}page.service_id)"
    columns = f"""entry.service_id, entry.is_stale, entry.name_key,
            {_score(query, asked.text, made)} AS rank, {km} AS km"""
    sections: list[str] = []
    facets, counted = "NULL::text", None
    if asked.with_facets:
        opened = "".join(f"{passes} AS open_{facet}, " for facet, passes in conditions.open.items())
        flags = ", ".join(["passes", *(f"open_{facet}" for facet in conditions.open)])
        facet_columns = f"{conditions.passes} AS passes, {opened}{conditions.keys} AS keys"
        where = f"{conditions.counted}{is_near}"
        sections.append(f"base AS MATERIALIZED (SELECT {columns}, {facet_columns} FROM {source} WHERE {where})")
        either = "".join(f" OR (open_{facet} AND starts_with(key, '{facet}='))" for facet in conditions.open)
        passing = "base AS page WHERE passes"
        facets = f"""(
                SELECT directory_facets(array_agg(key), array_agg(count))
                FROM (
                    SELECT key, count(*) AS count
                    FROM (SELECT unnest(keys) AS key, {flags} FROM base) AS said
                    WHERE passes{either} GROUP BY key
                ) AS counted
            )"""
    elif reach is not None:
        where = f"{conditions.all}{is_near} AND NOT entry.is_stale"
        passing = f"(SELECT {columns} FROM {source} WHERE {where}) AS page WHERE true"
        counted = f"{everything} WHERE {conditions.all}"
    elif query is not None or km != "NULL::float8":
        sections.append(f"base AS MATERIALIZED (SELECT {columns} FROM {source} WHERE {conditions.all}{is_near})")
        passing = "base AS page WHERE true"
    else:
        # In order of name there is an index: the page is read from it, and only as many are counted as are said.
        passing = f"(SELECT {columns} FROM {source} WHERE {conditions.all}) AS page WHERE true"
    sections.append(f"page AS (SELECT * FROM {passing} AND {after} ORDER BY {by} LIMIT {int(limit)})")
    # The page comes in its order, and so do the arrays.
    return (
        f"""
        WITH {", ".join(sections)}
        SELECT
            (SELECT count(*) FROM (SELECT FROM {counted or passing} LIMIT {COUNTED_TO + 1}) AS counted),
            {facets}, ids, positions, directory_results(ids, distances, stale)
        FROM (
            SELECT array_agg(page.service_id) AS ids, array_agg({shown_km}) AS distances,
                array_agg(page.is_stale) AS stale, array_agg(json_build_array({", ".join(order)})::text) AS positions
            FROM page
        ) AS shown
        """,
        made.values,
    )


ORDERS: dict[Sort, tuple[str, ...]] = {
    Sort.RELEVANCE: ("page.rank", "page.name_key", "page.service_id"),
    Sort.DISTANCE: ("page.is_stale", "coalesce(page.km, 'Infinity')", "page.name_key", "page.service_id"),
    Sort.NAME: ("page.is_stale", "page.name_key", "page.service_id"),
}
"""All ascending, so that one comparison of rows says what comes after; a rank is the better the further below 0."""


def _within(near: Near, km: float, made: Parameters, *, with_visits: bool) -> str:
    """Return whether an entry is near: its nearest place is, or (`with_visits`) it comes to the person there.

    Who comes to the person is near if it serves the area: one that it names is the neighbourhood of the point, or a
    town or a county in the addresses of the places around it; who names none is not ruled out.
    """
    cells = made.value(cells_around(near, km), "::text[]")
    is_placed = f"near.km <= {made.value(km, '::float8')}"
    if not with_visits:
        return f"entry.areas && {cells} AND {is_placed}"
    point = f"point({made.value(near.longitude, '::float8')}, {made.value(near.latitude, '::float8')})"
    names = f"directory_around({point}, {box(near, AROUND_KM, made)}, {made.value(near.neighbourhood)})"
    return f"entry.areas && (SELECT {cells} || {names}) AND ({is_placed} OR near.km IS NULL)"


def _score(query: Query | None, text: str, made: Parameters) -> str:
    if query is None or not query.typed:
        return "0::float8"
    typed, in_name, in_terms = (
        made.value(weighted(query.typed, weights), "::tsquery") for weights in ("", "A", "AB")
    )  # fmt: skip
    return f"""-((
            CASE WHEN entry.name_key = directory_fold({made.value(text)}) THEN {2 * IN_NAME}
                WHEN entry.document @@ {in_name} THEN {IN_NAME} WHEN entry.document @@ {in_terms} THEN {IN_TERMS}
                WHEN {"true" if query.typed == query.whole else f"entry.document @@ {typed}"} THEN {AS_TYPED} ELSE 0 END
            + ts_rank('{WEIGHTS}', entry.document, {made.value(query.whole)}::tsquery, 32)
        ) * CASE WHEN entry.is_stale THEN {STALE_FACTOR} ELSE 1 END)::float8"""


def weighted(query: str, weights: str) -> str:
    """Return a tsquery whose words must bear one of the weights."""
    return re.sub(r"'(?:[^']|'')*'", lambda word: f"{word.group()}:{weights}", query) if weights else query


def _after(cursor: Cursor, order: tuple[str, ...], made: Parameters) -> str:
    casts = {"page.is_stale": "::boolean", "page.name_key": "::text", "page.service_id": "::uuid"}
    values = ", ".join(
        made.value(value, casts.get(column, "::float8")) for column, value in zip(order, cursor.values, strict=True)
    )
    return f"({', '.join(order)}) {'<' if cursor.is_backwards else '>'} ({values})"
