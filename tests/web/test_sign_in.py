"""The door: in by email and password, on to where a message led, and out by a button."""

import re

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from accounts.enums import Role
from accounts.services import register_user
from core.problems import page_not_found
from core.throttling import SignInThrottle

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk by the river"


@pytest.fixture
def receptionist(cast):
    return register_user(
        email="Rita@practice.example", full_name="Rita Desk", password=PASSWORD, roles=[(cast.practice, Role.REFERRER)]
    )


def sign_in(client, *, email="rita@practice.example", password=PASSWORD, **more):
    return client.post("/sign-in/", {"login": email, "password": password, **more})


def links_to_errors(html):
    return dict(re.findall(r'<a href="(#id_\w+)">\s*(.+?)\s*</a>', html))


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_on_to_what_the_message_spoke_of(
    client, receptionist, referral_at
):
    # Given a message that links to a referral
    referral = referral_at("submitted")
    address = f"/r/{referral.reference}"

    # When it is followed by somebody who has not signed in
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/sign-in/?next={address}")
    assert f'name="next" value="{address}"' in client.get(answer.headers["Location"]).content.decode()

    # Then signing in leads to the referral
    answer = sign_in(client, next=address)
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert client.get(address).status_code == 200


def test_signing_in_leads_nowhere_outside_the_service(client, receptionist):
    assert sign_in(client, next="https://elsewhere.example/r/").headers["Location"] == "/"


def test_an_email_is_the_same_in_any_case(client, receptionist):
    assert sign_in(client, email="RITA@Practice.Example").headers["Location"] == "/"


def test_a_wrong_password_an_unknown_email_and_a_closed_account_get_the_same_answer(client, receptionist):
    closed = register_user(email="gone@practice.example", full_name="Gone", password=PASSWORD)
    closed.is_active = False
    closed.save()
    answers = [
        sign_in(client, password="a guess"),
        sign_in(client, email="nobody@practice.example"),
        sign_in(client, email="gone@practice.example"),
    ]
    for answer in answers:
        html = answer.content.decode()
        assert answer.status_code == 200
        assert "<title>Error: Sign in" in html
        assert links_to_errors(html) == {"#id_login": "The email or the password is not right."}
        assert PASSWORD not in html
    assert SESSION_KEY not in client.session


def test_empty_fields_are_named_and_linked(client, db):
    html = sign_in(client, email="", password="").content.decode()
    assert links_to_errors(html) == {
        "#id_login": "Enter your email address.", "#id_password": "Enter your password.",
    }  # fmt: skip
    assert 'aria-describedby="id_login-error"' in html
    assert 'aria-describedby="id_password-error"' in html


def test_each_field_has_its_label_and_its_purpose(client, db, read):
    page = read(client, "/sign-in/")
    assert re.findall(r'<label class="nhsuk-label" for="([^"]+)">\s*([^<]+?)\s*</label>', page.html) == [
        ("id_login", "Email address"), ("id_password", "Password"),
    ]  # fmt: skip
    assert 'autocomplete="username"' in page.html
    assert 'autocomplete="current-password"' in page.html


def test_whoever_is_signed_in_already_goes_straight_on(browser_of, cast):
    answer = browser_of(cast.gp).get("/sign-in/?next=/about/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/about/")


def test_too_many_tries_from_one_address_have_to_wait(client, receptionist, monkeypatch):
    monkeypatch.setitem(SignInThrottle.THROTTLE_RATES, "sign-in", "3/minute")
    for _ in range(3):
        assert sign_in(client, password="a guess").status_code == 200
    answer = sign_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert SESSION_KEY not in client.session


def test_one_account_is_not_guessed_at_for_long_from_wherever(client, receptionist):
    answers = [sign_in(client, password=f"guess {number}").content.decode() for number in range(11)]
    assert ["Wait five minutes" in html for html in answers] == [False] * 10 + [True]
    assert SESSION_KEY not in client.session
    assert "Wait five minutes" in sign_in(client).content.decode()  # nor by who guesses right at last


def test_people_can_sign_in_while_redis_is_down(client, receptionist, settings, caplog):
    settings.CACHES = {"default": {"BACKEND": "core.caches.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    for _ in range(12):
        assert sign_in(client, password="a guess").status_code == 200
    assert sign_in(client).headers["Location"] == "/"
    assert "no tries are counted" in caplog.text


def test_signing_out_is_a_button_and_never_a_link(browser_of, cast):
    browser = browser_of(cast.gp)
    assert browser.get("/sign-out/").status_code == 405
    assert SESSION_KEY in browser.session
    answer = browser.post("/sign-out/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/")
    assert SESSION_KEY not in browser.session


def test_signing_out_twice_leads_to_sign_in_and_not_in_a_circle(client, db):
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"


def test_signing_in_and_out_are_protected_against_forgery(cast):
    browser = Client(enforce_csrf_checks=True)
    answer = sign_in(browser)
    assert answer.status_code == 403
    assert "Please try again</h1>" in answer.content.decode()
    browser.force_login(cast.gp)
    assert browser.post("/sign-out/").status_code == 403
    assert SESSION_KEY in browser.session


def test_without_signing_in_only_the_door_and_what_the_service_is_can_be_read(client, db, read, rf):
    assert read(client, "/about/").title == "About this service - Community Referral"
    assert read(client, "/sign-in/").title == "Sign in - Community Referral"
    for path in ("/", "/r/R-23456-789CD", "/r/O-23456-789CD/"):
        assert client.get(path).status_code == 302
    assert page_not_found(rf.get("/r/"), Exception()).status_code == 404
