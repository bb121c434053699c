"""A link worker asks the directory for a person: which services suit them, why or why not, and what is not known."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import SYSTEM
from services_directory.models import Neighbourhood, Postcode, Service
from services_directory.services import apply_rule_set, load_rule_sets, publish_rule_set
from services_directory.suitability.kinds import Operator, PeriodUnit, RuleKind, Severity
from services_directory.suitability.rules import Rule
from services_directory.suitability.seed import SEED_SETS
from services_directory.suitability.seed.shape import Source

SAYS = Source("the leaflet")
SERVICES = "/api/v1/services/"
MORNING = dt.datetime(2026, 11, 3, 9, 0, tzinfo=dt.UTC)


def publish(*rules, at=MORNING, key="scheme", basis="own"):
    publish_rule_set(
        key=key, name="The scheme", basis=basis, source="Its leaflet.", rules=rules, actor=SYSTEM, at=at
    )  # fmt: skip


@pytest.fixture
def scheme(cast):
    """The exercise scheme, which takes nobody with high blood pressure or within 12 weeks of a heart attack."""
    publish(
        SAYS.rules_out_pressure(Operator.AT_LEAST, 180, 100),
        SAYS.waits("cardiac_event", 12, PeriodUnit.WEEKS),
        SAYS.asks_a_clinician("unstable_diabetes"),
    )
    apply_rule_set(service=cast.scheme, key="scheme", actor=SYSTEM, at=MORNING)
    return cast.scheme


def record(client, referral, **given):
    rows = [{"code": code} | (value if isinstance(value, dict) else {"answer": value}) for code, value in given.items()]
    answer = client.post(f"/api/v1/referrals/{referral.reference}/observations/", {"observations": rows})
    assert answer.status_code == 201, answer.json()


def suitability(client, service, referral, **query):
    answer = client.get(f"{SERVICES}{service.pk}/", {"for_referral": referral.reference, **query})
    assert answer.status_code == 200, answer.json()
    return answer.json()["suitability"]


READING = {"value": 150, "second_value": 90, "observed_on": "2026-11-02"}
WELL = {"blood_pressure": READING, "cardiac_event": "no", "unstable_diabetes": "no"}


# --- The story ----------------------------------------------------------------------------------------------------


def test_a_link_worker_asks_for_rose_and_hears_what_to_ask_then_why_not_then_from_when(
    cast, scheme, referral_at, as_user
):
    referral = referral_at("active")
    lou = as_user(cast.link_worker)

    # Nobody has asked Rose anything yet.
    first = suitability(lou, scheme, referral)
    assert (first["verdict"], first["label"]) == ("cannot_say", "Cannot say yet: 3 questions are open")
    assert first["not_known"] == [
        {
            "code": "blood_pressure",
            "question": "What is the person's resting blood pressure, both values?",
            "kind": "blood_pressure",
            "unit": "mmHg",
        },
        {
            "code": "cardiac_event",
            "question": "Has the person had a heart attack or another cardiac event? If so, when was the latest?",
            "kind": "event",
            "unit": "",
        },
        {
            "code": "unstable_diabetes",
            "question": "Does the person have unstable or uncontrolled diabetes?",
            "kind": "yes_no",
            "unit": "",
        },
    ]

    # Her blood pressure is exactly at the limit, and her heart attack was eleven weeks and six days before the start.
    record(
        lou, referral,
        blood_pressure=READING | {"value": 180, "second_value": 100, "observed_on": "2026-11-03"},
        cardiac_event={"answer": "yes", "occurred": "2026-08-14"}, unstable_diabetes="no",
    )  # fmt: skip
    second = suitability(lou, scheme, referral, planned_start="2026-11-05")
    assert second == {
        "verdict": "not_eligible",
        "label": "Not eligible unless cleared by a doctor",
        "eligible_from": None,
        "clearance_by": ["a doctor"],
        "rules": [
            {
                "code": "blood_pressure",
                "alternatives": [],
                "result": "failed",
                "words": "Blood pressure 180/100 on 3 November 2026 is at or above the limit of 180/100. "
                "The person cannot start until a doctor clears it.",
                "severity": "absolute",
                "source": "the leaflet",
                "rule_set": "The scheme",
                "version": 1,
                "basis": "own",
            },
            {
                "code": "since_cardiac_event",
                "alternatives": [],
                "result": "not_yet",
                "words": "A heart attack or other cardiac event, 14 August 2026: less than 12 weeks before "
                "5 November 2026. By this rule the person can start from 6 November 2026, or earlier if a doctor "
                "clears it.",
                "severity": "absolute",
                "source": "the leaflet",
                "rule_set": "The scheme",
                "version": 1,
                "basis": "own",
            },
            {
                "code": "unstable_diabetes",
                "alternatives": [],
                "result": "passed",
                "words": "Unstable or uncontrolled diabetes: no (3 November 2026).",
                "severity": "refer_to_clinician",
                "source": "the leaflet",
                "rule_set": "The scheme",
                "version": 1,
                "basis": "own",
            },
        ],
        "not_known": [],
        "notices": [],
    }

    # Dr Shah clears the blood pressure; the twelve weeks remain.
    lou.post(
        f"/api/v1/referrals/{referral.reference}/clearances/",
        {
            "code": "blood_pressure", "is_cleared": True, "professional_name": "Dr Amara Shah",
            "professional_role": "GP", "decided_on": "2026-11-03",
        },
    )  # fmt: skip
    third = suitability(lou, scheme, referral, planned_start="2026-11-05")
    assert (third["verdict"], third["label"], third["eligible_from"]) == (
        "eligible_from", "Eligible from 6 November 2026", "2026-11-06",
    )  # fmt: skip
    assert [(rule["code"], rule["result"]) for rule in third["rules"]] == [
        ("since_cardiac_event", "not_yet"), ("blood_pressure", "cleared"), ("unstable_diabetes", "passed"),
    ]  # fmt: skip

    # Twelve weeks to the day.
    last = suitability(lou, scheme, referral, planned_start="2026-11-06")
    assert (last["verdict"], last["label"]) == ("eligible_now", "Eligible on 6 November 2026")


def test_a_question_for_a_clinician_says_whose_clearance_is_needed(cast, scheme, referral_at, as_user):
    referral = referral_at("active")
    lou = as_user(cast.link_worker)
    record(lou, referral, **(WELL | {"unstable_diabetes": "yes"}))
    found = suitability(lou, scheme, referral)
    assert (found["verdict"], found["label"], found["clearance_by"]) == (
        "needs_clearance", "Needs clearance by a doctor", ["a doctor"],
    )  # fmt: skip
    assert found["rules"][0]["words"] == (
        "Unstable or uncontrolled diabetes: yes (3 November 2026). Ask a doctor first whether the person can start."
    )


# --- The list -----------------------------------------------------------------------------------------------------


def test_each_service_of_the_list_says_whether_it_suits_the_person_and_which_rules_decided(
    cast, scheme, referral_at, as_user
):
    referral = referral_at("active")
    lou = as_user(cast.link_worker)
    record(lou, referral, **WELL)
    Service.objects.filter(pk=cast.visiting.pk).update(maximum_age=70)
    rows = lou.get(SERVICES, {"for_referral": referral.reference}).json()["results"]
    assert [
        (row["name"], row["suitability"]["verdict"], [rule["code"] for rule in row["suitability"]["rules"]])
        for row in rows
    ] == [
        ("Exercise on referral", "eligible_now", ["blood_pressure", "since_cardiac_event", "unstable_diabetes"]),
        ("Library", "no_rules", []),
        ("Visiting", "not_eligible", ["maximum_age"]),
        ("Walking group", "no_rules", []),
    ]
    assert rows[1]["suitability"]["label"] == "No rules known: ask the provider"


def test_without_a_person_a_service_says_nothing_of_suitability(cast, scheme, as_user):
    lou = as_user(cast.link_worker)
    assert [row for row in lou.get(SERVICES).json()["results"] if "suitability" in row] == []
    assert "suitability" not in lou.get(f"{SERVICES}{scheme.pk}/").json()


def test_the_filters_and_pages_of_the_list_hold_for_a_person_too(cast, scheme, referral_at, as_user):
    referral = referral_at("active")
    lou = as_user(cast.link_worker)
    query = {"for_referral": referral.reference, "referral_route": "referral", "page_size": 2}
    page = lou.get(SERVICES, query).json()
    rest = lou.get(page["next"]).json()
    rows = [*page["results"], *rest["results"]]
    assert [(row["name"], row["suitability"]["verdict"]) for row in rows] == [
        ("Exercise on referral", "cannot_say"), ("Visiting", "no_rules"), ("Walking group", "no_rules"),
    ]  # fmt: skip


def test_a_page_for_a_person_costs_the_same_queries_however_many_services_it_has(
    cast, scheme, referral_at, as_user, django_assert_num_queries
):
    referral = referral_at("active")
    lou = as_user(cast.link_worker)
    record(lou, referral, **WELL)
    load_rule_sets(at=MORNING)
    for number in range(20):
        service = Service.objects.create(
            organization=scheme.organization, name=f"Class {number:02}", minimum_age=number
        )
        for key in ("scheme", SEED_SETS[number % len(SEED_SETS)].key):
            apply_rule_set(service=service, key=key, actor=SYSTEM, at=MORNING)

    def page(size, **query):
        return lou.get(SERVICES, {"page_size": size, "search": "class", **query}).json()["results"]

    page(20, for_referral=referral.reference)  # a process reads published rules once
    with CaptureQueriesContext(connection) as plain:
        page(20)
    for size in (1, 2, 20):
        # The referral, what was answered, what was decided, where the postcode is, and the rules of the page.
        with django_assert_num_queries(len(plain) + 5):
            rows = page(size, for_referral=referral.reference)
        assert ["suitability" in row for row in rows] == [True] * size


# --- Where the facts come from ------------------------------------------------------------------------------------


def requirement(code, kind, subject, *values):
    return Rule(code=code, kind=kind, subject=subject, severity=Severity.REQUIREMENT, values=values, source="us")


def test_where_the_person_lives_and_is_registered_and_who_refers_come_from_the_referral(cast, referral_at, as_user):
    Neighbourhood.objects.create(code="brinnington", name="Brinnington", sectors=["SK5 8"])
    publish(
        requirement("town", RuleKind.AREA, "local_authority", "E08000007"),
        requirement("part", RuleKind.AREA, "neighbourhood", "brinnington"),
        requirement("lsoa", RuleKind.AREA, "lsoa", "E01005801"),
        requirement("ward", RuleKind.AREA, "ward", "E05000778"),
        requirement("practice", RuleKind.PRACTICE, "gp_practice_code", "Z90001"),
        requirement("referrer", RuleKind.REFERRAL_SOURCE, "referral_source", "gp"),
    )
    apply_rule_set(service=cast.scheme, key="scheme", actor=SYSTEM, at=MORNING)
    referral = referral_at("active")
    lou = as_user(cast.link_worker)

    unknown = suitability(lou, cast.scheme, referral)
    assert (unknown["verdict"], [question["code"] for question in unknown["not_known"]]) == ("cannot_say", ["postcode"])

    Postcode.objects.create(
        code="SK58BS", lsoa="E01005801", ward="E05000778", local_authority="E08000007", latitude=53.4, longitude=-2.1
    )
    known = suitability(lou, cast.scheme, referral)
    assert known["verdict"] == "eligible_now"
    assert [rule["words"] for rule in known["rules"]] == [
        *["The person lives in the area that it is for."] * 4,
        "The person's practice (Z90001) is one that it is for.",
        "Referred by a GP practice.",
    ]


@pytest.mark.parametrize(
    ("who", "verdict", "words"),
    [
        ("gp", "eligible_now", "Referred by a GP practice."),
        (
            "discharge_nurse",
            "not_eligible",
            "Referred by another health professional. Needed: referred by a GP practice.",
        ),
    ],
)
def test_who_refers_is_the_sort_of_organisation_that_referred(cast, referral_at, as_user, who, verdict, words):
    publish(requirement("referrer", RuleKind.REFERRAL_SOURCE, "referral_source", "gp"))
    apply_rule_set(service=cast.scheme, key="scheme", actor=SYSTEM, at=MORNING)
    referral = referral_at("active", by=getattr(cast, who))
    found = suitability(as_user(cast.link_worker), cast.scheme, referral)
    assert (found["verdict"], [rule["words"] for rule in found["rules"]]) == (verdict, [words])


def test_a_correction_of_the_same_day_counts(cast, scheme, referral_at, as_user):
    referral = referral_at("active")
    lou = as_user(cast.link_worker)
    record(lou, referral, **(WELL | {"blood_pressure": READING | {"value": 185}}))
    assert suitability(lou, scheme, referral)["verdict"] == "not_eligible"
    record(lou, referral, blood_pressure=READING)
    assert suitability(lou, scheme, referral)["verdict"] == "eligible_now"


def test_an_answer_names_the_version_in_force_on_the_day_of_asking(
    cast, scheme, referral_at, as_user, time_machine, now
):
    referral = referral_at("active")
    record(as_user(cast.link_worker), referral, **(WELL | {"blood_pressure": READING | {"value": 165}}))
    time_machine.move_to(now + dt.timedelta(days=20))
    publish(SAYS.rules_out_pressure(Operator.AT_LEAST, 160, 90), at=now + dt.timedelta(days=20))
    later = suitability(as_user(cast.link_worker), scheme, referral)
    time_machine.move_to(now + dt.timedelta(days=19))
    earlier = suitability(as_user(cast.link_worker), scheme, referral)
    assert [(found["verdict"], found["rules"][0]["version"]) for found in (earlier, later)] == [
        ("eligible_now", 1), ("not_eligible", 2),
    ]  # fmt: skip


def test_rules_of_comparable_schemes_are_said_to_be_no_rules_of_the_service(cast, referral_at, as_user):
    load_rule_sets(at=MORNING)
    apply_rule_set(service=cast.scheme, key="tadley", actor=SYSTEM, at=MORNING)
    referral = referral_at("active")
    lou = as_user(cast.link_worker)
    record(lou, referral, long_term_condition="yes")
    found = suitability(lou, cast.scheme, referral)
    assert (found["verdict"], found["notices"]) == (
        "eligible_now",
        ["Rules of comparable schemes or of guidance, not confirmed by this service: Tadley exercise referral scheme."],
    )
    assert {(rule["source"], rule["basis"], rule["version"]) for rule in found["rules"]} == {
        ("Tadley (S83)", "comparable", 1)
    }


# --- Who may ask, and what may be asked ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["provider", "befriender", "hub_worker", "manager", "editor", "outsider"])
def test_nobody_asks_for_a_person_whose_referral_is_not_theirs(cast, scheme, onward_at, as_user, who):
    referral = onward_at("started").referral
    client = as_user(getattr(cast, who))
    query = {"for_referral": referral.reference}
    answers = [client.get(SERVICES, query), client.get(f"{SERVICES}{scheme.pk}/", query)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 2


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead"])
def test_who_refers_or_supports_the_person_asks_for_them(cast, scheme, referral_at, as_user, who):
    assert suitability(as_user(getattr(cast, who)), scheme, referral_at("active"))["verdict"] == "cannot_say"


def test_a_referral_of_others_is_answered_as_one_that_there_is_not(cast, scheme, onward_at, as_user):
    referral = onward_at("started").referral
    record(as_user(cast.link_worker), referral, **WELL)
    pat = as_user(cast.provider)
    for url, more in (
        (SERVICES, {}), (SERVICES, {"search": "nothing like it"}), (SERVICES, {"planned_start": "2026-11-26"}),
        (f"{SERVICES}{scheme.pk}/", {}),
    ):  # fmt: skip
        theirs, nobodys = (
            pat.get(url, {"for_referral": reference, **more}) for reference in (referral.reference, "R-22222-22222")
        )
        assert theirs.status_code == 404
        del theirs.headers["X-Request-ID"], nobodys.headers["X-Request-ID"]  # of each request its own
        assert (theirs.content, theirs.headers) == (nobodys.content, nobodys.headers)


def test_a_referral_that_is_not_there_is_not_found(cast, scheme, as_user):
    client = as_user(cast.link_worker)
    codes = [client.get(SERVICES, {"for_referral": name}).status_code for name in ("R-22222-22222", "x", "\0")]
    assert codes == [404, 404, 404]


@pytest.mark.parametrize("day", ["2026-11-02", "2028-11-05", "tomorrow", "2026-02-30"])
def test_a_start_that_cannot_be_planned_is_an_error(cast, scheme, referral_at, as_user, day):
    referral = referral_at("active")
    for url in (SERVICES, f"{SERVICES}{scheme.pk}/"):
        answer = as_user(cast.link_worker).get(url, {"for_referral": referral.reference, "planned_start": day})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["planned_start"])


def test_a_start_for_nobody_is_an_error(cast, scheme, as_user):
    answer = as_user(cast.link_worker).get(SERVICES, {"planned_start": "2026-11-05"})
    assert (answer.status_code, answer.json()["errors"]) == (
        400, {"planned_start": ["Say for whom: give for_referral too."]},
    )  # fmt: skip
