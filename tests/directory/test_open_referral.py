"""Reading a record: what is refused, what is put right, what is kept. No database."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from services_directory.open_referral import cleaning
from services_directory.open_referral.reading import digest_of, parse
from services_directory.open_referral.values import uuid_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Plain words", "Plain words"),
        ("  space around  ", "space around"),
        ("For ages < 5 & > 3", "For ages < 5 & > 3"),
        ("<p>First</p><p>Second &amp; last</p>", "First\n\nSecond & last"),
        ("Before<script>alert(1)</script>after", "Beforeafter"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
        ("<b>Before</b><!-- 1 < 2 -->after", "Beforeafter"),
        ("It <br> goes on <!-- for ever", "It\ngoes on <!-- for ever"),
        ("Caf&eacute;", "Café"),
        ("&lt;p&gt;Escaped twice &amp;amp; read&lt;/p&gt;", "Escaped twice & read"),
        ("no\x00 nought", "no nought"),
        (12, "12"),
    ],
)
def test_text_is_made_plain(value, text):
    assert cleaning.text(value) == text
    assert cleaning.text(text) == text


@pytest.mark.parametrize("hostile", ["<a ", "<a b='", "<!--", "</a "])
def test_tags_that_never_end_are_text_and_are_read_once(hostile):
    # For each of them the whole rest anew, this would take hours.
    read = cleaning.text(f"{hostile * 100_000}<b>x</b>")

    assert read.count("<") == 100_000
    assert read.endswith("x")


@pytest.mark.parametrize(
    ("clean", "value", "kept"),
    [
        (cleaning.age, -1, None),
        (cleaning.age, "18", 18.0),
        (cleaning.age, 0.5, 0.5),
        (cleaning.moment, "2026-03-15T10:30:45", dt.datetime(2026, 3, 15, 10, 30, 45, tzinfo=dt.UTC)),
        (cleaning.moment, "2026-06-15T10:30:45+01:00", dt.datetime(2026, 6, 15, 9, 30, 45, tzinfo=dt.UTC)),
        (cleaning.moment, "2026-06-15", dt.datetime(2026, 6, 15, tzinfo=dt.UTC)),
        (cleaning.date, "2026-06-15T00:00:00Z", dt.date(2026, 6, 15)),
        (cleaning.time, "10:00Z", dt.time(10, 0)),
        (cleaning.time, "10:00:30+01:00", dt.time(10, 0, 30)),
        (cleaning.time, "24:00", dt.time(23, 59)),
        (cleaning.email, "nobody@noemail.invalid", ""),
        (cleaning.email, "mailto:desk@hall.example", "desk@hall.example"),
        (cleaning.link, "http://www.example.com", ""),
        (cleaning.link, "www.hall.example/x", "http://www.hall.example/x"),
        (cleaning.uri, "urn:uprn:1", "urn:uprn:1"),
        (cleaning.uri, "http://www.example.com/", ""),
        (cleaning.amount, "£3.10", Decimal("3.10")),
        (cleaning.amount, 0, Decimal("0.00")),
        (cleaning.byday, "mo, th", "MO,TH"),
        (cleaning.byday, ["2MO", "-1FR"], "2MO,-1FR"),
        (cleaning.postcode, "sk13xe", "SK1 3XE"),
        (cleaning.postcode, "D02 X285", "D02 X285"),
        (cleaning.whole_number, 2.0, 2),
        (cleaning.number, "53.41", 53.41),
    ],
)
def test_untidy_values_have_one_reading(clean, value, kept):
    assert clean(value) == kept


@pytest.mark.parametrize(
    ("clean", "value"),
    [
        (cleaning.text, {"a": 1}),
        (cleaning.text, True),
        (cleaning.number, "many"),
        (cleaning.number, float("nan")),
        (cleaning.number, True),
        (cleaning.whole_number, 1.5),
        (cleaning.whole_number, 40000),
        (cleaning.age, -2),
        (cleaning.amount, "a lot"),
        (cleaning.amount, [3]),
        (cleaning.amount, -1),
        (cleaning.amount, "1e30"),
        (cleaning.date, "soon"),
        (cleaning.moment, "yesterday"),
        (cleaning.time, "9am"),
        (cleaning.email, "at the desk"),
        (cleaning.link, "javascript:alert(1)"),
        (cleaning.link, "http://[broken"),
        (cleaning.uri, "data:text/html,x"),
        (cleaning.byday, "Mondays"),
    ],
)
def test_what_cannot_be_read_is_said(clean, value):
    with pytest.raises(ValueError, match=r"^(is not|does not)"):
        clean(value)


def test_a_whole_record_becomes_its_rows(record):
    parsed = parse(record(), feed="test")

    service_id = str(uuid.uuid5(uuid.NAMESPACE_URL, "test:service:Chair exercises"))
    assert parsed.notes == ()
    assert {key: value for key, value in parsed.service.items() if value not in ("", None, {})} == {
        "id": service_id,
        "external_id": service_id,
        "organization_id": str(uuid.UUID(int=1)),
        "name": "Chair exercises",
        "status": "active",
        "delivery": "in_place",
        "description": "Gentle movement, sitting down.",
        "minimum_age": 50.0,
        "last_modified": dt.datetime(2026, 3, 15, 10, 30, 45, tzinfo=dt.UTC),
    }
    assert {table: len(rows) for table, rows in parsed.children.items()} == {
        "ServiceAtLocation": 1,
        "Schedule": 1,
        "ServiceArea": 1,
        "CostOption": 1,
        "Contact": 1,
        "Phone": 1,
        "Attribute": 1,
    }
    (schedule,) = parsed.children["Schedule"]
    assert (schedule["service_id"], schedule["byday"], schedule["opens_at"]) == (service_id, "MO,TH", dt.time(10, 0))
    (phone,) = parsed.children["Phone"]
    assert phone["contact_id"] == parsed.children["Contact"][0]["id"]
    assert [(place.fields["name"], list(place.children)) for place in parsed.locations] == [("The Hall", ["Address"])]
    assert [(term.fields["name"], term.fields["taxonomy_id"]) for term in parsed.terms] == [
        ("Exercise", str(uuid.UUID(int=5)))
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "It has no id."),
        ({"name": None}, "It has no name."),
        ({"name": "<b></b>"}, "It has no name."),
        ({"status": None}, "Its status is none of active, inactive, defunct, temporarily closed."),
        ({"status": "open"}, "Its status is none of active, inactive, defunct, temporarily closed."),
        ({"organization": None}, "It names no organisation."),
        ({"organization": {"id": str(uuid.UUID(int=1))}}, "Its organisation has no name."),
    ],
)
def test_a_record_that_cannot_stand_is_refused(record, changes, reason):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 -- compared whole, below
        parse(record(**changes), feed="test")

    assert str(refusal.value) == reason


def test_something_that_is_no_record_is_refused():
    with pytest.raises(ValueError, match="This is not a record"):
        parse(["a", "list"], feed="test")


@pytest.mark.parametrize(
    ("changes", "field", "kept", "note"),
    [
        ({"minimum_age": -1}, "minimum_age", None, None),
        ({"minimum_age": "old"}, "minimum_age", None, "minimum_age is not a number and was left out."),
        (
            {"minimum_age": 60, "maximum_age": 50},
            "minimum_age",
            None,
            "minimum_age is above maximum_age; both were left out.",
        ),
        ({"status": "Active"}, "status", "active", None),
        ({"url": "javascript:alert(1)"}, "url", "", "url is not a web address and was left out."),
        (
            {"url": "http://a.example and http://b.example"},
            "url",
            "http://a.example",
            "url holds more than one web address; only the first was taken.",
        ),
        ({"email": "x@noemail.invalid"}, "email", "", None),
        ({"description": "<b>Bold</b> words"}, "description", "Bold words", None),
        ({"description": ["a"]}, "description", "", "description is not text and was left out."),
        ({"name": "x" * 300}, "name", "x" * 255, "name is longer than 255 characters and was cut."),
        ({"schedules": "daily"}, "name", "Chair exercises", "schedules is not a list and was left out."),
        ({"pc_targetAudience": ["x"], "referral_route": "referral"}, "name", "Chair exercises", None),
    ],
)
def test_an_untidy_value_is_put_right_or_left_out_with_a_note(record, changes, field, kept, note):
    parsed = parse(record(**changes), feed="test")

    assert parsed.service[field] == kept
    assert parsed.notes == (() if note is None else (note,))


def test_a_feed_cannot_set_what_is_ours(record):
    parsed = parse(record(referral_route="referral", receiving_team_id=str(uuid.UUID(int=9)), feed="x"), feed="test")

    assert {"referral_route", "receiving_team_id", "receiving_team", "feed", "feed_id"} & set(parsed.service) == set()


def test_an_id_that_is_no_uuid_gets_the_same_one_each_time_and_is_kept(record):
    first = parse(record(id="svc-12"), feed="Southern").service
    again = parse(record(id="svc-12"), feed="Southern").service
    elsewhere = parse(record(id="svc-12"), feed="Northern").service

    assert (first["id"], first["external_id"]) == (again["id"], "svc-12")
    assert first["id"] != elsewhere["id"]
    assert first["id"] != uuid_of("svc-12", feed="Southern", kind="organization")


def test_a_reference_by_a_foreign_id_finds_the_same_row(record):
    parsed = parse(
        record(organization={"id": 7, "name": "Movers", "description": "x"}, organizationId=7), feed="Southern"
    )

    assert parsed.organization is not None
    assert parsed.organization.fields["external_id"] == "7"
    assert parsed.service["organization_id"] == uuid_of("7", feed="Southern", kind="organization")
    assert parsed.notes == ()


def test_an_organisation_may_be_named_only_by_its_id(record):
    parsed = parse(record(organization=None, organization_id=str(uuid.UUID(int=8))), feed="test")

    assert (parsed.organization, parsed.service["organization_id"]) == (None, str(uuid.UUID(int=8)))


def test_coordinates_that_are_nowhere_are_left_out(record):
    for latitude, longitude in ((100, 101), (0, 0), (53.4, None)):
        made = record()
        made["service_at_locations"][0]["location"] |= {"latitude": latitude, "longitude": longitude}

        (place,) = parse(made, feed="test").locations

        assert (place.fields["latitude"], place.fields["longitude"]) == (None, None)


def test_parts_without_ids_get_ids_that_stay(record):
    made = record(schedules=[{"byday": "MO"}, {"byday": "TU"}])

    first = [row["id"] for row in parse(made, feed="test").children["Schedule"]]

    assert len(set(first)) == 2
    assert [row["id"] for row in parse(made, feed="test").children["Schedule"]] == first


def test_a_schedule_of_the_service_may_name_its_place(record):
    made = record()
    made["schedules"][0]["service_at_location_id"] = made["service_at_locations"][0]["id"]

    (schedule,) = parse(made, feed="test").children["Schedule"]

    assert str(schedule["service_at_location_id"]) == made["service_at_locations"][0]["id"]


def test_a_taxonomy_may_be_given_by_name_alone(record):
    made = record(attributes=[{"id": str(uuid.UUID(int=6)), "taxonomy_term": {"name": "Tea", "taxonomy": "Drinks"}}])

    parsed = parse(made, feed="test")

    assert [taxonomy.fields["name"] for taxonomy in parsed.taxonomies] == ["Drinks"]
    assert parsed.terms[0].fields["taxonomy_id"] == parsed.taxonomies[0].fields["id"]


def test_parts_that_name_nothing_are_left_out_with_a_note(record):
    made = record(
        service_at_locations=[{"id": str(uuid.UUID(int=6))}],
        attributes=[{"id": str(uuid.UUID(int=7))}],
        contacts=None,
        phones=[{"id": str(uuid.UUID(int=8))}],
    )

    parsed = parse(made, feed="test")

    assert set(parsed.children) == {"Schedule", "ServiceArea", "CostOption"}
    assert parsed.notes == (
        "A service_at_location names no place and was left out.",
        "A telephone without a number was left out.",
        "An attribute names no term and was left out.",
    )


def test_every_field_of_the_uk_profile_has_a_place(record):
    term = {"id": str(uuid.UUID(int=90)), "name": "T", "description": "T", "term": "t", "term_uri": "http://t.example"}
    said = [{"id": str(uuid.UUID(int=91)), "link_type": "topic", "taxonomy_term": term}]
    made = record(
        fees="Some",
        accreditations="BASC",
        maximum_age=99,
        assured_date="2026-01-02",
        assurer_email="a@b.example",
        alert="Closed in August",
        languages=[{"id": str(uuid.UUID(int=10))}],
        funding=[{"id": str(uuid.UUID(int=11)), "source": "Grants"}],
        service_areas=[
            {"id": str(uuid.UUID(int=12)), "name": "N", "extent": {"type": "Point"}, "extent_type": "geojson"}
        ],
        organization={
            "id": str(uuid.UUID(int=13)),
            "name": "O",
            "description": "O",
            "email": "o@o.example",
            "website": "https://o.example",
            "logo": "https://o.example/l.png",
            "uri": "https://o.example/id",
            "parent_organization_id": str(uuid.UUID(int=14)),
            "organization_identifiers": [
                {
                    "id": str(uuid.UUID(int=15)),
                    "identifier_scheme": "GB-COH",
                    "identifier_type": "Company number",
                    "identifier": "1",
                    "attributes": said,
                }
            ],
        },
    )
    made["contacts"][0]["attributes"] = said
    place = made["service_at_locations"][0]["location"]
    place |= {"external_identifier": "1", "external_identifier_type": "UPRN", "attributes": said}
    place["addresses"][0] |= {"attention": "Desk", "region": "North West", "attributes": said}
    place["accessibility"] = [
        {
            "id": str(uuid.UUID(int=16)),
            "description": "Ramp",
            "details": "Ring",
            "accessibility": "R",
            "attributes": said,
        }
    ]

    parsed = parse(made, feed="test")

    assert parsed.notes == ()
    assert parsed.organization is not None
    assert sorted(parsed.children) == [
        "Attribute",
        "Contact",
        "CostOption",
        "Funding",
        "Language",
        "Phone",
        "Schedule",
        "ServiceArea",
        "ServiceAtLocation",
    ]
    assert parsed.children["ServiceArea"][0]["extent"] == '{"type": "Point"}'
    assert sorted(parsed.organization.children) == ["Attribute", "OrganizationIdentifier"]
    assert [sorted(row) for row in parsed.locations[0].children["Attribute"]] == [
        ["address_id", "external_id", "id", "label", "link_entity", "link_type", "taxonomy_term_id", "value"],
        ["accessibility_id", "external_id", "id", "label", "link_entity", "link_type", "taxonomy_term_id", "value"],
        ["external_id", "id", "label", "link_entity", "link_type", "location_id", "taxonomy_term_id", "value"],
    ]


def test_the_digest_changes_with_the_record_and_with_nothing_else(record):
    assert digest_of(record()) == digest_of(dict(reversed(record().items())))
    assert digest_of(record()) != digest_of(record(description="Other"))


def test_the_organisation_given_counts_more_than_the_id_that_names_another(record):
    parsed = parse(record(organization_id=str(uuid.UUID(int=8))), feed="test")

    assert parsed.service["organization_id"] == str(uuid.UUID(int=1))
    assert parsed.notes == ("organization_id is not the id of the organization given; the one given counts.",)


def test_a_telephone_of_the_service_may_name_its_contact(record):
    made = record()
    contact = made["contacts"][0]["id"]
    made["contacts"][0]["phones"] = []
    made["phones"] = [{"id": str(uuid.UUID(int=8)), "number": "1", "contact_id": contact}]

    (phone,) = parse(made, feed="test").children["Phone"]

    assert (str(phone["contact_id"]), phone["service_id"]) == (contact, parse(made, feed="test").service["id"])


def test_a_term_without_a_name_is_none(record):
    parsed = parse(record(attributes=[{"id": str(uuid.UUID(int=6)), "taxonomy_term": {}}]), feed="test")

    assert (parsed.terms, "Attribute" in parsed.children) == ([], False)
    assert parsed.notes == ("An attribute names no term and was left out.",)
