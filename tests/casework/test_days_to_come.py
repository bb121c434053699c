"""What the page of a contact says beforehand is what the contact then does."""

import datetime as dt

import pytest

from accounts.actors import Actor
from referrals.models import Referral
from referrals.services.contacts import ContactDetails, DaysToCome, days_to_come, log_contact
from tests import stage
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
TUESDAY = NOW + dt.timedelta(days=1)


@pytest.mark.parametrize("tries", [0, 1, 2])
@pytest.mark.parametrize("outcome", ["no_answer", "spoke"])
def test_the_days_that_are_shown_are_those_that_follow(cast, referral_at, tries, outcome):
    referral, lou = referral_at("active"), Actor(stage.fresh(cast.link_worker))

    def ring(outcome, at):
        log_contact(
            referral=referral, actor=lou, at=at, given=ContactDetails(mechanism="02", outcome=outcome, occurred_at=at)
        )

    for day in range(tries):
        ring("no_answer", TUESDAY + dt.timedelta(days=day))
    at = TUESDAY + dt.timedelta(days=tries)
    shown = days_to_come(Referral.objects.get(pk=referral.pk), at=at)
    ring(outcome, at)
    follows = Referral.objects.get(pk=referral.pk).next_action_on
    assert follows == (shown.if_not_reached if outcome == "no_answer" else shown.if_reached)


def test_what_has_a_date_of_its_own_keeps_it(cast, referral_at):
    assert days_to_come(referral_at("on_hold"), at=TUESDAY) == DaysToCome(if_not_reached=None, if_reached=None)
