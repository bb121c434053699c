"""Somebody is looked for among one's own people, and found twice: a lead compares, merges, and undoes it."""

import datetime as dt
import re

import pytest

from core.throttling import SignInThrottle
from referrals.models import PersonMerge, Referral
from referrals.services.people import PersonDetails
from tests.stage import ROSE

pytestmark = pytest.mark.django_db
ROSIE = PersonDetails(
    first_name="Rosie", family_name="Okafor", date_of_birth=ROSE.date_of_birth, gp_practice_code="Z90001",
    postcode="SK5 8BS", is_new=True,
)  # fmt: skip
BORN = {f"date_of_birth_{place}": part for place, part in enumerate(("27", "3", "1951"))}


def test_lou_finds_rose_by_her_number_or_by_name_and_birthday_and_nothing_stands_in_an_address(
    cast, referral_at, browser_of, read
):
    rose = referral_at("active")
    lou = browser_of(cast.link_worker)
    assert read(lou, "/people/").title == "Find a person - Community Referral"
    for said in ({"nhs_number": "999 000 0018"}, {"first_name": "Rosie", "family_name": "okafor"} | BORN):
        answer = lou.post("/people/", said)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert rose.reference in page
        assert "OKAFOR, Rose" in page
        addresses = re.findall(r'(?:href|action)="([^"]*)"', page)
        assert not any(word in address.lower() for address in addresses for word in ("9990000018", "okafor", "1951"))
    assert "Nobody was found" in lou.post("/people/", {"nhs_number": "9990000026"}).content.decode()
    for said, words in (
        ({}, "Enter an NHS number, or a name and a date of birth."),
        ({"family_name": "Okafor"}, "Enter the first name, too."),
        ({"family_name": "Okafor"}, "Enter the date of birth, too."),
        ({"nhs_number": "9990000019"}, "NHS number"),
    ):
        refused = lou.post("/people/", said)
        assert (refused.status_code, words in refused.content.decode()) == (400, True)
        assert rose.reference not in refused.content.decode()


def test_nobody_finds_the_people_of_another_team_and_nobody_searches_without_end(
    cast, referral_at, browser_of, monkeypatch
):
    rose = referral_at("active")
    for who in (cast.neighbouring_link_worker, cast.outsider):
        page = browser_of(who).post("/people/", {"nhs_number": "9990000018"}).content.decode()
        assert "Nobody was found" in page
        assert rose.reference not in page
    for who in (cast.gp, cast.provider, cast.manager):
        assert browser_of(who).get("/people/").status_code == 403
    monkeypatch.setitem(SignInThrottle.THROTTLE_RATES, "person-match", "1/minute")
    lou = browser_of(cast.link_worker)
    answers = [lou.post("/people/", {"nhs_number": "9990000018"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert rose.reference not in answers[1].content.decode()


def test_a_lead_compares_two_makes_them_one_and_undoes_it(cast, referral_at, browser_of, read):
    rose, rosie = referral_at("active"), referral_at("submitted", person=ROSIE)
    lena = browser_of(cast.lead)
    assert "People who may be there twice" in read(lena, "/people/").text
    page = read(lena, "/people/duplicates/")
    (address,) = [link for link in page.links if "/and/" in link]
    assert {str(rose.person_id), str(rosie.person_id)} == set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", address))
    page = read(lena, address)
    assert "Rosie Okafor" in page.text
    assert re.search("Name (Rose|Rosie) Okafor (Rose|Rosie) Okafor Differs", page.text)
    for said in ({"kept": str(rose.person_id)}, {"note": "She rang."}, {"kept": str(cast.gp.pk), "note": "She rang."}):
        assert lena.post(address, said).status_code == 400
    assert PersonMerge.objects.count() == 0

    answer = lena.post(address, {"kept": str(rose.person_id), "note": "She rang."})
    assert answer.headers["Location"] == f"/people/{rose.person_id}/merges/"
    assert set(Referral.objects.values_list("person", flat=True)) == {rose.person_id}
    page = read(lena, f"/people/{rose.person_id}/merges/")
    assert "1 referral moved, by Lena Head" in page.text
    assert "Nobody in your teams seems to be there twice." in read(lena, "/people/duplicates/").text
    merge = str(PersonMerge.objects.get().pk)
    assert lena.post(f"/people/{rose.person_id}/merges/", {"merge": merge}).status_code == 400
    answer = lena.post(f"/people/{rose.person_id}/merges/", {"merge": merge, "note": "Her sister."})
    assert answer.headers["Location"] == "/people/duplicates/"
    assert set(Referral.objects.values_list("person", flat=True)) == {rose.person_id, rosie.person_id}
    again = lena.post(f"/people/{rose.person_id}/merges/", {"merge": merge, "note": "Her sister."})
    assert again.status_code == 409
    assert "It has been undone already." in again.content.decode()


def test_two_numbers_are_two_people_and_who_leads_nobody_of_them_merges_nobody(cast, referral_at, browser_of):
    rose = referral_at("active")
    other = referral_at(
        "submitted",
        person=PersonDetails(
            first_name="Rose", family_name="Okafor", date_of_birth=dt.date(1951, 3, 27), gp_practice_code="Z90001",
            nhs_number="9990000026", is_new=True,
        ),
    )  # fmt: skip
    address = f"/people/{rose.person_id}/and/{other.person_id}/"
    refused = browser_of(cast.lead).post(address, {"kept": str(rose.person_id), "note": "One name."})
    assert refused.status_code == 409
    assert "They have two NHS numbers" in refused.content.decode()
    for who, status in ((cast.outsider, 404), (cast.link_worker, 403), (cast.gp, 403)):
        browser = browser_of(who)
        assert browser.get(address).status_code == status
        assert browser.post(address, {"kept": str(rose.person_id), "note": "x"}).status_code == status
    assert [browser_of(who).get("/people/duplicates/").status_code for who in (cast.link_worker, cast.gp)] == [403, 403]
    assert PersonMerge.objects.count() == 0
