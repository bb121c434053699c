"""What is shown of the last audit, and to whom: counts to managers and leads; references to leads, of what they see."""

import datetime as dt
from dataclasses import dataclass

from accounts.enums import Role
from accounts.models import User
from core.errors import NotPermitted
from insights.integrity.audit import latest_run
from insights.integrity.rules import RULES
from insights.selectors import answers_for_the_pathway
from referrals.selectors import onward_referrals_visible_to, referrals_visible_to


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule: what it says, how many break it, and those of the first of them that the reader may see."""

    rule: str
    says: str
    broken: int
    references: list[str]


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The last audit that came to its end, as one reader may see it."""

    begun_at: dt.datetime
    ended_at: dt.datetime
    referrals: int
    events: int
    messages_failed: int
    is_whole: bool
    rules: list[Finding]


def latest_findings(user: User) -> Findings | None:
    """Return what the last audit found; None before the first. A bounded number of queries, whatever was found.

    A rule that has come since that audit is left out. Messages are counted, and named to nobody here.

    :raises NotPermitted: if the user is neither a manager nor a lead.
    """
    if not answers_for_the_pathway(user):
        raise NotPermitted("The audit is for managers and leads.")
    run = latest_run()
    if run is None:
        return None
    named = {reference for references in run.references.values() for reference in references}
    visible = _visible_to(user, named) if Role.LEAD in user.roles() and named else set()
    return Findings(
        begun_at=run.begun_at,
        ended_at=run.ended_at,
        referrals=run.referrals,
        events=run.events,
        messages_failed=run.messages_failed,
        is_whole=run.is_whole,
        rules=[
            Finding(
                rule=rule,
                says=says,
                broken=run.counts[rule],
                references=[each for each in run.references.get(rule, ()) if each in visible],
            )
            for rule, says in RULES.items()
            if rule in run.counts
        ],
    )


def _visible_to(user: User, references: set[str]) -> set[str]:
    referrals = referrals_visible_to(user).filter(reference__in=references)
    onward = onward_referrals_visible_to(user).filter(reference__in=references)
    return {*referrals.values_list("reference", flat=True), *onward.values_list("reference", flat=True)}
