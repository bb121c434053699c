"""What the walks of this package have found, each by itself: the document says it now, or the answer is another."""

import datetime as dt
import re

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.services import register_user
from referrals.models import RecordAccess, RetentionProposal
from services_directory.models import Verification
from tests.api.test_odd_input import departures
from tests.api.test_problems import check
from tests.api.test_refer_a_person import body as body
from tests.authority.things import RULES
from tests.conftest import NOW


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def officer(cast):
    return register_user(
        email="olive.keeps@work.example", full_name="Olive", password=None, roles=[(cast.team, Role.PRIVACY_OFFICER)]
    )


def documented(schema, method, path):
    return set(schema["paths"][path][method]["responses"])


def test_a_proposal_whose_id_is_none_is_not_there(cast, as_user):
    lead = as_user(cast.lead)
    for address in ("E/keep/", "E/forget/", "E/", "null,null/keep/"):
        said = lead.get if address == "E/" else lead.post
        check(said(f"/api/v1/retention-proposals/{address}"), 404, "not_found")


def test_a_format_that_is_not_spoken_is_no_missing_page(cast, as_user):
    lead = as_user(cast.lead)
    for path in ("insights/funnel/", "insights/waits/", "directory/services.csv"):
        check(lead.get(f"/api/v1/{path}?format=xlsx"), 406, "not_acceptable")


def test_options_tell_of_the_operation_in_whatever_form_and_not_whether_there_is_such_a_record(
    cast, as_user, referral_at
):
    there, other = referral_at("active").reference, as_user(cast.provider)
    for reference in (there, "R-22222-22222"):
        for form in ("json", "html", "pdf"):
            answer = other.options(f"/api/v1/referrals/{reference}/messages-back/M-22222-22222/?format={form}")
            assert (answer.status_code, answer.content[:9]) == (200, b'{"name":"'), (reference, form)
        assert other.options(f"/api/v1/referrals/{reference}/").status_code == 200
    assert RecordAccess.objects.count() == 0


def test_a_filter_by_yes_or_no_refuses_what_is_neither(cast, as_user):
    lead = as_user(cast.lead)
    check(lead.get("/api/v1/tasks/?breached=AAA"), 400, "invalid")
    assert [lead.get(f"/api/v1/tasks/?breached={said}").status_code for said in ("true", "False", "1", "", "0")] == (
        [200] * 5
    )


def test_a_number_is_no_text_because_a_telephone_would_lose_its_zero(cast, as_user, referral_at):
    address = f"/api/v1/referrals/{referral_at('submitted').reference}"
    answer = as_user(cast.gp).post(f"{address}/withdraw/", {"reason": "person_changed_mind", "note": 0})
    check(answer, 400, "invalid")
    assert answer.json()["errors"] == {"note": ["Not a valid string."]}
    said = as_user(cast.gp).post("/api/v1/referrals/", {"person": {"telephone": 1614960111}})
    assert said.json()["errors"]["person.telephone"] == ["Not a valid string."]
    said = as_user(cast.provider).post(f"/api/v1/services/{cast.walking.pk}/verify/", {"answer": "closed", "note": 187})
    assert (said.status_code, said.json()["errors"]) == (400, {"note": ["Not a valid string."]})
    assert not Verification.objects.exists()


def test_yes_or_no_and_a_number_are_no_text_and_a_choice_is_none_of_another_kind(cast, as_user, referral_at):
    address = f"/api/v1/referrals/{referral_at('active').reference}"
    worker = as_user(cast.link_worker)
    words: tuple[object, ...] = (0, 1, "yes", "t", "false", [])
    for word in words:
        said = worker.post(f"{address}/own-page-link/", {"is_sent": word})
        assert (said.status_code, said.json()["errors"]) == (400, {"is_sent": ["Must be a valid boolean."]}), word
    for sent, errors in (
        ({"months": ["3"], "window_days": 21}, {"months": ["A valid number is required."]}),
        ({"months": [3], "window_days": True}, {"window_days": ["A valid number is required."]}),
    ):
        said = as_user(cast.provider).put(f"/api/v1/services/{cast.walking.pk}/follow-ups/", sent)
        assert (said.status_code, said.json()["errors"]) == (400, errors)
    said = as_user(cast.gp).post("/api/v1/referrals/", {"discharge": {"pathway": "1"}})
    assert said.json()["errors"]["discharge.pathway"] == ['"1" is not a valid choice.']
    assert as_user(cast.editor).post("/api/v1/directory/services.csv?dry_run=yes").status_code != 500


def test_whoever_pages_asks_for_a_referral_or_insists_on_a_version_finds_the_refusal_in_the_document(
    schema, cast, as_user, referral_at
):
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            named = {said["name"] for said in operation.get("parameters", ())}
            for name, status in (("cursor", "400"), ("for_referral", "404"), ("If-Match", "412")):
                assert name not in named or status in operation["responses"], (method, path)
    lead, reference = as_user(cast.lead), referral_at("active").reference
    check(lead.get(f"/api/v1/referrals/{reference}/events/?cursor=nonsense"), 400, "invalid")
    check(lead.get("/api/v1/services/?for_referral=R-22222-22222"), 404, "not_found")
    told = {"months": [3], "window_days": 21}
    stale = as_user(cast.provider).put(
        f"/api/v1/services/{cast.walking.pk}/follow-ups/", told, headers={"If-Match": '"9"'}
    )
    check(stale, 412, "stale")


def test_the_document_knows_every_refusal(schema, cast, as_user):
    assert "401" in documented(schema, "post", "/api/v1/notify/receipts/")
    check(APIClient().post("/api/v1/notify/receipts/", {"id": "x", "status": "delivered"}), 401, "not_authenticated")
    assert "400" in documented(schema, "get", "/api/v1/services/{id}/")
    check(as_user(cast.lead).get(f"/api/v1/services/{cast.walking.pk}/?planned_start=soon"), 400, "invalid")
    assert "400" in documented(schema, "get", "/api/v1/webhooks/{reference}/deliveries/")
    assert "409" in documented(schema, "post", "/api/v1/messages/{id}/try-again/")
    assert "404" in documented(schema, "get", "/api/v1/insights/integrity/")
    check(as_user(cast.lead).get("/api/v1/insights/integrity/"), 404, "not_found")
    assert "404" in documented(schema, "post", "/api/v1/sessions/")
    session = {"service": str(cast.team.pk), "starts_at": "2026-12-09T10:00:00Z", "minutes": 60, "place": "Park"}
    check(as_user(cast.provider).post("/api/v1/sessions/", session), 404, "not_found")


def test_the_document_says_how_a_key_and_a_tag_are_written(schema, cast, as_user, referral_at, body):
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    headers = {said["name"]: said["schema"] for each in operations for said in each.get("parameters", ())}
    key, tag = (re.compile(headers[name]["pattern"]) for name in ("Idempotency-Key", "If-Match"))
    gp = as_user(cast.gp)
    once = {**body, "send_anyway": True}
    address = f"/api/v1/referrals/{referral_at('closed').reference}/withdraw/"
    for sent in ("short", "a" * 8, '"' + "b" * 8 + '"', "with a space", "c" * 128, "d" * 131):
        errors = gp.post("/api/v1/referrals/", once, headers={"Idempotency-Key": sent}).json().get("errors", {})
        assert ("Idempotency-Key" not in errors) == bool(key.search(sent)), sent
    for sent in ('"3"', "3", "*", 'W/"3"', '"three"', '"1234567890"', '""3""', ""):
        errors = gp.post(address, {"reason": "person_changed_mind"}, headers={"If-Match": sent}).json()
        assert ("If-Match" not in errors.get("errors", {})) == bool(tag.search(sent)), sent


def test_the_document_knows_every_shape(schema, cast, as_user, referral_at):
    lead, editor = as_user(cast.lead), as_user(cast.editor)
    RetentionProposal.objects.create(
        referral=referral_at("active"), kind="supported", due_on=NOW.date(), proposed_at=NOW + dt.timedelta(days=1)
    )
    assert editor.post("/api/v1/directory/rule-sets/", {"key": "scheme", **RULES}).status_code == 201
    told = {"quiet_from": "20:00", "quiet_until": "08:00"}
    assert lead.put("/api/v1/me/notifications/", told).json()["quiet_from"] == "20:00:00"
    assert schema["components"]["schemas"]["Choices"]["properties"]["quiet_from"]["format"] == "time-local"
    for client, path, named in (
        (lead, "/api/v1/me/notifications/", {}),
        (lead, "/api/v1/measures/", {}),
        (lead, "/api/v1/retention-proposals/", {}),
        (editor, "/api/v1/directory/rule-sets/{key}/", {"key": "scheme"}),
    ):
        answer = client.get(path.format(**named))
        assert answer.status_code == 200, path
        assert departures(schema, answer, "get", path) == [], path
