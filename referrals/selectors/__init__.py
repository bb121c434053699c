"""Reads of the heart. Every selector starts from the user, or from a row that the user was allowed to read: what a
person may not see does not exist for them.
"""

from referrals.selectors.health import clearances_of, facts_for, observations_of
from referrals.selectors.record import record_of, record_versions_of, risks_of
from referrals.selectors.timeline import attendances_of, timeline_of, timeline_of_onward
from referrals.selectors.visible import (
    get_onward_referral,
    get_referral,
    get_whole_referral,
    onward_referrals_visible_to,
    referrals_visible_to,
)

__all__ = [
    "attendances_of",
    "clearances_of",
    "facts_for",
    "get_onward_referral",
    "get_referral",
    "get_whole_referral",
    "observations_of",
    "onward_referrals_visible_to",
    "record_of",
    "record_versions_of",
    "referrals_visible_to",
    "risks_of",
    "timeline_of",
    "timeline_of_onward",
]
