"""Rose refers herself: three short pages, saved as she goes, a code, and what happens next."""

import re

import pytest
from django.test import Client

from core.signed_links import code_of
from core.throttling import PublicDoorThrottle
from notifications.models import OutboxMessage
from referrals.models import Person, Referral, SelfReferral, TeamArea
from services_directory.models import Postcode

pytestmark = pytest.mark.django_db
YOU, WISHES, CHECK, CODE, DONE = (f"/self-referral/{page}/" for page in ("you", "wishes", "check", "code", "done"))
ROSE = {
    "first_name": "Rose", "family_name": "Okafor", "postcode": "sk5 8bs", "email": "Rose@home.example",
    "telephone": "0161 496 0111", "date_of_birth_0": "27", "date_of_birth_1": "3", "date_of_birth_2": "1951",
}  # fmt: skip


@pytest.fixture
def covered(cast):
    """Who lives at SK5 8BS is the Vale team's; in M1 there is no team."""
    Postcode.objects.create(
        code="SK58BS", latitude=53.43, longitude=-2.14, lsoa="E01005901", local_authority="E08000007"
    )
    Postcode.objects.create(code="M11AE", lsoa="E01099999", local_authority="E08000003")
    TeamArea.objects.create(team=cast.team, kind="local_authority", code="E08000007")
    return cast


@pytest.fixture
def rose():
    """Her browser. She has not signed in, and never will."""
    return Client()


def wishes_of(cast, **changes):
    return {
        "needs": [str(cast.loneliness.pk)], "wish": "I would like company.", "preferred_contact": "3",
        "communication": ["large print"], "language": "", "risk": "A big dog.",
    } | changes  # fmt: skip


def written(rose, cast):
    """Rose has filled in the first two pages."""
    assert rose.post(YOU, ROSE).headers["Location"] == WISHES
    assert rose.post(WISHES, wishes_of(cast)).headers["Location"] == CHECK


def code():
    return code_of(
        SelfReferral.objects.latest("created_at", "code_expires_at").code_reference, purpose="self_referral_code"
    )


def nothing_happened():
    return [model.objects.count() for model in (SelfReferral, Referral, Person, OutboxMessage)] == [0, 0, 0, 0]


def test_rose_asks_for_herself_from_the_page_of_the_walking_group(covered, rose, read):
    led = rose.get(f"/self-referral/?service={covered.walking.pk}")
    assert led.headers["Location"] == YOU
    page = read(rose, YOU)
    assert "You chose Walking group" in page.text
    for number in ("999", "111", "116 123"):  # before she writes a word
        assert number in page.text.partition("Page 1 of 3")[2].partition("Save and go on")[0]
    written(rose, covered)
    assert 'value="Okafor"' in read(rose, YOU).html  # saved as she goes
    page = read(rose, CHECK)
    for words in ("Rose Okafor", "27 March 1951", "SK5 8BS", "Loneliness and isolation", "Ring me", "Large print"):
        assert words in page.text
    assert nothing_happened()

    assert "Tick this, or we cannot do anything." in rose.post(CHECK, {}).content.decode()
    assert nothing_happened()
    answer = rose.post(CHECK, {"agrees_to_referral": "on", "agrees_to_sharing": "on"})
    assert answer.headers["Location"] == CODE
    assert rose.post(CHECK, {"agrees_to_referral": "on"}).headers["Location"] == CODE  # pressed twice
    assert (SelfReferral.objects.count(), Referral.objects.count()) == (1, 0)
    assert "We sent a code to Rose@home.example" in read(rose, CODE).text

    wrong = "000000" if code() != "000000" else "000001"
    assert "You can try 4 more times." in rose.post(CODE, {"code": wrong}).content.decode()
    assert Referral.objects.count() == 0
    assert rose.post(CODE, {"code": code()}).headers["Location"] == DONE
    referral = Referral.objects.get()
    assert (referral.source, referral.owner_team, referral.preferred_contact, referral.may_telephone) == (
        "self", covered.team, "3", "yes",
    )  # fmt: skip
    assert referral.reason == "I would like company.\n\nI would like to go to: Walking group (Leisure Trust)."
    assert (referral.communication_needs, [need.term for need in referral.needs.all()]) == (
        "large print", [covered.loneliness],
    )  # fmt: skip
    assert [consent.decision for consent in referral.consents.all()] == ["given"]
    assert [risk.description for risk in referral.risks.all()] == ["A big dog."]
    page = read(rose, DONE)
    assert f"Your number is {referral.reference}" in page.text
    assert "Vale link workers will read what you wrote, by Thursday 5 November 2026 at the latest." in page.text
    assert "0161 496 0900" in page.text
    assert "Okafor" not in page.html

    # She finishes: the browser that she borrowed knows nothing any more.
    rose.post("/self-referral/start-again/")
    assert rose.get(DONE).headers["Location"] == YOU
    assert "Okafor" not in read(rose, YOU).html


ADA = {
    "name": "Ada Okafor", "relationship": "daughter", "email": "Ada@home.example", "own_telephone": "07700 900123",
    "first_name": "Rose", "family_name": "Okafor", "postcode": "sk5 8bs", "telephone": "",
    "date_of_birth_0": "27", "date_of_birth_1": "3", "date_of_birth_2": "1951",
}  # fmt: skip


def test_ada_asks_for_her_mother_on_the_same_pages(covered, rose, read):
    """The code goes to Ada; who she is, and how Rose agreed, stands on the referral; sharing is for Rose to say."""
    ada = rose
    ada.post(YOU, ROSE)  # begun as if for herself
    page = read(ada, YOU)
    assert "/self-referral/?for=family" in page.links
    assert ada.get(f"/self-referral/?for=family&service={covered.walking.pk}").headers["Location"] == YOU
    page = read(ada, YOU)
    assert ("About you and them" in page.text, "Okafor" in page.html) == (True, False)  # what was typed was of another
    assert f"/self-referral/?for=self&service={covered.walking.pk}" in page.links
    for changes, words in (
        ({"name": ""}, "Enter your name."),
        ({"relationship": ""}, "Enter who you are to them, for example daughter."),
        ({"first_name": ""}, "Enter their first name."),
        ({"postcode": "M1 1AE"}, "We have no team near them."),
    ):
        refused = ada.post(YOU, ADA | changes)
        assert (refused.status_code, words in refused.content.decode(), words) == (400, True, words)
    assert ada.post(YOU, ADA).headers["Location"] == WISHES
    assert "What they would like" in read(ada, WISHES).title
    refused = ada.post(WISHES, wishes_of(covered)).content.decode()
    assert "You gave no phone number of theirs." in refused
    assert "Choose how" in ada.post(WISHES, wishes_of(covered, preferred_contact="")).content.decode()
    assert ada.post(WISHES, wishes_of(covered, preferred_contact="4")).status_code == 400  # her email is not Rose's
    assert (
        ada.post(WISHES, wishes_of(covered, wish="She would like company.", preferred_contact="6")).status_code == 302
    )
    page = read(ada, CHECK)
    for words in ("Ada Okafor, daughter", "07700 900123", "Rose Okafor", "Ring me, and I tell them"):
        assert words in page.text
    assert "may tell groups and services" not in page.text
    refused = ada.post(CHECK, {"agrees_to_referral": "on", "agrees_to_sharing": "on"})
    assert "Write in a few words how they agreed." in refused.content.decode()
    assert nothing_happened()

    said = {"agrees_to_referral": "on", "agrees_to_sharing": "on", "agreement": "We wrote this together on Sunday."}
    assert ada.post(CHECK, said).headers["Location"] == CODE
    assert "We sent a code to Ada@home.example" in read(ada, CODE).text
    assert ada.post(CODE, {"code": code()}).headers["Location"] == DONE
    referral = Referral.objects.get()
    assert (
        referral.source, referral.referrer_name, referral.referrer_relationship, referral.referrer_contact,
        referral.agreement, referral.preferred_contact, referral.email, referral.telephone, referral.may_telephone,
    ) == (
        "family", "Ada Okafor", "daughter", "07700 900123 · Ada@home.example", "We wrote this together on Sunday.",
        "6", "", "", "not_asked",
    )  # fmt: skip
    assert referral.reason == "She would like company.\n\nThey would like to go to: Walking group (Leisure Trust)."
    assert list(referral.consents.all()) == []
    assert "A link worker then gets in touch, in the way that you said." in read(ada, DONE).text


def test_nothing_that_she_types_stands_in_an_address(covered, rose):
    addresses = [rose.post(YOU, ROSE).headers["Location"], rose.post(WISHES, wishes_of(covered)).headers["Location"]]
    addresses += re.findall(r'(?:href|action)="([^"]*)"', rose.get(CHECK).content.decode())
    assert not re.search("okafor|rose|1951|sk5|home.example", str(addresses), re.IGNORECASE)


def test_each_page_says_what_is_missing_and_no_page_is_reached_before_the_one_before_it(covered, rose):
    for page in (WISHES, CHECK, CODE, DONE):
        assert rose.get(page).headers["Location"] == YOU
        if page != DONE:
            assert rose.post(page, {"code": "123456", "agrees_to_referral": "on"}).headers["Location"] == YOU
    for changes, words in (
        ({"first_name": ""}, "Enter your first name."),
        ({"email": ""}, "Enter your email address: we send you a code."),
        ({"date_of_birth_2": "2051"}, "The date of birth is in the future."),
        ({"postcode": "nowhere"}, "postcode"),
        ({"postcode": "SK9 9ZZ"}, "We do not know this postcode. Check it."),
        (
            {"postcode": "M1 1AE"},
            "We have no team near you. Ring 0161 496 0900, or ask your GP practice who can help.",
        ),
    ):
        refused = rose.post(YOU, ROSE | changes)
        assert (refused.status_code, words in refused.content.decode(), words) == (400, True, words)
    assert rose.get(WISHES).headers["Location"] == YOU
    rose.post(YOU, ROSE | {"telephone": ""})
    for wished, words in (
        (wishes_of(covered, needs=[], wish=""), "Tick something above, or write a few words here."),
        (wishes_of(covered), "You gave no phone number."),
        (wishes_of(covered, preferred_contact=""), "Choose how we should get in touch."),
    ):
        refused = rose.post(WISHES, wished)
        assert (refused.status_code, words in refused.content.decode(), words) == (400, True, words)
    assert nothing_happened()


def test_another_code_makes_the_first_worth_nothing_and_there_are_three(covered, rose, read):
    written(rose, covered)
    rose.post(CHECK, {"agrees_to_referral": "on"})
    first = code()
    assert rose.post(CODE, {"another": "1"}).headers["Location"] == CODE
    if code() != first:
        assert rose.post(CODE, {"code": first}).status_code == 400
    rose.post(CODE, {"another": "1"})
    refused = rose.post(CODE, {"another": "1"})
    assert refused.status_code == 409
    assert "You have had all the codes there are for this." in refused.content.decode()
    assert Referral.objects.count() == 0
    # Changed, and sent anew: what waits is the new one.
    rose.post(YOU, ROSE | {"email": "rose.o@home.example"})
    rose.post(CHECK, {"agrees_to_referral": "on"})
    assert "rose.o@home.example" in read(rose, CODE).text
    rose.post(CODE, {"code": code()})
    assert Referral.objects.get().confirmed_email == "rose.o@home.example"


def test_too_often_from_one_address_and_nothing_is_made_and_what_was_typed_stays(covered, rose, monkeypatch):
    for scope in ("self-referral", "self-referral-code"):
        monkeypatch.setitem(PublicDoorThrottle.THROTTLE_RATES, scope, "1/hour")
    written(rose, covered)
    rose.post(CHECK, {"agrees_to_referral": "on"})
    rose.post(CODE, {"code": "1"})
    refused = rose.post(CODE, {"code": code()})
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    rose.post(YOU, ROSE)
    refused = rose.post(CHECK, {"agrees_to_referral": "on"})
    assert refused.status_code == 429
    assert "Please wait a while" in refused.content.decode()
    assert (SelfReferral.objects.count(), Referral.objects.count()) == (1, 0)


def test_what_was_typed_is_forgotten_after_two_hours(covered, rose, time_machine):
    written(rose, covered)
    time_machine.shift(7300)
    assert rose.get(CHECK).headers["Location"] == YOU
    assert "Okafor" not in rose.get(YOU).content.decode()
