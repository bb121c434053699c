"""Rose, who has begun at a programme with a review at 6 weeks, and who has completed it."""

import datetime as dt

import pytest

from accounts.actors import Actor
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from services_directory.models import Service
from tests import stage


def on(time_machine, day):
    time_machine.move_to(dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC), tick=False)


@pytest.fixture
def pat(cast, as_user):
    """The provider's client."""
    return as_user(cast.provider)


@pytest.fixture
def programme(cast):
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 6])


@pytest.fixture
def done(cast, programme, onward_at):
    """Rose has completed, and Lou has closed her case."""
    onward = onward_at("completed")
    lou = Actor(stage.fresh(cast.link_worker))
    closed = take_referral_step(
        referral=onward.referral, step="close", actor=lou, at=onward.ended_at,
        details=StepDetails(outcome="goals_met"),
    )  # fmt: skip
    assert closed.status == "closed"
    return onward
