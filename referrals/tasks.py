"""The pathway's clocks, called by Celery. Each body is one call, safe to run twice."""

import datetime as dt

from core.runs import Figures
from core.tasks import periodic_task
from referrals.services import (
    clocks,
    consent_clocks,
    discharge,
    onward,
    reminders,
    retention,
    self_referrals,
    team_links,
)


@periodic_task(name="referrals.expire_unanswered")
def expire_unanswered(at: dt.datetime) -> Figures:
    """Expire onward referrals which no provider has answered in time."""
    return {"expired": onward.expire_unanswered(at=at)}


@periodic_task(name="referrals.propose_forgetting")
def propose_forgetting(at: dt.datetime) -> Figures:
    """Propose to forget referrals whose time is over; a lead decides."""
    return {"proposed": retention.propose_forgetting(at=at)}


@periodic_task(name="referrals.run_consent_clocks")
def run_consent_clocks(at: dt.datetime) -> Figures:
    """Tell of consents that end soon, and of those that have ended."""
    return {"told": consent_clocks.run_consent_clocks(at=at)}


@periodic_task(name="referrals.run_clocks")
def run_clocks(at: dt.datetime) -> Figures:
    """Remind providers, tell leads of what is overdue for too long, give up follow-ups whose time is over."""
    return clocks.run_clocks(at=at)


@periodic_task(name="referrals.remind")
def remind(at: dt.datetime) -> Figures:
    """Remind people of a first assessment, and tell those who have missed one that they were missed."""
    return reminders.remind(at=at)


@periodic_task(name="referrals.chase_discharges")
def chase_discharges(at: dt.datetime) -> Figures:
    """Ask about each discharge whose planned day has passed without a word."""
    return {"asked": discharge.chase_discharges(at=at)}


@periodic_task(name="referrals.forget_self_referrals")
def forget_self_referrals(at: dt.datetime) -> Figures:
    """Delete what was written at the public door more than a day ago, and codes of providers' links after a year."""
    return {
        "deleted": self_referrals.forget_self_referrals(at=at),
        "link_codes": team_links.forget_link_codes(at=at),
    }
