"""Take one step of either machine: lock, judge, change, record, announce. The only place where a status changes."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Team, User
from core.clocks import add_working_days, is_plannable, local_day
from core.errors import Conflict, Invalid, NotPermitted, Stale
from core.statements import Written
from referrals import policies
from referrals.announcements import announce
from referrals.enums import OnwardStatus, ReferralStatus, WithdrawalReason
from referrals.models import OnwardReferral, Referral, ReferralEvent, Session, TeamPolicy
from referrals.pathway import Step
from referrals.policies import Subject
from referrals.services.events import record_event
from referrals.services.follow_up_clocks import keep_follow_ups
from referrals.services.messages_back import issue_message_back
from referrals.services.places import keep_count


class StepNotAllowed(Conflict):
    """The step cannot be taken from the status that the subject has now."""

    code = "step_not_allowed"


class NotPossibleNow(Conflict):
    """The moment is right for the step, but something it needs is missing: consent, an end elsewhere, a window."""

    code = "not_possible_now"


@dataclass(frozen=True, kw_only=True)
class StepDetails:
    """What the person who takes a step says with it. Which of these a step needs stands in its declaration."""

    reason: str = ""
    outcome: str = ""
    note: str = ""
    until: dt.date | None = None
    next_action_on: dt.date | None = None
    discharged_on: dt.date | None = None
    assessment_at: dt.datetime | None = None
    to_team: Team | None = None
    owner: User | None = None
    died_on: dt.date | None = None


NOTHING_SAID = StepDetails()
S = TypeVar("S", Referral, OnwardReferral)


@dataclass(kw_only=True)
class Taken:
    """What a step changes besides the status; a machine's `_consequences` fill it in before anything is written."""

    next_action_on: dt.date | None = None
    details: dict[str, Any] = field(default_factory=dict)
    snomed_code: str = ""


def lock(subject: S) -> S:
    """Lock the referral, then its onward referral, always in this order, and read both afresh.

    Lock before judging: when two people press the button at once, the second must see what the first one left.
    """
    if isinstance(subject, OnwardReferral):
        referral = _locked(subject.referral_id)
        onward: OnwardReferral = OnwardReferral.objects.select_for_update().get(pk=subject.pk)
        onward.referral = referral
        return onward
    return _locked(subject.pk)


def _locked(pk: int) -> Referral:
    referral = _locking().first(id=pk)
    if referral is None:
        raise Referral.DoesNotExist
    return referral


@cache
def _locking() -> Written[Referral]:
    return Written(Referral.objects.select_for_update().filter(pk=0), {0: "%(id)s"})


def check_version(subject: Subject | Session, expected_version: int | None) -> None:
    """Refuse what was decided on an older page; a caller that names no version does not insist.

    :raises Stale: if the subject has changed since the caller read it (412).
    """
    if expected_version is not None and expected_version != subject.version:
        who = "" if isinstance(subject, Session) else _who_changed(subject)
        raise Stale(f"{who}Read it again, look at what has changed, and decide anew.")


def _who_changed(subject: Subject) -> str:
    """Say who changed it last, where it was somebody: whoever came second knows whom to ask."""
    events = ReferralEvent.objects.order_by("-sequence")
    last = (
        events.filter(onward_referral=subject)
        if isinstance(subject, OnwardReferral)
        else events.filter(referral=subject, onward_referral=None)
    ).first()
    if last is None or not last.actor_id:
        return ""
    return f"{last.actor_name} changed it on {local_day(last.occurred_at):%-d %B %Y}. "


def judge(
    subject: Subject,
    step: Step,
    *,
    actor: Actor,
    at: dt.datetime,
    details: StepDetails,
    expected_version: int | None = None,
) -> None:
    """Refuse what may not be done, in the order: stale, not theirs, the wrong moment, badly said.

    :raises Stale: if the subject has changed since the caller read it (412).
    :raises NotPermitted: if no role of the actor's on this subject may take the step (403).
    :raises StepNotAllowed: if the subject's status is none of the step's sources (409).
    :raises Invalid: if a reason, an outcome or another detail which the step needs is missing or unknown (400).
    """
    check_version(subject, expected_version)
    if not policies.may_take(actor, step, subject):
        raise NotPermitted(f"“{step.rules.label}” is for others on this pathway.")
    if subject.status not in step.sources:
        raise StepNotAllowed(
            f"{_who_was_first(subject)} It now stands at “{subject.get_status_display()}”.",
            available_actions=policies.available_actions(actor, subject, on=local_day(at)),
            current_status=subject.status,
        )
    _check_details(step, details, today=local_day(at))


def _who_was_first(subject: Subject) -> str:
    events = ReferralEvent.objects.exclude(to_status="").order_by("-sequence")
    last = (
        events.filter(onward_referral=subject) if isinstance(subject, OnwardReferral)
        else events.filter(referral=subject, onward_referral=None)
    ).first()  # fmt: skip
    if last is None:
        return "Not from here."
    return (
        f"{last.actor_name} was first, on {local_day(last.occurred_at):%-d %B %Y}."
        if last.actor_id
        else "Not from here."
    )


def _check_details(step: Step, details: StepDetails, *, today: dt.date) -> None:
    errors: dict[str, list[str]] = {}
    rules = step.rules
    for name, choices, given in (
        ("reason", rules.reasons, details.reason),
        ("outcome", rules.outcomes, details.outcome),
    ):
        if choices is None and given:
            errors[name] = [f"“{rules.label}” takes no {name}."]
        elif choices is not None and given not in choices.values:
            errors[name] = [f"Choose one of: {', '.join(choices.values)}."]
    for name in rules.requires:
        value = getattr(details, name)
        if value is None or (isinstance(value, str) and not value.strip()):
            errors[name] = ["This is needed for this step."]
    booked = local_day(details.assessment_at) if details.assessment_at else None
    for name, day in (("until", details.until), ("next_action_on", details.next_action_on), ("assessment_at", booked)):
        if day is not None and not is_plannable(day, today=today):
            errors[name] = ["Choose a day from today on, within two years."]
    if errors:
        raise Invalid(errors)


def write(
    subject: Subject, step: Step, *, actor: Actor, at: dt.datetime, details: StepDetails, taken: Taken
) -> ReferralEvent:
    """Move the status, save the rows, append the event and write the messages owed.

    :raises NoPlaceLeft: if the step takes a place of the service and none is left.
    """
    before = subject.status
    if isinstance(subject, OnwardReferral):
        keep_count(subject, to_status=step.target, at=at)
    getattr(subject, step.name)()
    ended = subject.status in (OnwardStatus.ENDED if isinstance(subject, OnwardReferral) else ReferralStatus.ENDED)
    subject.next_action_on = None if ended else taken.next_action_on
    subject.ended_at = at if ended else None
    if step.rules.outcomes or step.name == "reopen":
        subject.outcome = details.outcome
    onward = subject if isinstance(subject, OnwardReferral) else None
    if onward is not None:
        onward.next_review_on = None if ended else onward.next_review_on
        onward.chase_on = onward.chase_on if onward.status == OnwardStatus.SENT else None
        onward.version += 1
        onward.save()
    event = record_event(
        referral=subject.referral if isinstance(subject, OnwardReferral) else subject,
        onward=onward,
        kind=step.name,
        from_status=before,
        to_status=subject.status,
        actor=actor,
        at=at,
        reason=details.reason,
        outcome=details.outcome,
        note=details.note,
        details=taken.details,
        snomed_code=taken.snomed_code,
    )
    keep_follow_ups(subject, step.name, at=at)
    announce(event, actor=actor)
    issue_message_back(event, actor=actor)
    return event


def withdraw_open_onward_referrals(
    referral: Referral, *, actor: Actor, at: dt.datetime, reason: WithdrawalReason
) -> None:
    """End what hangs on a referral that ends. A consequence, not a step that the actor chose: no role is asked."""
    step = policies.ONWARD_STEPS["withdraw"]
    # Their services are locked one after the other, in the order of their ids (docs/adr/0014).
    for onward in referral.onward_referrals.open().select_for_update().order_by("service_id"):
        onward.referral = referral
        write(onward, step, actor=actor, at=at, details=StepDetails(reason=reason), taken=Taken())


def make_it_their_turn(referral: Referral, *, on: dt.date) -> None:
    """Let a referral in somebody's hands come up today, whatever date it had; the event that follows saves it."""
    if referral.status in ReferralStatus.SENT:
        referral.next_action_on = min(referral.next_action_on or on, on)


def clocks_of(team_id: UUID) -> TeamPolicy:
    """Return the team's clocks, or the defaults."""
    return _policies().first(team=team_id) or TeamPolicy(team_id=team_id)


@cache
def _policies() -> Written[TeamPolicy]:
    team = UUID(int=0)
    return Written(TeamPolicy.objects.filter(team=team), {team: "%(team)s"})


def working_days_after(at: dt.datetime, count: int) -> dt.date:
    """Return the date `count` working days after the day in England at a moment."""
    return add_working_days(local_day(at), count)
