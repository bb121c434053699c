"""The rows of the index are made of sets: what they hold is what each service by itself has, and what it always was."""

import copy
import importlib
import random

import pytest
from django.db import connection

from benchmarks.made_up_services import service as made_up
from services_directory.access import access_id
from services_directory.models import (
    Accessibility,
    Attribute,
    Language,
    Location,
    Neighbourhood,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceEntry,
)
from services_directory.services import check_search_index, import_feed, load_demo_directory, load_terms, reindex
from tests.directory.rich import RICH, uid

pytestmark = pytest.mark.django_db
FUNCTIONS = ("directory_entries", "directory_cards", "directory_places", "directory_words")


def rows_of(function, ids):
    """Return the rows that a function makes of some services, as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row::text FROM {function}(%s) AS row ORDER BY 1", [list(ids)])  # noqa: S608 - names written above
        return [row for (row,) in cursor.fetchall()]


@pytest.fixture
def crowd(at, teams):
    """The demonstration, rich services that share a hall, and whatever may be said of them in odd places."""
    load_demo_directory(teams=teams, at=at)
    load_terms()
    chance = random.Random(5)
    rich = [rich_one(number, chance) for number in range(25)]
    made = [made_up(number, chance) for number in range(120)]
    import_feed(feed_name="Rich", source="", records=[*rich, *made], at=at)
    for code, sector in (("town", "SK1 3"), ("hill", "SK2 2"), ("vale", "SK5 8")):
        Neighbourhood.objects.create(code=code, name=f"The Ümlaut {code}", sectors=[sector])
    add_odd_things(chance)
    return list(Service.objects.order_by("pk").values_list("pk", flat=True))


def rich_one(number, chance):
    """Return a service with much, some of it left out, at the hall of all of them."""
    made = copy.deepcopy(RICH)
    made |= {"id": uid(f"rich {number}"), "name": f"Café №{number} - don't", "status": "active"}
    for part in ("schedules", "service_areas", "service_at_locations", "languages", "cost_options", "attributes"):
        for each in made[part]:
            each["id"] = uid(each["id"], str(number))
        if chance.random() < 0.2:
            del made[part]
    for each in made.get("schedules", []):
        each.pop("service_at_location_id", None)
        each["byday"] = chance.choice(("MO", "2TU, -1FR", "SA,SU,SA", "", "XX"))
        each["opens_at"], each["closes_at"] = chance.choice((("09:00", "13:00"), ("23:00", "01:00"), ("10:00", None)))
    for each in made.get("service_at_locations", []):
        for schedule in each.get("schedules", []):
            schedule["id"] = uid(schedule["id"], str(number))
        for kind in ("contacts", "phones", "attributes"):
            each.pop(kind, None)
    return made


def add_odd_things(chance):
    """Say of some services what no feed says well: access at every level, no place on the map, another's place."""
    services = list(Service.objects.filter(referral_route="signposting").order_by("pk"))
    places = list(ServiceAtLocation.objects.order_by("pk"))
    for number, service in enumerate(chance.sample(services, 40)):
        service.genders = chance.choice(([], ["female"], ["male", "other"]))
        service.life_course_stage = chance.choice(([], ["age_well"]))
        service.delivery = chance.choice(("", "online", "at_home", "in_place"))
        service.capacity = chance.choice(("", "full", "open"))
        service.save()
        place = chance.choice(places)
        Schedule.objects.create(service=service, service_at_location=place, byday="WE", opens_at="11:30")
        Schedule.objects.create(service_at_location=place, byday="MO,WE", opens_at="11:30", closes_at="18:00")
        ServiceArea.objects.create(service=service, name=chance.choice(("the  umlaut HILL", "Stockport", " ", "Óg")))
        Language.objects.create(service=service, name=chance.choice(("", "Urdu", " ")), code="ur")
        ServiceAtLocation.objects.get_or_create(service=service, location=chance.choice(places).location)
        access = Accessibility.objects.create(
            location=place.location, description=chance.choice(("Lift. No parking.", "Level access, hearing loop", ""))
        )
        whose = chance.choice(({"service": service}, {"service_at_location": place}, {"accessibility": access}))
        Attribute.objects.create(taxonomy_term_id=access_id("lift"), **whose)
        Attribute.objects.create(taxonomy_term_id=access_id("parking"), location=place.location)
        if number % 5 == 0:
            Location.objects.filter(pk=place.location_id).update(latitude=None, longitude=None)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_many_at_once_are_what_each_is_by_itself(crowd, function):
    together = rows_of(function, crowd)

    alone = {row for each in crowd for row in rows_of(function, [each])}

    assert together == sorted(set(together))
    assert set(together) == alone
    assert len(together) > 100


def test_the_rows_are_what_they_were_before_they_were_made_of_sets(crowd):
    reindex(crowd)
    made = {function: rows_of(function, crowd) for function in FUNCTIONS}
    migration = importlib.import_module("services_directory.migrations.0014_index_of_many")

    with connection.cursor() as cursor:
        cursor.execute(migration.as_before())

    assert made == {function: rows_of(function, crowd) for function in FUNCTIONS}
    assert check_search_index() == []


def test_what_is_indexed_at_once_is_as_it_should_be_and_what_runs_no_more_is_gone(crowd):
    ServiceEntry.objects.all().delete()
    stopped = crowd[:3]
    Service.objects.filter(pk__in=stopped).update(status="inactive")

    reindex(crowd)

    assert check_search_index() == []
    assert set(ServiceEntry.objects.values_list("pk", flat=True)) == set(crowd[3:])
