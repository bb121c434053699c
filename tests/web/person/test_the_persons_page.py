"""Rose opens her own page on her telephone: what she reads before and after her date of birth, and what she can say."""

import logging
import re

import pytest
from django.conf import settings
from django.test import Client

from core.links import pass_of
from core.logs import WithoutPersonalData
from core.throttling import SignedLinkThrottle
from notifications.models import OutboxMessage
from notifications.templates import PERSONS_PAGE
from referrals.models import CaseNote, PersonLink, ReferralEvent
from tests.conftest import NOW
from tests.own_page.conftest import link_of, row, token_of_link
from tests.web.conftest import Page
from tests.web.person.reading import grade

pytestmark = pytest.mark.django_db
HER_BIRTHDAY = {"date_of_birth_0": "27", "date_of_birth_1": "3", "date_of_birth_2": "1951"}
PAGES = ("", "contact/", "help/", "wish/", "no-thanks/", "go-on/", "who-sees-this/")


def door(referral):
    return f"/p/{token_of_link(link_of(referral))}/"


def opened(referral):
    browser = Client()
    assert browser.post(door(referral), HER_BIRTHDAY).status_code == 302
    return browser


def read(browser, path=""):
    response = browser.get(f"/your-page/{path}")
    return Page(response=response, html=response.content.decode())


def answered(browser, path, **given):
    """What she reads after she has sent a form, with the version that its page showed."""
    shown = re.search(r'name="version" value="(\d+)"', read(browser, path).html)
    response = browser.post(f"/your-page/{path}", given | ({"version": shown[1]} if shown else {}))
    if response.status_code == 302:
        assert response["Location"] == "/your-page/"
        return read(browser)
    return Page(response=response, html=response.content.decode())


def everything():
    return (
        ReferralEvent.objects.count(), OutboxMessage.objects.count(), CaseNote.objects.count(),
        list(PersonLink.objects.values()),
    )  # fmt: skip


def test_before_the_date_of_birth_there_is_nothing_of_rose_to_read(referral_at, cast):
    cast.team.telephone = "0161 496 0700"
    cast.team.save()
    referral = referral_at("accepted")
    before = everything()
    page = Client().get(door(referral))

    text = Page(response=page, html=page.content.decode())
    assert page.status_code == 200
    assert "Ring us on 0161 496 0700 ." in text.text
    words = text.html.replace(settings.SERVICE_NAME, "").lower()
    given_away = re.findall(r"rose|okafor|vale|referr|lonel|health|r-[2-9a-z]{5}-|lou", words)
    assert given_away == []
    assert everything() == before  # programs that look for bad links open them all
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("strict-origin", "no-store")
    assert "own_page" not in page.cookies
    for path in PAGES:
        closed = Client().get(f"/your-page/{path}")
        assert (closed.status_code, "This page has closed" in closed.content.decode()) == (410, True)


def test_a_wrong_date_opens_nothing_five_lock_it_and_nothing_is_said_of_her(referral_at):
    referral = referral_at("accepted")
    wrong = HER_BIRTHDAY | {"date_of_birth_2": "1952"}
    answers = [Client().post(door(referral), wrong) for _ in range(5)]

    assert [(answer.status_code, "own_page" in answer.cookies) for answer in answers] == [
        *[(400, False)] * 4, (410, False),
    ]  # fmt: skip
    assert "This is not the date of birth that we have" in answers[0].content.decode()
    assert "This page is locked" in Client().post(door(referral), HER_BIRTHDAY).content.decode()
    assert not any("rose" in answer.content.decode().lower() for answer in answers)
    assert Client().post(door(referral), {}).status_code == 410
    assert Client().get("/p/23456-789CD-FGHJK-MNPQR-TVWX2/").status_code == 404


def test_after_it_she_reads_who_asked_what_is_next_and_that_we_are_late(cast, onward_at, referral_at, time_machine):
    onward = onward_at("assessment_booked")
    page = read(opened(onward.referral))
    for words in (
        "Hello Rose", "On Monday 2 November 2026, Vale Practice asked us to help you.", "Loneliness and isolation",
        "Lou Marsh works with you.", "Walking group Your first visit is on ", "Your team is Vale link workers.",
        f"Say {onward.referral.reference}", "Say no thanks",
    ):  # fmt: skip
        assert words in page.text, words
    assert "husband" not in page.html
    assert token_of_link(link_of(onward.referral)) not in page.html  # its address is not in the page, nor in a Referer
    assert (page.response["Referrer-Policy"], page.response["Cache-Control"]) == ("strict-origin", "no-store")
    sees = read(opened(onward.referral), "who-sees-this/").text
    assert [name in sees for name in ("Vale Practice", "Town Network", "Leisure Trust", "Company Charity")] == [
        True, True, True, False,
    ]  # fmt: skip
    time_machine.move_to(NOW.replace(month=12), tick=False)
    assert "We are late. We are sorry." in read(opened(referral_at("submitted"))).text


def test_no_thanks_and_yes_after_all(referral_at, cast, browser_of):
    referral = referral_at("accepted")
    browser = opened(referral)
    assert "You do not need to say why." in read(browser, "no-thanks/").text
    page = answered(browser, "no-thanks/")
    for words in ("We have heard you.", "You said no thanks on Tuesday 3 November 2026.",
                  "You can change your mind until Tuesday 17 November 2026."):  # fmt: skip
        assert words in page.text, words
    assert row(referral).said_no_at is not None
    case = browser_of(cast.link_worker).get(f"/r/{referral.reference}").content.decode()
    assert "Said no thanks on their own page, Tuesday 3 November 2026" in case
    assert f'href="/r/{referral.reference}/own-page/"' in case
    assert "Someone from our team will ring you." in answered(browser, "go-on/").text
    assert row(referral).said_no_at is None
    kinds = [kind for kind in ReferralEvent.objects.order_by("id").values_list("kind", flat=True) if "person" in kind]
    assert kinds == ["person_said_no", "person_changed_mind"]


def test_what_she_says_arrives_and_what_is_badly_said_is_shown_again(referral_at, cast, browser_of):
    referral = referral_at("accepted")
    browser = opened(referral)
    assert "Your team will read this." in answered(browser, "wish/", text="I would like to swim.").text
    assert CaseNote.objects.get().text == "I would like to swim."
    case = browser_of(cast.link_worker).get(f"/r/{referral.reference}").content.decode()
    assert re.search(r"I would like to swim\.", case)
    assert "9:00am, The person" in case
    assert answered(browser, "wish/", text="").response.status_code == 400

    page = read(browser, "contact/")
    assert ("ends in 111" in page.text, "0161 496 0111" in page.html) == (True, False)
    saved = answered(browser, "contact/", ways=["telephone", "sms"], preferred_contact="9", telephone="07700 900456")
    assert "We will get in touch this way." in saved.text
    after = row(referral)
    assert (after.may_telephone, after.may_sms, after.may_email, after.telephone, after.preferred_contact) == (
        "yes", "yes", "no", "07700 900456", "9",
    )  # fmt: skip
    again = answered(browser, "contact/", ways=["telephone", "sms"], preferred_contact="9")
    assert "We keep it as it is." in again.text
    for given, words in (
        ({}, "Tick at least one."), ({"ways": ["email"]}, "Tell us your email address."),
        ({"ways": ["sms"], "telephone": "0161 496 0111"}, "Enter a UK mobile number"),
    ):  # fmt: skip
        refused = answered(browser, "contact/", **given)
        assert (refused.response.status_code, words in refused.text) == (400, True)
    stale = browser.post("/your-page/contact/", {"ways": ["telephone"], "version": "1"})
    assert stale.status_code == 409

    answered(browser, "help/", information_formats=["large_print"], in_words="I use a wheelchair.")
    after = row(referral)
    assert (after.information_formats, after.communication_needs) == (["large_print"], "I use a wheelchair.")
    assert "I use a wheelchair." in read(browser, "help/").text


def test_her_page_closes_by_itself_by_her_hand_and_when_a_new_link_is_made(referral_at, cast, browser_of, time_machine):
    referral = referral_at("accepted")
    browser = opened(referral)
    cookie = browser.cookies["own_page"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (
        "/your-page/", True, "Lax", 1800,
    )  # fmt: skip
    assert "sessionid" not in browser.cookies
    browser.post("/your-page/close/")
    assert read(browser).response.status_code == 410

    browser = opened(referral)
    worker = browser_of(cast.link_worker)
    slip = worker.get(f"/r/{referral.reference}/own-page/")
    assert door(referral) in slip.content.decode()
    assert 'aria-label="The same link, for a camera"' in slip.content.decode()
    assert "They last opened their page on Tuesday 3 November 2026." in slip.content.decode()
    old = door(referral)
    version = row(referral).version
    assert worker.post(f"/r/{referral.reference}/own-page/new-link/", {"version": version}).status_code == 302
    assert "This link is too old" in read(browser).text
    assert Client().get(old).status_code == 410
    assert Client().get(door(referral)).status_code == 200
    gp = browser_of(cast.gp)
    assert "Make a new link" not in gp.get(f"/r/{referral.reference}/own-page/").content.decode()
    refused = [
        gp.get(f"/r/{referral.reference}/own-page/new-link/"),
        browser_of(cast.outsider).get(f"/r/{referral.reference}/own-page/"),
    ]
    assert [answer.status_code for answer in refused] == [404, 404]
    printed = gp.get(f"/r/{referral.reference}/own-page/").content.decode().lower()
    assert re.findall("rose|okafor|lonel", printed) == []

    browser = opened(referral)
    time_machine.shift(29 * 60)
    assert read(browser).response.status_code == 200
    time_machine.shift(29 * 60)
    assert read(browser).response.status_code == 200  # half an hour since the last page
    time_machine.shift(31 * 60)
    assert read(browser).response.status_code == 410


def test_a_pass_of_one_link_opens_no_other_and_a_forged_one_none(referral_at):
    referral = referral_at("accepted")
    browser = opened(referral)
    value = browser.cookies["own_page"].value
    reference = referral.reference
    for forged in (value.replace(reference, "R-23456-789CD"), value[:-1], f"{reference}/2027-01-31.9999999999", ""):
        browser.cookies["own_page"] = forged
        assert read(browser).response.status_code == 410
    browser.cookies["own_page"] = pass_of(link_of(referral).key, purpose="listing-check", until=NOW.replace(year=2030))
    assert (PERSONS_PAGE, read(browser).response.status_code) == ("persons-page", 410)


def test_the_secret_is_in_no_line_of_the_log(referral_at, caplog):
    referral = referral_at("accepted")
    token = token_of_link(link_of(referral))
    caplog.set_level(logging.DEBUG)
    Client().get(door(referral))
    Client().get(door(referral)[:-2] + "/")
    Client().post(door(referral), HER_BIRTHDAY)
    Client(enforce_csrf_checks=True).post(door(referral), HER_BIRTHDAY)
    lines = [record.getMessage() for record in caplog.records if WithoutPersonalData().filter(record)]
    assert not any(token[:-2] in line for line in lines)


def test_it_is_throttled_by_address(referral_at, monkeypatch):
    monkeypatch.setitem(SignedLinkThrottle.THROTTLE_RATES, "signed-link", "1/minute")
    referral = referral_at("accepted")
    assert Client().get(door(referral)).status_code == 200
    second = Client().post(door(referral), HER_BIRTHDAY)
    assert (second.status_code, second["Retry-After"].isdigit(), "own_page" in second.cookies) == (429, True, False)


def test_larger_letters_are_kept_in_a_cookie_that_is_about_nobody(referral_at):
    browser = opened(referral_at("accepted"))
    assert "app-large-print" not in read(browser).html
    assert "app-large-print" in read(browser, "?letters=large").html
    assert "app-large-print" in read(browser, "wish/").html
    assert "app-large-print" not in read(browser, "?letters=usual").html
    assert "app-large-print" not in read(browser, "wish/?letters=tiny").html


def test_a_child_of_eleven_could_read_every_page(onward_at, referral_at):
    """By the formula of Flesch and Kincaid; it knows dry words from easy ones, as the first line shows."""
    assert (
        grade("<main><p>Your multidisciplinary referral necessitates additional administrative information.</p></main>")
        > 12
    )
    browser = opened(onward_at("assessment_booked").referral)
    grades = {path: grade(read(browser, path).html) for path in PAGES}
    answered(browser, "no-thanks/")
    grades["after no"] = grade(read(browser).html)
    grades["door"] = grade(Client().get(door(referral_at("submitted"))).content.decode())
    grades["new"] = grade(read(opened(referral_at("submitted"))).html)
    grades["ended"] = grade(read(opened(referral_at("closed"))).html)
    grades["closed page"] = grade(Client().get("/your-page/").content.decode())
    assert {name: round(value, 1) for name, value in grades.items() if value > 6} == {}
