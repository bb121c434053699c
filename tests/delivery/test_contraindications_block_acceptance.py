"""A provider takes nobody up whom its own rules keep out, until a named professional has cleared it."""

import datetime as dt

import pytest

from accounts.actors import SYSTEM
from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, ReferralEvent
from services_directory.models import Service
from services_directory.services import apply_rule_set, publish_rule_set
from services_directory.suitability.kinds import Operator
from services_directory.suitability.seed.shape import Source

SAYS = Source("the leaflet")
MORNING = dt.datetime(2026, 11, 3, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def sent(cast, onward_at):
    """Rose, sent to a service that takes nobody whose blood pressure is at or above 180/100."""
    onward = onward_at("sent")
    publish_rule_set(
        key="scheme", name="The scheme", basis="own", source="Its leaflet.",
        rules=[SAYS.rules_out_pressure(Operator.AT_LEAST, 180, 100)], actor=SYSTEM, at=MORNING,
    )  # fmt: skip
    apply_rule_set(service=onward.service, key="scheme", actor=SYSTEM, at=MORNING)
    return onward


BOOKED = {"assessment_at": "2026-11-20T10:00:00Z"}


def provider_does(as_user, cast, onward, step):
    said = BOOKED if step == "book-assessment" else {}
    return as_user(cast.provider).post(f"/api/v1/onward-referrals/{onward.reference}/{step}/", said)


def reading(as_user, cast, onward, upper, lower):
    given = {"code": "blood_pressure", "value": upper, "second_value": lower, "observed_on": "2026-11-03"}
    answer = as_user(cast.link_worker).post(
        f"/api/v1/referrals/{onward.referral.reference}/observations/", {"observations": [given]}
    )
    assert answer.status_code == 201, answer.json()


def decision(as_user, cast, onward, *, is_cleared):
    answer = as_user(cast.link_worker).post(
        f"/api/v1/referrals/{onward.referral.reference}/clearances/",
        {
            "code": "blood_pressure", "is_cleared": is_cleared, "professional_name": "Dr Amara Shah",
            "professional_role": "GP", "decided_on": "2026-11-03",
        },
    )  # fmt: skip
    assert answer.status_code == 201, answer.json()


def everything():
    rows = list(OnwardReferral.objects.order_by("id").values("status", "version", "next_action_on"))
    return ReferralEvent.objects.count(), OutboxMessage.objects.count(), rows


def test_exactly_at_the_limit_rose_waits_for_her_gp_and_then_goes_on(cast, sent, as_user):
    reading(as_user, cast, sent, 180, 100)
    before = everything()
    refused = provider_does(as_user, cast, sent, "accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "clearance_required")
    assert refused.json()["reasons"] == [
        "Blood pressure 180/100 on 3 November 2026 is at or above the limit of 180/100. "
        "The person cannot start until a doctor clears it."
    ]
    assert everything() == before

    decision(as_user, cast, sent, is_cleared=True)
    for step in ("accept", "book-assessment", "start"):
        assert provider_does(as_user, cast, sent, step).status_code == 200


def test_just_below_the_limit_nobody_need_clear_it(cast, sent, as_user):
    reading(as_user, cast, sent, 179, 99)
    assert provider_does(as_user, cast, sent, "accept").status_code == 200


def test_what_her_gp_refuses_is_not_suitable(cast, sent, as_user):
    reading(as_user, cast, sent, 180, 100)
    decision(as_user, cast, sent, is_cleared=False)
    before = everything()
    refused = provider_does(as_user, cast, sent, "accept")
    assert (refused.status_code, refused.json()["code"], everything()) == (409, "not_suitable", before)


def test_what_is_not_known_stops_the_start_but_not_the_acceptance(cast, sent, as_user):
    for step in ("accept", "book-assessment"):
        assert provider_does(as_user, cast, sent, step).status_code == 200
    before = everything()
    refused = provider_does(as_user, cast, sent, "start")
    assert (refused.status_code, refused.json()["code"], everything()) == (409, "screening_incomplete", before)
    reading(as_user, cast, sent, 140, 85)
    assert provider_does(as_user, cast, sent, "start").status_code == 200


def test_a_pack_is_not_posted_to_whom_the_rules_keep_out_nor_before_they_are_asked(cast, sent, as_user):
    Service.objects.filter(pk=sent.service_id).update(delivery="posted")
    assert provider_does(as_user, cast, sent, "accept").status_code == 200
    before = everything()
    refused = provider_does(as_user, cast, sent, "send-pack")
    assert (refused.status_code, refused.json()["code"], everything()) == (409, "screening_incomplete", before)
    reading(as_user, cast, sent, 180, 100)
    before = everything()
    refused = provider_does(as_user, cast, sent, "send-pack")
    assert (refused.status_code, refused.json()["code"], everything()) == (409, "clearance_required", before)
    decision(as_user, cast, sent, is_cleared=True)
    assert provider_does(as_user, cast, sent, "send-pack").json()["status"] == "started"
