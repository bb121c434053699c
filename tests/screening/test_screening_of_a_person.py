"""The questions of a service's rules are asked once, by whoever meets the person; the rules say what follows.

Rose was sent to the walking group. Its leaflet asks for her blood pressure, her heart rate, unstable angina, and
whether she is at risk of falling.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.models import ReferralEvent
from tests.screening.conftest import RULES, SAYS

PRESSURE = {"code": "blood_pressure", "value": 150, "second_value": 90, "observed_on": "2026-11-02"}
PULSE = {"code": "resting_heart_rate", "value": 72}
NO_ANGINA = {"code": "unstable_angina", "answer": "no"}
NO_FALLS = {"code": "falls_risk", "answer": "no"}


def at_referral(onward, service=None):
    return f"/api/v1/referrals/{onward.referral.reference}/screening/?service={(service or onward.service).pk}"


def at_provider(onward):
    return f"/api/v1/onward-referrals/{onward.reference}/screening/"


def answers(client, address, *given, **headers):
    return client.post(address, {"observations": list(given)}, headers=headers)


def told(answer):
    return [(row["code"], row["state"], row["is_to_be_asked"]) for row in answer.json()["questions"]]


def test_nobody_has_asked_yet_and_so_it_cannot_be_said(cast, sent, as_user):
    answer = as_user(cast.link_worker).get(at_referral(sent))
    assert answer.status_code == 200
    seen = answer.json()
    assert (seen["service"]["name"], seen["planned_start"]) == ("Walking group", "2026-11-03")
    assert (seen["suitability"]["verdict"], seen["suitability"]["label"]) == (
        "cannot_say", "Cannot say yet: 4 questions are open",
    )  # fmt: skip
    assert told(answer) == [
        ("blood_pressure", "never_asked", True), ("resting_heart_rate", "never_asked", True),
        ("unstable_angina", "never_asked", True), ("falls_risk", "never_asked", True),
    ]  # fmt: skip
    assert seen["questions"][3] == {
        "code": "falls_risk",
        "question": "Does the person have a risk of falling?",
        "kind": "yes_no",
        "unit": "",
        "choices": [],
        "state": "never_asked",
        "is_to_be_asked": True,
        "answer": None,
        "clearance_by": ["a doctor"],
        "clearance": None,
        "clearance_request": None,
    }


def test_her_gp_her_link_worker_and_the_group_each_answer_a_part_and_nothing_is_asked_twice(cast, sent, as_user):
    gp, link_worker, provider = (as_user(who) for who in (cast.gp, cast.link_worker, cast.provider))

    # The practice took her blood pressure yesterday
    answer = answers(gp, at_referral(sent), PRESSURE)
    now = gp.get(f"/api/v1/referrals/{sent.referral.reference}/").headers["ETag"]
    assert (answer.status_code, answer.headers["ETag"]) == (201, now)
    assert told(answer)[0] == ("blood_pressure", "answered", False)

    # The link worker asks Rose, who does not know about falls: that is an answer, and it stays to be asked
    answer = answers(link_worker, at_referral(sent), NO_ANGINA, {"code": "falls_risk", "answer": "unknown"})
    assert told(answer) == [
        ("blood_pressure", "answered", False), ("resting_heart_rate", "never_asked", True),
        ("unstable_angina", "answered", False), ("falls_risk", "unknown", True),
    ]  # fmt: skip

    # The group takes her pulse at the assessment and watches her walk
    answer = answers(provider, at_provider(sent), PULSE, NO_FALLS)
    assert (answer.status_code, answer.json()["suitability"]["verdict"]) == (201, "eligible_now")
    assert [row["state"] for row in answer.json()["questions"]] == ["answered"] * 4

    assert answer.headers["ETag"] == provider.get(f"/api/v1/onward-referrals/{sent.reference}/").headers["ETag"]

    # Everybody reads who said what, and when; measurements are numbers with a day
    for client, address in ((gp, at_referral(sent)), (link_worker, at_provider(sent)), (provider, at_provider(sent))):
        rows = client.get(address).json()["questions"]
        said = ("value", "observed_on", "recorded_by")
        assert {row["code"]: (row["answer"]["answer"], *(row["answer"][name] for name in said)) for row in rows} == {
            "blood_pressure": ("given", 150.0, "2026-11-02", "Gita Gill"),
            "resting_heart_rate": ("given", 72.0, "2026-11-03", "Pat Active"),
            "unstable_angina": ("no", None, "2026-11-03", "Lou Marsh"),
            "falls_risk": ("no", None, "2026-11-03", "Pat Active"),
        }  # fmt: skip


def test_the_group_is_stopped_by_open_questions_answers_them_and_starts(cast, sent, as_user):
    provider, address = as_user(cast.provider), f"/api/v1/onward-referrals/{sent.reference}/"
    for step, said in (("accept", {}), ("book-assessment", {"assessment_at": "2026-11-20T10:00:00Z"})):
        assert provider.post(f"{address}{step}/", said).status_code == 200
    assert provider.post(f"{address}start/", {}).json()["code"] == "screening_incomplete"
    assert "answer_screening" in provider.get(address).json()["available_actions"]
    assert answers(provider, at_provider(sent), PRESSURE, PULSE, NO_ANGINA, NO_FALLS).status_code == 201
    assert provider.post(f"{address}start/", {}).status_code == 200


def test_the_timeline_of_both_says_that_answers_came_and_how_many(cast, sent, as_user):
    answers(as_user(cast.provider), at_provider(sent), PULSE, NO_FALLS)
    event = ReferralEvent.objects.latest("sequence")
    assert (event.kind, event.details, event.onward_referral_id) == ("observations_recorded", {"count": 2}, sent.pk)
    assert [word for word in ("falls", "heart") if word in event.hashed_text] == []


# --- What the group does not read (ADR 9) ----------------------------------------------------------------------------


def test_the_group_reads_what_its_rules_ask_and_neither_remarks_nor_anything_else(cast, sent, as_user, follow):
    answers(as_user(cast.gp), at_referral(sent), PRESSURE | {"note": "She was upset about her son."})
    as_user(cast.gp).post(
        f"/api/v1/referrals/{sent.referral.reference}/observations/",
        {"observations": [{"code": "asthma", "answer": "yes"}]},
    )
    answer = as_user(cast.provider).get(at_provider(sent))
    assert [row["code"] for row in answer.json()["questions"]] == [
        "blood_pressure", "resting_heart_rate", "unstable_angina", "falls_risk",
    ]  # fmt: skip
    assert [word for word in ("upset", "asthma") if word in answer.content.decode()] == []


def test_who_referred_her_counts_in_the_verdict_and_is_told_to_her_own_side_only(cast, onward_at, follow, as_user):
    follow(cast.walking, *RULES)
    onward = onward_at("sent")
    own = as_user(cast.link_worker).get(at_provider(onward)).json()["suitability"]
    theirs = as_user(cast.provider).get(at_provider(onward)).json()["suitability"]
    assert (own["verdict"], theirs["verdict"]) == ("not_eligible", "not_eligible")
    assert [rule["code"] for rule in own["rules"]] == [
        "referral_source", "blood_pressure", "resting_heart_rate", "unstable_angina", "falls_risk",
    ]  # fmt: skip
    assert [rule["code"] for rule in theirs["rules"]] == [rule["code"] for rule in own["rules"][1:]]


# --- Who may ---------------------------------------------------------------------------------------------------------

MAY = {
    # who: reads and answers at the referral; reads and answers at the onward referral
    "gp": (200, 201, 200, 403),
    "link_worker": (200, 201, 200, 403),
    "lead": (200, 201, 200, 403),
    "provider": (404, 404, 200, 201),
    "discharge_nurse": (404, 404, 404, 404),
    "befriender": (404, 404, 404, 404),
    "hub_worker": (404, 404, 404, 404),
    "neighbouring_link_worker": (404, 404, 404, 404),
    "manager": (404, 404, 404, 404),
    "editor": (404, 404, 404, 404),
    "outsider": (404, 404, 404, 404),
}


@pytest.mark.parametrize("who", MAY)
def test_who_reads_and_who_answers(cast, sent, as_user, everything, who):
    client = as_user(getattr(cast, who))
    codes = []
    for address in (at_referral(sent), at_provider(sent)):
        codes.append(client.get(address).status_code)
        before = everything()
        codes.append(answers(client, address, PULSE).status_code)
        assert (everything() == before) is (codes[-1] != 201)
    assert tuple(codes) == MAY[who]


def test_nobody_reads_it_without_signing_in(sent, client):
    assert [client.get(address).status_code for address in (at_referral(sent), at_provider(sent))] == [401, 401]


def test_when_rose_withdraws_her_consent_the_group_neither_reads_nor_answers(cast, sent, as_user, everything):
    assert answers(as_user(cast.provider), at_provider(sent), PULSE).status_code == 201
    withdrawn = {"decision": "withdrawn", "how_given": "by_telephone", "note": "Not any more."}
    assert as_user(cast.gp).post(f"/api/v1/referrals/{sent.referral.reference}/consents/", withdrawn).status_code == 201
    before, provider = everything(), as_user(cast.provider)
    refused = [provider.get(at_provider(sent)), answers(provider, at_provider(sent), NO_FALLS)]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert "72" not in refused[0].content.decode()
    assert everything() == before


@pytest.mark.parametrize("status", ["declined", "withdrawn", "expired"])
def test_who_turned_her_away_does_not_read_on(cast, onward_at, follow, as_user, everything, status):
    follow(cast.walking, *RULES[:4])
    onward = onward_at(status)
    before, provider = everything(), as_user(cast.provider)
    assert provider.get(at_provider(onward)).status_code == 403
    assert answers(provider, at_provider(onward), PULSE).status_code == 403
    assert everything() == before


@pytest.mark.parametrize("status", ["completed", "left_early", "not_started"])
def test_what_has_ended_is_read_and_not_answered_any_more(cast, onward_at, follow, as_user, everything, status):
    onward = onward_at(status)
    follow(cast.walking, *RULES[:4])
    before, provider = everything(), as_user(cast.provider)
    assert provider.get(at_provider(onward)).status_code == 200
    refused = answers(provider, at_provider(onward), PULSE)
    assert (refused.status_code, refused.json()["code"]) == (409, "referral_ended")
    assert everything() == before


# --- All or nothing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ([PULSE, {"code": "asthma", "answer": "no"}], "observations.1.code"),
        ([PULSE, PRESSURE | {"value": 900}], "observations.1.value"),
        ([PULSE, NO_FALLS | {"observed_on": "2026-11-04"}], "observations.1.observed_on"),
        ([PULSE, PULSE], "observations"),
        ([], "observations"),
    ],
    ids=["no question of these rules", "no blood pressure", "tomorrow", "twice", "none"],
)
def test_one_answer_that_does_not_fit_and_none_is_recorded(cast, sent, as_user, everything, given, where):
    before = everything()
    for who, address in ((cast.link_worker, at_referral(sent)), (cast.provider, at_provider(sent))):
        refused = answers(as_user(who), address, *given)
        assert refused.status_code == 400
        assert list(refused.json()["errors"]) == [where]
    assert everything() == before


def test_a_stale_page_answers_nothing(cast, sent, as_user, everything):
    before = everything()
    for who, address in ((cast.link_worker, at_referral(sent)), (cast.provider, at_provider(sent))):
        refused = answers(as_user(who), address, PULSE, **{"If-Match": '"99"'})
        assert (refused.status_code, refused.json()["code"]) == (412, "stale")
    assert everything() == before


@pytest.mark.parametrize(
    ("service", "code"), [("", 400), ("walking", 400), ("00000000-0000-4000-8000-000000000000", 404)]
)
def test_whose_rules_must_be_said(cast, sent, as_user, everything, service, code):
    before, address = everything(), f"/api/v1/referrals/{sent.referral.reference}/screening/?service={service}"
    client = as_user(cast.link_worker)
    assert [client.get(address).status_code, answers(client, address, PULSE).status_code] == [code, code]
    assert everything() == before


def test_a_service_without_rules_asks_nothing(cast, sent, as_user):
    seen = as_user(cast.link_worker).get(at_referral(sent, cast.visiting)).json()
    assert (seen["suitability"]["verdict"], seen["questions"]) == ("no_rules", [])


def test_two_sets_that_ask_the_same_ask_it_once(cast, sent, as_user, follow):
    follow(cast.walking, SAYS.rules_out("unstable_angina"), SAYS.rules_out("asthma"), key="second")
    asked = [row["code"] for row in as_user(cast.link_worker).get(at_referral(sent)).json()["questions"]]
    assert sorted(asked) == ["asthma", "blood_pressure", "falls_risk", "resting_heart_rate", "unstable_angina"]


@pytest.mark.parametrize(
    ("who", "address_of", "most"), [("link_worker", at_referral, 22), ("provider", at_provider, 14)]
)
def test_it_costs_as_many_queries_with_every_question_answered_as_with_none(cast, sent, as_user, who, address_of, most):
    """Of the referral's, twelve are the listing of the service that was named."""
    client = as_user(getattr(cast, who))

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address_of(sent)).status_code == 200
        return len(seen)

    queries()  # the first of a process reads the rules
    before = queries()
    answers(as_user(cast.provider), at_provider(sent), PRESSURE, PULSE, NO_ANGINA, NO_FALLS)
    assert queries() == before
    assert before <= most
