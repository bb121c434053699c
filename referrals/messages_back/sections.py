"""The sections that other topics of the record fill, one function each: what was known at a moment, in order of time.

None of them reads notes or safeguarding concerns: those are not for a letter.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from core.clocks import local_day
from referrals import models
from referrals.enums import ActionParty, ActionStatus, ContactDirection, ContactOutcome, GoalStatus
from referrals.measures import MEASURES
from referrals.measures.change import Change, Meaning, plain
from referrals.measures.words import score_in_words, scores_in_words
from referrals.messages_back.document import Assessment, Attempts, Contact, Goal, RequestedAction, Score, Signpost
from referrals.models import Referral
from referrals.selectors import measured_changes
from referrals.selectors.casework import is_try_that_failed
from referrals.selectors.measures import Pairing

OPEN_ACTIONS = (ActionStatus.PLANNED, ActionStatus.IN_PROGRESS)


def requested_actions_of(goals: Sequence[Mapping[str, Any]]) -> tuple[RequestedAction, ...]:
    """Return what the plan asks the referrer to do and is not done."""
    return tuple(
        RequestedAction(what=action["what"], due_on=_day(action["due_on"]))
        for goal in goals
        for action in goal["actions"]
        if action["who"] == ActionParty.REFERRER and action["status"] in OPEN_ACTIONS
    )


def scores_of(referral: Referral, at: dt.datetime) -> tuple[Score, ...]:
    """Return each score at the baseline and at the latest point, a line each, by measure; what an onward referral
    took, too.
    """
    return tuple(line for pair in measured_changes(referral) for line in _lines_of(pair))


def _lines_of(pair: Pairing) -> Iterator[Score]:
    latest = pair.follow_ups[-1] if pair.follow_ups else None
    first = {score["code"]: score for score in pair.baseline.scores}
    then = {score["code"]: score for score in latest.response.scores} if latest else {}
    meanings = {change.code: _meaning(change) for change in latest.changes} if latest else {}
    for code, score in (first | then).items():
        yield Score(
            measure=pair.name if len(first | then) == 1 else f"{pair.name.partition(':')[0]}: {score['name']}",
            first=score_in_words(first[code]) if code in first else "",
            first_on=pair.baseline.taken_on,
            latest=score_in_words(then[code]) if code in then else "",
            latest_on=latest.taken_on if latest else None,
            meaning=meanings.get(code, ""),
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


def goals_of(goals: Sequence[Mapping[str, Any]]) -> tuple[Goal, ...]:
    """Return the goals of the plan, in the person's words, and what came of each."""
    return tuple(
        Goal(
            goal=goal["in_own_words"],
            outcome=". ".join(filter(None, [str(GoalStatus(goal["status"]).label), goal["outcome"].rstrip(".")])),
        )
        for goal in goals
    )


def goals_in_the_plan(referral: Referral, at: dt.datetime) -> list[dict[str, Any]]:
    """Return the goals of the latest version of the plan but those that were put aside."""
    version = referral.plan_versions.filter(recorded_at__lte=at).order_by("-number").first()
    needs = version.document["needs"] if version else []
    return [goal for need in needs for goal in need["goals"] if not goal["is_archived"]]


def _name(code: str) -> str:
    return MEASURES[code].name if code in MEASURES else code


def _meaning(change: Change) -> str:
    """Return what a change means, short: both scores stand beside it. Empty where it cannot be said."""
    if change.meaning == Meaning.CANNOT_SAY:
        return ""
    if not change.difference:
        return str(change.meaning.label)
    way = "higher" if change.difference > 0 else "lower"
    return f"{plain(abs(change.difference))} {way}: {change.meaning.label.lower()}"


def _day(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None
