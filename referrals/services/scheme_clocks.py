"""A scheme has clocks of its own: its hub's lead or a directory editor sets them, and they go before the team's."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from core.errors import Invalid, NotPermitted, Stale
from referrals.models import OnwardReferral, SchemeClocks, TeamPolicy
from referrals.models.scheme_clocks import OF_A_SCHEME
from referrals.models.team_policy import RANGES
from referrals.services.steps import clocks_of
from services_directory.models import Service
from services_directory.policies import is_editor

LAST_CHANGES = 20
_TEAM = {Role.LINK_WORKER, Role.LEAD}


@dataclass(frozen=True, kw_only=True)
class OnwardClocks:
    """The settings that count for an onward referral, in days or working days as `TeamPolicy` has them."""

    provider_response_days: int
    escalate_days_before: int
    booking_working_days: int
    waiting_review_days: int
    reminder_days: int


def settle(team: TeamPolicy, scheme: SchemeClocks | None) -> OnwardClocks:
    """Return for each setting the scheme's number, or the team's where the scheme has none.

    Where a team's leads would hear before a scheme's time has begun, they hear as soon as the provider has been
    reminded, at half of it. That is not refused: each is right by itself, and neither side knows the other's.
    """
    said = {name: getattr(scheme, name, None) for name in OF_A_SCHEME}
    days = {name: getattr(team, name) if value is None else value for name, value in said.items()}
    days["escalate_days_before"] = min(days["escalate_days_before"], days["provider_response_days"] - 1)
    return OnwardClocks(**days)


def clocks_for(onward: OnwardReferral) -> OnwardClocks:
    """Return what counts for an onward referral now."""
    return clocks_between(team_id=onward.referral.owner_team_id, service_id=onward.service_id)


def clocks_between(*, team_id: UUID, service_id: UUID) -> OnwardClocks:
    """Return what counts between a link-worker team and a service to which it sends people."""
    return settle(clocks_of(team_id), _latest(service_id))


def read_scheme_clocks(*, service: Service, actor: Actor) -> tuple[SchemeClocks, list[SchemeClocks]]:
    """Return what a scheme has set, and the last times that it set something, the newest first.

    :raises NotPermitted: if the actor does not work with it: in the team that receives its referrals, as a link worker
        or lead who may send people there, or as a directory editor.
    """
    works_there = bool(actor.roles_in([service.receiving_team_id]))
    sends_there = actor.user is not None and bool(actor.user.roles() & _TEAM)
    if not (works_there or sends_there or is_editor(actor)):
        raise NotPermitted("Who works with the scheme reads its clocks.")
    rows = SchemeClocks.objects.filter(service=service).select_related("set_by").order_by("-version")
    history = list(rows[:LAST_CHANGES])
    return (history[0] if history else SchemeClocks(service=service, version=0)), history


@transaction.atomic(durable=True)
def set_scheme_clocks(
    *,
    service: Service,
    changes: Mapping[str, int | None],
    actor: Actor,
    at: dt.datetime,
    expected_version: int | None = None,
) -> SchemeClocks:
    """Change some of a scheme's clocks; None leaves one to the teams again. Days that are set already stay.

    A provider who answers does not stretch its own time: a lead of its team does, or a directory editor, who keeps the
    listing for the scheme's owner. What changes nothing is not written down.

    :raises NotPermitted: if the actor neither leads the team that receives its referrals nor is a directory editor.
    :raises Stale: if somebody has changed them since the caller read them.
    :raises Invalid: if a number is out of its range (`RANGES`), or the leads would hear only when the time is over.
    """
    leads = Role.LEAD in actor.roles_in([service.receiving_team_id])
    if actor.user is None or not (leads or is_editor(actor)):
        raise NotPermitted("A lead of the scheme's team or a directory editor sets its clocks.")
    Service.objects.select_for_update(no_key=True).get(pk=service.pk)  # two at once, of whom the first makes the row
    earlier = _latest(service.pk) or SchemeClocks(service=service, version=0)
    if expected_version is not None and expected_version != earlier.version:
        raise Stale("Somebody has changed the clocks: read them again.", current_version=earlier.version)
    before = {name: getattr(earlier, name) for name in OF_A_SCHEME}
    after = before | dict(changes)
    _check(after)
    if after == before:
        return earlier
    return SchemeClocks.objects.create(
        service=service, version=earlier.version + 1, set_by=actor.user, set_at=at, **after
    )


def _check(said: Mapping[str, int | None]) -> None:
    wrong = {}
    for name, value in said.items():
        least, most = RANGES[name]
        if value is not None and not least <= value <= most:
            wrong[name] = [f"Choose a number from {least} to {most}, or null for the team's."]
    response, escalate = said["provider_response_days"], said["escalate_days_before"]
    if not wrong and response is not None and escalate is not None and escalate >= response:
        wrong["escalate_days_before"] = ["The leads hear before the provider's time is over: choose fewer days."]
    if wrong:
        raise Invalid(wrong)


def _latest(service_id: UUID) -> SchemeClocks | None:
    return SchemeClocks.objects.filter(service_id=service_id).order_by("-version").first()
