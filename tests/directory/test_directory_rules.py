"""What holds of the directory whatever comes in: the database's rules, and junk in a feed."""

import copy
import random

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from services_directory.models import (
    Attribute,
    CostOption,
    Feed,
    Location,
    Organization,
    Schedule,
    Service,
    Taxonomy,
    TaxonomyTerm,
)
from services_directory.needs import NEEDS, need_id
from services_directory.open_referral.replacing import PARTS
from services_directory.services import import_feed

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    """A service that is only signposted to."""
    return Service.objects.create(organization=Organization.objects.create(name="Movers"), name="Chair exercises")


def refused(constraint, write):
    """Check that the database refuses a write by the constraint of that name."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("service_status_known", {"status": "open"}),
        ("service_minimum_age_not_negative", {"minimum_age": -1}),
        ("service_maximum_age_not_negative", {"maximum_age": -1}),
        ("service_ages_in_order", {"minimum_age": 60, "maximum_age": 50}),
        ("service_route_known", {"referral_route": "pigeon"}),
        ("service_capacity_known", {"capacity": "some"}),
        ("service_first_contact_known", {"first_contact_by": "nobody"}),
        ("service_delivery_known", {"delivery": "drone"}),
        ("service_life_stages_known", {"life_course_stage": ["live_well", "end_well"]}),
        ("service_with_referrals_has_a_team", {"referral_route": "referral", "capacity": "open"}),
        ("service_direct_referrals_are_referrals", {"takes_direct_referrals": True}),
    ],
)
def test_a_service_that_makes_no_sense_is_refused(service, constraint, values):
    refused(constraint, lambda: Service.objects.filter(pk=service.pk).update(**values))


@pytest.mark.parametrize("missing", ["receiving_team", "capacity", "first_contact_by"])
def test_a_service_that_takes_referrals_says_who_receives_them_and_how(service, teams, missing):
    values = {
        "referral_route": "referral",
        "receiving_team": teams["walking"],
        "capacity": "open",
        "first_contact_by": "service",
    }
    Service.objects.filter(pk=service.pk).update(**values)

    nothing = None if missing == "receiving_team" else ""
    refused(
        "service_with_referrals_has_a_team",
        lambda: Service.objects.filter(pk=service.pk).update(**{missing: nothing}),
    )


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("location_type_known", {"location_type": "moon"}),
        ("location_latitude_on_earth", {"latitude": 91, "longitude": 0}),
        ("location_longitude_on_earth", {"latitude": 0, "longitude": 181}),
        ("location_coordinates_in_pairs", {"latitude": 53}),
        ("location_coordinates_in_pairs", {"longitude": -2}),
    ],
)
def test_a_place_that_is_nowhere_is_refused(constraint, values):
    refused(constraint, lambda: Location.objects.create(name="Nowhere", **values))


def test_parts_of_nothing_or_of_too_much_are_refused(service):
    term = TaxonomyTerm.objects.create(name="Exercise")
    place = Location.objects.create(name="The Hall")

    refused("schedule_is_of_something", lambda: Schedule.objects.create(byday="MO"))
    refused("attribute_is_of_one_thing", lambda: Attribute.objects.create(taxonomy_term=term))
    refused(
        "attribute_is_of_one_thing",
        lambda: Attribute.objects.create(taxonomy_term=term, service=service, location=place),
    )
    for table, constraint in (
        ("Contact", "contact_is_of_one_thing"),
        ("Phone", "phone_is_of_something"),
        ("Language", "language_is_of_something"),
    ):
        refused(constraint, PARTS[table]._default_manager.create)


def test_wrong_values_of_parts_are_refused(service):
    place = Location.objects.create(name="The Hall")

    refused("schedule_freq_known", lambda: Schedule.objects.create(service=service, freq="DAILY"))
    refused("cost_option_amount_not_negative", lambda: CostOption.objects.create(service=service, amount=-1))
    refused("address_type_known", lambda: place.addresses.create(address_type="moon"))


def test_a_code_of_ours_names_one_term_while_feeds_may_repeat_theirs():
    taxonomy = Taxonomy.objects.create(name="Needs")
    feed = Feed.objects.create(name="Test", source="x")
    for owner in (None, feed, feed):
        TaxonomyTerm.objects.create(taxonomy=taxonomy, name="Tea", code="tea", feed=owner)

    refused("taxonomy_term_code_once", lambda: TaxonomyTerm.objects.create(taxonomy=taxonomy, name="T", code="tea"))


def test_rows_are_called_by_their_names_and_parts_by_their_ids(service):
    cost = CostOption.objects.create(service=service)

    rows = [
        service,
        service.organization,
        Location(name="The Hall"),
        Taxonomy(name="Needs"),
        TaxonomyTerm(name="Tea"),
        Feed(name="Test"),
        cost,
    ]
    assert [str(row) for row in rows] == [
        "Chair exercises",
        "Movers",
        "The Hall",
        "Needs",
        "Tea",
        "Test",
        str(cost.pk),
    ]


def test_the_command_writes_the_needs(capsys):
    call_command("load_needs")

    assert capsys.readouterr().out == f"{len(NEEDS)} needs.\n"
    assert set(TaxonomyTerm.objects.values_list("pk", flat=True)) == {need_id(code) for code in NEEDS}


JUNK: list[object] = [
    None,
    "",
    "\x00",
    "\ud800",
    "x" * 100_000,
    "<script>alert(1)</script>",
    "<!-- <p",
    "&#xD800;&#0;",
    -1,
    0,
    10**30,
    1e308,
    float("nan"),
    True,
    [],
    [None, 1, "x", {}],
    {},
    {"id": {}},
    "2026-02-30",
    "0001-01-01T00:00:00+14:00",
    "25:61",
]


def spoil(record, chance):
    """Put junk in one to three places of a record, wherever they are."""
    for _ in range(chance.randint(1, 3)):
        node, key = record, chance.choice(sorted(record))
        while isinstance(node[key], dict | list) and node[key] and chance.random() < 0.8:
            node = node[key]
            key = chance.choice(sorted(node)) if isinstance(node, dict) else chance.randrange(len(node))
        node[key] = copy.deepcopy(chance.choice(JUNK))
    return record


def test_whatever_a_feed_holds_each_record_is_taken_or_refused_with_a_sentence(record, at):
    chance = random.Random(7)
    records = [spoil(record(f"Service {number}"), chance) for number in range(400)]

    report = import_feed(feed_name="Junk", source="x", records=records, at=at)
    again = import_feed(feed_name="Junk", source="x", records=records, at=at)

    assert report.loaded + len(report.refused) == 400
    assert report.created > 200
    assert [remark for remark in report.refused if not remark.reason.endswith((".", "first one counts."))] == []
    assert (again.created, again.changed, again.unchanged) == (0, 0, report.created)
    assert again.refused == report.refused
    assert Service.objects.count() == report.created
