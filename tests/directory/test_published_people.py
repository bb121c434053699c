"""Personal contact details of nobody are published; an organisation's are. The people here are made up."""

import json
from typing import Any

import pytest

from services_directory.open_referral.privacy import Named, People, is_a_person
from services_directory.services import import_feed
from tests.directory.rich import HALL, ORGANIZATION, phone, uid
from tests.directory.site import Site

PERSON = "Imelda Quarrington"
HERS = ("Imelda", "Quarrington", "quarrington", "iq77@", "07700", "7700 900", "496 0077", "jdoe", "Okonkwo")
"""Nothing of this may stand in any answer."""


def contact(of: str) -> list[dict[str, Any]]:
    return [
        {
            "id": uid("person", of),
            "name": PERSON,
            "title": "Coordinator",
            "email": "iq77@mail.example",
            "phones": [phone(f"hers {of}", "07700 900077"), phone(f"her desk {of}", "0161 496 0077")],
        }
    ]


@pytest.fixture
def a_record_full_of_her(record):
    """A record that names one person wherever a record can, and says what is the organisation's beside it."""
    location = HALL | {"contacts": contact("hall"), "phones": [phone("hall", "0161 496 0002")]}
    location["name"] = f"{PERSON}'s house"
    location["addresses"] = [HALL["addresses"][0] | {"attention": PERSON, "address_1": f"c/o {PERSON}, 1 High Street"}]
    return record(
        description=(
            f"Ask for {PERSON} on +44 7700 900077 or iq77@mail.example, or Ms Quarrington. "
            "The desk is on 0161 496 0001 and at info@movers.example."
        ),
        alert="imelda.quarrington@movers.example is away",
        email="imelda.quarrington@movers.example",
        assurer_email="jdoe@checkers.example",
        application_process=f"Write to\n{PERSON}",
        contacts=contact("service"),
        phones=[
            phone("service", "0161 496 0004"),
            phone("service, hers", "(07700) 900077"),
            phone("service, linked", "0161 496 0077") | {"contact_id": uid("person", "service")},
            phone("service, said", "0161 496 0077") | {"description": "Imelda's line"},
        ],
        cost_options=[{"id": uid("cost"), "option": f"Pay {PERSON}", "amount": 1}],
        schedules=[{"id": uid("by hand"), "notes": f"Check with {PERSON}", "description": "By appointment"}],
        program={"id": uid("programme"), "name": "Moving", "description": f"{PERSON} runs it"},
        organization=ORGANIZATION
        | {
            "email": "i.quarrington@movers.example",
            "description": f"{PERSON} founded it",
            "contacts": [*contact("organization"), *ORGANIZATION["contacts"]],
        },
        service_at_locations=[
            {"id": uid("at"), "location": location, "contacts": contact("at"), "description": f"With {PERSON}"}
        ],
    )


@pytest.mark.django_db
def test_nothing_of_a_person_stands_anywhere_and_the_organisation_can_be_reached(a_record_full_of_her, at):
    report = import_feed(feed_name="Test", source="x", records=[a_record_full_of_her], at=at)
    assert (report.created, report.notes) == (1, [])
    site = Site()

    everything = site.everything()
    pages = [
        site.ask(f"/services/{a_record_full_of_her['id']}"),
        site.ask(f"/service_at_locations/{uid('at')}"),
        site.ask(f"/organizations/{ORGANIZATION['id']}", full_service="true"),
        site.ask("/organizations", full_service="true"),
        b"".join(site.client.get("/open-referral/v3/services?format=ndjson&full=true")).decode(),
    ]

    published = json.dumps([everything, pages], ensure_ascii=False)
    assert [found for found in HERS if found in published] == []
    (service,) = everything["services"]
    assert service["description"] == (
        "Ask for (name withheld) on (number withheld) or (email withheld), or (name withheld). "
        "The desk is on 0161 496 0001 and at info@movers.example."
    )
    assert [row["number"] for row in service["phones"]] == ["0161 496 0004"]
    assert "contacts" not in service
    assert {"email", "assurer_email"} & set(service) == set()
    assert [row["name"] for row in service["organization"]["contacts"]] == ["Reception"]
    assert service["organization"]["phones"][0]["number"] == "0161 496 0001"
    (place,) = service["service_at_locations"]
    assert place["location"]["name"] == "(name withheld)'s house"
    assert place["location"]["phones"][0]["number"] == "0161 496 0002"
    assert place["location"]["addresses"][0]["address_1"] == "c/o (name withheld), 1 High Street"
    assert "attention" not in place["location"]["addresses"][0]


@pytest.mark.django_db
def test_a_place_named_after_her_is_not_named_where_its_address_has_no_street(record, at):
    location = HALL | {"name": f"{PERSON}'s house"}
    location["addresses"] = [HALL["addresses"][0] | {"address_1": "", "address_2": ""}]
    places = [{"id": uid("at"), "location": location}]
    import_feed(
        feed_name="Test", source="x", records=[record(contacts=contact("x"), service_at_locations=places)], at=at
    )

    everything = Site().everything()

    assert [found for found in HERS if found in json.dumps(everything)] == []
    (address,) = everything["services"][0]["service_at_locations"][0]["location"]["addresses"]
    assert address["address_1"] == "(name withheld)'s house"


def test_a_bracket_of_the_sentence_stays_and_a_dialling_code_s_goes_with_its_number():
    people = People.of([Named(name=PERSON, number="07700 900077")], "Walking Group")

    assert people.without("Ring her (07700 900077, evenings)") == "Ring her ((number withheld), evenings)"
    assert people.without("Ring (07700) 900077.") == "Ring (number withheld)."


def test_a_text_of_one_endless_word_is_read_once():
    endless = "x" * 1_000_000

    # From each of its letters anew, this would take hours.
    assert People.of([], "Walking Group").without(f"{endless} @ {endless}") == f"{endless} @ {endless}"


@pytest.mark.django_db
def test_an_email_that_another_service_s_contact_bears_is_not_shown(record, at):
    ours = {"id": uid("o"), "name": "Movers", "description": "x", "email": "qi7@mail.example"}
    first = record(organization=ours, contacts=None)
    second = record("Walks", organization=ours, contacts=[{"id": uid("c"), "name": PERSON, "email": ours["email"]}])
    import_feed(feed_name="Test", source="x", records=[first, second], at=at)

    assert "qi7" not in json.dumps(Site().everything())


@pytest.mark.parametrize(
    "email",
    [
        "imelda.quarrington@movers.example",
        "imelda_quarrington2@movers.example",
        "m.jones@movers.example",
        "jane@movers.example",
        "Jane.Smith@movers.example",
        "siobhan-murphy@mail.example",
        "agnes.m.berry@mail.example",
    ],
)
def test_an_email_that_looks_like_a_person_s_is_theirs(email):
    assert People.of([], "Walking Group", "Northside Movers").owns_email(email)


@pytest.mark.parametrize(
    "email",
    [
        "info@movers.example",
        "valley.library@council.example",
        "referrals.stockport@movers.example",
        "walking.group@movers.example",
        "northsidemovers@mail.example",
        "hello.there@movers.example",
        "stockportwalkers@mail.example",
        "ccl.colehill@mail.example",
        "m60@movers.example",
        "enquiries2@movers.example",
    ],
)
def test_an_organisation_s_email_stays(email):
    assert not People.of([], "Walking Group", "Northside Movers").owns_email(email)


def test_who_assured_a_record_is_shown_only_where_it_is_plainly_an_organisation():
    people = People.of([], "Walking Group", "Northside Movers")

    assert [people.owns_email(email, strictly=True) for email in ("qa7@x.example", "info@x.example")] == [True, False]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Imelda Quarrington", True),
        ("Centre Manager: Imelda Quarrington", True),
        ("Imelda", True),
        ("Reception", False),
        ("General Enquiries", False),
        ("The Duty Manager", False),
        ("Movers Front Desk", False),
        ("0161 496 0001", False),
        ("", False),
    ],
)
def test_a_contact_is_a_person_unless_all_of_its_name_is_a_role_s_or_the_organisation_s(name, is_one):
    assert is_a_person(name, frozenset({"northside", "movers"})) is is_one


OF_LISTINGS = [
    # contact, listing, organisation, whether it is a person
    ("Jane Smith", "Jane Smith Yoga", "Jane Smith Yoga", True),
    ("Jane Smith", "Yoga", "Jane Smith", True),
    ("Jane Smith Yoga", "Jane Smith Yoga", "Jane Smith Yoga", True),
    ("Mrs Smith", "Mrs Smith's Tea Club", "The Vale", True),
    ("Margaret Hill", "Walk with Margaret Hill", "The Vale", True),
    ("Margaret Hall", "Walk with Margaret Hall", "The Vale", True),
    ("Imelda Quarrington", "Imelda Quarrington Yoga", "The Vale", True),
    ("Imelda Hall", "Imelda Hall Fitness", "The Vale", True),
    ("Imelda Church", "Sing with Imelda Church", "The Vale", True),
    ("Imelda Quarrington Fitness", "Imelda Quarrington Fitness", "Imelda Quarrington Fitness", True),
    ("Centre Manager: Imelda Quarrington", "Imelda Quarrington Centre", "The Vale", True),
    ("Centre Manager Imelda Quarrington", "Imelda Quarrington Centre", "The Vale", True),
    ("Imelda Quarrington, Centre Manager", "Imelda Quarrington Centre", "The Vale", True),
    ("Imelda Quarrington - Office", "Imelda Quarrington Yoga", "The Vale", True),
    ("Imelda Quarrington Team Manager", "Imelda Quarrington Yoga", "The Vale", True),
    ("Northside Movers", "Walks", "Northside Movers", True),
    ("Brinnington Community Centre", "Bingo", "Brinnington Community Centre", False),
    ("Brinnington Community Centre Manager", "Bingo", "Brinnington Community Centre", False),
    ("Brinnington Centre Reception", "Bingo", "Brinnington Community Centre", False),
    ("St Mary's Church Office", "Tea", "St Mary's Church", False),
    ("Northside Movers Front Desk", "Walks", "Northside Movers", False),
    ("Northside Running Club", "Northside Running Club", "Northside Running Club", False),
    ("Reception", "Jane Smith Yoga", "Jane Smith Yoga", False),
    ("General Enquiries", "Walk with Margaret Hill", "The Vale", False),
]


@pytest.mark.parametrize(("name", "listing", "organization", "is_one"), OF_LISTINGS)
def test_a_name_that_stands_in_a_title_is_a_person_s_unless_it_says_that_it_is_not(name, listing, organization, is_one):
    assert People.of([], organization, listing).has(name) is is_one


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "title"), [("Jane Smith", "Jane Smith Yoga"), ("Margaret Hill", "Walk with Margaret Hill"),
                        ("Imelda Quarrington", "Imelda Quarrington Yoga")],
)  # fmt: skip
def test_of_a_person_whose_name_a_listing_bears_only_that_name_of_the_listing_is_published(record, at, name, title):
    first, last = name.lower().split()
    hers = {
        "id": uid("c"), "name": name, "email": f"{first}.{last}@mail.example",
        "phones": [phone("hers", "07700 900077"), phone("her home", "0161 496 0077")],
    }  # fmt: skip
    made = record(
        title,
        description=(
            f"{title} is for all. {name} teaches; ring {name} on 07700 900077 or write to {first}{last}@x.example."
        ),
        email=f"{first}@{last}yoga.example",
        organization={"id": uid("o"), "name": title, "description": f"Run by {name}", "email": "info@yoga.example"},
        contacts=[hers],
        phones=[phone("desk", "0161 496 0004"), phone("mobile", "07700 900077")],
    )
    import_feed(feed_name="Test", source="x", records=[made], at=at)

    everything = Site().everything()
    (service,) = everything["services"]

    assert service["description"] == (
        f"{title} is for all. (name withheld) teaches; ring (name withheld) on (number withheld) or write to "
        "(email withheld)."
    )
    assert (service["name"], service["organization"]["name"]) == (title, title)
    assert {"contacts", "email"} & set(service) == set()
    assert [row["number"] for row in service["phones"]] == ["0161 496 0004"]
    assert service["organization"]["email"] == "info@yoga.example"
    without_title = json.dumps(everything).replace(title, "")
    assert [found for found in (name.lower(), last, "900077", "0077") if found in without_title.lower()] == []


def test_a_contact_without_a_name_is_a_person_where_its_email_is_one_s():
    nobody = People.of([], "Walking Group", "Northside Movers")

    assert [nobody.has("", email) for email in ("mary.jones@x.example", "info@x.example", "")] == [True, False, False]
    hers = [Named(name="", email="mary.jones@x.example", number="07700 900077")]
    assert People.of(hers, "Walking Group").owns_number("07700900077")


def test_a_mailbox_that_a_person_shares_with_the_organisation_stays_and_her_landline_too():
    people = People.of([Named(name=PERSON, email="info@movers.example", number="0161 496 0001")], "Walks", "Movers")

    assert not people.owns_email("info@movers.example")
    assert not people.owns_number("0161 496 0001")
    assert people.without("Ring 0161 496 0001") == "Ring 0161 496 0001"
