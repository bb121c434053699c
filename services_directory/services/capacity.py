"""Use cases of a service's capacity: say it, say that it is still so, count who comes and goes, end a pause.

Whoever changes a capacity locks its service, after the referral and the onward referral, and where there are several
services in the order of their ids (docs/adr/0014).
"""

import datetime as dt
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from accounts.enums import Role
from core.clocks import is_plannable, local_day
from core.errors import Conflict, Invalid, NotPermitted, Stale
from services_directory.enums import Capacity, CapacityReportKind
from services_directory.models import CapacityReport, Service
from services_directory.services.trust import judge_listings


class CapacitySaid(TypedDict, total=False):
    """What a provider says of its service; the fields of `Service` say what each means. None: nothing."""

    capacity: str
    places: int | None
    keeps_waiting_list: bool | None
    waiting_list_length: int | None
    expected_wait_weeks: int | None
    paused_until: dt.date | None


SAYABLE = tuple(CapacitySaid.__annotations__)
LIMITS = {"places": (1, 9999), "waiting_list_length": (0, 9999), "expected_wait_weeks": (0, 260)}
"""Ours: beyond lies a slip of the keyboard."""


class NoPlaceLeft(Conflict):
    """Every place of the service is taken."""

    code = "no_place_left"


def may_say_capacity(actor: Actor, service: Service) -> bool:
    """Whether it is theirs to say: the team that receives the service's referrals, a directory editor, or the service
    itself (told by a link without a login).
    """
    if actor.user is None:
        return True
    return Role.PROVIDER in actor.roles_in([service.receiving_team_id]) or Role.DIRECTORY_EDITOR in actor.user.roles()


@transaction.atomic(durable=True)
def set_capacity(
    *, service: Service, actor: Actor, at: dt.datetime, said: CapacitySaid, expected_version: int | None = None
) -> Service:
    """Say whether a service has room. What is not in `said` stays as it is, and what belongs to a pause or to a
    waiting list goes with it. One that is said to be open, and whose places are all taken, is full by count.

    :raises Stale: if somebody has said something since the caller read it; the version is the last report's id.
    :raises NotPermitted: if it is not the actor's to say (`may_say_capacity`).
    :raises Invalid: if it cannot be right.
    """
    service = _lock(service.pk)
    last = CapacityReport.objects.filter(service=service).order_by("-id").values_list("pk", flat=True).first() or 0
    if expected_version is not None and expected_version != last:
        raise Stale("Somebody has said something of this capacity since. Read it again, and decide anew.")
    if not may_say_capacity(actor, service):
        raise NotPermitted("The team that receives its referrals says this, or a directory editor.")
    say(service, said, actor=actor, at=at)
    return service


def say(service: Service, said: CapacitySaid, *, actor: Actor, at: dt.datetime) -> None:
    """Put on a service, whose row is locked and read afresh, what is said of its capacity, inside a use case.

    :raises Invalid: if it cannot be right.
    """
    before = _as_said(service)
    _say(service, said, today=local_day(at))
    service.capacity_confirmed_at, service.capacity_confirmed_by = at, actor.user
    kind = CapacityReportKind.CONFIRMED if _as_said(service) == before else CapacityReportKind.SAID
    _settle(service)
    _write(service, kind=kind, actor=actor, at=at)
    judge_listings([service.pk], at=at)


def confirm_capacity(
    *, service: Service, actor: Actor, at: dt.datetime, expected_version: int | None = None
) -> Service:
    """Say that it is still so.

    :raises Stale, NotPermitted: as `set_capacity`.
    :raises Invalid: if nobody has said a capacity yet.
    """
    return set_capacity(service=service, actor=actor, at=at, said={}, expected_version=expected_version)


def count_people(*, service_id: UUID, places: int, waiting: int, at: dt.datetime) -> None:
    """Count who comes and goes, inside the use case of the step that they take: `places` and `waiting` are how many
    more (or, negative, fewer) there are. The last place makes an open service full, and one given back opens it again;
    the provider's own word is never overwritten.

    :raises NoPlaceLeft: if a place is wanted and none is left. Nothing is changed.
    """
    service = _lock(service_id)
    if places > 0 and service.places_left == 0:
        what = (
            "The person stays on the waiting list until somebody leaves."
            if waiting < 0
            else "Put the person on the waiting list."
            if service.takes_people_while_full
            else "It keeps no waiting list: decline, or say first that there are more places."
        )
        raise NoPlaceLeft(f"No place is left: {service.places_taken} of {service.places} are taken. {what}")
    service.places_taken += places
    service.people_waiting += waiting
    before = service.capacity
    _settle(service)
    _write(service, kind=CapacityReportKind.COUNTED if service.capacity != before else None, actor=SYSTEM, at=at)


def end_pauses(*, at: dt.datetime, limit: int = 500) -> int:
    """Open the services whose pause is over; return how many. One transaction each; safe to run twice."""
    due = Service.objects.filter(capacity=Capacity.PAUSED, paused_until__lte=local_day(at)).order_by("pk")
    return sum(_end_pause(service_id, at=at) for service_id in list(due.values_list("pk", flat=True)[:limit]))


@transaction.atomic(durable=True)
def _end_pause(service_id: UUID, *, at: dt.datetime) -> bool:
    service = _lock(service_id)
    if service.paused_until is None or service.paused_until > local_day(at):
        return False  # its provider has said something in the meantime
    service.capacity, service.paused_until = Capacity.OPEN, None
    _settle(service)
    _write(service, kind=CapacityReportKind.PAUSE_OVER, actor=SYSTEM, at=at)
    return True


def _lock(service_id: UUID) -> Service:
    """Lock the service and read it afresh. Its key stays free: who makes an onward referral to it need not wait."""
    service: Service = Service.objects.select_for_update(no_key=True).get(pk=service_id)
    return service


def _as_said(service: Service) -> dict[str, Any]:
    return {name: getattr(service, name) for name in SAYABLE} | {"capacity": service.own_word}


def _say(service: Service, said: CapacitySaid, *, today: dt.date) -> None:
    """Put on the service what is said of it.

    :raises Invalid: if it cannot be right.
    """
    errors: dict[str, list[str]] = {name: ["There is no such field."] for name in said if name not in SAYABLE}
    whole = {**_as_said(service), **said}
    capacity, keeps = whole["capacity"], whole["keeps_waiting_list"]
    if said.get("keeps_waiting_list") is None:  # not said now: a service with a waiting list keeps one
        keeps = capacity == Capacity.WAITING_LIST or ("keeps_waiting_list" not in said and service.keeps_waiting_list)
    if capacity not in Capacity.values:
        errors["capacity"] = [f"Choose one of: {', '.join(Capacity.values)}."]
    if capacity == Capacity.WAITING_LIST and not keeps:
        errors["keeps_waiting_list"] = ["A service with a waiting list keeps one: say true, or another capacity."]
    for name, (least, most) in LIMITS.items():
        if whole[name] is not None and not least <= whole[name] <= most:
            errors[name] = [f"Give a number from {least} to {most}, or nothing."]
    if said.get("waiting_list_length") is not None and not keeps:
        errors["waiting_list_length"] = ["Say keeps_waiting_list too: how long is a list that it does not keep?"]
    until = said.get("paused_until")
    if until is not None and capacity != Capacity.PAUSED:
        errors["paused_until"] = ["Only a pause has an end: say paused too, or leave this out."]
    elif until is not None and not (until > today and is_plannable(until, today=today)):
        errors["paused_until"] = ["Choose a day after today, within two years: on it the service takes people again."]
    if errors:
        raise Invalid(errors)
    service.capacity, service.is_full_by_count = capacity, False
    service.places, service.keeps_waiting_list = whole["places"], keeps
    service.waiting_list_length = whole["waiting_list_length"] if keeps else None
    service.expected_wait_weeks = whole["expected_wait_weeks"]
    service.paused_until = whole["paused_until"] if capacity == Capacity.PAUSED else None


def _settle(service: Service) -> None:
    """Make the capacity what the provider's word comes to with the places that are left."""
    own_word = service.own_word
    service.capacity = service.counted(own_word)
    service.is_full_by_count = service.capacity != own_word


def _write(service: Service, *, kind: CapacityReportKind | None, actor: Actor, at: dt.datetime) -> None:
    """Save the service, and append the report where there is something to report."""
    counted = ("is_full_by_count", "places_taken", "people_waiting", "capacity_confirmed_at", "capacity_confirmed_by")
    service.save(update_fields=[*SAYABLE, *counted])
    if kind is not None:
        CapacityReport.objects.create(
            service=service, kind=kind, reported_at=at, reported_by=actor.user, places_taken=service.places_taken,
            **{name: getattr(service, name) for name in SAYABLE},
        )  # fmt: skip
