"""Reads of the heart. Every selector starts from the user, or from a row that the user was allowed to read: what a
person may not see does not exist for them.
"""

from referrals.selectors.duplicates import duplicates_of
from referrals.selectors.health import clearances_of, facts_for, observations_of
from referrals.selectors.people import (
    addresses_of,
    get_led_person,
    get_merge,
    is_certainly_known,
    known_people,
    likely_people,
    merges_of,
    offers_to,
)
from referrals.selectors.timeline import attendances_of, timeline_of, timeline_of_onward
from referrals.selectors.visible import (
    get_onward_referral,
    get_referral,
    get_whole_referral,
    onward_referrals_visible_to,
    referrals_visible_to,
)

__all__ = [
    "addresses_of",
    "attendances_of",
    "clearances_of",
    "duplicates_of",
    "facts_for",
    "get_led_person",
    "get_merge",
    "get_onward_referral",
    "get_referral",
    "get_whole_referral",
    "is_certainly_known",
    "known_people",
    "likely_people",
    "merges_of",
    "observations_of",
    "offers_to",
    "onward_referrals_visible_to",
    "referrals_visible_to",
    "timeline_of",
    "timeline_of_onward",
]
