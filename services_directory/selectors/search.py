"""The search: services that answer all of what is asked, a page at a time, best first."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from django.conf.locale import LANG_INFO
from django.db import connection
from django.db.models import QuerySet

from accounts.models import Team, User
from services_directory.access import ACCESS
from services_directory.enums import Capacity, Delivery, Gender, LifeCourseStage, ReferralRoute, Weekday
from services_directory.models import Neighbourhood, ServiceEntry, TaxonomyTerm
from services_directory.search.asked import COUNTED, Asked, Facet, FacetValue, Found
from services_directory.search.cursors import KINDS, Cursor, decode, encode
from services_directory.search.statement import COUNTED_TO, reaches, search_statement
from services_directory.search.words import Query, Words, corrected, looks_misspelt, query_of, read

_FACETS = {facet.value: facet for facet in Facet}


def search_services(user: User, asked: Asked, *, cursor: str = "", page_size: int = 25) -> Found:
    """Return a page of the services that answer all of what is asked; every signed-in person sees every one that runs.

    :raises Invalid: as `search_running` says.
    """
    return search_running(asked, cursor=cursor, page_size=page_size)


def search_running(asked: Asked, *, cursor: str = "", page_size: int = 25) -> Found:
    """Return a page of the services that run and answer all of what is asked. What a list shows of each (`results`) is
    for whoever works here: for everybody there is `for_everybody.search_public`.

    Words that no service bears are corrected where one is meant plainly, and the search is done again; `searched_for`
    says so.

    :param cursor: from a page of the same search; empty for the first page.
    :raises Invalid: if the cursor is not one of a list in this order.
    """
    position = decode(cursor, sort=asked.order) if cursor else None
    if not asked.text:
        searched_for = _searched_for(asked, Words(()), Query(), ()) if asked.postcode_in_text else None
        return _found(asked, _answer(asked, None, position, page_size), position, page_size, searched_for)
    words = read(asked.text)
    unknown: tuple[str, ...] = ()
    doubted = looks_misspelt(words)
    if doubted:
        words, unknown = corrected(words)
    query = query_of(words)
    answer = _answer(replace(asked, text=words.text), query, position, page_size)
    if answer[0] == 0 and query.whole and not words.corrections and not unknown:
        # Perhaps a word that services bore when this process met it, and no longer do.
        words, unknown = corrected(words, whatever=True)
        if words.corrections or unknown:
            query = query_of(words)
            answer = _answer(replace(asked, text=words.text), query, position, page_size)
    return _found(asked, answer, position, page_size, _searched_for(asked, words, query, unknown))


def _answer(asked: Asked, query: Query | None, position: Cursor | None, page_size: int) -> tuple[Any, ...]:
    limit = page_size + 1
    for reach in reaches(asked, position):
        row = _ask(search_statement(asked, query, cursor=position, limit=limit, reach=reach))
        if len(row[2] or ()) == limit:
            return row
    return _ask(search_statement(asked, query, cursor=position, limit=limit))


def _ask(statement: tuple[str, dict[str, Any]]) -> tuple[Any, ...]:
    with connection.cursor() as database:
        database.execute(*statement)
        row: tuple[Any, ...] = database.fetchone()
    return row


def _found(
    asked: Asked,
    answer: tuple[Any, ...],
    position: Cursor | None,
    page_size: int,
    searched_for: dict[str, Any] | None,
) -> Found:
    count, facets, *rows = answer
    has_more = len(rows[0] or ()) > page_size
    is_backwards = position is not None and position.is_backwards
    ids, places, results = ((row or [])[:page_size][:: -1 if is_backwards else 1] for row in rows)
    return Found(
        count=min(count, COUNTED_TO),
        count_is_at_least=count > COUNTED_TO,
        ids=tuple(ids),
        results=tuple(results),
        next_cursor=_cursor(asked, places[-1], backwards=False) if ids and (has_more or is_backwards) else None,
        previous_cursor=_cursor(asked, places[0], backwards=True)
        if ids and position is not None and (has_more or not is_backwards)
        else None,
        facets=_facets(json.loads(facets or "[]")) if asked.with_facets else None,
        searched_for=searched_for,
    )


def _cursor(asked: Asked, written: str, *, backwards: bool) -> str:
    values = json.loads(written)
    kinds = KINDS[asked.order]
    place = (*(kind(value) for kind, value in zip(kinds, values[:-1], strict=True)), values[-1])
    return encode(Cursor(asked.order, place, backwards))


def _searched_for(asked: Asked, words: Words, query: Query, unknown: tuple[str, ...]) -> dict[str, Any]:
    return {
        "text": words.text,
        "corrected": [{"typed": typed, "read_as": better} for typed, better in words.corrections],
        "also": list(query.also),
        "unknown": list(unknown),
        "near": asked.postcode_in_text,
    }


def _facets(counted: list[tuple[str, int, str | None]]) -> dict[Facet, list[FacetValue]]:
    found: dict[Facet, list[FacetValue]] = {facet: [] for facet in COUNTED}
    for key, count, name in counted:
        kind, _, value = key.partition("=")
        if (facet := _FACETS[kind]) in found:
            found[facet].append(FacetValue(value=value, name=name or facet_name(facet, value), count=count))
    for facet, values in found.items():
        places = {value: place for place, value in enumerate(_names().get(facet, ()))}
        # Values with an order of their own keep it; of the others, the commonest first.
        values.sort(key=lambda each: (places.get(each.value, len(places)), -each.count, each.name))
    return found


def facet_name(facet: Facet, value: str) -> str:
    """Return what a value of a facet is called, where it is none that rows of the database name."""
    return _names().get(facet, {}).get(value) or value.replace("_", " ").capitalize()


@cache
def _names() -> Mapping[Facet, Mapping[str, str]]:
    yes_no = {"true": "Yes", "false": "No"}
    return {
        Facet.LIFE_COURSE_STAGE: dict(LifeCourseStage.choices),
        Facet.DAY: dict(Weekday.choices),
        Facet.TIME_OF_DAY: {"morning": "Morning", "afternoon": "Afternoon", "evening": "Evening"},
        Facet.ACCESS: {code: name for code, (name, _) in ACCESS.items()},
        Facet.GENDER: dict(Gender.choices),
        Facet.CAPACITY: dict(Capacity.choices),
        Facet.REFERRAL_ROUTE: dict(ReferralRoute.choices),
        Facet.DELIVERY: dict(Delivery.choices),
        Facet.FREE: yes_no,
        Facet.HAS_ROOM: yes_no,
        Facet.TAKES_DIRECT_REFERRALS: yes_no,
        Facet.STALE: yes_no,
    }


# --- What values there are ------------------------------------------------------------------------------------------


def receiving_teams() -> QuerySet[Team]:
    """Return the teams that receive referrals for a service, by name."""
    return Team.objects.filter(directory_services__isnull=False).distinct().order_by("name", "id")


def is_receiving_team(team_id: UUID) -> bool:
    """Whether a team receives referrals for a service."""
    return receiving_teams().filter(pk=team_id).exists()


def is_neighbourhood(code: str) -> bool:
    """Whether there is a neighbourhood with this code."""
    return Neighbourhood.objects.filter(pk=code).exists()


def is_term_code(code: str, *, taxonomy: Any) -> bool:
    """Whether one of our own taxonomies has a term with this code."""
    return TaxonomyTerm.objects.filter(taxonomy=taxonomy, code=code).exists()


def language_keys(written: str) -> tuple[str, ...]:
    """Return how listings may write a language, given by its code or its English name; none if there is no such one.

    The codes and names are those that Django knows, and what listings themselves say.
    """
    asked = written.strip().casefold()
    for code, info in LANG_INFO.items():
        if "name" in info and asked in {code, info["name"].casefold()}:
            return (info["name"].casefold(), code)
    said = ServiceEntry.objects.filter(keys__contains=[f"{Facet.LANGUAGE}={asked}"]).exists()
    return (asked,) if said else ()
