"""What a search can be narrowed by, alone and together; the facets, whose numbers are tried one by one."""

import copy
import itertools
import json
import random
import uuid

import pytest

from accounts.models import Team
from services_directory.access import ACCESS_TAXONOMY_ID, access_id
from services_directory.campaigns import campaign_id
from services_directory.models import Attribute, Neighbourhood, Postcode, Service, TaxonomyTerm
from services_directory.needs import need_id
from services_directory.search.asked import ALL_OF, COUNTED
from services_directory.services import import_feed, load_demo_directory, load_terms

pytestmark = pytest.mark.django_db

SERVICES = "/api/v1/services/"
HERE = {"latitude": "53.41", "longitude": "-2.157"}


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


@pytest.fixture
def ask(as_link_worker):
    """Ask the list; the names that it answers."""

    def ask(**query):
        answer = as_link_worker.get(SERVICES, query)
        assert answer.status_code == 200, answer.json()
        return [service["name"] for service in answer.json()["results"]]

    return ask


def session(day, opens_at, closes_at):
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{day}{opens_at}{closes_at}{random.random()}"))
    return {"id": key, "freq": "WEEKLY", "byday": day, "opens_at": opens_at, "closes_at": closes_at}


# --- Where ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def brinnington():
    """A neighbourhood, and a postcode in it that is known."""
    Postcode.objects.create(code="SK58AA", latitude=53.43, longitude=-2.13)
    return Neighbourhood.objects.create(code="brinnington", name="Brinnington", sectors=["SK5 8"])


def placed(made, name, latitude, longitude, *, city="Stockport", postcode="SK1 3XE"):
    location = made["service_at_locations"][0]["location"]
    location |= {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "name": name,
        "latitude": latitude,
        "longitude": longitude,
    }
    address = {"address_1": "1 Street", "city": city, "postal_code": postcode, "country": "GB"}
    location["addresses"] = [{"id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"a{name}")), **address}]
    return made


def test_nearest_first_from_a_postcode_with_the_distance_in_the_answer(as_link_worker, load, record, brinnington):
    load(
        placed(record("Further"), "Hall", 53.41, -2.157),
        placed(record("Next door"), "Baths", 53.431, -2.131),
        record("Nowhere", service_at_locations=None),
    )

    answer = as_link_worker.get(SERVICES, {"postcode": "sk5 8aa"}).json()

    assert [(entry["name"], entry["distance_km"]) for entry in answer["results"]] == [
        ("Next door", 0.13),
        ("Further", 2.85),
        ("Nowhere", None),
    ]


def test_miles_are_miles(load, record, ask, brinnington):
    load(placed(record("Further"), "Hall", 53.41, -2.157))

    assert ask(postcode="SK5 8AA", within_miles="1.8") == ["Further"]
    assert ask(postcode="SK5 8AA", within_miles="1.7") == []


@pytest.mark.parametrize(
    ("postcode", "says"),
    [("SK5 9ZZ", "not a postcode we know"), ("ZZ99 3VZ", "stands for no place"), ("over there", "")],
)
def test_an_unknown_postcode_is_said_to_be_unknown(as_link_worker, load, record, brinnington, postcode, says):
    load(record())

    answer = as_link_worker.get(SERVICES, {"postcode": postcode, "within_km": "5"})

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["postcode"]
    assert says in answer.json()["errors"]["postcode"][0]


def test_a_postcode_that_is_on_no_map_is_said_to_be(as_link_worker, db):
    Postcode.objects.create(code="JE23AB")

    answer = as_link_worker.get(SERVICES, {"postcode": "JE2 3AB"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["postcode"])


def test_what_comes_to_the_person_is_near_if_it_serves_the_area(as_link_worker, load, record, ask, brinnington):
    def visiting(name, *areas):
        return record(name, service_at_locations=None, service_areas=[
            {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name}{area}")), "name": area} for area in areas
        ])  # fmt: skip

    load(
        placed(record("Near"), "Baths", 53.431, -2.131),
        placed(record("Far"), "Elsewhere", 50.0, -5.0, city="Truro"),
        visiting("Visits in Brinnington", "Brinnington"),
        visiting("Calls all Stockport", "STOCKPORT"),
        visiting("Online for anybody"),
        visiting("Packs for Truro", "Truro"),
        visiting("Visits in Marple", "Marple"),
        visiting("A class, nobody says where", "Stockport"),
    )
    for delivery, names in {
        "at_home": ["Visits in Brinnington", "Calls all Stockport", "Visits in Marple"],
        "online": ["Online for anybody"],
        "posted": ["Packs for Truro"],
        "in_place": ["A class, nobody says where"],
    }.items():
        Service.objects.filter(name__in=names).update(delivery=delivery)

    found = as_link_worker.get(SERVICES, {"postcode": "SK5 8AA", "within_km": "2"}).json()["results"]

    assert [(entry["name"], entry["distance_km"]) for entry in found] == [
        ("Near", 0.13),
        ("Calls all Stockport", None),
        ("Online for anybody", None),
        ("Visits in Brinnington", None),
    ]
    assert ask(latitude="50", longitude="-5", within_km="2") == ["Far", "Online for anybody", "Packs for Truro"]


def test_a_neighbourhood_is_where_it_happens_or_whose_name_it_serves(load, record, ask, brinnington):
    load(
        placed(record("There"), "Baths", 53.431, -2.131, postcode="SK5 8LH"),
        placed(record("Not there"), "Hall", 53.41, -2.157),
        record("For them", service_areas=[{"id": str(uuid.uuid4()), "name": "brinnington"}]),
    )

    assert ask(neighbourhood="brinnington") == ["For them", "There"]


def test_a_neighbourhood_made_later_has_its_services_at_once(load, record, ask):
    load(placed(record("There"), "Baths", 53.431, -2.131, postcode="SK5 8LH"))

    hood = Neighbourhood.objects.create(code="brinnington", name="Brinnington", sectors=["SK5 8"])
    assert ask(neighbourhood="brinnington") == ["There"]

    hood.sectors = ["SK5 7"]
    hood.save()
    assert ask(neighbourhood="brinnington") == []


def test_an_lsoa_counts_before_a_ward_and_that_before_a_sector(load, record, ask):
    Postcode.objects.create(code="SK58LH", latitude=53.4, longitude=-2.1, lsoa="E01005738", ward="E05000785")
    by_sector = Neighbourhood.objects.create(code="by-sector", name="By sector", sectors=["SK5 8"])
    by_ward = Neighbourhood.objects.create(code="by-ward", name="By ward", wards=["E05000785"])
    by_lsoa = Neighbourhood.objects.create(code="by-lsoa", name="By LSOA", lsoas=["E01005738"])
    load(placed(record("There"), "Baths", 53.431, -2.131, postcode="SK5 8LH"))

    for hood in (by_lsoa, by_ward, by_sector):
        assert ask(neighbourhood=hood.code) == ["There"]
        hood.delete()


# --- When -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def week(load, record):
    """Sessions through a week."""
    load(
        record("Monday morning", schedules=[session("MO", "10:00", "11:00")]),
        record("Monday all day", schedules=[session("MO", "09:30", "17:30")]),
        record("Tuesday evening", schedules=[session("TU", "19:00", "20:30")]),
        record("Two days", schedules=[session("MO", "10:00", "11:00"), session("TU", "18:00", "19:00")]),
        record("Some Monday", schedules=[{"id": str(uuid.uuid4()), "byday": "MO"}]),
        record("Past midnight", schedules=[session("SA", "22:00", "02:00")]),
        record("Never said", schedules=None),
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"day": "MO"}, ["Monday all day", "Monday morning", "Some Monday", "Two days"]),
        ({"day": "MO,TU"}, ["Monday all day", "Monday morning", "Some Monday", "Tuesday evening", "Two days"]),
        ({"day": ["TU", "SA"]}, ["Past midnight", "Tuesday evening", "Two days"]),
        ({"time_of_day": "morning"}, ["Monday all day", "Monday morning", "Two days"]),
        ({"time_of_day": "afternoon"}, ["Monday all day"]),
        ({"time_of_day": "evening"}, ["Monday all day", "Past midnight", "Tuesday evening", "Two days"]),
        # The same session: two days has its evening on Tuesday.
        ({"day": "MO", "time_of_day": "evening"}, ["Monday all day"]),
        ({"day": "TU", "time_of_day": "evening"}, ["Tuesday evening", "Two days"]),
        ({"day": "TU", "time_of_day": "morning"}, []),
        ({"starts_after": "18:30"}, ["Past midnight", "Tuesday evening"]),
        ({"starts_after": "18:00", "ends_before": "20:00"}, ["Two days"]),
        ({"day": "MO", "ends_before": "12:00"}, ["Monday morning", "Two days"]),
        ({"day": "MO", "starts_after": "18:00"}, []),
        ({"ends_before": "23:59", "day": "SA"}, []),
    ],
)
def test_one_and_the_same_session_is_on_the_day_and_at_the_time(week, ask, query, found):
    assert ask(**query) == found


# --- What, for whom, how --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"need": ["falls", "memory"], "day": "TH,FR"}, ["Memory café", "Strength and balance class"]),
        ({"need": f"digital,{need_id('memory')}"}, ["Getting online", "Memory café"]),
        ({"life_course_stage": "start_well"}, ["Buggy walks", "Warm space"]),
        ({"life_course_stage": "start_well", "need": "warmth"}, ["Warm space"]),
        (
            {"campaign": "stockport_moving_together"},
            ["PARiS: Physical Activity Referral in Stockport", "SMILE", "SMILE activity packs"],
        ),
        ({"campaign": "stockport_moving_together", "delivery": "posted"}, ["SMILE activity packs"]),
        ({"campaign": str(campaign_id("stockport_moving_together"))}, None),
        ({"capacity": ["full", "paused"]}, ["Grow and cook", "Singing for breath"]),
        ({"has_room": "true", "need": "creativity"}, ["Making together"]),
        ({"language": "Polish"}, ["Debt advice"]),
        ({"language": "ur"}, ["The talking table"]),
        ({"language": "pl,ur"}, ["Debt advice", "The talking table"]),
        ({"language": "welsh"}, []),
        ({"age": "16", "need": "physical_activity", "day": "TU"}, ["Buggy walks", "Community garden"]),
        ({"age": "64", "need": "falls"}, []),
        ({"age": "65", "need": "falls"}, ["Balance exercises at home", "Strength and balance class"]),
        ({"max_cost": "2", "need": "falls"}, ["Balance exercises at home", "Strength and balance class"]),
        ({"max_cost": "1", "capacity": "full"}, []),
        ({"max_cost": "3", "capacity": "full"}, ["Singing for breath"]),
        ({"delivery": "online,posted"}, ["Benefits check", "SMILE activity packs"]),
        ({"access": "step_free,hearing_loop", "need": "money"}, ["Debt advice"]),
        ({"access": ["step_free", "lift"], "need": "warmth", "referral_route": "signposting"}, ["Warm space"]),
        ({"takes_direct_referrals": "false", "need": "long_term_condition"}, ["Singing for breath"]),
        ({"stale": "false", "need": "memory"}, ["Memory café"]),
        ({"stale": "true"}, []),
    ],
)
def test_filters_narrow_the_list_alone_and_together(as_link_worker, ask, demo, query, found):
    if found is None:
        assert as_link_worker.get(SERVICES, query).json()["errors"] == {"campaign": ["There is no such campaign."]}
    else:
        assert ask(**query) == found


def test_who_a_service_is_for_and_for_everybody(load, record, ask):
    load(record("Women only"), record("Anybody"), record("Men"))
    Service.objects.filter(name="Women only").update(genders=["female"])
    Service.objects.filter(name="Men").update(genders=["male", "other"])

    assert ask(gender="female") == ["Anybody", "Women only"]
    assert ask(gender="other") == ["Anybody", "Men"]
    assert ask(gender="male,female") == ["Anybody", "Men", "Women only"]


def test_a_maximum_age_counts_too_and_no_age_is_any_age(load, record, ask):
    load(
        record("Youth", minimum_age=11, maximum_age=25),
        record("All", minimum_age=None),
        record("Babies", minimum_age=0.5, maximum_age=2),
    )

    assert [ask(age=age) for age in ("1", "11", "25", "26")] == [
        ["All", "Babies"],
        ["All", "Youth"],
        ["All", "Youth"],
        ["All"],
    ]


def test_full_and_paused_services_can_be_left_out(ask, demo):
    everything = {name for capacity in ("full", "paused") for name in ask(capacity=capacity)}

    assert len(everything) == 2
    assert everything.isdisjoint(ask(has_room="true", page_size="100"))
    assert "Telephone friends" in ask(has_room="true", page_size="100")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Level entrance, lift, accessible toilet, induction loop.", "accessible_toilet hearing_loop lift step_free"),
        ("Step-free access throughout. Blue Badge parking outside.", "parking step_free"),
        ("No steps. Guide dogs welcome.", "assistance_dogs step_free"),
        ("There are no stairs; a quiet room and BSL on Tuesdays", "quiet_space sign_language step_free"),
        ("Wheelchair accessible toilet", "accessible_toilet"),
        ("The building is wheelchair accessible.", "step_free"),
        ("Ramped access at the side", "step_free"),
        ("A Changing Places toilet on the ground floor", "changing_places"),
        ("No lift, but there is an accessible toilet.", "accessible_toilet"),
        ("No step-free access", ""),
        ("There is no step-free access, hearing loop or lift.", ""),
        ("Step-free access is not available", ""),
        ("We don't have a hearing loop", ""),
        ("The lift is out of order and the hall isn't wheelchair accessible", ""),
        ("Not wheelchair accessible", ""),
        ("Step-free access: no", ""),
        ("Accessible toilet planned for 2027", ""),
        ("Limited wheelchair access", ""),
        ("One step at the entrance; a ramp can be laid.", ""),
        ("A portable hearing loop on request", ""),
        ("Nearest accessible toilet is in the library", ""),
        ("Unfortunately without a lift", ""),
        ("Come by car: parking at the station", ""),
        ("", ""),
    ],
)
def test_access_is_read_from_a_description_only_where_it_says_so_plainly(as_link_worker, load, record, written, read):
    made = record()
    made["service_at_locations"][0]["location"]["accessibility"] = [{"id": str(uuid.uuid4()), "description": written}]
    load(made)

    (entry,) = as_link_worker.get(SERVICES).json()["results"]

    assert entry["access"] == [{"code": code, "read_from_text": True} for code in read.split()]


@pytest.mark.parametrize("owner", ["service", "location", "service_at_location"])
def test_access_that_a_term_states_is_not_said_to_be_read_from_text(as_link_worker, load, record, ask, owner):
    load_terms()
    load(record())
    service = Service.objects.get()
    place = service.service_at_locations.get()
    owners = {"service": service, "location": place.location, "service_at_location": place}
    Attribute.objects.create(taxonomy_term_id=access_id("hearing_loop"), **{owner: owners[owner]})
    place.location.accessibility.create(description="Hearing loop. Lift.")

    (entry,) = as_link_worker.get(SERVICES).json()["results"]

    assert entry["access"] == [
        {"code": "hearing_loop", "read_from_text": False},
        {"code": "lift", "read_from_text": True},
    ]
    assert ask(access="hearing_loop,lift") == ["Chair exercises"]
    assert TaxonomyTerm.objects.get(pk=access_id("lift")).taxonomy_id == ACCESS_TAXONOMY_ID


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"life_course_stage": "be_well"}, "life_course_stage"),
        ({"neighbourhood": "atlantis"}, "neighbourhood"),
        ({"campaign": "atlantis"}, "campaign"),
        ({"day": "MO,XX"}, "day"),
        ({"time_of_day": "dawn"}, "time_of_day"),
        ({"starts_after": "25:00"}, "starts_after"),
        ({"ends_before": "noon"}, "ends_before"),
        ({"free": "perhaps"}, "free"),
        ({"has_room": "2"}, "has_room"),
        ({"stale": "x"}, "stale"),
        ({"access": "trampoline"}, "access"),
        ({"language": "polisch"}, "language"),
        ({"age": "-1"}, "age"),
        ({"age": "inf"}, "age"),
        ({"max_cost": "free"}, "max_cost"),
        ({"gender": "F"}, "gender"),
        ({"takes_direct_referrals": "maybe"}, "takes_direct_referrals"),
        ({"within_miles": "2"}, "within_miles"),
        ({**HERE, "within_km": "2", "within_miles": "2"}, "within_miles"),
        ({**HERE, "postcode": "SK1 3XE"}, "postcode"),
        ({"sort": "distance"}, "sort"),
        ({"sort": "relevance"}, "sort"),
        ({"sort": "random"}, "sort"),
        ({"facets": "yes"}, "facets"),
        ({"need": ",".join(["falls"] * 31)}, "need"),
        ({"language": "a\x00"}, "language"),
        ({"postcode": "\x00"}, "postcode"),
        ({"cursor": "\x00"}, "cursor"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_the_parameter(as_link_worker, db, query, field):
    answer = as_link_worker.get(SERVICES, query)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["errors"]) == [field]


def test_all_that_is_wrong_is_said_at_once(as_link_worker, db):
    answer = as_link_worker.get(SERVICES, {"day": "X", "age": "old", "within_km": "1"})

    assert sorted(answer.json()["errors"]) == ["age", "day", "within_km"]


@pytest.fixture
def walks(load, record):
    """Walks from two places on different days, and two things that happen at the one place they have."""
    two = placed(record("Walks", schedules=None), "Brinnington Baths", 53.431, -2.131)
    here = two["service_at_locations"][0]
    there = copy.deepcopy(here) | {"id": str(uuid.uuid4())}
    there["location"] |= {"id": str(uuid.uuid4()), "name": "Marple Hall", "latitude": 53.394, "longitude": -2.06}
    there["location"]["addresses"] = []
    here["schedules"], there["schedules"] = [session("TU", "10:00", "11:00")], [session("MO", "13:00", "14:00")]
    two["service_at_locations"] = [here, there]
    some_monday = [{"id": str(uuid.uuid4()), "byday": "MO"}]
    load(
        two,
        placed(record("Tea", schedules=[session("MO", "10:00", "11:00")]), "Brinnington Baths", 53.431, -2.131),
        placed(record("Some Monday", schedules=some_monday), "Brinnington Baths", 53.431, -2.131),
    )
    return {"latitude": "53.43", "longitude": "-2.13", "within_km": "2", "sort": "name"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Some Monday", "Tea", "Walks"]),
        ({"day": "MO"}, ["Some Monday", "Tea"]),
        ({"day": "TU"}, ["Walks"]),
        ({"day": "MO,TU"}, ["Some Monday", "Tea", "Walks"]),
        ({"time_of_day": "afternoon"}, []),
        ({"day": "MO", "time_of_day": "morning"}, ["Tea"]),
        ({"starts_after": "12:00"}, []),
        ({"day": "MO", "within_km": "10"}, ["Some Monday", "Tea", "Walks"]),
        ({"day": "MO", "within_km": ""}, ["Some Monday", "Tea", "Walks"]),
        ({"time_of_day": "afternoon", "within_km": "10"}, ["Walks"]),
    ],
)
def test_what_is_near_and_on_the_day_is_both_at_one_place(walks, ask, query, found):
    assert ask(**(walks | query)) == found


def test_days_are_counted_where_they_are_near(walks, as_link_worker):
    def days(**query):
        facets = as_link_worker.get(SERVICES, walks | query | {"facets": "true"}).json()["facets"]
        return {f["value"]: f["count"] for facet in ("day", "time_of_day") for f in facets[facet]}

    assert days() == {"MO": 2, "TU": 1, "morning": 2}
    assert days(day="MO") == {"MO": 2, "TU": 1, "morning": 1}
    assert days(within_km="10") == {"MO": 3, "TU": 1, "morning": 2, "afternoon": 1}


def test_each_schedule_says_at_which_place_it_is(walks, as_link_worker):
    found = as_link_worker.get(SERVICES, {"search": "walks"}).json()["results"][0]
    names = {place["id"]: place["name"] for place in found["places"]}
    told = {row["byday"]: names[row["service_at_location_id"]] for row in found["schedules"]}
    assert told == {"MO": "Marple Hall", "TU": "Brinnington Baths"}

    tea = as_link_worker.get(SERVICES, {"search": "tea"}).json()["results"][0]
    assert [row["service_at_location_id"] for row in tea["schedules"]] == [None]


# --- Facets ---------------------------------------------------------------------------------------------------------

SEARCHES = [
    {},
    {"search": "exercise or tea"},
    {**HERE, "within_km": "4"},
    {**HERE, "within_km": "4", "day": "MO"},
    {**HERE, "within_km": "4", "day": ["TU", "TH"], "time_of_day": "morning", "ends_before": "12:00"},
    {"day": "MO"},
    {"day": ["MO", "TH"], "time_of_day": "afternoon"},
    {"time_of_day": ["morning", "evening"]},
    {"day": "TU", "starts_after": "10:00"},
    {"day": "WE", "time_of_day": "afternoon", "ends_before": "16:00", "capacity": "open"},
    {"starts_after": "13:00"},
    {"need": ["falls", "loneliness"], "capacity": ["open", "full"]},
    {"access": "step_free", "free": "true"},
    {"delivery": "at_home", "has_room": "true", "life_course_stage": "age_well", "gender": "female"},
    {"need": str(need_id("loneliness")), "referral_route": "signposting", "language": "en"},
    {"takes_direct_referrals": "false", "campaign": "stockport_moving_together"},
    {"age": "40", "max_cost": "2", "stale": "false", "day": ["MO", "FR"]},
]


@pytest.mark.parametrize("query", SEARCHES)
def test_the_number_beside_a_value_is_that_of_the_results_if_it_is_chosen(as_link_worker, demo, brinnington, query):
    names = sorted(Service.objects.values_list("name", flat=True))
    Service.objects.filter(name__in=names[::3]).update(is_stale=True)
    answer = as_link_worker.get(SERVICES, {**query, "facets": "true", "page_size": 100}).json()

    assert list(answer["facets"]) == list(COUNTED)
    assert answer["count"] == len(answer["results"])
    for name, value in ((name, value) for name, values in answer["facets"].items() for value in values):
        # Of most facets one value is enough: choosing another one instead. Of some, all must hold: choosing one more.
        kept = query.get(name, []) if name in ALL_OF else []
        chosen = query | {name: [*([kept] if isinstance(kept, str) else kept), value["value"]], "page_size": 100}
        found = as_link_worker.get(SERVICES, chosen).json()
        assert (name, value["value"], value["count"]) == (name, value["value"], found["count"]), value


@pytest.mark.parametrize("query", SEARCHES)
def test_a_value_that_is_not_counted_would_find_nothing(as_link_worker, demo, query):
    counted = as_link_worker.get(SERVICES, {**query, "facets": "true"}).json()["facets"]

    for name, values in {"day": "MO TU WE TH FR SA SU", "time_of_day": "morning afternoon evening"}.items():
        for value in set(values.split()) - {each["value"] for each in counted[name]}:
            assert as_link_worker.get(SERVICES, query | {name: value}).json()["count"] == 0


def test_facets_over_a_real_feed_agree_too(as_link_worker, feed_file, at):
    from_feed = import_feed(
        feed_name="Libraries",
        source="libraries",
        records=itertools.islice(_records(feed_file("oruk_libraries_england.json")), 0, 2960, 20),
        at=at,
    )
    assert from_feed.created == 148
    query = {"search": "library", "day": ["SA", "MO"], "time_of_day": "afternoon", "facets": "true"}

    facets = as_link_worker.get(SERVICES, query).json()["facets"]

    assert len(facets["day"]) == 7
    for value in facets["day"]:
        chosen = as_link_worker.get(SERVICES, query | {"day": value["value"]}).json()
        assert chosen["count"] == value["count"]
    for value in facets["time_of_day"]:
        chosen = as_link_worker.get(SERVICES, query | {"time_of_day": value["value"]}).json()
        assert chosen["count"] == value["count"]


def _records(path):
    yield from json.loads(path.read_text(encoding="utf-8"))


def test_facets_have_names_and_an_order(as_link_worker, demo, brinnington):
    facets = as_link_worker.get(SERVICES, {"facets": "true"}).json()["facets"]

    assert facets["need"][0] == {"value": "loneliness", "name": "Loneliness and isolation", "count": 14}
    assert facets["neighbourhood"] == [{"value": "brinnington", "name": "Brinnington", "count": 1}]
    assert facets["campaign"] == [
        {"value": "stockport_moving_together", "name": "Stockport Moving Together", "count": 3}
    ]
    assert [day["name"] for day in facets["day"]] == [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
    ]  # fmt: skip
    assert [value["name"] for value in facets["language"]] == ["English", "Polish", "Urdu"]


def test_facets_are_counted_only_when_asked_and_cost_no_query_more(as_link_worker, demo, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert as_link_worker.get(SERVICES).json()["facets"] is None
    with django_assert_num_queries(1):
        first = as_link_worker.get(SERVICES, {"facets": "true", "page_size": 5}).json()

    assert first["facets"] is not None
    assert as_link_worker.get(first["next"]).json()["facets"] is None


def test_filters_of_one_team(as_link_worker, ask, demo, teams):
    other = Team.objects.create(organization=teams["falls"].organization, name="None", inbox_email="n@provider.example")

    assert ask(receiving_team=str(teams["falls"].pk), day="TU") == ["Strength and balance class"]
    assert as_link_worker.get(SERVICES, {"receiving_team": str(other.pk)}).status_code == 400
