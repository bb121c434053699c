"""Another system works by OAuth 2 client credentials: for one team, within its scopes and roles, until it is ended."""

import base64
import datetime as dt
import io
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from accounts import machines
from accounts.actors import Actor
from accounts.api.machines import MachineAuthentication, MachineThrottle, Needed
from accounts.enums import Role, Scope
from accounts.joining import NewColleague, take_in
from accounts.models import AccountEvent, Machine, MachineSecret, MachineToken, Team, User
from accounts.services import forget_what_ended
from config.scopes import NEEDED
from core.errors import Conflict, Invalid
from notifications.account_messages import ask_for_new_password
from notifications.models import OutboxMessage
from referrals.models import Referral

ME, REFERRALS = "/api/v1/me/", "/api/v1/referrals/"
CONTACT = "systems@vale.example"


@pytest.fixture
def made(cast):
    """The practice's own system, which refers: its row, and its secret."""
    return machines.register_machine(
        team=cast.practice, name="Vale records", contact=CONTACT, roles=["referrer"],
        scopes=["referrals:write", "referrals:read"], at=timezone.now(),
    )  # fmt: skip


def ask(client_id, secret, **form):
    whole = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret} | form
    return Client().post("/oauth/token", whole)


def token_of(made, **form):
    return ask(made[0].client_id, made[1], **form).json()["access_token"]


def by(token):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def a_referral(cast):
    return {
        "person": {
            "first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27", "gp_practice_code": "Z90001",
            "nhs_number": "999 000 0018", "telephone": "0161 496 0111", "postcode": "SK5 8BS",
        },
        "team": str(cast.team.pk),
        "reason": "Lives alone since her husband died, and has stopped going out.",
        "needs": [{"term": str(cast.loneliness.pk)}],
        "no_known_risks": True,
        "consent": {"decision": "given"},
    }  # fmt: skip


# --- What a machine may do ---------------------------------------------------------------------------------


def test_a_practices_system_refers_and_every_timeline_says_which_system_it_was(cast, made, referral_at, as_user):
    elsewhere = referral_at("submitted")
    Referral.objects.filter(pk=elsewhere.pk).update(
        referring_team=cast.discharge_team, referrer=cast.discharge_nurse, owner_team=cast.neighbouring_team
    )
    system = by(token_of(made))

    answer = system.post(REFERRALS, a_referral(cast))

    assert answer.status_code == 201
    referral = Referral.objects.get(reference=answer.json()["reference"])
    assert (referral.referrer, referral.referring_team) == (made[0].account, cast.practice)
    seen = as_user(cast.link_worker).get(f"{REFERRALS}{referral.reference}/events/").json()["results"]
    assert {row["actor"] for row in seen} == {"Vale records (system)"}
    assert [row["reference"] for row in system.get(REFERRALS).json()["results"]] == [referral.reference]
    assert system.get(f"{REFERRALS}{elsewhere.reference}/").status_code == 404
    assert system.get(ME).json()["roles"] == [
        {"role": "referrer", "team_id": str(cast.practice.pk), "team": "Vale Practice",
         "organization": "Vale Practice", "organization_kind": "gp_practice"}
    ]  # fmt: skip


def test_a_token_opens_what_its_scopes_name_and_its_roles_allow_and_nothing_else(cast, made):
    reads = by(token_of(made, scope="referrals:read"))
    refused = reads.post(REFERRALS, a_referral(cast))
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert "referrals:write" in refused.json()["detail"]
    assert Referral.objects.count() == 0
    assert reads.get(REFERRALS).status_code == 200
    for path, code in {
        "/api/v1/teams/": "insufficient_scope",
        "/api/v1/insights/uptake/": "insufficient_scope",
        "/api/v1/inbox/": "not_for_machines",
        "/api/v1/subject-access/": "not_for_machines",
    }.items():
        assert (reads.get(path).status_code, reads.get(path).json()["code"]) == (403, code), path
    # A scope is no role: figures are for managers, whatever the token says.
    counting, secret = machines.register_machine(
        team=cast.practice, name="Counter", contact="counter@vale.example", roles=["referrer"],
        scopes=["insights:read"], at=timezone.now(),
    )  # fmt: skip
    answer = by(token_of((counting, secret))).get("/api/v1/insights/runs/")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def routes_of_the_api(patterns=None, prefix=""):
    """Every route that asks who is there by the door of machines: name, pattern, view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes_of_the_api(pattern.url_patterns, path)
        elif hasattr(pattern.callback, "cls"):
            yield pattern.name, path, pattern.callback.cls


def test_every_route_of_the_api_is_in_the_table_of_scopes_or_closed_to_machines():
    first: Any = api_settings.DEFAULT_AUTHENTICATION_CLASSES[0]
    assert first is MachineAuthentication
    routes = list(routes_of_the_api())
    assert len(routes) > 120
    guarded = {name for name, _, view in routes if MachineAuthentication in view.authentication_classes}
    open_to_all = {name for name, _, view in routes if not view.authentication_classes}
    rest = {name for name, _, _ in routes} - guarded - open_to_all
    assert rest == {"notify-receipts"}, "who comes in by another door"
    assert guarded == set(NEEDED), "a new route is entered in config/scopes.py"
    assert {type(needed) for needed in NEEDED.values()} <= {Needed, str, type(None)}


def test_a_route_that_nobody_entered_is_closed_to_machines(made, monkeypatch):
    system = by(token_of(made))
    assert system.get(REFERRALS).status_code == 200
    monkeypatch.delitem(NEEDED, "referral-list")
    assert system.get(REFERRALS).json()["code"] == "not_for_machines"


def test_the_api_document_says_which_scope_each_operation_needs():
    document = yaml.safe_load((settings.BASE_DIR / "docs" / "openapi.yml").read_text(encoding="utf-8"))
    flow = document["components"]["securitySchemes"]["machine"]["flows"]["clientCredentials"]
    assert (flow["tokenUrl"], set(flow["scopes"])) == ("/oauth/token", set(Scope.values))

    def needed(path, method):
        return [way["machine"] for way in document["paths"][path][method]["security"] if "machine" in way]

    assert needed(REFERRALS, "post") == [["referrals:write"]]
    assert needed(f"{REFERRALS}{{reference}}/", "get") == [["referrals:read"]]
    assert needed("/api/v1/services/{id}/", "get") == [["directory:read"]]
    assert needed(ME, "get") == [[]]
    assert needed("/api/v1/inbox/", "get") == []


# --- Asking for a token ------------------------------------------------------------------------------------


def test_a_token_is_asked_for_as_every_client_library_does(made, now, time_machine):
    time_machine.move_to(now, tick=False)
    machine, secret = made
    basic = base64.b64encode(f"{machine.client_id}:{secret}".encode()).decode()
    answer = Client().post(
        "/oauth/token", {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    body = answer.json()
    assert {name: body[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer", "expires_in": 900, "scope": "referrals:read referrals:write",
    }  # fmt: skip
    assert body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    kept = [
        *MachineToken.objects.values_list("digest", flat=True),
        *MachineSecret.objects.values_list("digest", flat=True),
    ]
    assert not {body["access_token"], secret} & set(kept)
    assert by(body["access_token"]).get(ME).status_code == 200
    time_machine.shift(899)
    assert by(body["access_token"]).get(ME).status_code == 200
    time_machine.shift(1)
    assert by(body["access_token"]).get(ME).status_code == 401
    time_machine.shift(1)
    assert [forget_what_ended(at=timezone.now())[0] for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "crs_wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "K-22222-22222"}, 401, "invalid_client"),
        ({"client_id": "\x00"}, 401, "invalid_client"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ["client_credentials", "client_credentials"]}, 400, "invalid_request"),
        ({"scope": "directory:read"}, 400, "invalid_scope"),
        ({"scope": "referrals:read everything"}, 400, "invalid_scope"),
    ],
)
def test_a_wrong_request_for_a_token_gets_none(form, status, error, made):
    form = dict(form)
    answer = ask(form.pop("client_id", made[0].client_id), form.pop("client_secret", made[1]), **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert answer.headers["Cache-Control"] == "no-store"
    assert MachineToken.objects.count() == 0


def test_a_secret_goes_in_one_place_and_never_in_an_address(made):
    machine, secret = made
    basic = {"Authorization": "Basic " + base64.b64encode(f"{machine.client_id}:{secret}".encode()).decode()}
    form = {"grant_type": "client_credentials", "client_secret": secret}
    assert Client().post("/oauth/token", form, headers=basic).json()["error"] == "invalid_request"
    for header in ("Basic ???", "Basic", "Bearer x", "Basic " + base64.b64encode(b"\xff\xff").decode()):
        answer = Client().post("/oauth/token", {"grant_type": form["grant_type"]}, headers={"Authorization": header})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    address = f"/oauth/token?grant_type=client_credentials&client_id={machine.client_id}&client_secret={secret}"
    assert [Client().get(address).status_code, Client().post(address).status_code] == [405, 400]
    assert Client().post("/oauth/token", form, content_type="application/json").json()["error"] == "invalid_request"
    assert MachineToken.objects.count() == 0


def test_tries_and_requests_are_counted(made, monkeypatch):
    assert [ask(made[0].client_id, "crs_wrong").status_code for _ in range(31)] == [401] * 30 + [429]
    late = ask(*[made[0].client_id, made[1]])
    assert (late.status_code, 0 < int(late.headers["Retry-After"]) <= 60) == (429, True)
    given = machines.give_token(client_id=made[0].client_id, secret=made[1], scopes=[], at=timezone.now())
    monkeypatch.setattr(MachineThrottle, "THROTTLE_RATES", {"machine": "3/minute"})
    answers = [by(given.token).get(ME) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (answers[3].json()["code"], int(answers[3].headers["Retry-After"]) <= 60) == ("throttled", True)


def test_who_asks_is_known_by_one_query(made, django_assert_num_queries):
    token = token_of(made)
    with django_assert_num_queries(1):
        found = machines.find_machine_token(token, at=timezone.now())
        assert found is not None
        assert found.secret.machine.account.full_name == "Vale records (system)"


# --- From the first secret to the end ------------------------------------------------------------------------


def run(*words):
    out = io.StringIO()
    call_command("machine", *words, stdout=out)
    return out.getvalue()


ADD = ["add", "Vale records", "--organization", "Vale Practice", "--team", "Vale Practice", "--contact", CONTACT,
       "--role", "referrer", "--scope", "referrals:write"]  # fmt: skip


def test_an_operator_makes_changes_and_ends_a_machine(cast, time_machine, now):
    time_machine.move_to(now, tick=False)
    shown = dict(line.split("=") for line in run(*ADD).splitlines()[:2])
    machine, first = Machine.objects.get(), shown["client_secret"]
    assert (shown["client_id"], machine.team, machine.scopes) == (machine.client_id, cast.practice, ["referrals:write"])
    token = token_of((machine, first))

    second = run("rotate", machine.client_id).splitlines()[1].partition("=")[2]
    assert [ask(machine.client_id, secret).status_code for secret in (first, second)] == [200, 200]
    assert "2 secret(s), the oldest of 2 November 2026" in run("list")
    time_machine.shift(dt.timedelta(days=7))
    assert [ask(machine.client_id, secret).status_code for secret in (first, second)] == [401, 200]

    # Somebody else has read it: a new one, and the old one ends now, with the tokens that it gave.
    token = token_of((machine, second))
    third = run("rotate", machine.client_id, "--days", "0").splitlines()[1].partition("=")[2]
    assert [ask(machine.client_id, secret).status_code for secret in (second, third)] == [401, 200]
    assert by(token).get(ME).status_code == 401

    token = token_of((machine, third))
    run("end", machine.client_id)
    assert (ask(machine.client_id, third).status_code, by(token).get(ME).status_code) == (401, 401)
    assert (machine.account.memberships.count(), "ended" in run("list")) == (0, True)
    for words in (["rotate", machine.client_id], ["end", machine.client_id]):
        with pytest.raises(CommandError, match="has ended"):
            run(*words)
    with pytest.raises(CommandError, match="no such machine"):
        run("end", "K-22222-22222")
    with pytest.raises(CommandError, match="ends now"):
        run("rotate", machine.client_id, "--days", "-1")


def test_two_secrets_are_good_at_a_time_and_never_three(made):
    machine, first = made
    second = machines.rotate_secret(machine=machine, at=timezone.now())
    third = machines.rotate_secret(machine=machine, at=timezone.now())
    assert [ask(machine.client_id, secret).status_code for secret in (first, second, third)] == [401, 200, 200]


@pytest.mark.parametrize(
    "closed",
    [
        lambda machine: Team.objects.filter(pk=machine.team_id).update(is_active=False),
        lambda machine: type(machine.team.organization).objects.update(is_active=False),
        lambda machine: User.objects.filter(pk=machine.account_id).update(is_active=False),
    ],
    ids=["its team", "its organisation", "its account"],
)
def test_a_machine_works_no_longer_than_those_for_whom_it_works(closed, made):
    token = token_of(made)
    closed(made[0])
    assert (by(token).get(ME).status_code, ask(made[0].client_id, made[1]).status_code) == (401, 401)


def test_a_machine_ends_its_own_token(made):
    token, other = token_of(made), token_of(made)
    assert by(token).delete("/api/v1/tokens/current/").status_code == 204
    assert [by(one).get(ME).status_code for one in (token, other)] == [401, 200]


def test_what_cannot_be_a_machine_is_not_made(cast, made):
    def make(**changes):
        given = {"team": cast.practice, "name": "Another", "contact": "other@vale.example", "roles": ["referrer"],
                 "scopes": ["referrals:read"], "at": timezone.now()}  # fmt: skip
        return machines.register_machine(**given | changes)

    for field, value in [
        ("name", " "), ("roles", []), ("roles", [Role.LEAD]), ("roles", ["referrer", Role.SAFEGUARDING]),
        ("roles", [Role.LINK_WORKER]), ("scopes", []), ("scopes", ["everything"]), ("contact", "nowhere"),
        ("contact", cast.gp.email),
    ]:  # fmt: skip
        with pytest.raises(Invalid) as refused:
            make(**{field: value})
        assert list(refused.value.extra["errors"]) == [field]
    cast.practice.is_active = False
    with pytest.raises(Conflict):
        make()
    assert (Machine.objects.count(), User.objects.filter(email="other@vale.example").count()) == (1, 0)
    with pytest.raises(CommandError, match="no such team"):
        run(*["add", "x", "--organization", "Nobody", *ADD[4:]])


def test_nobody_is_a_machine(cast, made):
    """No password, no link to one, no lead who makes a colleague of it: there is no way in by its account."""
    assert not made[0].account.has_usable_password()
    tried = APIClient().post("/api/v1/tokens/", {"email": CONTACT, "password": made[1]})
    assert (tried.status_code, tried.json()["code"]) == (403, "wrong_credentials")
    ask_for_new_password(email=CONTACT, at=timezone.now())
    with pytest.raises(Invalid):
        take_in(
            team=cast.team, given=NewColleague(email=CONTACT, full_name="It", roles=[Role.LEAD]), actor=Actor(cast.lead)
        )
    assert (AccountEvent.objects.count(), OutboxMessage.objects.count()) == (0, 0)
    assert made[0].account.roles() == {Role.REFERRER}
    browser = Client(headers={"Authorization": f"Bearer {token_of(made)}"})
    assert browser.get("/me/")["Location"].startswith("/sign-in/")
