"""Providers keep their own listings; a directory editor decides what changes who may be referred."""

import datetime as dt

import pytest

from notifications.models import OutboxMessage
from services_directory.models import ListingChange, ListingProposal, Location, Organization, Service

pytestmark = pytest.mark.django_db

PROPOSALS = "/api/v1/directory/proposals/"
NOW = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def pat(cast, as_user):
    return as_user(cast.provider)


@pytest.fixture
def edie(cast, as_user):
    return as_user(cast.editor)


@pytest.fixture
def walking(cast):
    """The walking group, as its provider would describe it: a page of its own for an organisation of its own."""
    organization = Organization.objects.create(name="Walkers of the Vale")
    Service.objects.filter(pk=cast.walking.pk).update(
        description="An easy walk, and tea afterwards.", organization=organization, minimum_age=18
    )
    hall = Location.objects.create(name="The Hall", latitude=53.41, longitude=-2.157)
    hall.addresses.create(address_1="1 High Street", city="Stockport", postal_code="SK1 3XE", country="GB")
    at = cast.walking.service_at_locations.create(location=hall)
    at.schedules.create(freq="WEEKLY", byday="MO", opens_at="10:00", closes_at="11:00", dtstart="2026-01-05")
    cast.walking.cost_options.create(option="Everybody", amount=2)
    return url(cast.walking)


def url(service):
    return f"/api/v1/services/{service.pk}/"


def history(client, listing):
    answer = client.get(f"{listing}history/")
    assert answer.status_code == 200, answer.json()
    return answer.json()["results"]


def no_trace():
    """Whether nothing was changed, proposed or owed."""
    return not (ListingChange.objects.exists() or ListingProposal.objects.exists() or OutboxMessage.objects.exists())


# --- What takes effect at once -----------------------------------------------------------------------------


def test_pat_moves_the_walk_to_an_hour_later_and_it_is_so_at_once(cast, pat, as_user, walking):
    page = pat.get(walking)
    place = page.json()["service_at_locations"][0]
    place["schedules"][0] |= {"opens_at": "11:00", "closes_at": "12:00"}

    answer = pat.patch(walking, {"service_at_locations": [place]}, headers={"If-Match": page.headers["ETag"]})

    assert (answer.status_code, answer.headers["ETag"], answer.json()["pending"]) == (200, '"2"', None)
    seen = as_user(cast.gp).get(walking).json()
    assert [
        (one["id"], one["opens_at"], one["closes_at"], one["byday"])
        for one in seen["service_at_locations"][0]["schedules"]
    ] == [(place["schedules"][0]["id"], "11:00:00", "12:00:00", "MO")]
    (change,) = history(pat, walking)
    before, after = (change["changes"][0][when][0]["schedules"][0] for when in ("before", "after"))
    assert (change["version"], change["kind"], change["side"], change["who"], change["occurred_at"]) == (
        2, "edit", "provider", "Pat Active", "2026-11-02T09:30:00Z",
    )  # fmt: skip
    assert [one["field"] for one in change["changes"]] == ["service_at_locations"]
    assert (before["opens_at"], after["opens_at"]) == ("10:00", "11:00")
    assert not OutboxMessage.objects.exists()


def test_what_is_read_can_be_sent_back_and_changes_nothing(pat, walking):
    read = pat.get(walking).json()
    names = (
        "name", "organization", "description", "alternate_name", "url", "email", "status", "alert", "fees",
        "fees_description", "accreditations", "licenses", "minimum_age", "maximum_age", "eligibility_description",
        "application_process", "interpretation_services", "wait_time", "referral_route", "takes_direct_referrals",
        "capacity", "first_contact_by", "programme_length_weeks", "review_points_weeks", "delivery",
        "life_course_stage", "genders", "funding", "service_at_locations", "schedules", "cost_options",
        "service_areas", "languages", "phones",
    )  # fmt: skip

    answer = pat.patch(walking, {name: read[name] for name in names} | {"receiving_team": read["receiving_team"]["id"]})

    assert (answer.status_code, answer.json()) == (200, read)
    assert no_trace()
