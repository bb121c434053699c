"""Whatever is wrong with a request has its own status, and a problem that says what to do."""

import json
import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
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

    monkeypatch.setattr("referrals.selectors.referrals_visible_to", bug)
    client = as_user(cast.gp)
    client.raise_request_exception = False
    answer = client.get("/api/v1/referrals/")
    check(answer, 500, "server_error")
    assert "Rose" not in answer.content.decode()


# --- Who may come in at all ------------------------------------------------------------------------------

PUBLIC = {
    "web:check-request",
    "web:listing-check",
    "healthz",
    "readyz",
    "metrics",  # to who has the token, and else there is no such page
    "schema",
    "docs",
    "tokens",
    "machine-token",  # to who has the secret
    "web:sign-in",
    "web:sign-out",
    "web:about",
    "web:help",
    "web:privacy",
    "web:accessibility",
    "web:forgotten-password",
    "web:password-link-sent",
    "web:new-password",  # to who has the link
    *(f"web:by-link{part}" for part in ("", "-again", "-code", "-leave")),  # to who has the link, and its code
    *(
        f"web:own-page{part}"
        for part in (
            "",
            "-close",
            "-contact",
            "-door",
            "-go-on",
            "-needs",
            "-no-thanks",
            "-who-sees",
            "-wish",
        )
    ),  # to who has the link, and knows the date of birth
    "web:directory",
    "web:directory-service",
    "web:directory-wrong",
    "web:directory-wrong-thanks",
    *(f"web:self-referral{part}" for part in ("", "-you", "-wishes", "-check", "-code", "-done", "-start-again")),
    "openid_connect_login",  # to an organisation's provider, and back
    "openid_connect_callback",
    "account_login",  # as django-allauth calls the same pages
    "account_logout",
    "find-team",
    "service-reports",
    "self-referrals",
    "self-referral-codes",
    "self-referral-confirm",
    "",  # /open-referral/v3 without its slash
    "open-referral:root",
    "open-referral:openapi",
    "open-referral:list",
    "open-referral:detail",
    "open-referral:nothing",
}
"""The only addresses that answer somebody who is not signed in: the doors in and out, and what tells of nobody."""


def every_route(patterns, prefix="", namespace=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_route(
                pattern.url_patterns, path, f"{pattern.namespace}:" if pattern.namespace else namespace
            )
        elif isinstance(pattern, URLPattern):
            yield namespace + (pattern.name or ""), path


UUID = "00000000-0000-4000-8000-000000000000"
VALUES = ("R-22222-22222", "O-22222-22222", "L-22222-22222", "M-22222-22222", "S-22222-22222", UUID, "1", "accept",
          "publish", "ceredigion", "SK13XE", "nothing", "services")  # fmt: skip
"""What stands for a part of an address: the first that its pattern takes."""
CONVERTED = {"uuid": UUID, "int": "1", "slug": "funnel", "str": "x", "path": "nothing"}


def as_address(path):
    """An address that a route takes."""
    path = re.sub(r"(?<!\[)\^", "", path).replace("/?", "/").replace("$", "").replace("\\Z", "").replace("\\.", ".")
    while (start := path.find("(?P<")) >= 0:
        depth, end = 0, start
        for end in range(start, len(path)):
            depth += (path[end] == "(") - (path[end] == ")")
            if depth == 0:
                break
        pattern = path[start : end + 1].partition(">")[2][:-1]
        path = path[:start] + next(value for value in VALUES if re.fullmatch(pattern, value)) + path[end + 1 :]
    path = re.sub(r"<\w+:reference>", "R-22222-22222", path)
    return "/" + re.sub(r"<(\w+):\w+>", lambda found: CONVERTED[found[1]], path)


def test_every_address_asks_who_is_there(db, client):
    routes = dict(every_route(get_resolver().url_patterns))
    assert len(routes) > 40
    open_to_all = set()
    for name, path in routes.items():
        for method in (client.get, client.post):
            answer = method(as_address(path))
            asks = answer.status_code == 401 or (answer.status_code == 302 and "/sign-in" in answer["Location"])
            if not asks:
                open_to_all.add(name)
    assert open_to_all == PUBLIC


def test_no_answer_is_kept_by_a_cache(cast, as_user):
    assert as_user(cast.gp).get("/api/v1/referrals/").headers["Cache-Control"] == "no-store"
