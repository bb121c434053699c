"""Whatever is wrong with a request has its own status, and a problem that says what to do."""

import json

import pytest
from rest_framework.test import APIClient

from referrals.models import Referral

PROBLEM = "application/problem+json"


@pytest.fixture
def gp_client(cast, as_user):
    return as_user(cast.gp)


def check(answer, status, code):
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:problem:{code}")
    assert body["title"]
    assert body["detail"]


def test_a_body_that_is_not_json(gp_client):
    check(
        gp_client.generic("POST", "/api/v1/referrals/", "{never closed", content_type="application/json"),
        400,
        "parse_error",
    )
    assert Referral.objects.count() == 0


def test_a_body_of_another_kind(gp_client):
    check(
        gp_client.generic("POST", "/api/v1/referrals/", "a=b", content_type="text/plain"), 415, "unsupported_media_type"
    )


def test_a_body_that_is_json_but_no_object(gp_client):
    check(gp_client.post("/api/v1/referrals/", ["Rose"]), 400, "invalid")


def test_a_body_of_ten_megabytes(gp_client):
    body = json.dumps({"reason": "x" * 10_000_000})
    answer = gp_client.generic("POST", "/api/v1/referrals/", body, content_type="application/json")
    check(answer, 413, "body_too_large")
    assert answer.json()["max_bytes"] == 1024 * 1024
    assert Referral.objects.count() == 0


def test_nobody_in_particular(db):
    answer = APIClient().get("/api/v1/referrals/")
    check(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_that_is_none(db):
    answer = APIClient().get("/api/v1/referrals/", headers={"Authorization": "Bearer nonsense"})
    check(answer, 401, "authentication_failed")


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing/", "/api/v1/referrals/R-22222-22222/", "/api/v1/referrals/1/", "/api/v2/"]
)
def test_what_does_not_exist(path, gp_client):
    check(gp_client.get(path), 404, "not_found")


def test_a_method_that_is_not_offered(gp_client):
    answer = gp_client.delete("/api/v1/referrals/")
    check(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_an_answer_in_another_format(gp_client):
    check(gp_client.get("/api/v1/referrals/", headers={"Accept": "application/xml"}), 406, "not_acceptable")


@pytest.mark.parametrize(
    "query", ["status=lost", "due_by=soon", "owner=7", "cursor=nonsense"]
)  # fmt: skip
def test_a_filter_that_means_nothing(query, gp_client):
    answer = gp_client.get(f"/api/v1/referrals/?{query}")
    check(answer, 400, "invalid")
    assert list(answer.json()["errors"]) == [query.partition("=")[0]]


def test_too_many_tries_at_a_password(cast):
    client = APIClient()
    tries = [
        client.post("/api/v1/tokens/", {"email": f"{number}@vale.example", "password": "wrong"}).status_code
        for number in range(31)
    ]
    assert tries == [403] * 30 + [429]
    answer = client.post("/api/v1/tokens/", {"email": cast.gp.email, "password": "wrong"})
    check(answer, 429, "throttled")
    assert int(answer.headers["Retry-After"]) <= 60


def test_a_bug_says_nothing_about_anybody(cast, as_user, monkeypatch):
    def bug(*args, **kwargs):
        raise RuntimeError("Rose Okafor, 999 000 0018")

    monkeypatch.setattr("referrals.api.views.lines_of", bug)
    client = as_user(cast.gp)
    client.raise_request_exception = False
    answer = client.get("/api/v1/referrals/")
    check(answer, 500, "server_error")
    assert "Rose" not in answer.content.decode()


def test_no_answer_is_kept_by_a_cache(cast, as_user):
    assert as_user(cast.gp).get("/api/v1/referrals/").headers["Cache-Control"] == "no-store"
