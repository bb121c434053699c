"""A part of a listing of which nothing is said is refused, wherever it is sent, and nothing is changed by it."""

import pytest

from accounts.actors import SYSTEM
from services_directory.models import ListingChange, ListingProposal, Organization, Service
from services_directory.open_referral.report import Remark
from services_directory.services import import_spreadsheet

pytestmark = pytest.mark.django_db

SESSION = (
    "It says nothing. Send freq, byday, bymonthday, dtstart, until, valid_from, valid_to, opens_at, closes_at, "
    "description, schedule_link or notes, or leave it out."
)
ADDRESS = "It says nothing. Send address_1, address_2, city, region, state_province or postal_code, or leave it out."
ACCESS = "It says nothing. Send description, details, url or accessibility, or leave it out."
EMPTY = [
    ("service_areas", {}, "It says nothing. Send name, description, extent or uri, or leave it out."),
    ("service_areas", {"name": "  "}, "It says nothing. Send name, description, extent or uri, or leave it out."),
    ("service_areas", {"extent_type": "geojson"},
     "It says nothing. Send name, description, extent or uri, or leave it out."),
    ("cost_options", {}, "It says nothing. Send amount, option or amount_description, or leave it out."),
    ("cost_options", {"currency": "GBP", "valid_from": "2026-01-01"},
     "It says nothing. Send amount, option or amount_description, or leave it out."),
    ("languages", {"note": "On Mondays"}, "It says nothing. Send name or code, or leave it out."),
    ("schedules", {}, SESSION),
    ("schedules", {"interval": 2}, SESSION),
    ("phones", {}, "This field cannot be blank."),
]  # fmt: skip
EMPTY_IN_PLACES = [
    ({}, "service_at_locations.0.location.name", "Give the place a name or an address."),
    ({"location": {"name": "Hall", "addresses": [{}]}}, "service_at_locations.0.location.addresses.0", ADDRESS),
    (
        {"location": {"addresses": [{"country": "GB"}]}},
        "service_at_locations.0.location.addresses.0",
        ADDRESS,
    ),
    (
        {"location": {"name": "Hall", "accessibility": [{"description": "Ramp"}, {}]}},
        "service_at_locations.0.location.accessibility.1",
        ACCESS,
    ),
    ({"location": {"name": "Hall"}, "schedules": [{}]}, "service_at_locations.0.schedules.0", SESSION),
]


@pytest.fixture
def walking(cast):
    organization = Organization.objects.create(name="Walkers of the Vale")
    Service.objects.filter(pk=cast.walking.pk).update(description="An easy walk.", organization=organization)
    cast.walking.service_areas.create(name="Brinnington")
    return f"/api/v1/services/{cast.walking.pk}/"


def nothing_happened(cast):
    """Whether the walk says what it said, and nothing was changed or proposed."""
    areas = list(cast.walking.service_areas.values_list("name", flat=True))
    return areas == ["Brinnington"] and not (ListingChange.objects.exists() or ListingProposal.objects.exists())


@pytest.mark.parametrize("who", ["provider", "editor"])
@pytest.mark.parametrize(("field", "part", "sentence"), EMPTY)
def test_an_empty_part_is_refused_by_its_name_in_an_edit(cast, as_user, walking, who, field, part, sentence):
    answer = as_user(getattr(cast, who)).patch(walking, {"fees": "None", field: [part]})

    at = f"{field}.0.number" if field == "phones" else f"{field}.0"
    assert (answer.status_code, answer.json()["errors"]) == (400, {at: [sentence]})
    assert nothing_happened(cast)


@pytest.mark.parametrize(("place", "at", "sentence"), EMPTY_IN_PLACES)
def test_an_empty_part_of_a_place_is_refused(cast, as_user, walking, place, at, sentence):
    answer = as_user(cast.provider).patch(walking, {"service_at_locations": [place]})

    assert (answer.status_code, answer.json()["errors"]) == (400, {at: [sentence]})
    assert nothing_happened(cast)


def test_an_empty_part_of_who_runs_it_is_refused(cast, as_user, walking):
    answer = as_user(cast.provider).patch(
        walking, {"organization": {"organization_identifiers": [{"identifier_scheme": "GB-CHC"}]}}
    )

    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"organization.organization_identifiers.0": ["It says nothing. Send identifier, or leave it out."]},
    )
    assert nothing_happened(cast)


def test_a_new_listing_with_an_empty_part_is_neither_made_nor_proposed(cast, as_user, walking):
    new = {"name": "Tea", "description": "Tea.", "organization": {"name": "Tea Club"}, "service_areas": [{}]}

    answers = [as_user(who).post("/api/v1/services/", new) for who in (cast.provider, cast.editor)]

    assert [(answer.status_code, list(answer.json()["errors"])) for answer in answers] == [
        (400, ["service_areas.0"])
    ] * 2
    assert not Service.objects.filter(name="Tea").exists()
    assert nothing_happened(cast)


def test_what_a_feed_has_left_empty_is_in_nobody_s_way_but_no_more_of_it_comes_in(cast, as_user, walking):
    empty = cast.walking.service_areas.create()
    sent = [{"id": str(row.pk)} for row in cast.walking.service_areas.order_by("name")]

    kept = as_user(cast.provider).patch(walking, {"service_areas": [*sent, {"name": "Offerton"}]})
    more = as_user(cast.provider).patch(walking, {"service_areas": [*sent, {}]})
    emptied = as_user(cast.provider).patch(walking, {"service_areas": [*sent[:1], sent[1] | {"name": ""}]})

    assert (kept.status_code, more.status_code, emptied.status_code) in {(200, 400, 400), (202, 400, 400)}
    assert cast.walking.service_areas.filter(pk=empty.pk).exists()


def test_a_cell_of_a_spreadsheet_that_says_nothing_costs_its_row(cast, walking, at):
    text = f"id,schedules,fees\n{cast.walking.pk},(),None\n"

    report = import_spreadsheet(content=text.encode(), actor=SYSTEM, at=at)

    assert report.refused == [Remark(f"line 2 ({cast.walking.pk})", f"schedules.0: {SESSION}")]
    assert nothing_happened(cast)
