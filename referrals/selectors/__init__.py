"""Reads of the heart. Every selector starts from the user, or from a row that the user was allowed to read: what a
person may not see does not exist for them.
"""

from referrals.selectors.consents import consents_of, counting_consents
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
    measures_of,
)
from referrals.selectors.teams import FoundTeam, NoTeamHere, team_for
from referrals.selectors.timeline import attendances_of, timeline_of, timeline_of_onward
from referrals.selectors.visible import (
    get_onward_referral,
    get_referral,
    get_whole_referral,
    onward_referrals_visible_to,
    referrals_visible_to,
)

__all__ = [
    "FoundTeam",
    "NoTeamHere",
    "attendances_of",
    "catalogue_for",
    "clearances_of",
    "consents_of",
    "counting_consents",
    "due_measures",
    "facts_for",
    "get_onward_referral",
    "get_referral",
    "get_retention_proposal",
    "get_whole_referral",
    "licences_visible_to",
    "licensed_measures",
    "measured_changes",
    "measures_of",
    "observations_of",
    "onward_referrals_visible_to",
    "person_who_asks",
    "referrals_visible_to",
    "retention_proposals_visible_to",
    "subject_accesses_visible_to",
    "team_for",
    "timeline_of",
    "timeline_of_onward",
]
