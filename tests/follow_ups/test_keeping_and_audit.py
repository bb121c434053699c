"""What is held of follow-ups, what is forgotten of them, and that the audit finds nothing."""

import datetime as dt

import pytest

from accounts.actors import Actor
from insights.integrity import audit
from referrals.models import FollowUp, FollowUpClock, Referral, RetentionProposal, RetentionRule
from referrals.services.clocks import run_clocks
from referrals.services.follow_ups import Asked, record_follow_up
from referrals.services.retention import forget, propose_forgetting
from referrals.services.subject_access import everything_on
from tests import stage

FEBRUARY = dt.datetime(2027, 2, 2, 9, tzinfo=dt.UTC)


@pytest.fixture
def rose(cast, done):
    """Rose has completed, her case has closed, at three months she was asked, and at six she will be."""
    asked = Asked(months=3, result="reached", mechanism="02", still_active="here", since_the_start="better")
    record_follow_up(onward=done, actor=Actor(stage.fresh(cast.provider)), at=FEBRUARY, asked=asked)
    assert FollowUpClock.objects.get().months == 6
    return done


def test_her_file_says_when_she_was_asked_and_when_she_is_next(rose):
    found = {each["title"]: each["rows"] for each in everything_on(Referral.objects.get().person)["sections"]}
    asked = found["When somebody asked, months after, how you are"]
    assert [(row["result"], row["still active"]) for row in asked] == [("They answered", "Still takes part here")]
    assert len(found["When somebody asks you next"]) == 1


def test_who_is_forgotten_is_asked_by_nobody_and_what_was_counted_stays(cast, rose):
    RetentionRule.objects.create(kind="supported", keep_days=28)
    propose_forgetting(at=FEBRUARY + dt.timedelta(days=1))
    lead = Actor(stage.fresh(cast.lead))
    forget(proposal=RetentionProposal.objects.get(), actor=lead, at=FEBRUARY + dt.timedelta(days=1))
    assert (FollowUpClock.objects.count(), FollowUp.objects.get().still_active) == (0, "here")
    assert run_clocks(at=FEBRUARY + dt.timedelta(days=400))["given_up"] == 0


def test_the_audit_finds_nothing_of_what_goes_on_after_the_end(rose):
    late = FEBRUARY + dt.timedelta(days=400)
    assert [run_clocks(at=late)["given_up"] for _ in range(2)] == [2, 0]
    counts = audit(at=late).counts
    del counts["delivered"]  # nothing sends messages here
    assert counts == dict.fromkeys(counts, 0)
