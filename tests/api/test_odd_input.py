"""What nobody sends by accident is refused like everything else; and what is answered is what the schema says."""

from base64 import b64encode
from urllib.parse import quote

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import FormatChecker  # type: ignore[import-untyped]
from openapi_schema_validator import OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from rest_framework.test import APIClient

from core.throttling import SignInThrottle
from insights.models import UptakeCount
from insights.services import count_uptake
from services_directory.models import Service
from tests.api.test_problems import check

LISTS = {
    "/api/v1/referrals/": "gp",
    "/api/v1/onward-referrals/": "link_worker",
    "/api/v1/services/": "gp",
    "/api/v1/directory/proposals/": "editor",
    "/api/v1/needs/": "gp",
    "/api/v1/teams/": "gp",
    "/api/v1/organizations/": "gp",
    "/api/v1/insights/uptake/": "lead",
}


def cursor(written):
    return b64encode(written.encode()).decode()


# --- Cursors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["nonsense", "%C3%A9", cursor("p=%00"), cursor("o=-1"), cursor("r=x"), cursor("é")])
@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_no_page_named(path, value, cast, as_user):
    answer = as_user(getattr(cast, LISTS[path])).get(f"{path}?cursor={value}")
    check(answer, 400, "invalid")
    assert list(answer.json()["errors"]) == ["cursor"]


@pytest.mark.parametrize("position", ["abc", "", "2026-11-01", "9" * 5000])
@pytest.mark.parametrize("path", ["/api/v1/referrals/", "/api/v1/onward-referrals/", "/api/v1/directory/proposals/"])
def test_a_position_that_is_no_position_of_this_list(path, position, cast, as_user):
    answer = as_user(getattr(cast, LISTS[path])).get(path, {"cursor": cursor(f"p={position}")})
    check(answer, 400, "invalid")
    assert list(answer.json()["errors"]) == ["cursor"]


@pytest.mark.parametrize("size", ["abc", "0", "-1", "9" * 5000])
@pytest.mark.parametrize("path", LISTS)
def test_a_page_size_that_means_nothing_is_the_usual_one(path, size, cast, as_user):
    assert as_user(getattr(cast, LISTS[path])).get(path, {"page_size": size}).status_code == 200


def test_the_cursors_that_pages_name_lead_through_the_whole_list(cast, as_user, onward_at, now):
    for service in (cast.walking, cast.visiting):
        onward_at("sent", service=service)
    count_uptake(at=now)
    assert UptakeCount.objects.count() == 2
    for path, who in LISTS.items():
        client = as_user(getattr(cast, who))
        whole = client.get(path).json()["results"]
        found, page = [], f"{path}?page_size=1"
        while page:
            answer = client.get(page).json()
            found += answer["results"]
            page = answer["next"]
        assert found == whole, path


# --- Bodies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        r'{"\ud800": 1}',
        r'{"consent": {"decision": "\ud800"}}',
        r'{"reason": "\udfff"}',
        r'{"person": {"\ud800": {"\ud800": []}}}',
    ],
)  # fmt: skip
def test_half_a_character_is_refused_in_whole_ones(body, cast, as_user):
    client = as_user(cast.gp)
    check(client.generic("POST", "/api/v1/referrals/", body, content_type="application/json"), 400, "invalid")


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 50_000, "[" * 100_000 + "]" * 100_000])
def test_a_body_nested_without_end(body, cast, as_user):
    client = as_user(cast.gp)
    check(client.generic("POST", "/api/v1/referrals/", body, content_type="application/json"), 400, "parse_error")


def test_a_body_that_does_not_say_how_long_it_is(cast, as_user):
    answer = as_user(cast.gp).generic("POST", "/api/v1/referrals/", headers={"Transfer-Encoding": "chunked"})
    check(answer, 411, "length_required")
    assert "Content-Length" in answer.json()["detail"]


# --- Who is asked, and by whom ----------------------------------------------------------------------------


def test_a_host_that_is_not_ours(client):
    check(client.get("/api/v1/referrals/", headers={"Host": "elsewhere.example"}), 400, "bad_request")
    page = client.get("/", headers={"Host": "elsewhere.example"})
    assert (page.status_code, page.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_a_session_has_no_token_to_end(cast):
    client = APIClient()
    client.force_login(cast.gp)
    check(client.delete("/api/v1/tokens/current/"), 409, "no_token")


@pytest.mark.parametrize(("wait", "said"), [(0.0, "1"), (0.2, "1"), (1.2, "2"), (60, "60")])
def test_to_wait_is_rounded_up(wait, said, cast, monkeypatch):
    monkeypatch.setattr(SignInThrottle, "allow_request", lambda *_: False)
    monkeypatch.setattr(SignInThrottle, "wait", lambda _: wait)
    answer = APIClient().post("/api/v1/tokens/", {"email": cast.gp.email, "password": "wrong"})
    check(answer, 429, "throttled")
    assert answer.headers["Retry-After"] == said


# --- The schema says what is so ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def departures(schema, answer, method, path):
    """Return where an answer is not what the schema says of this operation and status."""
    said = schema["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    kind = answer.headers["Content-Type"]
    if kind not in said:
        return [f"{kind} is not one of {list(said)}"]
    registry = Registry().with_resource("urn:schema", DRAFT202012.create_resource(schema))
    reference = "/".join(
        part.replace("~", "~0").replace("/", "~1")
        for part in ("paths", path, method, "responses", str(answer.status_code), "content", kind, "schema")
    )  # fmt: skip
    validator = OAS31Validator(
        {"$ref": f"urn:schema#/{quote(reference)}"}, registry=registry, format_checker=FormatChecker()
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer.json())]


def test_answers_are_what_the_schema_says(schema, cast, as_user, onward_at, now):
    Service.objects.filter(pk=cast.leaflet.pk).update(capacity="", delivery="", first_contact_by="")
    onward = onward_at("started")
    count_uptake(at=now)
    gp, worker, lead = as_user(cast.gp), as_user(cast.link_worker), as_user(cast.lead)
    changed = {"minimum_age": 50, "service_areas": [{"name": "Brinnington"}], "alert": "Moved"}
    proposed = as_user(cast.provider).patch(f"/api/v1/services/{cast.walking.pk}/", changed).json()["pending"]
    one, sent = {"reference": onward.referral.reference}, {"reference": onward.reference}
    asked = [
        (gp, "/api/v1/me/", {}, "", 200),
        (gp, "/api/v1/teams/", {}, "", 200),
        (gp, "/api/v1/needs/", {}, "", 200),
        (gp, "/api/v1/services/", {}, "", 200),
        (gp, "/api/v1/services/", {}, "?page_size=1", 200),
        (gp, "/api/v1/services/{id}/", {"id": cast.leaflet.pk}, "", 200),
        (gp, "/api/v1/services/{id}/", {"id": cast.scheme.pk}, "", 200),
        (as_user(cast.provider), "/api/v1/services/{id}/", {"id": cast.walking.pk}, "", 200),
        (gp, "/api/v1/services/{id}/history/", {"id": cast.walking.pk}, "", 200),
        (as_user(cast.editor), "/api/v1/directory/proposals/", {}, "", 200),
        (
            as_user(cast.provider),
            "/api/v1/directory/proposals/{reference}/",
            {"reference": proposed["reference"]},
            "",
            200,
        ),
        (worker, "/api/v1/referrals/", {}, "", 200),
        (worker, "/api/v1/referrals/{reference}/", one, "", 200),
        (gp, "/api/v1/referrals/{reference}/", one, "", 200),
        (worker, "/api/v1/onward-referrals/", {}, "", 200),
        (worker, "/api/v1/onward-referrals/{reference}/", sent, "", 200),
        (as_user(cast.provider), "/api/v1/onward-referrals/{reference}/", sent, "", 200),
        (lead, "/api/v1/insights/uptake/", {}, "", 200),
        (as_user(cast.manager), "/api/v1/insights/uptake/", {}, "", 200),
        (gp, "/api/v1/referrals/{reference}/", {"reference": "R-22222-22222"}, "", 404),
        (gp, "/api/v1/referrals/", {}, "?status=lost", 400),
        (APIClient(), "/api/v1/referrals/", {}, "", 401),
    ]
    for client, path, named, query, status in asked:
        answer = client.get(path.format(**named) + query)
        assert answer.status_code == status, path
        assert departures(schema, answer, "get", path) == [], path
