"""The sections that other parts of the record fill, one function each: what is known at a moment, in order of time.

Each returns nothing until the rows that it would read exist. None of them reads notes or safeguarding concerns: those
are not for a letter.
"""

import datetime as dt

from referrals.messages_back.document import Assessment, Contact, Goal, RequestedAction, Score, Signpost
from referrals.models import Referral


def requested_actions_of(referral: Referral, at: dt.datetime) -> tuple[RequestedAction, ...]:
    """Return what the plan asks the practice to do."""
    return ()


def scores_of(referral: Referral, at: dt.datetime) -> tuple[Score, ...]:
    """Return each measure at the start and at the latest point, by name."""
    return ()


def contacts_of(referral: Referral, at: dt.datetime) -> tuple[Contact, ...]:
    """Return the contacts and the attempts, without what was noted of them."""
    return ()


def signposts_of(referral: Referral, at: dt.datetime) -> tuple[Signpost, ...]:
    """Return what the person was told of."""
    return ()


def assessments_of(referral: Referral, at: dt.datetime) -> tuple[Assessment, ...]:
    """Return the assessments that were made."""
    return ()


def goals_of(referral: Referral, at: dt.datetime) -> tuple[Goal, ...]:
    """Return the goals of the plan and what came of each."""
    return ()
