"""What everybody may read under /open-referral/v3/: the rules that a reader of it can rely on."""

import datetime as dt
import json
import uuid

import pytest
from dateutil.rrule import rrulestr
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import validate

from services_directory.models import Feed, Postcode, Service
from services_directory.services import import_feed
from tests.directory.rich import RICH, schedule, uid
from tests.directory.site import KINDS, ROOT, Site

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def load(at):
    """Import records as the feed "Test"."""

    def load(*records):
        report = import_feed(feed_name="Test", source="test.json", records=records, at=at)
        assert report.refused == []

    return load


@pytest.fixture
def listings(load, record):
    """Seven services that differ in what can be asked for."""
    at_places = record("Walks", minimum_age=None, maximum_age=17, last_modified="2026-05-01T12:00:00+01:00")
    at_places["schedules"] = [schedule("early walk", byday="SA", opens_at="08:00", closes_at="09:00")]
    at_places["service_at_locations"][0]["schedules"] = [
        schedule("late walk", byday="TU", opens_at="18:00", closes_at="20:00")
    ]
    online = record("Chess, online", minimum_age=18, maximum_age=99, attributes=None, last_modified=None)
    online["service_at_locations"][0]["location"] = {"id": uid("nowhere"), "location_type": "virtual"}
    online["schedules"] = [schedule("chess", freq="MONTHLY", byday="2TU,-1FR", opens_at="19:00", closes_at="21:00")]
    far = record("Bowls (far)", schedules=None)
    far["service_at_locations"][0]["location"] |= {"id": uid("far"), "latitude": 53.50, "addresses": None}
    shut = record("Darts", status="defunct", minimum_age=0)
    records = [record(), at_places, online, far, shut, RICH, record("Swimming for over 60s", minimum_age=60)]
    load(*records)
    return records


# --- Open, with and without a slash, and every refusal a problem --------------------------------------------


@pytest.mark.parametrize("path", ["", *(f"/{kind}" for kind in KINDS), "/openapi.json", "/services/{id}"])
def test_every_address_answers_with_and_without_a_slash(listings, site, path):
    path = path.format(id=RICH["id"])

    assert site.ask(path) == site.ask(f"{path}/")


def test_the_root_says_what_this_is_and_where_it_is_described(site):
    root = site.ask("/")

    assert root == {
        "version": "HSDS-UK-3.0",
        "profile": "https://open-referral-uk-profile.readthedocs.io/en/latest/",
        "openapi_url": f"http://testserver{ROOT}/openapi.json",
    }
    document = site.ask("/openapi.json")
    validate(document)
    assert set(document["paths"]) == {"/", *(f"/{kind}" for kind in KINDS), *(f"/{kind}/{{id}}" for kind in KINDS)}


def test_a_page_from_elsewhere_may_ask_and_nobody_may_write(site):
    asked = site.client.options(f"{ROOT}/services", headers={"Access-Control-Request-Headers": "X-Wanted"})
    written = site.client.post(f"{ROOT}/services", {"name": "Mine"}, content_type="application/json")

    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, "*")
    assert (asked["Access-Control-Allow-Methods"], asked["Access-Control-Allow-Headers"]) == (
        "GET, HEAD, OPTIONS",
        "X-Wanted",
    )
    assert (written.status_code, written["Access-Control-Allow-Origin"]) == (405, "*")
    assert (written["Allow"], written.json()["code"]) == ("GET, HEAD, OPTIONS", "method_not_allowed")
    assert site.client.head(f"{ROOT}/services").status_code == 200
    assert Service.objects.count() == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("own_id", [NOBODY, "nothing", "%00", "1e9", "é"])
def test_an_unknown_id_is_not_found(site, kind, own_id):
    assert site.ask(f"/{kind}/{own_id}", expect=404)["code"] == "not_found"


@pytest.mark.parametrize("path", ["/nothing", "/services/a/b", "/services.json", "//services"])
def test_an_unknown_address_is_not_found(site, path):
    assert site.ask(path, expect=404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("page", value) for value in ("0", "-1", "one", "1.5", "9" * 40, "9" * 5000, "\u0661")),
        *(("per_page", value) for value in ("0", "many")),
        *(("minimum_age", value) for value in ("old", "nan", "1e999", "-1")),
        ("maximum_age", "inf"),
        ("day", "Someday"),
        ("start_time", "25:00"),
        ("end_time", "late"),
        ("taxonomy_id", "zz"),
        ("taxonomy_term_id", f"{NOBODY},zz"),
        ("organization_id", "1"),
        ("modified_after", "yesterday"),
        ("search", "a\0b"),
        ("search", "x" * 501),
        ("full", "maybe"),
        ("format", "xml"),
        ("postcode", "nonsense"),
        ("proximity", "5"),
    ],
)
@pytest.mark.parametrize("kind", ["services", "service_at_locations"])
def test_a_wrong_value_is_an_error_that_names_it(site, kind, name, value):
    assert list(site.ask(f"/{kind}", expect=400, **{name: value})["errors"]) == [name]


def test_every_wrong_value_is_named_at_once(site):
    errors = site.ask("/taxonomy_terms", expect=400, page="0", taxonomy_id="x", parent_id="y", top_only="z")["errors"]

    assert sorted(errors) == ["page", "parent_id", "taxonomy_id", "top_only"]


def test_odd_text_unknown_parameters_and_empty_ones_do_no_harm(listings, site):
    assert site.names(search="'\"\\ %_() & | ! :* <-> \U0001f600 \u202e") == []
    assert len(site.walk("services", pc_vendor="1", day="", minimum_age=" ")) == 7


def test_a_bug_still_has_the_header_and_tells_nothing(site, monkeypatch):
    def broken(*arguments, **named):
        raise RuntimeError("secret")

    monkeypatch.setattr("services_directory.publishing.views.published.ids_of_page", broken)

    assert "secret" not in json.dumps(site.ask("/services", expect=500))


# --- Pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_envelope_is_whole_and_true(listings, site, kind):
    pages = list(site.pages(kind, per_page=2))

    total = pages[0]["total_items"]
    assert [page["page_number"] for page in pages] == list(range(1, len(pages) + 1))
    assert len(pages) == max(1, -(-total // 2))
    for page in pages:
        assert (page["total_items"], page["total_pages"]) == (total, len(pages))
        assert page["size"] == len(page["contents"]) == min(2, total - 2 * (page["page_number"] - 1))
        assert (page["first_page"], page["last_page"], page["empty"]) == (page is pages[0], page is pages[-1], False)


@pytest.mark.parametrize("kind", KINDS)
def test_two_sizes_of_page_walk_to_the_same_and_all_can_be_opened(listings, site, kind):
    ids = [entry["id"] for entry in site.walk(kind, per_page=3)]

    assert len(ids) == len(set(ids)) > 0
    assert [entry["id"] for entry in site.walk(kind, per_page=1000)] == ids
    assert [site.ask(f"/{kind}/{own_id}")["id"] for own_id in ids] == ids


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_one_empty_page_and_so_is_a_page_past_the_end(site, kind):
    nothing = {"total_items": 0, "total_pages": 1, "size": 0, "last_page": True, "empty": True, "contents": []}

    assert site.ask(f"/{kind}") == nothing | {"page_number": 1, "first_page": True}
    assert site.ask(f"/{kind}", page=10**17) == nothing | {"page_number": 10**17, "first_page": False}


def test_a_page_is_no_larger_than_a_list_allows(listings, site, monkeypatch):
    monkeypatch.setattr("services_directory.publishing.views.MOST", 3)

    page = site.ask("/services", per_page=10**9)

    assert (page["size"], page["total_pages"]) == (3, 3)


def test_all_of_them_come_a_line_each(listings, site):
    response = site.client.get(f"{ROOT}/services", {"format": "ndjson", "full": "true"})

    lines = [json.loads(line) for line in b"".join(response).decode().splitlines()]
    assert lines == site.walk("services", full="true")
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("kind", "query", "most"),
    [
        ("services", {}, 4),
        ("services", {"day": "TU", "minimum_age": 1}, 4),
        ("services", {"full": "true"}, 60),
        ("service_at_locations", {}, 4),
        ("service_at_locations", {"full": "true"}, 60),
        ("organizations", {"full_service": "true"}, 80),
        ("taxonomy_terms", {}, 3),
    ],
)
def test_a_page_asks_a_bounded_number_of_questions(listings, site, kind, query, most):
    """Rich and plain records, one of them or all: what a page asks depends on its kinds of parts, not on its rows."""
    counts = []
    for size in (3, 7):
        with CaptureQueriesContext(connection) as captured:
            assert site.ask(f"/{kind}", per_page=size, **query)["size"] > 0
        counts.append(len(captured))

    assert max(counts) <= most


# --- Records -------------------------------------------------------------------------------------------------------


def test_an_entry_has_its_own_fields_and_its_organisation_and_a_detail_everything(listings, site):
    (entry,) = [entry for entry in site.walk("services") if entry["id"] == RICH["id"]]
    detail = site.ask(f"/services/{RICH['id']}")

    assert {name for name, value in entry.items() if isinstance(value, list | dict)} == {"organization"}
    assert all(detail[name] == value for name, value in entry.items() if name != "organization")
    assert set(detail) == set(RICH)
    assert detail["organization"]["organization_identifiers"][0]["identifier"] == "1"
    assert detail["attributes"][0]["taxonomy_term"]["taxonomy_detail"]["name"] == "Kinds"
    assert [entry] == [found for found in site.walk("services", full="false") if found["id"] == RICH["id"]]
    assert [detail] == [found for found in site.walk("services", full="true") if found["id"] == RICH["id"]]


def test_a_service_at_a_place_also_bears_name_and_status(listings, site):
    detail = site.ask(f"/service_at_locations/{uid('at the hall')}")

    assert (detail["name"], detail["status"]) == ("Swim & splash", "temporarily closed")
    assert detail["service"]["organization"]["id"] == RICH["organization_id"]
    assert detail["location"]["addresses"][0]["city"] == "Stockport"
    # What happens at the other place only is not said here.
    assert uid("schedule", "at the hall") in {row["id"] for row in detail["service"]["schedules"]}
    online = site.ask(f"/service_at_locations/{uid('online')}")
    assert uid("schedule", "at the hall") not in {row["id"] for row in online["service"]["schedules"]}


def each(document):
    """Yield every object of a document, whatever it stands in."""
    if isinstance(document, dict):
        yield document
        document = list(document.values())
    if isinstance(document, list):
        for inner in document:
            yield from each(inner)


def test_nothing_is_null_or_empty_ids_are_uuids_and_keys_agree(listings, site):
    everything = site.everything()
    terms = {term["id"] for term in everything["taxonomy_terms listed"]}
    taxonomies = {taxonomy["id"] for taxonomy in everything["taxonomies"]}
    organizations = {organization["id"] for organization in everything["organizations"]}

    for thing in each(everything):
        assert [name for name, value in thing.items() if value in (None, "", [], {})] == []
        for name, value in thing.items():
            if (name == "id" or name.endswith("_id")) and name != "tax_id":
                assert str(uuid.UUID(value)) == value
            if name == "taxonomy_term_id":
                assert value in terms
            if name == "taxonomy_id":
                assert value in taxonomies
            if name == "organization_id":
                assert value in organizations
            if isinstance(value, dict) and f"{name}_id" in thing:
                assert thing[f"{name}_id"] == value["id"]
    for service in everything["services"]:
        for part in each(service):
            assert part.get("service_id", service["id"]) == service["id"]


def test_schedules_can_be_read_as_rules_and_come_up(listings, site):
    found = [thing for thing in each(site.walk("services", full="true")) if "freq" in thing]

    assert found
    for one in found:
        parts = [f"{name.upper()}={one[name]}" for name in ("freq", "interval", "byday", "bymonthday") if name in one]
        begin = dt.datetime.fromisoformat(one.get("dtstart", "2026-01-01"))
        assert rrulestr(";".join(parts), dtstart=begin).after(begin, inc=True) is not None


def test_what_cannot_be_true_is_left_out(load, site, record):
    made = record(
        url="tel:0161 496 0001",
        email="désk@hall.example",
        schedules=[
            schedule("never", freq="MONTHLY", byday="1MO", bymonthday="31"),
            schedule("over before it begins", valid_to="2025-01-01", valid_from=None),
            schedule("true"),
        ],
    )
    place = made["service_at_locations"][0]["location"]
    place |= {"latitude": 40.4, "longitude": -3.7, "url": "https://hall.example/ä?q=a|b#x#y"}
    load(made)

    detail = site.ask(f"/services/{made['id']}")

    assert "url" not in detail
    assert "email" not in detail
    assert [row["id"] for row in detail["schedules"]] == [uid("schedule", "true")]
    location = detail["service_at_locations"][0]["location"]
    assert ("latitude" in location, "longitude" in location) == (False, False)
    assert location["url"] == "https://hall.example/%C3%A4?q=a%7Cb#x%23y"


def test_what_the_standard_insists_on_and_nobody_said_is_filled_with_what_is_known(load, site, record):
    made = record()
    made["organization"].pop("description")
    made["attributes"][0]["taxonomy_term"].pop("description")
    place = made["service_at_locations"][0]["location"]
    place["addresses"] = [
        {"id": uid("street"), "address_1": "1 High Street", "city": "Stockport"},
        {"id": uid("postcode"), "postal_code": "SK1 3XE"},
        {"id": uid("nothing"), "city": "Stockport"},
    ]
    load(made)

    detail = site.ask(f"/services/{made['id']}")

    assert detail["organization"]["description"] == "Movers"
    assert detail["attributes"][0]["taxonomy_term"]["description"] == "Exercise"
    shared = {"location_id": place["id"], "address_type": "physical", "country": "GB"}
    said = sorted(detail["service_at_locations"][0]["location"]["addresses"], key=lambda address: address["address_1"])
    assert said == [
        shared
        | {"id": uid("street"), "address_1": "1 High Street", "city": "Stockport", "state_province": "Stockport"}
        | {"postal_code": "Not known"},
        shared
        | {"id": uid("postcode"), "address_1": "The Hall", "city": "Not known", "state_province": "Not known"}
        | {"postal_code": "SK1 3XE"},
    ]


def test_signposting_and_whatever_status_is_published_and_what_was_withdrawn_is_not(listings, site, at):
    assert {entry["status"] for entry in site.walk("services")} == {"active", "defunct", "temporarily closed"}
    Service.objects.filter(name="Walks").update(withdrawn_at=at)

    walks = Service.objects.get(name="Walks")
    assert "Walks" not in site.names()
    assert site.ask(f"/services/{walks.pk}", expect=404)["code"] == "not_found"
    assert str(walks.pk) not in {entry["service_id"] for entry in site.walk("service_at_locations")}
    Service.objects.update(withdrawn_at=at)
    assert site.walk("organizations") == []


def test_nothing_of_ours_is_published(listings, site):
    published = json.dumps(site.everything())

    for ours in ("referral_route", "receiving_team", "trust_score", "source_digest", "feed", "made_up"):
        assert f'"{ours}' not in published


# --- What can be asked for -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"search": "Chess, online"}, ["Chess, online"]),
        ({"search": "Bowls (far)"}, ["Bowls (far)"]),
        ({"search": "qzxvkjw"}, []),
        ({"minimum_age": 50}, ["Bowls (far)", "Chair exercises", "Swimming for over 60s"]),
        ({"minimum_age": 60}, ["Swimming for over 60s"]),
        ({"maximum_age": 98}, ["Walks"]),
        ({"maximum_age": 99}, ["Chess, online", "Swim & splash", "Walks"]),
        ({"minimum_age": 0.5, "maximum_age": 99}, ["Chess, online", "Swim & splash"]),
        ({"day": "TU"}, ["Chess, online", "Walks"]),
        ({"day": "tuesday"}, ["Chess, online", "Walks"]),
        ({"day": "FR,SU"}, ["Chess, online", "Swim & splash"]),
        ({"day": "WE"}, []),
        ({"start_time": "18:00"}, ["Chess, online", "Walks"]),
        ({"start_time": "18:00:01"}, ["Chess, online"]),
        ({"end_time": "09:00"}, ["Walks"]),
        # The walk on Saturday is early and the one on Tuesday late: no one schedule is both.
        ({"day": "SA", "start_time": "18:00"}, []),
        ({"day": "SA", "end_time": "09:00Z"}, ["Walks"]),
        ({"start_time": "08:00", "end_time": "08:59"}, []),
        ({"modified_after": "2026-05-01T11:00:00Z"}, ["Walks"]),
        ({"modified_after": "2026-05-01T12:00:00+01:00"}, ["Walks"]),
        ({"modified_after": "2026-05-01T11:00:01Z"}, []),
        ({"taxonomy_term_id": NOBODY}, []),
        ({"taxonomy_term_id": str(uuid.UUID(int=4)), "minimum_age": 60}, ["Swimming for over 60s"]),
        ({"taxonomy_term_id": uid("term", "Swimming")}, ["Swim & splash"]),
        ({"taxonomy_term_id": [NOBODY, uid("term", "Swimming")]}, ["Swim & splash"]),
        ({"taxonomy_id": uid("nothing")}, []),
        ({"taxonomy_id": str(uuid.UUID(int=5)), "maximum_age": 20}, ["Walks"]),
        ({"organization_id": RICH["organization_id"]}, ["Swim & splash"]),
    ],
)
def test_what_is_asked_leaves_nothing_out_and_adds_nothing(listings, site, query, names):
    assert site.names(**query) == names


def test_the_time_asked_for_is_the_place_s_own(listings, site):
    assert site.names("service_at_locations", day="SU") == ["Swim & splash"]
    assert [entry["id"] for entry in site.walk("service_at_locations", day="SU")] == [uid("at the hall")]
    # What happens wherever the service is given counts for each of its places.
    everywhere = site.walk("service_at_locations", day="MO", organization_id=RICH["organization_id"])
    assert {entry["id"] for entry in everywhere} == {uid("at the hall"), uid("online")}


def test_near_a_postcode_grows_with_the_distance(listings, site):
    Postcode.objects.create(code="SK13XE", latitude=53.41, longitude=-2.157)

    def near(kind="services", **query):
        return site.names(kind, postcode="sk1 3xe", **query)

    here = ["Chair exercises", "Darts", "Swim & splash", "Swimming for over 60s", "Walks"]
    assert near(proximity=0) == near() == here
    assert near(proximity=9900) == here
    assert near(proximity=10100) == sorted([*here, "Bowls (far)"])
    assert near("service_at_locations", proximity=10100) == sorted([*here, "Bowls (far)"])


def test_a_postcode_that_is_not_known_is_said(site):
    Postcode.objects.create(code="JE11AA")

    for postcode in ("SK1 1AA", "ZZ99 3VZ", "JE1 1AA"):
        assert list(site.ask("/service_at_locations", expect=400, postcode=postcode)["errors"]) == ["postcode"]


def test_only_ids_and_when_they_were_modified(listings, site):
    page = site.ask("/services", minimal="true")

    assert page["total_items"] == page["size"] == 7
    by_id = {entry.pop("id"): entry for entry in page["contents"]}
    modified = "2026-03-15T10:30:45.123000Z"
    assert by_id[RICH["id"]] == {"last_modified": modified, "modified_date": modified}
    assert by_id[str(Service.objects.get(name="Chess, online").pk)] == {}


def test_terms_by_taxonomy_by_parent_and_from_the_top(listings, site):
    swimming = uid("term", "Swimming")

    assert site.names("taxonomy_terms") == ["Exercise", "Swimming"]
    assert [term["id"] for term in site.walk("taxonomy_terms", parent_id=uid("term", "Sport"))] == [swimming]
    assert site.names("taxonomy_terms", top_only="true") == ["Exercise"]
    assert site.names("taxonomy_terms", top_only="false") == ["Exercise", "Swimming"]
    assert site.names("taxonomy_terms", taxonomy_id=str(uuid.UUID(int=5))) == ["Exercise"]
    assert site.names("taxonomies", search="kind") == ["Kinds"]
    assert site.names("taxonomy_terms", search="about swim") == ["Swimming"]


def test_organisations_with_the_least_of_their_services_or_all(listings, site):
    organization = RICH["organization_id"]

    assert site.names("organizations", search="northside") == ["Northside Movers"]
    least = {"id": RICH["id"], "organization_id": organization, "name": RICH["name"], "status": RICH["status"]}
    assert site.ask(f"/organizations/{organization}")["services"] == [least]
    whole = site.ask(f"/organizations/{organization}", full_service="true")["services"]
    assert whole == [site.ask(f"/services/{RICH['id']}")]
    listed = site.walk("organizations", full_service="true", search="northside")
    assert listed == [site.ask(f"/organizations/{organization}", full_service="true")]


def test_no_session_is_opened_and_no_person_is_asked_for(listings, django_assert_num_queries):
    client = Client()
    with django_assert_num_queries(4):
        client.get(f"{ROOT}/services")

    assert client.cookies == {}
    assert Feed.objects.count() == 1
