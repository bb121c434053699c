"""The nightly counts, called by Celery. Each body is one call, safe to run twice."""

import datetime as dt
import logging

from django.utils import timezone

from core.runs import Figures
from core.tasks import periodic_task
from insights import counting, gaps, responsiveness, services, summaries
from insights.integrity import run_audit

logger = logging.getLogger(__name__)


# The first count of a million referrals writes as many rows, which takes longer than other tasks may.
@periodic_task(name="insights.count_uptake", soft_time_limit=900, time_limit=960)
def count_uptake(at: dt.datetime) -> Figures:
    """Count uptake afresh."""
    return {"rows": services.count_uptake(at=at)}


# The same: it reads every event there is.
@periodic_task(name="insights.count_pathway", soft_time_limit=1800, time_limit=1860)
def count_pathway(at: dt.datetime) -> Figures:
    """Count how far referrals have come, how long people waited and how services answered, afresh."""
    return counting.count_pathway(at=at)


@periodic_task(name="insights.count_responsiveness")
def count_responsiveness(at: dt.datetime) -> Figures:
    """Count how the referrals to each service were answered."""
    return {"services": responsiveness.count_responsiveness(at=at)}


# Of a million referrals it takes longer than other tasks may; delivered again meanwhile, it does no harm.
@periodic_task(name="insights.count_gaps", soft_time_limit=900, time_limit=960)
def count_gaps(at: dt.datetime) -> Figures:
    """Count needs with nothing near afresh."""
    return {"rows": gaps.count_gaps(at=at)}


# Made each morning what is missing, though a week ends on Sundays only: a Monday that was missed is made on Tuesday.
@periodic_task(name="insights.weekly_summaries", soft_time_limit=900, time_limit=960)
def weekly_summaries(at: dt.datetime) -> Figures:
    """Make the weekly summaries that are missing, and tell providers and leads."""
    return summaries.make_weekly_summaries(at=at)


@periodic_task(name="insights.monthly_summaries", soft_time_limit=900, time_limit=960)
def monthly_summaries(at: dt.datetime) -> Figures:
    """Make the monthly summaries that are missing, and tell commissioners."""
    return summaries.make_monthly_summaries(at=at)


# It reads every row there is (docs/integrity.md has the figures); a second one that comes meanwhile does nothing.
@periodic_task(name="insights.audit_pathway", soft_time_limit=3 * 3600, time_limit=3 * 3600 + 60)
def audit_pathway(at: dt.datetime) -> Figures:
    """Prove the rules of the pathway over the whole database; where one is broken, say so as an error in the log."""
    found = run_audit(clock=timezone.now)
    for anchor in filter(None, (found.anchor, found.history)):
        logger.info("the audit's anchor: %s", anchor)  # the log leaves the machine, where nobody has the tables
    broken = {rule: count for rule, count in found.counts.items() if count}
    if broken:
        said = ", ".join(f"{rule} {count}" for rule, count in broken.items())
        logger.error("the audit found broken rules: %s (manage.py audit_pathway names them)", said)
    return {"referrals": found.referrals, "broken": sum(broken.values())}
