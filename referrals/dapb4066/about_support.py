"""The sections about the support: contacts, signposts, summary, assessments, plan. Each is a seam: it says nothing
until the topic that holds it is here, and then reads that topic's rows from its source.
"""

from referrals.dapb4066.source import Items, Source


def contacts(source: Source) -> Items:
    """Return the contacts between link worker and person."""
    return {}


def clinical_summary(source: Source) -> Items:
    """Return the summary for referrer and practice (rule 12)."""
    return {}


def signposts(source: Source) -> Items:
    """Return what the person was told of. It is no referral (rule 14)."""
    return {}


def assessments(source: Source) -> Items:
    """Return the measures, scored."""
    return {}


def requested_actions(source: Source) -> Items:
    """Return what is asked of professionals and of the person; in a message it comes first (rule 13)."""
    return {}


def plan(source: Source) -> Items:
    """Return needs, goals and actions (rule 11)."""
    return {}
