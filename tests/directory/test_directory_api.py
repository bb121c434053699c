"""The directory over HTTP: the list and its filters, one service, the needs."""

import uuid

import pytest
from rest_framework.test import APIClient

from services_directory.demo.listings import demo_service_id
from services_directory.models import Attribute, Location, Service, TaxonomyTerm
from services_directory.needs import NEEDS, need_id
from services_directory.services import import_feed, load_demo_directory, load_needs

pytestmark = pytest.mark.django_db

SERVICES = "/api/v1/services/"
NEEDS_URL = "/api/v1/needs/"
NOTHING_SAID_OF_CAPACITY = {
    "places": None,
    "places_left": None,
    "is_full_by_count": False,
    "keeps_waiting_list": False,
    "waiting_list_length": None,
    "people_waiting": 0,
    "expected_wait_weeks": None,
    "paused_until": None,
    "confirmed_at": None,
}


@pytest.fixture
def load(at):
    """Put records into the directory."""

    def load(*records):
        report = import_feed(feed_name="Test", source="test.json", records=records, at=at, licence="OGL v3")
        assert report.refused == []

    return load


@pytest.fixture
def demo(teams, at):
    """The demonstration's directory."""
    load_demo_directory(teams=teams, at=at)


def names(response):
    assert response.status_code == 200, response.json()
    return [service["name"] for service in response.json()["results"]]


# --- Who ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [SERVICES, f"{SERVICES}{uuid.UUID(int=1)}/", NEEDS_URL])
def test_nobody_reads_the_directory_without_signing_in(url):
    response = APIClient().get(url)

    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_listing_is_neither_replaced_nor_removed(as_link_worker, load, record, method):
    load(record())

    responses = [getattr(as_link_worker, method)(url) for url in (SERVICES, f"{SERVICES}{record()['id']}/")]

    assert [response.status_code for response in responses] == [405, 405]
    assert Service.objects.get().name == "Chair exercises"


# --- One service ------------------------------------------------------------------------------------------------


def test_one_service_is_shown_with_all_its_parts(as_link_worker, load, record):
    made = record(phones=[{"id": str(uuid.UUID(int=40)), "number": "0161 496 0002", "type": "voice"}])
    load(made)

    response = as_link_worker.get(f"{SERVICES}{made['id']}/")

    schedule = made["schedules"][0]
    assert response.status_code == 200
    shown = response.json()
    # How far it can be believed is worked out from this: test_trust_*.
    assert shown.pop("trust")["words"] == "Test published it on 15 March 2026; nobody has checked it here."
    assert shown == {
        "id": made["id"],
        "name": "Chair exercises",
        "description": "Gentle movement, sitting down.",
        "organization": {
            "id": str(uuid.UUID(int=1)),
            "name": "Movers",
            "description": "A charity",
            "email": "",
            "website": "",
            "logo": "",
            "uri": "",
            "organization_identifiers": [],
            "phones": [],
        },
        "referral_route": "signposting",
        "takes_direct_referrals": False,
        "receiving_team": None,
        "capacity": "",
        "capacity_details": NOTHING_SAID_OF_CAPACITY,
        "first_contact_by": "",
        "delivery": "in_place",
        "life_course_stage": [],
        "programme_length_weeks": None,
        "minimum_age": 50,
        "maximum_age": None,
        "terms": [{"id": str(uuid.UUID(int=4)), "code": "", "name": "Exercise", "link_type": "topic"}],
        "cost_options": [
            {
                "id": made["cost_options"][0]["id"],
                "option": "Everybody",
                "amount": "2.50",
                "currency": "",
                "amount_description": "",
                "valid_from": None,
                "valid_to": None,
            }
        ],
        "alternate_name": "",
        "url": "",
        "email": "",
        "status": "active",
        "alert": "",
        "fees": "",
        "fees_description": "",
        "accreditations": "",
        "licenses": "",
        "genders": [],
        "eligibility_description": "",
        "application_process": "",
        "interpretation_services": "",
        "wait_time": "",
        "review_points_weeks": [],
        "service_at_locations": [
            {
                "id": made["service_at_locations"][0]["id"],
                "description": "",
                "location": {
                    "id": str(uuid.UUID(int=2)),
                    "location_type": "physical",
                    "name": "The Hall",
                    "description": "",
                    "transportation": "",
                    "latitude": 53.41,
                    "longitude": -2.157,
                    "external_identifier": "",
                    "external_identifier_type": "",
                    "addresses": [
                        {
                            "attention": "",
                            "address_1": "1 High Street",
                            "address_2": "",
                            "city": "Stockport",
                            "region": "",
                            "state_province": "Greater Manchester",
                            "postal_code": "SK1 3XE",
                            "country": "GB",
                        }
                    ],
                    "accessibility": [],
                },
                "schedules": [],
            }
        ],
        "schedules": [
            {
                "id": schedule["id"],
                "freq": "WEEKLY",
                "interval": 1,
                "byday": "MO,TH",
                "bymonthday": "",
                "dtstart": "2026-01-05",
                "until": None,
                "valid_from": None,
                "valid_to": None,
                "opens_at": "10:00:00",
                "closes_at": "11:00:00",
                "description": "",
                "attending_type": "",
                "schedule_link": "",
                "notes": "",
            }
        ],
        "service_areas": [
            {
                "id": made["service_areas"][0]["id"],
                "name": "Stockport",
                "description": "",
                "extent": "",
                "extent_type": "",
                "uri": "",
            }
        ],
        "languages": [],
        "contacts": [
            {
                "id": made["contacts"][0]["id"],
                "name": "",
                "title": "Desk",
                "department": "",
                "email": "",
                "phones": [
                    {
                        "id": made["contacts"][0]["phones"][0]["id"],
                        "number": "0161 496 0001",
                        "extension": "",
                        "type": "",
                        "description": "",
                    }
                ],
            }
        ],
        "phones": [
            {
                "id": str(uuid.UUID(int=40)),
                "number": "0161 496 0002",
                "extension": "",
                "type": "voice",
                "description": "",
            }
        ],
        "funding": [],
        "rule_sets": [],
        "pending": None,
        "provenance": {
            "feed": {"name": "Test", "licence": "OGL v3", "last_imported_at": "2026-11-02T09:00:00Z"},
            "external_id": made["id"],
            "last_modified": "2026-03-15T10:30:45Z",
            "assured_date": None,
            "sources": [],
            "made_up": [],
        },
    }


def test_a_service_of_ours_says_who_receives_it_and_what_is_made_up(as_link_worker, demo, teams):
    paris = as_link_worker.get(f"{SERVICES}{demo_service_id('paris')}/").json()

    assert paris["receiving_team"] == {"id": str(teams["leisure_hub"].pk), "name": "leisure_hub"}
    assert (paris["capacity"], paris["review_points_weeks"]) == ("open", [0, 13, 26])
    assert [statement["stated"] for statement in paris["provenance"]["sources"]][1] == ["cost_options"]
    assert "receiving_team" in paris["provenance"]["made_up"]


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed"])
def test_a_service_that_does_not_run_is_not_there(as_link_worker, load, record, status):
    made = record(status=status)
    load(made)

    response = as_link_worker.get(f"{SERVICES}{made['id']}/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert names(as_link_worker.get(SERVICES)) == []


@pytest.mark.parametrize("wrong", [str(uuid.UUID(int=77)), "no-such-id"])
def test_an_unknown_service_is_not_there(as_link_worker, wrong):
    response = as_link_worker.get(f"{SERVICES}{wrong}/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


# --- The list ---------------------------------------------------------------------------------------------------


def test_the_list_is_by_name_and_in_pages(as_link_worker, load, record):
    load(*(record(name) for name in ("Walks", "Bowls", "Chess", "Art")))

    first = as_link_worker.get(SERVICES, {"page_size": 3})
    second = as_link_worker.get(first.json()["next"])

    assert (names(first), names(second)) == (["Art", "Bowls", "Chess"], ["Walks"])
    assert second.json()["next"] is None


def test_an_entry_of_the_list_says_what_a_choice_needs(as_link_worker, load, record):
    made = record()
    made["service_at_locations"][0]["schedules"] = [{"id": str(uuid.UUID(int=41)), "freq": "WEEKLY", "byday": "SU"}]
    load(made)

    (entry,) = as_link_worker.get(SERVICES).json()["results"]

    assert sorted(entry) == [
        "access",
        "capacity",
        "capacity_details",
        "cost_options",
        "delivery",
        "description",
        "distance_km",
        "first_contact_by",
        "genders",
        "id",
        "life_course_stage",
        "maximum_age",
        "minimum_age",
        "name",
        "organization",
        "places",
        "programme_length_weeks",
        "receiving_team",
        "referral_route",
        "schedules",
        "takes_direct_referrals",
        "terms",
        "trust",
    ]
    label = "Published in March 2026, not checked here"
    assert entry["trust"] == {"score": 20, "label": label, "is_stale": False}
    assert entry["organization"] == {"id": str(uuid.UUID(int=1)), "name": "Movers"}
    assert entry["places"] == [
        {
            "id": made["service_at_locations"][0]["id"],
            "name": "The Hall",
            "postal_code": "SK1 3XE",
            "latitude": 53.41,
            "longitude": -2.157,
        }
    ]
    assert sorted(schedule["byday"] for schedule in entry["schedules"]) == ["MO,TH", "SU"]
    assert entry["distance_km"] is None


@pytest.mark.parametrize("query", [{}, {"latitude": 53.4, "longitude": -2.1, "search": "movers", "day": "MO"}])
def test_a_page_costs_one_query_however_many_services(as_link_worker, load, record, django_assert_num_queries, query):
    load(record("One"))
    as_link_worker.get(SERVICES, query)  # a process asks for the stems of its first words once
    with django_assert_num_queries(1):
        assert len(names(as_link_worker.get(SERVICES, query))) == 1

    load(record("One"), record("Two"), record("Three"))
    with django_assert_num_queries(1):
        assert len(names(as_link_worker.get(SERVICES, query))) == 3


def test_a_service_with_three_places_costs_as_many_queries_as_with_one(
    as_link_worker, load, record, django_assert_num_queries
):
    made = record()
    load(made)
    as_link_worker.get(f"{SERVICES}{made['id']}/")  # who asks is read once
    with django_assert_num_queries(17):
        as_link_worker.get(f"{SERVICES}{made['id']}/")

    places = [record(name)["service_at_locations"][0] for name in ("One", "Two", "Three")]
    for number, place in enumerate(places):
        place["location"]["id"] = str(uuid.UUID(int=50 + number))
        place["location"]["addresses"][0]["id"] = str(uuid.UUID(int=60 + number))
    load(made | {"service_at_locations": places})
    with django_assert_num_queries(17):
        response = as_link_worker.get(f"{SERVICES}{made['id']}/")
    assert len(response.json()["service_at_locations"]) == 3


# --- Filters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (
            {"search": "exercises balance"},
            [
                "Balance exercises at home",
                "Strength and balance class",
                "PARiS: Physical Activity Referral in Stockport",
            ],
        ),
        ({"search": "bereaved"}, ["Bereavement café", "Active Ageing", "Telephone friends"]),
        ({"search": "common ground"}, ["Community garden", "Grow and cook"]),
        ({"search": "The talking table"}, ["The talking table"]),
        ({"search": "garden -cheap"}, ["Community garden"]),
        ({"search": "xyzzy"}, []),
        ({"takes_direct_referrals": "true"}, ["PARiS: Physical Activity Referral in Stockport"]),
        ({"need": "bereavement"}, ["Active Ageing", "Bereavement café", "Telephone friends"]),
        ({"need": str(need_id("digital"))}, ["Getting online"]),
        ({"day": "SA"}, ["Community garden"]),
        ({"day": "SU"}, []),
        ({"free": "true", "need": "falls"}, ["Balance exercises at home", "Strength and balance class"]),
        ({"free": "true", "delivery": "in_place", "need": "caring"}, ["Carers' support", "Memory café"]),
        ({"delivery": "posted"}, ["SMILE activity packs"]),
        ({"capacity": "paused"}, ["Grow and cook"]),
        ({"capacity": "waiting_list"}, ["Strength and balance class", "Visiting friends"]),
        (
            {"referral_route": "signposting"},
            [
                "Bereavement café",
                "Carers' support",
                "Getting online",
                "Memory café",
                "The repair shed",
                "Warm space",
            ],
        ),
        ({"referral_route": "signposting", "need": "digital", "day": "TU"}, ["Getting online"]),
        ({"referral_route": "referral", "need": "digital"}, []),
    ],
)
def test_filters_narrow_the_list(as_link_worker, demo, query, found):
    assert names(as_link_worker.get(SERVICES, query)) == found


def test_free_false_and_empty_filters_narrow_nothing(as_link_worker, load, record):
    load(record())

    query = {"free": "false", "search": " ", "need": "", "day": "", "latitude": ""}
    assert names(as_link_worker.get(SERVICES, query)) == ["Chair exercises"]


def test_the_list_can_be_that_of_one_receiving_team(as_link_worker, demo, teams):
    found = names(as_link_worker.get(SERVICES, {"receiving_team": str(teams["falls"].pk)}))

    assert found == ["Balance exercises at home", "Strength and balance class"]


@pytest.mark.parametrize(
    ("byday", "day", "is_there"),
    [("2MO,-1FR", "MO", True), ("2MO,-1FR", "FR", True), ("2MO", "TU", False), ("TU,TH", "TH", True)],
)
def test_a_day_is_found_in_weekly_and_monthly_schedules(as_link_worker, load, record, byday, day, is_there):
    load(record(schedules=[{"id": str(uuid.UUID(int=42)), "byday": byday}]))

    assert bool(names(as_link_worker.get(SERVICES, {"day": day}))) is is_there


def test_a_day_is_found_at_one_of_the_places_too(as_link_worker, load, record):
    made = record(schedules=None)
    made["service_at_locations"][0]["schedules"] = [{"id": str(uuid.UUID(int=42)), "byday": "SU"}]
    load(made)

    assert names(as_link_worker.get(SERVICES, {"day": "SU"})) == ["Chair exercises"]


def test_distance_is_to_the_nearest_place_and_can_be_a_limit(as_link_worker, load, record):
    near, far, nowhere = record("Near"), record("Far"), record("Nowhere", service_at_locations=None)
    far["service_at_locations"][0]["location"] |= {"id": str(uuid.UUID(int=43)), "latitude": 53.48, "longitude": -2.242}
    near["service_at_locations"].append(far["service_at_locations"][0] | {"id": str(uuid.UUID(int=44))})
    load(near, far, nowhere)

    here = {"latitude": "53.41", "longitude": "-2.157"}
    everything = as_link_worker.get(SERVICES, here).json()["results"]
    within = names(as_link_worker.get(SERVICES, here | {"within_km": "9"}))

    # From Stockport to Manchester, by the great circle.
    assert [(entry["name"], entry["distance_km"]) for entry in everything] == [
        ("Near", 0.0),
        ("Far", 9.61),
        ("Nowhere", None),
    ]
    assert within == ["Near"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"referral_route": "pigeon"}, "referral_route"),
        ({"need": "a-new-car"}, "need"),
        ({"need": str(uuid.UUID(int=78))}, "need"),
        ({"day": "Monday"}, "day"),
        ({"delivery": "drone"}, "delivery"),
        ({"capacity": "some"}, "capacity"),
        ({"receiving_team": str(uuid.UUID(int=79))}, "receiving_team"),
        ({"receiving_team": "us"}, "receiving_team"),
        ({"latitude": "53.4"}, "longitude"),
        ({"longitude": "-2.1"}, "latitude"),
        ({"latitude": "91", "longitude": "0"}, "latitude"),
        ({"latitude": "nan", "longitude": "0"}, "latitude"),
        ({"within_km": "3"}, "within_km"),
        ({"latitude": "53.4", "longitude": "-2.1", "within_km": "far"}, "within_km"),
        ({"search": "x" * 201}, "search"),
        ({"search": "a\x00b"}, "search"),
    ],
)
def test_a_choice_that_does_not_exist_is_an_error_that_names_it(as_link_worker, query, field):
    response = as_link_worker.get(SERVICES, query)

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert list(response.json()["errors"]) == [field]


# --- Needs --------------------------------------------------------------------------------------------------------


def test_the_needs_are_listed_by_name_and_other_terms_are_not_among_them(as_link_worker, load, record):
    load_needs()
    load(record())

    found = as_link_worker.get(NEEDS_URL, {"page_size": 100}).json()["results"]

    assert [need["name"] for need in found] == sorted(name for name, _ in NEEDS.values())
    assert found[0] == {
        "id": str(need_id("warmth")),
        "code": "warmth",
        "name": "A warm home",
        "description": NEEDS["warmth"][1],
    }


def test_all_needs_cost_one_query(as_link_worker, django_assert_num_queries):
    load_needs()
    with django_assert_num_queries(1):
        as_link_worker.get(NEEDS_URL)

    TaxonomyTerm.objects.exclude(code="falls").delete()
    with django_assert_num_queries(1):
        assert len(as_link_worker.get(NEEDS_URL).json()["results"]) == 1


def test_a_service_with_several_terms_and_places_is_listed_once(as_link_worker, load, record):
    made = record()
    load(made)
    service = Service.objects.get()
    term = TaxonomyTerm.objects.create(name="Exercise more")
    Attribute.objects.create(service=service, taxonomy_term=term)
    place = Location.objects.create(name="Elsewhere", latitude=53.0, longitude=-2.0)
    service.service_at_locations.create(location=place)

    query = {"search": "exercise", "latitude": "53", "longitude": "-2", "within_km": "100", "day": "MO"}
    assert names(as_link_worker.get(SERVICES, query)) == ["Chair exercises"]
