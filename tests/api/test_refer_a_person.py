"""POST /api/v1/referrals/: a GP refers in one call, and whatever cannot be right is refused with nothing written."""

import copy
import datetime as dt

import pytest

from accounts.models import Membership, Team
from core.models import IdempotencyKey
from core.throttling import ReferralThrottle
from notifications.models import OutboxMessage
from referrals.models import Consent, OnwardReferral, Person, Referral, ReferralEvent, Risk
from services_directory.models import Service, Taxonomy, TaxonomyTerm

URL = "/api/v1/referrals/"


@pytest.fixture
def body(cast):
    """A whole referral, as a practice's system would send it."""
    return {
        "person": {
            "first_name": "Rose",
            "family_name": "Okafor",
            "date_of_birth": "1951-03-27",
            "gp_practice_code": "Z90001",
            "nhs_number": "999 000 0018",
            "telephone": "0161 496 0111",
            "postcode": "sk58bs",
        },
        "team": str(cast.team.pk),
        "reason": "Lives alone since her husband died, and has stopped going out.",
        "needs": [{"term": str(cast.loneliness.pk), "note": "misses company"}],
        "no_known_risks": True,
        "consent": {"decision": "given", "note": "Agreed in the consultation."},
    }


def everything_written():
    return [
        model.objects.count()
        for model in (Person, Referral, ReferralEvent, Consent, Risk, OnwardReferral, OutboxMessage, IdempotencyKey)
    ]


def changed(body, path, value):
    body = copy.deepcopy(body)
    *outer, last = path.split(".")
    inner = body
    for name in outer:
        inner = inner.setdefault(name, {})
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value
    return body


def test_a_gp_refers_in_one_call(cast, as_user, body, time_machine, now):
    time_machine.move_to(now, tick=False)
    answer = as_user(cast.gp).post(URL, body)
    assert answer.status_code == 201
    referral = Referral.objects.get()
    assert answer.headers["Location"].endswith(f"{URL}{referral.reference}/")
    assert answer.headers["ETag"] == '"1"'
    assert answer.json() == {
        "reference": referral.reference,
        "status": "submitted",
        "version": 1,
        "person": {
            "first_name": "Rose",
            "family_name": "Okafor",
            "date_of_birth": "1951-03-27",
            "nhs_number": "9990000018",
            "nhs_number_status": "02",
            "gp_practice_code": "Z90001",
            "address": "",
            "postcode": "SK5 8BS",
            "telephone": "0161 496 0111",
            "email": "",
            "preferred_contact": "",
            "communication_needs": "",
            "contact": {
                "permissions": {
                    "email": "not_asked",
                    "sms": "not_asked",
                    "telephone": "not_asked",
                    "voicemail": "not_asked",
                    "letter": "not_asked",
                },
                "telephone_rule": "",
                "interpreter_language": "",
                "needs_bsl_interpreter": False,
                "information_formats": [],
            },
        },
        "referring_team": "Vale Practice",
        "owner_team": "Vale link workers",
        "owner": None,
        "next_action_on": "2026-11-04",
        "clock": {
            "key": "triage",
            "says": "Decide on a new referral",
            "turn": "team",
            "due_on": "2026-11-04",
            "is_overdue": False,
            "is_breached": False,
            "waiting_since": "2026-11-02",
            "working_days_waiting": 0,
            "stands_still": None,
        },
        "submitted_at": "2026-11-02T09:30:00Z",
        "ended_at": None,
        "outcome": "",
        "available_actions": [
            "withdraw",
            "record_death",
            "record_consent",
            "record_observations",
            "record_clearance",
            "record_risk",
        ],
        "referrer": {
            "name": "Gita Gill",
            "service": "Vale Practice",
            "organization": "Vale Practice",
            "contact": "gita.gill@work.example",
            "relationship": "",
            "agreement": "",
        },
        "source": "gp_practice",
        "referral_method": "secure_messaging",
        "service": None,
        "reason": "Lives alone since her husband died, and has stopped going out.",
        "needs": [{"term": str(cast.loneliness.pk), "name": "Loneliness and isolation", "note": "misses company"}],
        "risks": [{"is_none_known": True, "description": ""}],
        "consents": [
            {
                "purpose": "share_with_providers",
                "to_service": None,
                "to_organization": None,
                "decision": "given",
                "basis": "consent",
                "how_given": "",
                "note": "Agreed in the consultation.",
                "decided_on": "2026-11-02",
                "expires_on": None,
                "recorded_by": "Gita Gill",
                "recorded_at": "2026-11-02T09:30:00Z",
                "counts": True,
            }
        ],
        "planned_discharge_on": None,
        "discharged_on": None,
        "discharge": None,
        "said_no_at": None,
        "onward_referrals": [],
        "redirected_from": "",
        "redirected_to": "",
    }
    event = referral.events.get()
    assert (event.kind, event.details) == ("submit", {"consent": {"decision": "given", "basis": "consent"}})
    owed = OutboxMessage.objects.get()
    assert (owed.recipient, owed.template, owed.context) == (
        cast.team.inbox_email, "referral_arrived", {"reference": referral.reference, "due_on": "2026-11-04"},
    )  # fmt: skip


BAD = [
    ("a wrong NHS number", "person.nhs_number", "999 000 0019", "person.nhs_number"),
    ("an NHS number of nine digits", "person.nhs_number", "999000001", "person.nhs_number"),
    (
        "the format example of the library, which fails the check",
        "person.nhs_number",
        "999 123 4560",
        "person.nhs_number",
    ),
    ("a date of birth in the future", "person.date_of_birth", "2126-03-27", "person.date_of_birth"),
    ("a date of birth that no date is", "person.date_of_birth", "27/03/1951", "person.date_of_birth"),
    ("a date of birth 130 years ago", "person.date_of_birth", "1896-01-01", "person.date_of_birth"),
    ("an unknown GP code", "person.gp_practice_code", "Z99999", "person.gp_practice_code"),
    ("a GP code of another form", "person.gp_practice_code", "123456", "person.gp_practice_code"),
    ("no GP code", "person.gp_practice_code", None, "person.gp_practice_code"),
    ("no first name", "person.first_name", None, "person.first_name"),
    ("a blank family name", "person.family_name", "  ", "person.family_name"),
    ("half a postcode", "person.postcode", "SK5", "person.postcode"),
    ("no risk entry", "no_known_risks", None, "risks"),
    ("risks and no known risks", "risks", ["Dog in the house"], "risks"),
    ("a team that is none", "team", "00000000-0000-4000-8000-000000000000", "team"),
    ("a need that is none", "needs", [{"term": "00000000-0000-4000-8000-000000000000"}], "needs"),
    ("a field that does not exist", "resaon", "typing slip", "resaon"),
    ("best interests without a reason", "consent", {"decision": "given", "basis": "best_interests"}, "consent.note"),
    ("a need that is no id", "needs", [{"term": "the other"}], "needs.0.term"),
    ("a number that is said not to be there", "person.nhs_number_status", "07", "person.nhs_number_status"),
    ("a discharge at the end of time", "discharge", {"planned_on": "9999-12-31"}, "discharge.planned_on"),
    ("a name with a NUL in it", "person.first_name", "Ro\x00se", "person.first_name"),
    ("a reason longer than a page", "reason", "x" * 4001, "reason"),
    ("a date of birth before dates of birth", "person.date_of_birth", "0001-01-01", "person.date_of_birth"),
    ("a person that is a list", "person", ["Rose"], "person"),
    ("needs that are a word", "needs", "loneliness", "needs"),
    ("a discharge that has not happened", "discharge", {"discharged_on": "2126-01-01"}, "discharge.discharged_on"),
]


@pytest.mark.parametrize(("path", "value", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_cannot_be_right_is_refused_by_field_and_nothing_is_written(path, value, field, cast, as_user, body):
    before = everything_written()
    answer = as_user(cast.gp).post(URL, changed(body, path, value), headers={"Idempotency-Key": "one-referral"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], list(problem["errors"])) == ("invalid", [field])
    assert all(problem["errors"][field])
    assert everything_written() == before


def test_a_term_of_another_list_is_no_need(cast, as_user, body):
    languages = Taxonomy.objects.create(name="Languages", description="Languages")
    klingon = TaxonomyTerm.objects.create(name="Klingon", description="Klingon", taxonomy=languages)
    answer = as_user(cast.gp).post(URL, body | {"needs": [{"term": str(klingon.pk)}]})
    assert (answer.status_code, list(answer.json()["errors"]), Referral.objects.count()) == (400, ["needs"], 0)


def test_neither_reason_nor_need_is_refused(cast, as_user, body):
    before = everything_written()
    answer = as_user(cast.gp).post(URL, body | {"reason": "", "needs": []})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["reason"])
    assert everything_written() == before


@pytest.mark.parametrize("code", ["V81997", "V81998", "V81999"])
def test_a_person_without_a_known_practice_can_be_referred(code, cast, as_user, body):
    answer = as_user(cast.gp).post(URL, changed(body, "person.gp_practice_code", code))
    assert (answer.status_code, answer.json()["person"]["gp_practice_code"]) == (201, code)


def test_a_person_without_nhs_number_or_home_is_normal(cast, as_user, body):
    body = changed(changed(body, "person.nhs_number", None), "person.postcode", "ZZ99 3VZ")
    answer = as_user(cast.gp).post(URL, body)
    assert answer.status_code == 201
    assert (answer.json()["person"]["nhs_number_status"], answer.json()["person"]["postcode"]) == ("03", "ZZ99 3VZ")


@pytest.mark.parametrize("who", ["link_worker", "lead", "provider", "manager"])
def test_only_a_referrer_refers(who, cast, as_user, body):
    before = everything_written()
    answer = as_user(getattr(cast, who)).post(URL, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert everything_written() == before


def test_somebody_who_refers_for_two_teams_says_for_which(cast, as_user, body):
    Membership.objects.create(user=cast.gp, team=cast.discharge_team, role="referrer")
    answer = as_user(cast.gp).post(URL, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["referring_team"])
    answer = as_user(cast.gp).post(URL, body | {"referring_team": str(cast.discharge_team.pk)})
    assert (answer.status_code, answer.json()["referring_team"]) == (201, "Discharge team")


def test_nobody_refers_in_the_name_of_another_team(cast, as_user, body):
    answer = as_user(cast.gp).post(URL, body | {"referring_team": str(cast.discharge_team.pk)})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["referring_team"])
    assert Referral.objects.count() == 0


# --- The same person -------------------------------------------------------------------------------------


def test_the_same_nhs_number_and_birth_date_is_the_same_person(cast, as_user, body):
    first = as_user(cast.gp).post(URL, body)
    again = changed(changed(body, "person.telephone", "0161 496 0222"), "person.email", "rose@home.example")
    again["send_anyway"] = True
    second = as_user(cast.discharge_nurse).post(URL, again)
    assert (first.status_code, second.status_code, Person.objects.count()) == (201, 201, 1)


def test_no_referrer_reads_what_another_wrote_of_the_same_person(cast, as_user, body):
    first = as_user(cast.gp).post(URL, changed(body, "person.address", "4 Heron Walk"))
    blank = changed(changed(body, "person.telephone", None), "person.postcode", None)
    second = as_user(cast.discharge_nurse).post(URL, blank | {"send_anyway": True})
    seen = second.json()["person"]
    assert (seen["telephone"], seen["address"], seen["postcode"]) == ("", "", "")
    seen = as_user(cast.gp).get(first.headers["Location"]).json()["person"]
    assert (seen["telephone"], seen["address"], seen["postcode"]) == ("0161 496 0111", "4 Heron Walk", "SK5 8BS")


def test_a_mistyped_number_does_not_tell_whose_it_is(cast, as_user, body):
    as_user(cast.gp).post(URL, body)
    other = changed(changed(body, "person.first_name", "Xavier"), "person.family_name", "Zeller")
    seen = as_user(cast.discharge_nurse).post(URL, other | {"send_anyway": True}).json()["person"]
    assert (seen["first_name"], seen["family_name"]) == ("Xavier", "Zeller")


def test_a_draft_is_not_sent_to_a_team_that_has_closed(cast, as_user, body):
    client = as_user(cast.gp)
    draft = client.post(URL, body | {"draft": True}).json()["reference"]
    Team.objects.filter(pk=cast.team.pk).update(is_active=False)
    answer = client.post(f"{URL}{draft}/submit/", {})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["team"])
    assert Referral.objects.get().status == "draft"


def test_a_person_who_comes_home_is_with_the_hub_even_if_the_scheme_has_paused(cast, as_user, body):
    body = changed(body, "team", None) | {"service": str(cast.scheme.pk), "discharge": {"planned_on": "2026-11-10"}}
    client = as_user(cast.discharge_nurse)
    waiting = client.post(URL, body).json()
    assert (waiting["status"], waiting["onward_referrals"]) == ("deferred", [])
    Service.objects.filter(pk=cast.scheme.pk).update(capacity="paused")
    home = client.post(f"{URL}{waiting['reference']}/confirm-discharge/", {"discharged_on": "2026-11-03"})
    assert (home.status_code, home.json()["status"], home.json()["onward_referrals"]) == (200, "submitted", [])


def test_an_address_without_its_slash_is_no_silent_redirect(cast, as_user, body):
    answer = as_user(cast.gp).post(URL.rstrip("/"), body)
    assert (answer.status_code, answer.json()["code"], Referral.objects.count()) == (404, "not_found", 0)


def test_the_same_nhs_number_with_another_birth_date_is_a_slip(cast, as_user, body):
    as_user(cast.gp).post(URL, body)
    before = everything_written()
    answer = as_user(cast.gp).post(URL, changed(body, "person.date_of_birth", "1951-03-28"))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["person.nhs_number"])
    assert "1951-03-27" not in answer.content.decode()
    assert everything_written() == before


# --- Sent again ------------------------------------------------------------------------------------------


def test_the_same_key_and_body_makes_one_referral(cast, as_user, body):
    client = as_user(cast.gp)
    first = client.post(URL, body, headers={"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"})
    before = everything_written()
    second = client.post(URL, body, headers={"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert ("Idempotent-Replayed" in first.headers, second.headers["Idempotent-Replayed"]) == (False, "true")
    assert everything_written() == before


def test_the_same_key_with_another_body_is_refused(cast, as_user, body):
    client = as_user(cast.gp)
    client.post(URL, body, headers={"Idempotency-Key": "one-referral"})
    before = everything_written()
    answer = client.post(URL, body | {"reason": "Another."}, headers={"Idempotency-Key": "one-referral"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert everything_written() == before


def test_a_key_belongs_to_the_user_who_sent_it(cast, as_user, body):
    as_user(cast.gp).post(URL, body, headers={"Idempotency-Key": "one-referral"})
    answer = as_user(cast.discharge_nurse).post(
        URL, body | {"send_anyway": True}, headers={"Idempotency-Key": "one-referral"}
    )
    assert (answer.status_code, Referral.objects.count()) == (201, 2)


def test_a_refused_request_does_not_use_up_its_key(cast, as_user, body):
    client = as_user(cast.gp)
    wrong = changed(body, "person.gp_practice_code", "Z99999")
    assert client.post(URL, wrong, headers={"Idempotency-Key": "one-referral"}).status_code == 400
    assert client.post(URL, body, headers={"Idempotency-Key": "one-referral"}).status_code == 201


@pytest.mark.parametrize("key", ["short", "x" * 129, "with a space"])
def test_a_key_has_a_form(key, cast, as_user, body):
    answer = as_user(cast.gp).post(URL, body, headers={"Idempotency-Key": key})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])
    assert Referral.objects.count() == 0


# --- Drafts, discharges, schemes --------------------------------------------------------------------------


def test_a_draft_is_kept_changed_and_sent(cast, as_user, body):
    client = as_user(cast.gp)
    draft = client.post(URL, body | {"draft": True, "no_known_risks": False})
    assert (draft.status_code, draft.json()["status"], draft.json()["available_actions"][:2]) == (
        201,
        "draft",
        ["edit", "submit"],
    )
    url = f"{URL}{draft.json()['reference']}/"
    assert OutboxMessage.objects.count() == 0
    refused = client.post(f"{url}submit/", {})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["risks"])
    stale = client.put(url, body | {"risks": ["A dog"], "no_known_risks": False}, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    edited = client.put(
        url, body | {"risks": ["A dog"], "no_known_risks": False}, headers={"If-Match": draft.headers["ETag"]}
    )
    assert (edited.status_code, edited.json()["risks"]) == (200, [{"is_none_known": False, "description": "A dog"}])
    sent = client.post(f"{url}submit/", {}, headers={"If-Match": edited.headers["ETag"]})
    assert (sent.status_code, sent.json()["status"]) == (200, "submitted")
    late = client.put(url, body)
    assert (late.status_code, late.json()["code"]) == (409, "not_a_draft")


def test_a_referral_before_discharge_waits_and_its_clock_starts_at_the_discharge(
    cast, as_user, body, time_machine, now
):
    time_machine.move_to(now, tick=False)
    client = as_user(cast.discharge_nurse)
    answer = client.post(URL, body | {"discharge": {"planned_on": "2026-11-06"}})
    assert (answer.json()["status"], answer.json()["submitted_at"], answer.json()["next_action_on"]) == (
        "deferred", None, "2026-11-09",
    )  # fmt: skip
    assert OutboxMessage.objects.count() == 0
    time_machine.move_to(now + dt.timedelta(days=5), tick=False)
    url = f"{URL}{answer.json()['reference']}/confirm-discharge/"
    early = client.post(url, {"discharged_on": "2026-11-08"})
    assert (early.status_code, list(early.json()["errors"])) == (400, ["discharged_on"])
    home = client.post(url, {"discharged_on": "2026-11-07"})
    assert (home.json()["status"], home.json()["submitted_at"], home.json()["discharged_on"]) == (
        "submitted", "2026-11-07T09:30:00Z", "2026-11-07",
    )  # fmt: skip
    assert OutboxMessage.objects.get().template == "referral_arrived"


def test_a_scheme_gets_its_onward_referral_with_the_referral(cast, as_user, body):
    body = changed(body, "team", None) | {"service": str(cast.scheme.pk)}
    answer = as_user(cast.gp).post(URL, body)
    assert answer.status_code == 201
    assert (answer.json()["owner_team"], answer.json()["service"]["name"]) == ("Exercise hub", "Exercise on referral")
    assert [(row["status"], row["service"]["name"]) for row in answer.json()["onward_referrals"]] == [
        ("sent", "Exercise on referral")
    ]
    seen_by_hub = as_user(cast.hub_worker).get("/api/v1/onward-referrals/").json()["results"]
    assert [row["person"]["first_name"] for row in seen_by_hub] == ["Rose"]
    assert sorted(OutboxMessage.objects.values_list("template", flat=True)) == ["onward_arrived", "referral_arrived"]


def test_a_hub_that_takes_no_other_referrals_takes_its_schemes(cast, as_user, body):
    Team.objects.filter(pk=cast.hub.pk).update(takes_referrals=False)
    client = as_user(cast.gp)
    assert client.post(URL, changed(body, "team", None) | {"service": str(cast.scheme.pk)}).status_code == 201
    refused = client.post(URL, body | {"team": str(cast.hub.pk)})
    assert (refused.status_code, list(refused.json()["errors"]), Referral.objects.count()) == (400, ["team"], 1)


def test_a_scheme_gets_nobody_who_has_not_agreed(cast, as_user, body):
    before = everything_written()
    body = changed(changed(body, "team", None), "consent", None) | {"service": str(cast.scheme.pk)}
    answer = as_user(cast.gp).post(URL, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_required")
    assert everything_written() == before


def test_a_service_for_signposting_takes_no_direct_referral(cast, as_user, body):
    answer = as_user(cast.gp).post(URL, changed(body, "team", None) | {"service": str(cast.leaflet.pk)})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["service"])


# --- How often ----------------------------------------------------------------------------------------------------


@pytest.fixture
def thrice_an_hour(monkeypatch, time_machine, now):
    monkeypatch.setattr(ReferralThrottle, "rate", "3/hour", raising=False)
    time_machine.move_to(now, tick=False)


def test_a_machine_that_runs_wild_is_stopped_and_its_retries_are_answered(
    cast, as_user, body, thrice_an_hour, time_machine, now
):
    client, body = as_user(cast.gp), body | {"send_anyway": True}
    made = [client.post(URL, body, headers={"Idempotency-Key": f"referral-{number}"}) for number in range(3)]
    assert [answer.status_code for answer in made] == [201, 201, 201]
    before = everything_written()

    refused = client.post(URL, body, headers={"Idempotency-Key": "referral-3"})
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert (refused.headers["Content-Type"], refused.headers["Retry-After"]) == ("application/problem+json", "3600")
    assert refused.json()["detail"] == "Wait for the seconds in Retry-After, then try again."
    assert client.post(URL, body).status_code == 429
    assert client.post(URL, body, headers={"Idempotency-Key": "a b"}).status_code == 429
    assert everything_written() == before

    # What was carried out is answered as often as it is asked; the key of another user, or for another body, is not.
    again = client.post(URL, body, headers={"Idempotency-Key": "referral-1"})
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.json()["reference"] == made[1].json()["reference"]
    other_body = client.post(URL, body | {"reason": "Another."}, headers={"Idempotency-Key": "referral-1"})
    assert other_body.status_code == 422
    assert everything_written() == before

    # It is one user's limit, of one operation, and for an hour.
    assert client.get(URL).status_code == 200
    assert as_user(cast.discharge_nurse).post(URL, body).status_code == 201
    time_machine.move_to(now + dt.timedelta(hours=1, seconds=1), tick=False)
    assert client.post(URL, body, headers={"Idempotency-Key": "referral-3"}).status_code == 201


def test_whoever_works_here_refers_while_nothing_can_be_counted(cast, as_user, body, settings):
    settings.CACHES = {"default": {"BACKEND": "core.caches.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    assert as_user(cast.gp).post(URL, body).status_code == 201
