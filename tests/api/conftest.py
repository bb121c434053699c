"""Each test of the API happens on the day after the stage's Monday, whatever day it really is."""

import datetime as dt

import pytest

from accounts.actors import Actor
from accounts.models import Membership
from referrals.models import TeamPolicy
from referrals.services.consent import ConsentDetails
from referrals.services.contacts import ContactDetails, log_contact
from referrals.services.discharge import DischargeDetails
from tests import stage


@pytest.fixture(autouse=True)
def _the_next_morning(time_machine, now):
    time_machine.move_to(now + dt.timedelta(days=1))


@pytest.fixture
def everywhere(cast, referral_at, onward_at, scene, now):
    """A referral in every status, from a practice and from a hospital, sent onward and tried to be reached."""
    scene("a referral in every status", lambda: tell_of_each(cast, referral_at, onward_at, now))


def tell_of_each(cast, referral_at, onward_at, now):
    for status in stage.REFERRAL_PATHS:
        referral_at(status)
    referral_at("active", consents=(
        ConsentDetails(decision="given", to_service_id=cast.walking.pk, expires_on=dt.date(2026, 11, 2)),
        ConsentDetails(decision="refused", to_organization_id=cast.befriending.organization_id),
    ))  # fmt: skip
    referral_at(
        "deferred", discharge=DischargeDetails(ward="Seven", pathway=1), risks=("A dog", "Falls"), no_known_risks=False
    )
    onward = onward_at("completed")
    onward_at("declined", referral=onward.referral)
    worker = Actor(stage.fresh(cast.link_worker))
    tried = ContactDetails(mechanism="02", outcome="no_answer")
    first = log_contact(referral=referral_at("accepted"), actor=worker, at=now + dt.timedelta(hours=3), given=tried)
    log_contact(
        referral=first.contact.referral, actor=worker, at=now + dt.timedelta(hours=4),
        given=ContactDetails(mechanism="02", outcome="spoke", replaces=first.contact.pk),
    )  # fmt: skip
    TeamPolicy.objects.create(team=cast.neighbouring_team, breach_working_days=1)
    Membership.objects.create(user=cast.lead, team=cast.practice, role="referrer")
