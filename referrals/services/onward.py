"""Use cases of an onward referral: send it to a service, take a step, let it expire."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from accounts.selectors import is_receiving
from core.clocks import local_day
from core.errors import OF_ONE_ROW, Conflict, Invalid, NotPermitted
from core.identifiers import new_reference
from referrals import policies
from referrals.announcements import announce
from referrals.consents import recipient_at, recipient_of
from referrals.enums import EventKind, OnwardStatus
from referrals.models import OnwardReferral, Referral, TeamPolicy
from referrals.services.assessments import check_delivery, check_rebooking, count_miss, plan_reviews
from referrals.services.consent import check_may_share, decided_about
from referrals.services.discharge import check_start
from referrals.services.events import record_event
from referrals.services.response import days_left, go_on_with_response, response_days
from referrals.services.scheme_clocks import clocks_for
from referrals.services.screening import SCREENED, check_suitable
from referrals.services.steps import (
    NOTHING_SAID,
    NotPossibleNow,
    StepDetails,
    StepNotAllowed,
    Taken,
    check_version,
    clocks_of,
    judge,
    lock,
    make_it_their_turn,
    working_days_after,
    write,
)
from services_directory.enums import Capacity, ReferralRoute
from services_directory.models import Service

log = logging.getLogger(__name__)

TELLS_MORE = {"provide_information"}
"""The link worker's steps that tell the provider more about a person: they need it too."""


@transaction.atomic(durable=True)
def send_onward_referral(
    *,
    referral: Referral,
    service: Service,
    actor: Actor,
    at: dt.datetime,
    handover_note: str = "",
    rerouted_from: OnwardReferral | None = None,
    expected_version: int | None = None,
) -> OnwardReferral:
    """Send a person to a service, or to another service after the first one declined or never answered.

    :raises Stale: if the referral has changed since the caller read it.
    :raises NotPermitted: if the actor is not of the team that owns the referral.
    :raises StepNotAllowed: if nobody has taken the referral on yet, or it has ended.
    :raises NotPossibleNow: if no consent to share stands (`consent_required`), or the service takes nobody now
        (`service_paused`, `service_full`).
    :raises Conflict: if it is already with this service (`already_sent`).
    :raises Invalid: if the service takes no referrals, or the earlier one cannot be re-routed.
    """
    referral = _judged(referral, actor, expected_version)
    if rerouted_from is not None:
        _check_rerouting(rerouted_from, referral)
    return _send(
        referral, service=service, actor=actor, at=at, handover_note=handover_note, rerouted_from=rerouted_from
    )


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One service to offer to a person, and what its provider needs to know."""

    service_id: UUID
    handover_note: str = ""


@transaction.atomic(durable=True)
def send_offers(
    *,
    referral: Referral,
    offers: Sequence[Offer],
    actor: Actor,
    at: dt.datetime,
    expected_version: int | None = None,
) -> list[OnwardReferral]:
    """Send a person to several services at once: to all of them or to none, and then say of each why not.

    :raises Stale, NotPermitted, StepNotAllowed: as `send_onward_referral` says.
    :raises Conflict: if one or more cannot be sent now (`offers_refused`); `errors` says which and why.
    :raises Invalid: if none is named, or one or more take no referrals at all.
    """
    referral = _judged(referral, actor, expected_version)
    if not offers:
        raise Invalid({"offers": ["Name at least one service."]})
    ids = [offer.service_id for offer in offers]
    services = Service.objects.select_related("receiving_team__organization").in_bulk(ids)
    sent: list[OnwardReferral] = []
    refused: dict[str, list[str]] = {}
    is_invalid = False
    for number, offer in enumerate(offers):
        service = services.get(offer.service_id)
        try:
            if service is None:
                raise Invalid({"service": ["There is no service with this id."]})
            note = offer.handover_note
            sent.append(_send(referral, service=service, actor=actor, at=at, handover_note=note, rerouted_from=None))
        except Invalid as refusal:
            refused[f"offers.{number}.service"] = refusal.extra["errors"]["service"]
            is_invalid = True
        except Conflict as refusal:
            refused[f"offers.{number}.service"] = [refusal.detail]
    if is_invalid:
        raise Invalid(refused)
    if refused:  # what was sent before is taken back with the transaction
        raise Conflict("Nothing was sent: errors says of each service why not.", code="offers_refused", errors=refused)
    return sent


def can_send_at_submission(referral: Referral, *, service: Service, at: dt.datetime) -> bool:
    """Whether the scheme's onward referral can be made now: it takes people, and the person agrees to sharing."""
    return (
        service.status == "active"
        and closed_door(service, on=local_day(at)) is None
        and service.receiving_team is not None
        and is_receiving(service.receiving_team)
        and decided_about(referral, recipient_at(service), on=local_day(at)).is_yes
    )


def send_at_submission(referral: Referral, *, service: Service, actor: Actor, at: dt.datetime) -> OnwardReferral:
    """Make the onward referral to a scheme's own hub while the referral is sent. Called inside that use case."""
    return _send(referral, service=service, actor=actor, at=at, handover_note="", rerouted_from=None)


@transaction.atomic(durable=True)
def take_onward_step(
    *,
    onward: OnwardReferral,
    step: str,
    actor: Actor,
    at: dt.datetime,
    details: StepDetails = NOTHING_SAID,
    expected_version: int | None = None,
) -> OnwardReferral:
    """Take a step of the onward referral's machine.

    :raises Stale, NotPermitted, StepNotAllowed, Invalid: as `steps.judge` says.
    :raises NotPossibleNow: if the step takes the person up, or tells the provider more, and they do not agree to it
        (`consent_required`), or its service's rules keep the person out (`screening.check_suitable`).
    :raises NoPlaceLeft: if it is accepted and every place of the service is taken.
    """
    onward = lock(onward)
    declared = policies.ONWARD_STEPS[step]
    judge(onward, declared, actor=actor, at=at, details=details, expected_version=expected_version)
    if step in policies.TAKES_UP | TELLS_MORE:
        ask_the_team = "The person's agreement to share does not stand any more. Speak with the link worker."
        check_may_share(
            onward.referral,
            recipient_of(onward),
            on=local_day(at),
            instead=ask_the_team if step in policies.TAKES_UP else "",
        )
    check_delivery(onward, step)
    if step in SCREENED:
        check_suitable(onward, step, on=local_day(at))
    taken = _consequences(onward, step, at=at, details=details)
    if step in {"request_information", "decline", "expire", "record_not_started", "leave_early", "complete"}:
        # It is the link worker's turn again: the case comes up today, whatever date it had.
        today = local_day(at)
        make_it_their_turn(onward.referral, on=today)
    write(onward, declared, actor=actor, at=at, details=details, taken=taken)
    return onward


def expire_unanswered(*, at: dt.datetime, limit: int = 500) -> int:
    """Expire what providers have not answered in time; return how many. One transaction each; safe to run twice."""
    overdue = OnwardReferral.objects.unanswered(on=local_day(at)).order_by("next_action_on", "id")
    expired = 0
    ids = list(overdue.values_list("pk", flat=True)[:limit])
    for onward in OnwardReferral.objects.filter(pk__in=ids).order_by("id"):
        try:
            take_onward_step(onward=onward, step="expire", actor=SYSTEM, at=at)
        except StepNotAllowed:
            continue  # answered in the meantime
        except OF_ONE_ROW:
            # One row that cannot be must not stop the clock for all behind it.
            log.exception("onward referral %s could not expire", onward.reference)
            continue
        expired += 1
    return expired


def _consequences(onward: OnwardReferral, step: str, *, at: dt.datetime, details: StepDetails) -> Taken:
    """Change what a step changes besides the status, and say when somebody must look again."""
    today = local_day(at)

    def clocks() -> TeamPolicy:
        return clocks_of(onward.referral.owner_team_id)

    match step:
        case "request_information":
            # The provider's clock stands still: what is left of it is in the event.
            due = working_days_after(at, clocks().answer_working_days)
            return Taken(next_action_on=due, details={"days_left": days_left(onward, at=at)})
        case "provide_information":
            go_on_with_response(onward, at=at)
            return Taken(next_action_on=onward.next_action_on)
        case "accept":
            return Taken(next_action_on=working_days_after(at, clocks_for(onward).booking_working_days))
        case "waitlist":
            usual = today + dt.timedelta(days=clocks_for(onward).waiting_review_days)
            return Taken(next_action_on=details.next_action_on or usual)
        case "book_assessment":
            if details.assessment_at is None or details.assessment_at < at:
                raise Invalid({"assessment_at": ["Book a time that is still to come."]})
            check_rebooking(onward, at=at)
            check_start(onward.referral, local_day(details.assessment_at))
            onward.assessment_at = details.assessment_at
            return Taken(
                next_action_on=local_day(details.assessment_at),
                details={"assessment_at": details.assessment_at.isoformat()},
            )
        case "record_missed_assessment":
            missed = count_miss(onward, reason=details.reason, at=at, limit=clocks().assessment_misses)
            return Taken(next_action_on=working_days_after(at, clocks_for(onward).booking_working_days), details=missed)
        case "start" | "resume" | "send_pack":
            review = plan_reviews(onward, today) or working_days_after(at, clocks().review_working_days)
            return Taken(next_action_on=review)
        case "pause":
            if details.until is None or details.until <= today:
                raise Invalid({"until": ["Choose a day after today: that is when somebody looks again."]})
            return Taken(next_action_on=details.until)
        case _:  # an end
            return Taken()


def _judged(referral: Referral, actor: Actor, expected_version: int | None) -> Referral:
    """Return the locked referral; or refuse to send it onward, in the order: stale, not theirs, the wrong moment."""
    referral = lock(referral)
    check_version(referral, expected_version)
    if not policies.may_work_on(actor, referral):
        raise NotPermitted("Only the team that owns a referral may send it onward.")
    if referral.status not in policies.SENDABLE:
        raise StepNotAllowed(
            f"It stands at “{referral.get_status_display()}”. Accept it before you send it onward.",
            available_actions=policies.referral_actions(actor, referral),
            current_status=referral.status,
        )
    return referral


def _check_rerouting(rerouted: OnwardReferral, referral: Referral) -> None:
    earlier = OnwardReferral.objects.select_for_update(of=("self",)).select_related("rerouted_to").get(pk=rerouted.pk)
    if earlier.referral_id != referral.pk:
        raise Invalid({"rerouted_from": ["It belongs to another referral."]})
    if not earlier.can_be_rerouted:
        raise Conflict(
            "Only a declined or expired onward referral can be sent elsewhere instead, and only once.",
            code="not_reroutable",
        )


def _send(
    referral: Referral,
    *,
    service: Service,
    actor: Actor,
    at: dt.datetime,
    handover_note: str,
    rerouted_from: OnwardReferral | None,
) -> OnwardReferral:
    if service.referral_route != ReferralRoute.REFERRAL or service.receiving_team is None or service.status != "active":
        raise Invalid({"service": ["This service takes no referrals here: signpost the person to it instead."]})
    if not is_receiving(service.receiving_team):
        raise Invalid({"service": ["The team that received its referrals works here no more."]})
    refusal = closed_door(service, on=local_day(at))
    if refusal is not None:
        raise refusal
    check_may_share(referral, recipient_at(service), on=local_day(at))
    if referral.onward_referrals.open().filter(service=service).exists():
        raise Conflict("It is already with this service.", code="already_sent")
    next_action_on, chase_on = response_days(
        referral, service_id=service.pk, provider_team_id=service.receiving_team.pk, at=at
    )
    onward = OnwardReferral.objects.create(
        reference=new_reference("O"),
        referral=referral,
        service=service,
        provider_team=service.receiving_team,
        handover_note=handover_note.strip(),
        sent_at=at,
        next_action_on=next_action_on,
        chase_on=chase_on,
        rerouted_from=rerouted_from,
    )
    details = {"service": str(service.pk), "name": service.name, "team": str(onward.provider_team_id)}
    if rerouted_from is not None:
        rerouted_from.version += 1
        rerouted_from.save(update_fields=["version"])
        record_event(
            referral=referral, onward=rerouted_from, kind=EventKind.REROUTED, actor=actor, at=at,
            details={"to": onward.reference},
        )  # fmt: skip
    event = record_event(
        referral=referral, onward=onward, kind=EventKind.SENT_ONWARD, actor=actor, at=at,
        to_status=OnwardStatus.SENT, details=details,
    )  # fmt: skip
    announce(event, actor=actor)
    return onward


def closed_door(service: Service, *, on: dt.date) -> NotPossibleNow | None:
    """Return why nobody can be referred to a service on a day: it is paused, or full without a waiting list."""
    capacity = service.effective_capacity(on)
    if capacity == Capacity.PAUSED:
        until = f"until {service.paused_until:%-d %B %Y}" if service.paused_until else "at the moment"
        return NotPossibleNow(f"This service takes nobody {until}.", code="service_paused")
    if capacity == Capacity.FULL and not service.takes_people_while_full:
        return NotPossibleNow("This service is full, and keeps no waiting list.", code="service_full")
    return None
