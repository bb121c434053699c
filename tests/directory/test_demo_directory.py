"""The demonstration's directory: every value is stated by a source or marked as made up."""

import pytest

from services_directory.campaigns import CAMPAIGNS
from services_directory.demo.listings import LISTINGS, PROVIDER_KEYS, demo_records, demo_service_id
from services_directory.enums import Capacity, Delivery
from services_directory.models import Feed, Phone, Service, TaxonomyTerm
from services_directory.needs import NEEDS
from services_directory.open_referral.report import ImportReport
from services_directory.services import load_demo_directory, load_needs

pytestmark = pytest.mark.django_db

WORKED_OUT = {"version", "trust_score", "trust_label", "is_stale", "withdrawn_at"}
COUNTED = {"is_full_by_count", "places_taken", "people_waiting", "capacity_confirmed_at", "capacity_confirmed_by"}
NOT_VALUES = (
    {"id", "external_id", "feed", "source_digest", "listed_digest", "more", "sources", "made_up"} | WORKED_OUT | COUNTED
)
PARTS = {"service_at_locations", "schedules", "cost_options", "service_areas", "phones", "languages"}
REAL_ORGANIZATIONS = {"Life Leisure", "Age UK Stockport"}


def values_of(service):
    """Return the names of all that a listing says: its fields, and its parts by their HSDS names."""
    columns = {column.name for column in Service._meta.concrete_fields} - NOT_VALUES
    if not service.keeps_waiting_list:  # nobody has said that it does
        columns.remove("keeps_waiting_list")
    found = {name for name in columns if getattr(service, name) not in (None, "", [])}
    found |= {name for name in PARTS if getattr(service, name).exists()}
    links = set(service.attributes.values_list("link_type", flat=True))
    found |= {kind for kind, link in (("needs", "need"), ("campaigns", "campaign")) if link in links}
    if service.service_at_locations.filter(location__latitude__isnull=False).exists():
        found.add("coordinates")
    return found


def test_every_value_is_stated_by_a_source_or_marked_as_made_up(teams, at):
    load_demo_directory(teams=teams, at=at)

    for service in Service.objects.all():
        stated = [field for statement in service.sources for field in statement["fields"]]
        assert sorted([*stated, *service.made_up]) == sorted(values_of(service)), service.name
        assert all(statement["source"] for statement in service.sources), service.name


def test_it_loads_whole_and_a_second_time_changes_nothing(teams, at):
    first = load_demo_directory(teams=teams, at=at)
    second = load_demo_directory(teams=teams, at=at)

    assert first == ImportReport(created=len(LISTINGS))
    assert second == ImportReport(unchanged=len(LISTINGS))
    assert 22 <= len(LISTINGS) <= 30
    assert Feed.objects.get().name == "Stockport demonstration"


def test_paris_is_a_programme_of_six_months_that_takes_direct_referrals(teams, at):
    load_demo_directory(teams=teams, at=at)

    paris = Service.objects.get(pk=demo_service_id("paris"))
    assert (paris.organization.name, paris.receiving_team) == ("Life Leisure", teams["leisure_hub"])
    assert (paris.takes_direct_referrals, paris.referral_route) == (True, "referral")
    assert (paris.programme_length_weeks, paris.review_points_weeks) == (26, [0, 13, 26])
    assert sorted(str(cost.amount) for cost in paris.cost_options.all()) == ["0.00", "2.00", "3.10"]


def test_confidence_walks_are_where_and_when_the_council_says(teams, at):
    load_demo_directory(teams=teams, at=at)

    walks = Service.objects.get(pk=demo_service_id("confidence_walks"))
    found = {
        (
            at_location.location.name,
            "".join(address.postal_code for address in at_location.location.addresses.all()),
            "".join(f"{s.byday} {s.opens_at:%H:%M}-{s.closes_at:%H:%M}" for s in at_location.schedules.all()),
        )
        for at_location in walks.service_at_locations.all()
    }
    assert found == {
        ("Offerton Community Centre", "SK2 5NX", "MO 13:00-14:00"),
        ("Bramhall Village", "SK7 1LR", "TH 13:30-14:30"),
        ("Woodley Civic Hall", "SK6 1QG", "FR 11:30-12:30"),
        ("Brinnington", "", ""),
        ("Avondale", "", ""),
    }


def test_nothing_bad_is_made_up_of_a_real_organisation(teams, at):
    load_demo_directory(teams=teams, at=at)

    for service in Service.objects.select_related("organization"):
        if service.organization.name in REAL_ORGANIZATIONS:
            assert {"name", "description", "organization"} & set(service.made_up) == set(), service.name
            assert {"schedules", "cost_options", "wait_time", "alert"} & set(service.made_up) == set(), service.name
            assert service.capacity == Capacity.OPEN, service.name
        else:
            assert "(demonstration)" in service.organization.name, service.name


def test_made_up_numbers_and_addresses_reach_nobody(teams, at):
    load_demo_directory(teams=teams, at=at)

    assert {number[:10] for number in Phone.objects.values_list("number", flat=True)} == {"0161 496 0"}
    emails = Service.objects.exclude(email="").values_list("email", flat=True)
    assert all(email.endswith((".example", "example.org")) for email in emails)


def test_every_provider_team_receives_something_and_every_kind_of_listing_is_there(teams, at):
    load_demo_directory(teams=teams, at=at)

    assert set(Service.objects.exclude(receiving_team=None).values_list("receiving_team__name", flat=True)) == set(
        PROVIDER_KEYS
    )
    assert set(Service.objects.values_list("delivery", flat=True)) == set(Delivery.values)
    assert set(Service.objects.filter(referral_route="referral").values_list("capacity", flat=True)) == set(
        Capacity.values
    )
    said = TaxonomyTerm.objects.exclude(attributes=None).values_list("code", flat=True)
    assert set(said) == {*NEEDS, *CAMPAIGNS}


def test_a_provider_without_a_team_is_refused_and_nothing_is_written(teams, at):
    del teams["falls"]

    with pytest.raises(KeyError, match="falls"):
        load_demo_directory(teams=teams, at=at)

    assert (Service.objects.count(), Feed.objects.count(), TaxonomyTerm.objects.count()) == (0, 0, 0)


def test_other_teams_are_taken_over_by_the_next_load(teams, at):
    load_demo_directory(teams=teams, at=at)

    report = load_demo_directory(teams=teams | {"falls": teams["walking"]}, at=at)

    assert report == ImportReport(changed=2, unchanged=len(LISTINGS) - 2)
    assert Service.objects.get(pk=demo_service_id("home_exercise")).receiving_team == teams["walking"]


def test_the_records_are_plain_open_referral_without_our_fields(teams):
    for record, extension in demo_records({key: team.pk for key, team in teams.items()}):
        assert set(record) & set(extension) == set()
        assert {"id", "name", "status", "organization"} <= set(record)


def test_the_needs_are_written_once_and_brought_up_to_date():
    load_needs()
    TaxonomyTerm.objects.filter(code="falls").update(name="Tumbles")
    load_needs()

    assert TaxonomyTerm.objects.count() == len(NEEDS)
    assert TaxonomyTerm.objects.get(code="falls").name == "Balance and falls"
