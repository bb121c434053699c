"""Whoever sends a person to a service is told what its rules say, and sends all the same: it may yet be cleared."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.models import OnwardReferral, Referral
from referrals.selectors import warnings_before_start
from services_directory.suitability.kinds import PeriodUnit
from tests.screening.conftest import RULES, SAYS

HIGH = {"code": "blood_pressure", "value": 185, "second_value": 105, "observed_on": "2026-11-02"}
IS_HIGH = (
    "Blood pressure 185/105 on 2 November 2026 is at or above the limit of 180/100. "
    "The person cannot start until a doctor clears it."
)


def knows(as_user, cast, referral, *given):
    answer = as_user(cast.link_worker).post(
        f"/api/v1/referrals/{referral.reference}/observations/", {"observations": list(given)}
    )
    assert answer.status_code == 201


def sends(as_user, cast, referral, service):
    answer = as_user(cast.link_worker).post(
        f"/api/v1/referrals/{referral.reference}/onward-referrals/", {"service": str(service.pk)}
    )
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert OnwardReferral.objects.get().status == "sent"
    return answer.json()["warning"]


def warned(verdict, label, reason):
    return {"verdict": verdict, "label": label, "reasons": [reason]}


CASES = [
    (RULES[:1], [HIGH], warned("not_eligible", "Not eligible unless cleared by a doctor", IS_HIGH)),
    (
        RULES[3:4],
        [{"code": "falls_risk", "answer": "yes"}],
        warned(
            "needs_clearance",
            "Needs clearance by a doctor",
            "A risk of falling: yes (3 November 2026). Ask a doctor first whether the person can start.",
        ),
    ),
    (
        RULES[2:3],
        [],
        warned("cannot_say", "Cannot say yet: 1 question is open", "Unstable or uncontrolled angina: not known."),
    ),
    (RULES[2:3], [{"code": "unstable_angina", "answer": "no"}], None),
]
NAMES = ["too high", "a clinician is to say", "nobody has asked", "nothing in the way"]


@pytest.mark.parametrize(("rules", "known", "expected"), CASES, ids=NAMES)
def test_it_is_sent_and_the_sender_is_warned(cast, referral_at, follow, as_user, rules, known, expected):
    follow(cast.walking, *rules)
    referral = referral_at("active")
    if known:
        knows(as_user, cast, referral, *known)
    assert sends(as_user, cast, referral, cast.walking) == expected


def test_of_a_service_whose_rules_nobody_knows_there_is_nothing_to_say(cast, referral_at, as_user):
    assert sends(as_user, cast, referral_at("active"), cast.walking) is None


def test_of_several_offers_each_says_its_own(cast, referral_at, follow, as_user):
    follow(cast.walking, *RULES[:1])
    follow(cast.visiting, SAYS.rules_out("asthma"), key="visitors")
    referral = referral_at("active")
    knows(as_user, cast, referral, HIGH, {"code": "asthma", "answer": "no"})
    offers = [{"service": str(service.pk)} for service in (cast.walking, cast.visiting)]
    answer = as_user(cast.link_worker).post(f"/api/v1/referrals/{referral.reference}/offers/", {"offers": offers})
    assert answer.status_code == 201
    assert [(row["service"]["name"], row["warning"]) for row in answer.json()["onward_referrals"]] == [
        (
            "Walking group",
            {"verdict": "not_eligible", "label": "Not eligible unless cleared by a doctor", "reasons": [IS_HIGH]},
        ),
        ("Visiting", None),
    ]


def test_a_service_that_waits_says_from_when(cast, referral_at, follow, as_user):
    follow(cast.walking, SAYS.waits("stroke", 12, PeriodUnit.WEEKS))
    referral = referral_at("active")
    knows(as_user, cast, referral, {"code": "stroke", "answer": "yes", "occurred": "2026-10-01"})
    warning = sends(as_user, cast, referral, cast.walking)
    assert (warning["verdict"], warning["reasons"]) == (
        "eligible_from",
        [
            "A stroke, 1 October 2026: less than 12 weeks before 3 November 2026. "
            "By this rule the person can start from 24 December 2026, or earlier if a doctor clears it."
        ],
    )


def test_the_provider_is_not_shown_the_warning(cast, referral_at, follow, as_user):
    follow(cast.walking, *RULES[:1])
    referral = referral_at("active")
    sends(as_user, cast, referral, cast.walking)
    reference = OnwardReferral.objects.get().reference
    assert "warning" not in as_user(cast.provider).get(f"/api/v1/onward-referrals/{reference}/").json()


def test_to_warn_of_three_services_costs_as_many_queries_as_of_one(
    cast, referral_at, follow, now, django_assert_num_queries
):
    services = [cast.walking, cast.visiting, cast.scheme]
    for number, service in enumerate(services):
        follow(service, *RULES[:3], key=f"set-{number}")
    referral = referral_at("active")

    def warned_of(some):
        found = warnings_before_start(Referral.objects.get(pk=referral.pk), some, on=now.date())
        assert [suitability.verdict for suitability in found.values()] == ["cannot_say"] * len(some)

    warned_of(services)  # the first of a process reads the rules
    with CaptureQueriesContext(connection) as seen:
        warned_of(services[:1])
    with django_assert_num_queries(len(seen)):
        warned_of(services)
