"""Anybody looks for what is on near home: nothing is shown but what is published."""

import datetime as dt
import re

import pytest
from django.test import Client

from services_directory.models import (
    Address,
    Contact,
    CostOption,
    Location,
    Phone,
    Postcode,
    Schedule,
    Service,
    ServiceAtLocation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast):
    """The walking group meets in the hall; Imelda, who leads it, is nobody's to read."""
    Postcode.objects.create(code="SK58BS", latitude=53.43, longitude=-2.14, local_authority="E08000007")
    hall = Location.objects.create(name="The Hall", latitude=53.41, longitude=-2.157, transportation="Bus 203")
    Address.objects.create(
        location=hall,
        attention="Imelda Quarrington",
        address_1="1 High Street",
        city="Stockport",
        postal_code="SK1 3XE",
    )
    place = ServiceAtLocation.objects.create(service=cast.walking, location=hall)
    Schedule.objects.create(
        service_at_location=place, freq="WEEKLY", byday="TU,FR", opens_at=dt.time(10), closes_at=dt.time(11)
    )
    CostOption.objects.create(service=cast.walking, option="Each time", amount=2)
    leader = Contact.objects.create(service=cast.walking, name="Imelda Quarrington", email="imelda@walks.example")
    Phone.objects.create(contact=leader, number="07700 900123")
    Phone.objects.create(service=cast.walking, number="0161 496 0321")
    Service.objects.filter(pk=cast.walking.pk).update(
        description="A gentle walk. Ask Imelda Quarrington on 07700 900123.", places=12, places_taken=11,
        verified_at=dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC), verified_how="provider", verified_by="Leisure Trust",
        url="https://walks.example/",
    )  # fmt: skip
    return cast


def cards_of(page):
    return re.findall(r'<li class="app-card">(.*?)</li>', page.html, re.DOTALL)


def test_anybody_searches_near_home_and_reads_when_where_and_what_it_costs(town, read):
    anybody = Client()
    page = read(anybody, "/directory/")
    assert page.title == "What is on near you - Community Referral"
    assert len(cards_of(page)) == 4
    assert "noindex" not in page.html
    page = read(anybody, "/directory/?asked=1&search=walking&postcode=SK5+8BS&day=FR&max_cost=3")
    assert "1 service" in page.text
    for words in (
        "1.5 miles", "The Hall", "Next: Tuesday 3 November 2026, 10:00am", "Each time: £2.00",
        "Last checked 1 October 2026",
    ):  # fmt: skip
        assert words in page.text
    page = read(anybody, f"/directory/{town.walking.pk}/")
    assert page.title == "Walking group - Community Referral"
    for words in ("Bus 203", "The Hall, 1 High Street, Stockport, SK1 3XE", "0161 496 0321"):
        assert words in page.text
    assert "https://walks.example/" in page.links
    assert f"/self-referral/?service={town.walking.pk}" in page.links
    assert "/sign-in/" in page.links


def test_nothing_that_is_not_published_is_on_a_page(town, read):
    for path in ("/directory/?asked=1&search=walking", f"/directory/{town.walking.pk}/"):
        html = read(Client(), path).html
        for word in ("Imelda", "Quarrington", "900123", "imelda@", "Active team", "place left", "places left"):
            assert (word in html, word) == (False, word)


def test_what_does_not_run_is_not_there_and_what_is_wrong_is_said(town, read):
    Service.objects.filter(pk=town.walking.pk).update(status="inactive")
    anybody = Client()
    assert anybody.get(f"/directory/{town.walking.pk}/").status_code == 404
    page = read(anybody, "/directory/?asked=1&search=walking")
    assert "We found nothing that fits all of this." in page.text
    wrong = read(anybody, "/directory/?asked=1&postcode=nowhere&day=XX", status=400)
    assert cards_of(wrong) == []
    far = read(anybody, "/directory/?asked=1&within_miles=1", status=400)
    assert "Enter a postcode: how far from where?" in far.text
    assert read(anybody, "/directory/?asked=1&page=999&cursor=x").text.count("services") > 0


def test_a_full_page_costs_what_a_page_of_one_costs(town, django_assert_max_num_queries, read):
    for number in range(25):
        Service.objects.create(organization=town.walking.organization, name=f"Class {number:02}")
    read(Client(), "/directory/")  # what is the same for all is read once for all
    with django_assert_max_num_queries(40):
        one = read(Client(), "/directory/?asked=1&search=walking")
    with django_assert_max_num_queries(40):
        first = read(Client(), "/directory/")
    assert [len(cards_of(page)) for page in (one, first, read(Client(), "/directory/?page=2"))] == [1, 20, 9]
    assert "/directory/figures/" not in first.html


def test_each_reader_s_filters_are_their_own_though_they_are_made_once_for_all(town, read):
    """A box that one ticked is ticked for them and for nobody else; the next who ticks it finds it ticked."""
    ticked = {
        asked: re.findall(
            r'name="(day|access)"[^>]*value="(\w+)"\s+checked', read(Client(), f"/directory/?asked=1{asked}").html
        )
        for asked in ("", "&day=MO", "&day=MO&access=lift", "&day=TU", "", "&day=MO")
    }
    assert ticked == {
        "": [], "&day=MO": [("day", "MO")], "&day=MO&access=lift": [("day", "MO"), ("access", "lift")],
        "&day=TU": [("day", "TU")],
    }  # fmt: skip
