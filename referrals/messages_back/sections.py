"""The sections that other topics of the record fill, one function each: what was known at a moment, in order of time.

None of them reads notes or safeguarding concerns: those are not for a letter.
"""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from core.clocks import local_day
from referrals import models
from referrals.enums import ActionParty, ActionStatus, ContactDirection, ContactOutcome, GoalStatus
from referrals.measures import MEASURES
from referrals.measures.change import Change, Meaning
from referrals.measures.words import scores_in_words
from referrals.messages_back.document import Assessment, Attempts, Contact, Goal, RequestedAction, Score, Signpost
from referrals.models import Referral
from referrals.selectors import measured_changes
from referrals.selectors.casework import is_try_that_failed

OPEN_ACTIONS = (ActionStatus.PLANNED, ActionStatus.IN_PROGRESS)


def requested_actions_of(referral: Referral, at: dt.datetime) -> tuple[RequestedAction, ...]:
    """Return what the plan asks the referrer to do and is not done."""
    return tuple(
        RequestedAction(what=action["what"], due_on=_day(action["due_on"]))
        for goal in _goals_in_the_plan(referral, at)
        for action in goal["actions"]
        if action["who"] == ActionParty.REFERRER and action["status"] in OPEN_ACTIONS
    )


def scores_of(referral: Referral, at: dt.datetime) -> tuple[Score, ...]:
    """Return each measure at the baseline and at the latest point, by name; what an onward referral took, too."""
    return tuple(
        Score(
            measure=pair.name,
            first=scores_in_words(pair.baseline.scores),
            first_on=pair.baseline.taken_on,
            latest=scores_in_words(pair.follow_ups[-1].response.scores) if pair.follow_ups else "",
            latest_on=pair.follow_ups[-1].taken_on if pair.follow_ups else None,
            meaning=_meaning(pair.follow_ups[-1].changes) if pair.follow_ups else "",
        )
        for pair in measured_changes(referral)
    )


def contacts_of(referral: Referral, at: dt.datetime) -> tuple[Contact, ...]:
    """Return the contacts and the attempts, without what was noted of them; what was corrected only as corrected."""
    return tuple(
        Contact(
            on=local_day(row.occurred_at), way=row.get_mechanism_display(), with_whom=row.get_with_whom_display(),
            was_reached=row.outcome in ContactOutcome.REACHED or row.direction == ContactDirection.IN,
        )
        for row in _contacts_until(referral, at)
    )  # fmt: skip


def attempts_of(referral: Referral, at: dt.datetime) -> Attempts:
    """Return how the person was tried and not reached: a call to anybody else, their practice too, is no such try."""
    tried = [row for row in _contacts_until(referral, at) if is_try_that_failed(row)]
    return Attempts(
        count=len(tried),
        ways=tuple(dict.fromkeys(row.get_mechanism_display() for row in tried)),
        days=tuple(dict.fromkeys(local_day(row.occurred_at) for row in tried)),
    )


def _contacts_until(referral: Referral, at: dt.datetime) -> QuerySet[models.Contact]:
    return referral.contacts.filter(replaced_by=None, occurred_at__lte=at).order_by("occurred_at", "id")


def signposts_of(referral: Referral, at: dt.datetime) -> tuple[Signpost, ...]:
    """Return what the person was told of."""
    rows = referral.signposts.filter(recorded_at__lte=at).order_by("signposted_on", "id")
    return tuple(Signpost(on=row.signposted_on, to=row.name, reason=row.reason) for row in rows)


def assessments_of(referral: Referral, at: dt.datetime) -> tuple[Assessment, ...]:
    """Return every taking of a measure, by its day."""
    rows = referral.measures.filter(replaced_by=None, recorded_at__lte=at).order_by("taken_on", "id")
    return tuple(
        Assessment(on=row.taken_on, what=_name(row.measure), result=scores_in_words(row.scores)) for row in rows
    )


def goals_of(referral: Referral, at: dt.datetime) -> tuple[Goal, ...]:
    """Return the goals of the plan, in the person's words, and what came of each."""
    return tuple(
        Goal(
            goal=goal["in_own_words"],
            outcome=". ".join(filter(None, [str(GoalStatus(goal["status"]).label), goal["outcome"].rstrip(".")])),
        )
        for goal in _goals_in_the_plan(referral, at)
    )


def _goals_in_the_plan(referral: Referral, at: dt.datetime) -> list[dict[str, Any]]:
    """Return the goals of the latest version of the plan but those that were put aside."""
    version = referral.plan_versions.filter(recorded_at__lte=at).order_by("-number").first()
    needs = version.document["needs"] if version else []
    return [goal for need in needs for goal in need["goals"] if not goal["is_archived"]]


def _name(code: str) -> str:
    return MEASURES[code].name if code in MEASURES else code


def _meaning(changes: tuple[Change, ...]) -> str:
    """Return what a change means, in the words of each score that can say it."""
    return "; ".join(change.words.rstrip(".") for change in changes if change.meaning != Meaning.CANNOT_SAY)


def _day(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None
