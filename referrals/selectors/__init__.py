"""Reads of the heart. Every selector starts from the user, or from a row that the user was allowed to read: what a
person may not see does not exist for them.
"""

from referrals.selectors.consents import consents_of, counting_consents
from referrals.selectors.duplicates import duplicates_of
from referrals.selectors.health import clearances_of, facts_for, observations_of
from referrals.selectors.keeping import (
    get_retention_proposal,
    person_who_asks,
    retention_proposals_visible_to,
    subject_accesses_visible_to,
)
from referrals.selectors.measures import (
    catalogue_for,
    due_measures,
    licences_visible_to,
    licensed_measures,
    measured_changes,
    measures_in_use_by,
    measures_of,
)
from referrals.selectors.people import (
    addresses_of,
    get_led_person,
    get_merge,
    is_certainly_known,
    known_people,
    likely_people,
    merges_of,
    offers_to,
    referred_already,
)
from referrals.selectors.record import record_of, record_versions_of, risks_of
from referrals.selectors.screening import (
    Screening,
    clearance_requests_of,
    for_the_provider,
    screening_of,
    warnings_before_start,
)
from referrals.selectors.teams import FoundTeam, NoTeamHere, team_for
from referrals.selectors.timeline import attendances_of, timeline_of, timeline_of_onward
from referrals.selectors.visible import (
    get_bare_referral,
    get_onward_referral,
    get_referral,
    get_whole_referral,
    onward_referrals_visible_to,
    referrals_visible_to,
)

__all__ = [
    "FoundTeam",
    "NoTeamHere",
    "Screening",
    "addresses_of",
    "attendances_of",
    "catalogue_for",
    "clearance_requests_of",
    "clearances_of",
    "consents_of",
    "counting_consents",
    "due_measures",
    "duplicates_of",
    "facts_for",
    "for_the_provider",
    "get_bare_referral",
    "get_led_person",
    "get_merge",
    "get_onward_referral",
    "get_referral",
    "get_retention_proposal",
    "get_whole_referral",
    "is_certainly_known",
    "known_people",
    "licences_visible_to",
    "licensed_measures",
    "likely_people",
    "measured_changes",
    "measures_in_use_by",
    "measures_of",
    "merges_of",
    "observations_of",
    "offers_to",
    "onward_referrals_visible_to",
    "person_who_asks",
    "record_of",
    "record_versions_of",
    "referrals_visible_to",
    "referred_already",
    "retention_proposals_visible_to",
    "risks_of",
    "screening_of",
    "subject_accesses_visible_to",
    "team_for",
    "timeline_of",
    "timeline_of_onward",
    "warnings_before_start",
]
