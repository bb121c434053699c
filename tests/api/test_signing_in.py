"""Machines sign in with a token; it tells who they are, and ends when it is told to."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient, APIRequestFactory

from accounts.api.authentication import TokenAuthentication
from accounts.models import User
from accounts.services import forget_what_ended, issue_token

PASSWORD = "a long enough password"


@pytest.fixture
def gp(cast):
    cast.gp.set_password(PASSWORD)
    cast.gp.save()
    return cast.gp


def sign_in(email, password=PASSWORD):
    return APIClient().post("/api/v1/tokens/", {"email": email, "password": password})


def test_a_password_is_exchanged_for_a_token_of_one_working_day(gp, now, time_machine):
    time_machine.move_to(now, tick=False)
    answer = sign_in(gp.email.upper())
    assert (answer.status_code, answer.json()["expires_at"]) == (201, "2026-11-02T21:30:00Z")
    token = answer.json()["token"]
    me = APIClient().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}).json()
    assert (me["full_name"], [(row["role"], row["team"], row["organization_kind"]) for row in me["roles"]]) == (
        "Gita Gill", [("referrer", "Vale Practice", "gp_practice")],
    )  # fmt: skip
    assert token not in {row.digest for row in AuthToken.objects.all()}


def test_a_token_ends_by_itself(gp, now, time_machine):
    time_machine.move_to(now)
    token, _ = issue_token(user=gp)
    time_machine.move_to(now + dt.timedelta(hours=13))
    assert APIClient().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_who_asks_is_known_by_one_query(gp, now, time_machine, django_assert_num_queries):
    time_machine.move_to(now, tick=False)
    ended, _ = issue_token(user=gp, life=dt.timedelta(minutes=1))
    token, _ = issue_token(user=gp)
    time_machine.shift(120)
    request = APIRequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})

    with django_assert_num_queries(1):
        user, _ = TokenAuthentication().authenticate(request)

    assert (user, AuthToken.objects.count()) == (gp, 2)
    assert APIClient().get("/api/v1/me/", headers={"Authorization": f"Bearer {ended}"}).status_code == 401


@pytest.mark.parametrize("token", ["wrong", "\xff\xfe", "0" * 64, "a b"])
def test_what_is_no_token_is_refused(gp, token):
    issue_token(user=gp)

    answer = APIClient().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_the_token_of_somebody_who_has_left_is_refused(gp):
    token, _ = issue_token(user=gp)
    gp.is_active = False
    gp.save()

    assert APIClient().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_what_has_ended_is_deleted_at_night_and_nothing_else(gp, now, time_machine):
    time_machine.move_to(now, tick=False)
    issue_token(user=gp, life=dt.timedelta(minutes=1))
    _, valid_until = issue_token(user=gp)
    AuthToken.objects.create(user=gp, expiry=None)
    for key, life in {"over": 1, "not over": 200}.items():
        Session.objects.create(session_key=key, expire_date=now + dt.timedelta(seconds=life))
    time_machine.shift(120)

    assert [forget_what_ended(at=timezone.now()) for _ in range(2)] == [(1, 1), (0, 0)]
    assert set(AuthToken.objects.values_list("expiry", flat=True)) == {valid_until, None}
    assert Session.objects.get().session_key == "not over"


def test_a_token_ends_when_it_is_told_to(gp):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(gp.email).json()['token']}")
    assert client.get("/api/v1/me/").status_code == 200
    assert client.delete("/api/v1/tokens/current/").status_code == 204
    assert client.get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize("case", ["a wrong password", "nobody's email", "a closed account"])
def test_a_refusal_does_not_say_what_was_wrong(case, gp):
    if case == "a closed account":
        User.objects.filter(pk=gp.pk).update(is_active=False)
    answer = sign_in(
        "nobody@work.example" if case == "nobody's email" else gp.email, "wrong" if "password" in case else PASSWORD
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        403, "wrong_credentials", "The email or the password is not right.",
    )  # fmt: skip
    assert AuthToken.objects.count() == 0


def test_a_closed_account_has_no_token_any_more(gp):
    token, _ = issue_token(user=gp)
    User.objects.filter(pk=gp.pk).update(is_active=False)
    assert APIClient().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_session_may_read_and_needs_its_csrf_token_to_write(gp):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(gp)
    assert client.get("/api/v1/me/").status_code == 200
    refused = client.post("/api/v1/referrals/", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


def test_teams_to_refer_to_are_those_that_take_referrals(cast, as_user):
    names = [row["name"] for row in as_user(cast.gp).get("/api/v1/teams/").json()["results"]]
    assert names == ["Exercise hub", "Far team", "Hill link workers", "Vale link workers"]


# --- Letting people in ------------------------------------------------------------------------------------

NEW_COLLEAGUE = [
    "nadia@work.example", "--name", "Nadia Newly", "--organization", "Vale Practice", "--kind", "gp_practice",
    "--ods-code", "z90001", "--team", "Vale Practice", "--team-inbox", "vale@inbox.example", "--role", "referrer",
]  # fmt: skip


def test_a_colleague_is_registered_in_the_team_that_is_there(cast, monkeypatch, capsys):
    monkeypatch.setattr("accounts.management.commands.register_user.getpass", lambda _: PASSWORD)
    call_command("register_user", *NEW_COLLEAGUE)
    nadia = User.objects.get(email="nadia@work.example")
    assert [(row.team, row.role) for row in nadia.memberships.all()] == [(cast.practice, "referrer")]
    assert sign_in("nadia@work.example").status_code == 201
    with pytest.raises(CommandError, match="user with this email"):
        call_command("register_user", *NEW_COLLEAGUE)
    assert User.objects.filter(email="nadia@work.example").count() == 1


def test_a_weak_password_lets_nobody_in(cast, monkeypatch):
    monkeypatch.setattr("accounts.management.commands.register_user.getpass", lambda _: "password")
    with pytest.raises(CommandError, match="too short"):
        call_command("register_user", *NEW_COLLEAGUE)
    assert not User.objects.filter(email="nadia@work.example").exists()
