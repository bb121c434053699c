"""A walking group with rules of its own. Each test happens on the day after the stage's Monday."""

import datetime as dt

import pytest

from accounts.actors import SYSTEM
from notifications.models import OutboxMessage
from referrals.models import Clearance, ClearanceRequest, Observation, OnwardReferral, Referral, ReferralEvent
from services_directory.services import apply_rule_set, publish_rule_set
from services_directory.suitability.kinds import Operator
from services_directory.suitability.seed.shape import Source

MORNING = dt.datetime(2026, 11, 2, 7, 0, tzinfo=dt.UTC)
SAYS = Source("the leaflet")
RULES = (
    SAYS.rules_out_pressure(Operator.AT_LEAST, 180, 100),
    SAYS.rules_out_measure("resting_heart_rate", Operator.ABOVE, 100),
    SAYS.rules_out("unstable_angina"),
    SAYS.asks_a_clinician("falls_risk"),
    SAYS.referred_by("charity"),
)


@pytest.fixture(autouse=True)
def _the_next_morning(time_machine, now):
    time_machine.move_to(now + dt.timedelta(days=1), tick=False)


@pytest.fixture
def follow():
    """Let rules apply to a service."""

    def publish(service, *rules, key="leaflet"):
        publish_rule_set(
            key=key, name=f"The {key}", basis="own", source="Its leaflet.", rules=rules, actor=SYSTEM, at=MORNING
        )
        apply_rule_set(service=service, key=key, actor=SYSTEM, at=MORNING)

    return publish


@pytest.fixture
def sent(cast, onward_at, follow):
    """Rose, sent to the walking group by her link worker; nobody has asked her anything yet."""
    follow(cast.walking, *RULES[:4])
    return onward_at("sent")


@pytest.fixture
def everything():
    """All that a refusal could have left behind."""

    def look():
        counted = [
            model.objects.count() for model in (Observation, Clearance, ReferralEvent, OutboxMessage)
        ]  # fmt: skip
        rows = [
            list(model.objects.order_by("id").values()) for model in (ClearanceRequest, OnwardReferral, Referral)
        ]  # fmt: skip
        return counted, rows

    return look
