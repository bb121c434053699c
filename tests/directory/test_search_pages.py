"""Pages of a search: the same sequence whatever their size, nothing twice, however deep, while others write."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from services_directory.models import Service, ServiceEntry
from services_directory.search.asked import Sort
from services_directory.search.cursors import decode, encode
from services_directory.services import import_feed

pytestmark = pytest.mark.django_db

SERVICES = "/api/v1/services/"
ORDERS = [
    {"sort": "name"},
    {"search": "exercise or walk", "sort": "relevance"},
    {"latitude": "53.41", "longitude": "-2.157", "sort": "distance"},
    {"latitude": "53.41", "longitude": "-2.157", "within_km": "30", "search": "exercise or walk", "sort": "distance"},
    {"search": "exercize wlak or exercise", "latitude": "53.41", "longitude": "-2.157", "sort": "name"},
]


@pytest.fixture
def many(record, at):
    """Hundreds of services; names, places and ranks repeat, and some are stale or nowhere."""

    def made(number):
        one = record(f"{('Chair exercise', 'Walk', 'exercise walk')[number % 3]} {number // 7}", id=None)
        one["id"] = f"00000000-0000-4000-8000-{number:012}"
        for part in ("schedules", "cost_options", "service_areas", "contacts", "attributes"):
            one[part] = []
        place = one["service_at_locations"][0]
        place["id"] = f"00000000-0000-4000-9000-{number:012}"
        spot = number % 25
        place["location"] |= {
            "id": f"00000000-0000-4000-a000-{spot:012}",
            "latitude": 53.3 + spot / 100,
            "addresses": [],
        }
        if number % 11 == 0:
            one["service_at_locations"] = []
        return one

    report = import_feed(feed_name="Many", source="many", records=map(made, range(400)), at=at)
    assert report.created == 400
    Service.objects.filter(name__endswith="3").update(is_stale=True)


def walk(client, query, *, page_size):
    """Follow `next` to the end; return the ids, and the pages."""
    pages, address = [], None
    while True:
        answer = client.get(address or SERVICES, None if address else {**query, "page_size": page_size})
        assert answer.status_code == 200, answer.json()
        pages.append(answer.json())
        address = pages[-1]["next"]
        if address is None:
            return [entry["id"] for page in pages for entry in page["results"]], pages


@pytest.mark.parametrize("query", ORDERS)
def test_small_and_large_pages_are_one_sequence_with_nothing_twice(as_link_worker, many, query):
    small, _ = walk(as_link_worker, query, page_size=7)
    large, pages = walk(as_link_worker, query, page_size=100)

    assert small == large
    assert len(set(small)) == len(small) == pages[0]["count"] > 200


@pytest.mark.parametrize("query", ORDERS)
def test_previous_leads_back_the_same_way(as_link_worker, many, query):
    _, pages = walk(as_link_worker, query, page_size=60)
    back = [pages[-1]["results"]]
    address = pages[-1]["previous"]
    while address:
        page = as_link_worker.get(address).json()
        assert page["next"] is not None
        back.append(page["results"])
        address = page["previous"]

    assert back[::-1] == [page["results"] for page in pages]


@pytest.mark.parametrize("query", ORDERS)
def test_what_is_written_meanwhile_moves_nothing_else(as_link_worker, many, query, record, at):
    before, _ = walk(as_link_worker, query, page_size=50)
    first = as_link_worker.get(SERVICES, {**query, "page_size": 50}).json()
    seen = [entry["id"] for entry in first["results"]]

    new = record("Aaa exercise walk exercise walk")
    new["service_at_locations"][0]["location"] |= {"latitude": 53.41, "longitude": -2.157}
    import_feed(feed_name="New", source="new", records=[new], at=at)
    Service.objects.filter(pk=seen[3]).update(status="defunct")
    address = first["next"]
    while address:
        page = as_link_worker.get(address).json()
        seen += [entry["id"] for entry in page["results"]]
        address = page["next"]

    assert [key for key in seen if key != new["id"]] == before


def test_an_order_is_what_it_says(as_link_worker, many):
    ids, pages = walk(as_link_worker, ORDERS[2], page_size=100)
    entries = [entry for page in pages for entry in page["results"]]
    order = [(entry["trust"]["is_stale"], entry["distance_km"] is None, entry["distance_km"] or 0) for entry in entries]

    assert order == sorted(order)
    assert len(ids) == 400


def test_results_are_counted_up_to_a_thousand(as_link_worker, many):
    page = as_link_worker.get(SERVICES).json()
    assert (page["count"], page["count_is_at_least"]) == (400, False)

    entries = ServiceEntry.objects.all()
    Service.objects.bulk_create(
        [
            Service(organization_id=Service.objects.all()[0].organization_id, name=f"More {number}")
            for number in range(700)
        ]
    )
    assert entries.count() == 1100
    for query in ({}, {"facets": "true"}, {"latitude": "53", "longitude": "-2"}):
        page = as_link_worker.get(SERVICES, query).json()
        assert (page["count"], page["count_is_at_least"]) == (1000, True)


def test_a_cursor_belongs_to_its_order(as_link_worker, many):
    page = as_link_worker.get(SERVICES, {"page_size": 5}).json()
    cursor = page["next"].rpartition("cursor=")[2]

    answer = as_link_worker.get(SERVICES, {"search": "walk", "cursor": cursor})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["cursor"])


@pytest.mark.parametrize(
    "written",
    [
        "null",
        "[]",
        '["name"]',
        '["name", 0, false, "a"]',
        '["name", 0, "false", "a", "00000000-0000-4000-8000-000000000000"]',
        '["name", 0, false, "a\\u0000b", "00000000-0000-4000-8000-000000000000"]',
        '["name", 0, false, "\\ud800", "00000000-0000-4000-8000-000000000000"]',
        '["name", 0, false, "a", "not an id"]',
        '["name", 0, false, "a", 5]',
        '["name", 2, false, "a", "00000000-0000-4000-8000-000000000000"]',
        '["relevance", 0, 1.5, "a", "00000000-0000-4000-8000-000000000000"]',
        '["name", 0, false, "a", "00000000-0000-4000-8000-000000000000", 1]',
        "[" * 5000,
    ],
)
def test_a_cursor_that_was_made_up_is_refused(as_link_worker, many, written):
    cursor = urlsafe_b64encode(written.encode()).decode()

    answer = as_link_worker.get(SERVICES, {"cursor": cursor})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["cursor"])


@pytest.mark.parametrize("number", ["NaN", "1e999", "true", '"x"'])
def test_a_rank_that_is_no_rank_is_refused(as_link_worker, many, number):
    written = f'["relevance", 0, {number}, "a", "00000000-0000-4000-8000-000000000000"]'
    cursor = urlsafe_b64encode(written.encode()).decode()

    answer = as_link_worker.get(SERVICES, {"search": "walk", "cursor": cursor})

    assert answer.status_code == (200 if number == "1e999" else 400)


def test_a_cursor_survives_its_way_through_an_address(as_link_worker, many):
    page = as_link_worker.get(SERVICES, {**ORDERS[2], "page_size": 399}).json()
    page = as_link_worker.get(SERVICES, {**ORDERS[2], "page_size": 100}).json()
    cursor = page["next"].rpartition("cursor=")[2]

    read = decode(cursor, sort=Sort.DISTANCE)

    assert encode(read) == cursor
    assert json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[0] == "distance"
