"""A scheme says at which months after the start it asks people how they are."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from accounts.actors import Actor
from core.errors import Invalid, NotPermitted, Stale
from referrals import policies
from referrals.models import FollowUpPlan
from referrals.models.follow_ups import MONTHS, WINDOW_DAYS
from referrals.selectors.follow_ups import plan_of
from services_directory.models import Service


@transaction.atomic(durable=True)
def choose_follow_ups(
    *,
    service: Service,
    months: Sequence[int],
    window_days: int,
    actor: Actor,
    at: dt.datetime,
    expected_version: int | None = None,
) -> FollowUpPlan:
    """Set the points of a scheme; none: nobody is asked. A day that is set already stays: it counts for the next.

    :raises NotPermitted: if the actor is neither a lead of the scheme's team nor its provider.
    :raises Stale: if somebody else has changed them since the caller read them.
    :raises Invalid: if a month or the window is out of its range.
    """
    service = (
        Service.objects.select_for_update(of=("self",), no_key=True).select_related("follow_up_plan").get(pk=service.pk)
    )
    if not policies.may_choose_measures(actor, service.receiving_team_id):
        raise NotPermitted("The scheme's provider or a lead of its team says when people are asked.")
    plan = plan_of(service)
    if expected_version is not None and expected_version != plan.version:
        raise Stale("Somebody else has changed them: read them again.", current_version=plan.version)
    errors: dict[str, list[str]] = {}
    for name, values, (least, most) in (
        ("months", months, MONTHS), ("window_days", [window_days], WINDOW_DAYS),
    ):  # fmt: skip
        if not all(least <= value <= most for value in values):
            errors[name] = [f"Choose from {least} to {most}."]
    if errors:
        raise Invalid(errors)
    plan.months, plan.window_days = sorted(set(months)), window_days
    plan.version += 1
    plan.changed_by, plan.changed_at = actor.user, at
    plan.save()
    return plan
