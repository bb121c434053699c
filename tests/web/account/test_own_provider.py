"""People sign in by their organisation's own identity provider: a real one, on the loopback, over HTTP.

The provider is a process (`identity_server.py`); a browser is `requests` towards it and Django's client towards us.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from environ import ImproperlyConfigured

from accounts import machines, providers
from accounts.enums import AccountEventKind
from accounts.models import AccountEvent, Membership, Organization, User
from config.identity import read_providers
from core.errors import NotPermitted
from notifications.models import OutboxMessage
from tests.web.account.identity_server import CLIENT_ID, CLIENT_SECRET

GITA, PASSWORD = "gita.gill@work.example", "the password over there"
START = "/sign-in/with/vale/"


@pytest.fixture(autouse=True)
def _on_the_next_morning():
    """Here it is today, as it is at the provider: it says until when its word is good."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The provider of Vale Practice. `people` says what it says of whom, and may be changed by a test."""
    folder = tmp_path_factory.mktemp("identity")
    people = {
        name: {"password": PASSWORD, "claims": {}} for name in ("gita", "dean", "stranger", "system", "gita-the-second")
    }
    (folder / "people.json").write_text(json.dumps(people), encoding="utf-8")
    script = Path(__file__).with_name("identity_server.py")
    environment = {"PATH": "", "PYTHONPATH": ":".join(part for part in sys.path if part), "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(script), str(folder)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        assert port, "the identity server did not start"

        def says(name, **claims):
            people[name]["claims"] = claims
            (folder / "people.json").write_text(json.dumps(people), encoding="utf-8")

        yield SimpleNamespace(url=f"http://127.0.0.1:{port}", says=says)
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


@pytest.fixture
def configure(server, settings, tmp_path):
    """Our side: the provider as an operator configures it."""

    def write(**changes):
        secret = tmp_path / "secret"
        secret.write_text(f"{CLIENT_SECRET}\n", encoding="utf-8")
        one = {"id": "vale", "name": "Vale sign-in", "server_url": server.url, "client_id": CLIENT_ID,
               "secret_file": str(secret)} | changes  # fmt: skip
        apps = read_providers(json.dumps([one]), only_https=False)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}

    return write


@pytest.fixture
def vale(cast, configure, server):
    """Vale Practice names the provider, which knows Gita and has seen her email."""
    configure()
    Organization.objects.filter(name="Vale Practice").update(identity_provider="vale")
    server.says("gita", email=GITA.upper(), email_verified=True)
    return cast


def come_back(browser, name, *, start=START, password=PASSWORD):
    """Press the button, sign in over there, and return the address by which the provider sends one back."""
    there = requests.Session()
    answer = browser.get(start)
    assert answer.status_code == 302, answer.content
    page = there.get(answer["Location"], timeout=10)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    form = {"login": name, "password": password, "csrfmiddlewaretoken": token[1]}
    answer = there.post(page.url, form, allow_redirects=False, timeout=10)
    while answer.status_code == 302 and not answer.headers["Location"].startswith("http://testserver/"):
        answer = there.get(requests.compat.urljoin(answer.url, answer.headers["Location"]), allow_redirects=False,
                           timeout=10)  # fmt: skip
    assert answer.status_code == 302, answer.text
    there.close()
    return answer.headers["Location"].removeprefix("http://testserver")


def sign_in(name, *, browser=None, **given):
    browser = browser or Client()
    return browser, browser.get(come_back(browser, name, **given))


def who(browser):
    page = browser.get("/api/v1/me/")
    return page.json()["full_name"] if page.status_code == 200 else None


def refused_with(answer, words):
    """They are at the door again, are told why, and nobody is signed in."""
    assert (answer.status_code, answer["Location"].startswith("/sign-in/?")) == (302, True)
    page = Client().get(answer["Location"])
    assert words in page.content.decode()
    return True


# --- The way there and back ------------------------------------------------------------------------------


def test_a_gp_signs_in_where_she_works_and_gets_where_she_was_going(vale):
    browser = Client()
    door = browser.get("/sign-in/?next=/me/sessions/").content.decode()
    assert "Sign in with Vale sign-in" in door
    start = re.search(r'href="(/sign-in/with/vale/[^"]*)"', door)
    assert start is not None
    asked = parse_qs(urlsplit(browser.get(start[1])["Location"]).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert set(asked["scope"][0].split()) == {"openid", "email"}
    assert asked.keys() >= {"state", "code_challenge"}

    _, answer = sign_in("gita", browser=browser, start=start[1])

    assert (answer.status_code, answer["Location"]) == (302, "/me/sessions/")
    assert who(browser) == "Gita Gill"
    assert "None: you sign in where you work" in browser.get("/me/").content.decode()
    link = SocialAccount.objects.get()
    assert (link.user, link.provider, link.uid, link.extra_data) == (vale.gp, "vale", "subject-of-gita", {})
    assert (SocialToken.objects.count(), SocialApp.objects.count()) == (0, 0)
    event = AccountEvent.objects.get()
    assert (event.user, event.kind) == (vale.gp, AccountEventKind.PROVIDER_LINKED)
    told = OutboxMessage.objects.get()
    assert (told.recipient, told.template) == (GITA, "account_changed")
    browser.post("/sign-out/")
    assert who(browser) is None


def test_after_the_first_time_the_subject_counts_and_not_the_address(vale, server):
    sign_in("gita")
    server.says("gita", email="married.name@elsewhere.example", email_verified=True)
    assert who(sign_in("gita")[0]) == "Gita Gill"
    # The address goes to somebody new over there: they are not her.
    server.says("gita-the-second", email=GITA, email_verified=True)
    browser, answer = sign_in("gita-the-second")
    assert refused_with(answer, "Vale sign-in knows you, and this service does not.")
    assert (who(browser), SocialAccount.objects.count(), AccountEvent.objects.count()) == (None, 1, 1)


# --- Who does not come in ----------------------------------------------------------------------------------


def test_nobody_gets_an_account_by_it_that_nobody_made(vale, server):
    count = User.objects.count()
    server.says("stranger", email="stranger@work.example", email_verified=True)
    browser, answer = sign_in("stranger")
    assert refused_with(answer, "Ask the lead of your team")
    for claims in ({"email": GITA}, {"email": GITA, "email_verified": False}, {}):
        server.says("gita", **claims)
        assert refused_with(sign_in("gita")[1], "this service does not"), claims
    assert (who(browser), User.objects.count(), SocialAccount.objects.count()) == (None, count, 0)


def test_somebody_elses_provider_lets_nobody_in(vale, server):
    """Dean works at the hospital, which does not name this provider: whatever it says of his address."""
    server.says("dean", email=vale.discharge_nurse.email, email_verified=True)
    browser, answer = sign_in("dean")
    assert refused_with(answer, "this service does not")
    assert (who(browser), SocialAccount.objects.count()) == (None, 0)


@pytest.mark.parametrize("gone", ["the account", "the role", "the organisation", "the provider"])
def test_who_has_left_stays_out_though_the_provider_still_knows_them(gone, vale):
    sign_in("gita")
    if gone == "the account":
        User.objects.filter(pk=vale.gp.pk).update(is_active=False)
    elif gone == "the role":
        Membership.objects.filter(user=vale.gp).delete()
    elif gone == "the organisation":
        Organization.objects.filter(name="Vale Practice").update(is_active=False)
    else:
        Organization.objects.filter(name="Vale Practice").update(identity_provider="")
    browser, answer = sign_in("gita")
    assert refused_with(answer, "this service does not")
    assert who(browser) is None


def test_a_machine_is_nobody_of_the_providers(vale, server):
    machines.register_machine(
        team=vale.practice, name="Vale records", contact="systems@vale.example", roles=["referrer"],
        scopes=["referrals:read"], at=timezone.now(),
    )  # fmt: skip
    server.says("system", email="systems@vale.example", email_verified=True)
    assert refused_with(sign_in("system")[1], "this service does not")
    assert SocialAccount.objects.count() == 0


def test_a_capital_of_another_alphabet_is_not_the_same_address(vale):
    """PostgreSQL's capitals make I of a Turkish dotless i: the address must be the same in small letters too."""
    with pytest.raises(NotPermitted):
        providers.find_by_provider(provider="vale", subject="x", verified_emails=[GITA.replace("i", "\u0131")])


def test_what_comes_back_to_another_browser_or_twice_lets_nobody_in(vale):
    here, elsewhere = Client(), Client()
    address = come_back(here, "gita")
    assert refused_with(elsewhere.get(address), "does not answer as it should")
    forged = re.sub(r"state=[^&]+", "state=another", address)
    assert refused_with(here.get(forged), "does not answer as it should")
    assert refused_with(Client().get(f"{START}done/?code=x"), "does not answer as it should")
    assert (who(here), who(elsewhere)) == (None, None)
    here.get(address)
    assert who(here) == "Gita Gill"
    here.post("/sign-out/")
    assert refused_with(here.get(address), "does not answer as it should")
    assert who(here) is None


def test_who_turns_round_over_there_is_told_so(vale):
    browser = Client()
    state = parse_qs(urlsplit(browser.get(START)["Location"]).query)["state"][0]
    answer = browser.get(f"{START}done/?error=access_denied&state={state}")
    assert refused_with(answer, "You did not finish signing in at Vale sign-in.")
    assert Client().get("/sign-in/with/nobody/").status_code == 404
    assert Client().get("/sign-in/with/nobody/done/").status_code == 404
    assert Client().post(START).status_code == 405


# --- The second step -----------------------------------------------------------------------------------------


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR = "required"


def test_who_had_their_second_step_there_needs_none_here(vale, server, configure, required):
    configure(second_factor="there", amr=["mfa", "otp"], acr=["two"])
    TOTP.activate(vale.gp, "JBSWY3DPEHPK3PXP")
    server.says("gita", email=GITA, email_verified=True, amr=["pwd", "otp"], acr="two")
    browser, answer = sign_in("gita")
    assert (answer["Location"], who(browser)) == ("/", "Gita Gill")
    for said in ({"amr": ["pwd"], "acr": "two"}, {"amr": ["pwd", "otp"], "acr": "one"}, {"amr": "otp"}, {}):
        server.says("gita", email=GITA, email_verified=True, **said)
        browser, answer = sign_in("gita")
        assert refused_with(answer, "Vale sign-in asked you for a password alone"), said
        assert who(browser) is None


def test_where_the_provider_asks_for_none_it_is_asked_for_here(vale, required):
    browser, _ = sign_in("gita")
    assert browser.get("/api/v1/me/").json()["code"] == "second_factor_needed"
    assert browser.get("/")["Location"].startswith("/me/second-step/app/")
    TOTP.activate(vale.gp, "JBSWY3DPEHPK3PXP")
    browser, answer = sign_in("gita")
    assert (answer["Location"].startswith("/sign-in/code/"), who(browser)) == (True, None)


# --- When it is out, and how it is configured -------------------------------------------------------------------


def test_passwords_go_on_as_they_were_while_the_provider_is_out(vale, configure):
    vale.gp.set_password("her own long password")
    vale.gp.save()
    sign_in("gita")
    configure(server_url="http://127.0.0.1:9")
    assert refused_with(Client().get(START), "Vale sign-in does not answer as it should.")
    browser = Client()
    browser.post("/sign-in/", {"login": GITA, "password": "her own long password"})
    assert who(browser) == "Gita Gill"


def test_a_wrong_secret_of_ours_lets_nobody_in(vale, configure, tmp_path):
    other = tmp_path / "other"
    other.write_text("not this one", encoding="utf-8")
    configure(secret_file=str(other))
    browser, answer = sign_in("gita")
    assert refused_with(answer, "does not answer as it should")
    assert who(browser) is None


def test_addresses_may_be_the_providers_own_by_their_domain(vale, server, configure):
    """Microsoft does not say that an address is verified: of its own domain, a provider knows."""
    configure(verified_email_domains=["work.example"])
    server.says("gita", email=GITA)
    assert who(sign_in("gita")[0]) == "Gita Gill"
    server.says("stranger", email="gita.gill@elsewhere.example")
    assert refused_with(sign_in("stranger")[1], "this service does not")


def test_a_key_may_stand_for_the_secret_and_is_never_sent(vale, configure, tmp_path, monkeypatch):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    configure(secret_file=str(tmp_path / "key.pem"), token_auth_method="private_key_jwt", key_id="k1")
    sent: dict[str, Any] = {}
    post = requests.Session.request

    def request(self, method, url, **given):
        sent.update(given.get("data") or {}, url=url)
        return post(self, method, url, **given)

    browser = Client()
    address = come_back(browser, "gita")
    monkeypatch.setattr(requests.Session, "request", request)
    # The provider of these tests does not know this way, and refuses it: what was sent is what counts.
    assert refused_with(browser.get(address), "does not answer as it should")
    assert sent["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert (sent["client_id"], "client_secret" in sent, bool(sent["code_verifier"])) == (CLIENT_ID, False, True)
    assert jwt.get_unverified_header(sent["client_assertion"])["kid"] == "k1"
    claims = jwt.decode(sent["client_assertion"], key.public_key(), algorithms=["RS256"], audience=sent["url"])
    assert (claims["iss"], claims["sub"], claims["exp"] - claims["iat"]) == (CLIENT_ID, CLIENT_ID, 60)


def test_no_provider_no_button(cast):
    assert "Or sign in where you work" not in Client().get("/sign-in/").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"server_url": "http://identity.example"}, "https"),
        ({"secret": "in the list"}, "there is no secret"),
        ({"secret_file": "/nowhere/secret"}, "cannot be read"),
        ({"client_id": ""}, "client_id is missing"),
        ({"id": "Vale Practice"}, "small letters"),
        ({"second_factor": "perhaps"}, "here or there"),
        ({"amr": "mfa"}, "list of words"),
        ({"token_auth_method": "none"}, "private_key_jwt"),
    ],
)
def test_a_wrong_configuration_stops_the_start(changes, words, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s", encoding="utf-8")
    right = {"id": "vale", "name": "Vale", "server_url": "https://identity.example", "client_id": "c",
             "secret_file": str(secret)}  # fmt: skip
    assert read_providers(json.dumps([right]), only_https=True)[0]["secret"] == "s"
    with pytest.raises(ImproperlyConfigured, match=words):
        read_providers(json.dumps([right | changes]), only_https=True)
    with pytest.raises(ImproperlyConfigured, match="an id of its own"):
        read_providers(json.dumps([right, right]), only_https=True)
    for text in ("{", '{"id": 1}', "[1]"):
        with pytest.raises(ImproperlyConfigured):
            read_providers(text, only_https=True)


def test_an_operator_says_whose_provider_it_is(cast, configure, capsys):
    configure()
    call_command("identity_provider", "name", "Vale Practice", "vale")
    call_command("identity_provider", "list")
    shown = capsys.readouterr().out
    assert "Vale Practice: vale" in shown
    assert "/sign-in/with/vale/done/" in shown
    for words, said in (
        (["Vale Practice", "other"], "no such provider"),
        (["Nowhere", "vale"], "no such organisation"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("identity_provider", "name", *words)
    call_command("identity_provider", "name", "Vale Practice", "none")
    assert not Organization.objects.exclude(identity_provider="").exists()
