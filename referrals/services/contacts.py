"""Log a contact with or about a person, and work out when to try next."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from core.clocks import is_plannable, local_day
from core.errors import Invalid
from core.idempotency import Claim, settle, take
from referrals import policies
from referrals.enums import (
    ConsultationMechanism,
    ContactDirection,
    ContactOutcome,
    ContactParty,
    EventKind,
    ReferralStatus,
)
from referrals.models import Contact, OnwardReferral, Referral
from referrals.selectors.casework import Reaching, get_reaching, is_try_that_failed, reaching_of
from referrals.services.casework import judged, replaced
from referrals.services.events import record_event
from referrals.services.steps import clocks_of, working_days_after

LONGEST_MINUTES = 600


@dataclass(frozen=True, kw_only=True)
class ContactDetails:
    """One contact, or one try. Two of these are enough for a call that nobody answers: how, and the outcome.

    `occurred_at` None: now. `replaces` is the id of an entry that was wrong. `next_action_on` None: by the policy.
    """

    mechanism: str
    outcome: str
    with_whom: str = ContactParty.PERSON
    with_name: str = ""
    direction: str = ContactDirection.OUT
    occurred_at: dt.datetime | None = None
    minutes: int | None = None
    location: str = ""
    note: str = ""
    onward_referral: str = ""
    is_warm_handover: bool = False
    replaces: int | None = None
    next_action_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class LoggedContact:
    """What was logged, and where the team stands with reaching the person after it."""

    contact: Contact
    reaching: Reaching


@transaction.atomic(durable=True)
def log_contact(
    *,
    referral: Referral,
    actor: Actor,
    at: dt.datetime,
    given: ContactDetails,
    claim: Claim | None = None,
    expected_version: int | None = None,
) -> LoggedContact:
    """Write a contact down. A try that fails makes the next one due; the last one makes the case ask to be closed.

    Whether to close it stays somebody's to decide: the person may have rung a colleague. The timeline says that
    there was a contact, and nothing of what was said.

    :raises Stale, NotPermitted, Conflict: as `casework.judged` says.
    :raises Conflict: if the entry that it replaces has been replaced already (`already_replaced`).
    :raises Invalid: if the contact cannot have been so.
    :raises KeyReused: if the claim's key came before with another body.
    """
    if claim is not None and actor.user is not None:
        earlier = take(claim)
        if earlier is not None:
            logged = Contact.objects.get(pk=int(earlier), referral__reference=referral.reference)
            return LoggedContact(contact=logged, reaching=get_reaching(actor.user, logged.referral))
    referral, user = judged(referral, actor, expected_version=expected_version)
    onward = _checked(referral, given, at=at)
    contact = Contact.objects.create(
        referral=referral, with_whom=ContactParty(given.with_whom), with_name=given.with_name.strip(),
        mechanism=ConsultationMechanism(given.mechanism), direction=ContactDirection(given.direction),
        outcome=ContactOutcome(given.outcome), occurred_at=given.occurred_at or at, minutes=given.minutes,
        location=given.location.strip(), note=given.note.strip(), onward_referral=onward,
        is_warm_handover=given.is_warm_handover, recorded_by=user, recorded_at=at,
        replaces=replaced(referral.contacts.all(), given.replaces, what="contact"),
    )  # fmt: skip
    reaching = _plan_what_is_next(referral, contact, at=at, asked_for=given.next_action_on)
    details: dict[str, Any] = {"with": contact.with_whom, "mechanism": contact.mechanism, "outcome": contact.outcome}
    details |= {"failed_tries": referral.failed_tries, "asks_to_close": referral.asks_to_close_at is not None}
    if onward is not None:
        details |= {"onward_referral": onward.reference, "warm_handover": contact.is_warm_handover}
    record_event(referral=referral, kind=EventKind.CONTACT_LOGGED, actor=actor, at=at, details=details)
    if claim is not None:
        settle(claim, result=str(contact.pk))
    return LoggedContact(contact=contact, reaching=reaching)


@dataclass(frozen=True, kw_only=True)
class DaysToCome:
    """When somebody looks at the case again after a contact now, by the team's settings. None: it has its own date."""

    if_not_reached: dt.date | None
    if_reached: dt.date | None


def days_to_come(referral: Referral, *, at: dt.datetime) -> DaysToCome:
    """Return what the day of the next action would be after a call now: of one that nobody answers, and of one that
    somebody does. For whoever may log it; nothing is written.
    """
    if referral.status not in policies.SENDABLE:
        return DaysToCome(if_not_reached=None, if_reached=None)
    now = reaching_of(referral)
    call = Contact(
        with_whom=ContactParty.PERSON, direction=ContactDirection.OUT, mechanism=ConsultationMechanism.TELEPHONE,
        outcome=ContactOutcome.NO_ANSWER, occurred_at=at,
    )  # fmt: skip
    after = reaching_of(referral, and_then=call)
    return DaysToCome(
        if_not_reached=max(after.next_on, local_day(at)) if after.next_on else None,
        if_reached=_after_an_answer(referral, at=at) if now.failed_tries else referral.next_action_on,
    )


def _after_an_answer(referral: Referral, *, at: dt.datetime) -> dt.date:
    """The try that was planned is no more. Who has just been accepted says today whether to begin."""
    if referral.status != ReferralStatus.ACTIVE:
        return local_day(at)
    return working_days_after(at, clocks_of(referral.owner_team_id).review_working_days)


def forget_tries(referral: Referral) -> None:
    """Begin to count anew: the referral is opened again. Called inside that use case, which saves it."""
    referral.reached_at, referral.failed_tries, referral.asks_to_close_at = None, 0, None


def _checked(referral: Referral, given: ContactDetails, *, at: dt.datetime) -> OnwardReferral | None:
    """Return the onward referral that a contact was about.

    :raises Invalid: if the contact cannot have been so.
    """
    errors: dict[str, list[str]] = {}
    today = local_day(at)
    first_day = local_day(referral.sent_at or at)
    occurred_at = given.occurred_at or at
    if occurred_at > at or local_day(occurred_at) < first_day:
        errors["occurred_at"] = [f"Give a time from {first_day:%-d %B %Y}, when the referral was sent, until now."]
    if given.minutes is not None and not 0 < given.minutes <= LONGEST_MINUTES:
        errors["minutes"] = [f"Give 1 to {LONGEST_MINUTES} minutes, or leave it out."]
    if given.next_action_on is not None and referral.status not in policies.SENDABLE:
        errors["next_action_on"] = [f"It stands at “{referral.get_status_display()}”, which has its own date."]
    elif given.next_action_on is not None and not is_plannable(given.next_action_on, today=today):
        errors["next_action_on"] = ["Choose a day from today on, within two years."]
    onward = referral.onward_referrals.filter(reference=given.onward_referral).first()
    if given.onward_referral and onward is None:
        errors["onward_referral"] = ["This referral has no onward referral with this reference."]
    is_handover = given.with_whom == ContactParty.PROVIDER and given.outcome == ContactOutcome.SPOKE
    if given.is_warm_handover and not (given.onward_referral and is_handover):
        errors["is_warm_handover"] = [
            "A warm handover is with the provider of an onward referral, and took place: name it, and say “spoke”."
        ]
    if errors:
        raise Invalid(errors)
    return onward


def _plan_what_is_next(referral: Referral, contact: Contact, *, at: dt.datetime, asked_for: dt.date | None) -> Reaching:
    """Bring what the referral's row says of reaching the person up to date, and make the next try its next action.

    Only of a case in hand: what waits for a discharge, an answer or the end of a hold keeps its date.
    """
    was_tried = referral.failed_tries > 0
    reaching = reaching_of(referral)
    referral.reached_at, referral.failed_tries = reaching.reached_at, reaching.failed_tries
    referral.asks_to_close_at = (referral.asks_to_close_at or at) if reaching.asks_to_close else None
    if referral.status not in policies.SENDABLE:
        return reaching
    today = local_day(at)
    if asked_for is not None:
        referral.next_action_on = asked_for
    elif is_try_that_failed(contact) and reaching.next_on is not None:
        referral.next_action_on = max(reaching.next_on, today)
    elif was_tried and not reaching.failed_tries:
        referral.next_action_on = _after_an_answer(referral, at=at)
    return reaching
