"""What the use cases beside the steps begin with: a link worker's own work, and what either side records."""

import datetime as dt
from collections.abc import Collection
from typing import TypeVar

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.models import User
from core.clocks import FARTHEST_PLAN
from core.errors import Conflict, Invalid, NotPermitted
from referrals import policies
from referrals.enums import ReferralStatus
from referrals.models import CaseNote, Contact, Referral
from referrals.services.steps import StepNotAllowed, check_version, lock

R = TypeVar("R", Contact, CaseNote)


def judged(
    referral: Referral,
    actor: Actor,
    *,
    expected_version: int | None = None,
    at_status: Collection[str] = ReferralStatus.SENT,
) -> tuple[Referral, User]:
    """Return the locked referral, and who works on it.

    :raises Stale: if the referral has changed since the caller read it (412).
    :raises NotPermitted: if the actor is not of the team that owns it.
    :raises Conflict: if it has ended (`referral_ended`).
    :raises StepNotAllowed: if it does not stand where this can be done.
    """
    referral = lock(referral)
    check_version(referral, expected_version)
    if actor.user is None or not policies.may_work_on(actor, referral):
        raise NotPermitted("This is for the team that supports the person.")
    if referral.status in ReferralStatus.ENDED:
        raise Conflict("The referral has ended: nothing more is recorded.", code="referral_ended")
    if referral.status not in at_status:
        raise StepNotAllowed(
            f"It stands at “{referral.get_status_display()}”. Accept it first.",
            available_actions=policies.referral_actions(actor, referral),
            current_status=referral.status,
        )
    return referral, actor.user


def judged_on_either_side(
    referral: Referral, actor: Actor, *, does: str, expected_version: int | None
) -> tuple[Referral, User]:
    """Return the locked referral, and who records; or refuse, in the order: stale, not theirs, the wrong moment.

    :param does: what whoever refers or supports the person does, for the refusal.
    :raises Stale: if the referral has changed since the caller read it (412).
    :raises NotPermitted: if the actor neither referred the person nor supports them.
    :raises Conflict: if it has ended (`referral_ended`).
    """
    referral = lock(referral)
    check_version(referral, expected_version)
    if actor.user is None or not policies.may_record_health(actor, referral):
        raise NotPermitted(f"Whoever refers or supports the person {does}.")
    if referral.status not in ReferralStatus.OPEN:
        raise Conflict("The referral has ended: nothing more is recorded.", code="referral_ended")
    return referral, actor.user


def replaced(rows: QuerySet[R], row_id: int | None, *, what: str) -> R | None:
    """Return the row of a referral that a new one corrects, if it corrects one.

    :raises Invalid: if the referral has no such row.
    :raises Conflict: if it has been replaced already (`already_replaced`).
    """
    if row_id is None:
        return None
    earlier = rows.filter(pk=row_id).select_related("replaced_by").first()
    if earlier is None:
        raise Invalid({"replaces": [f"This referral has no such {what}."]})
    if hasattr(earlier, "replaced_by"):
        raise Conflict("It has been replaced already: correct the one that took its place.", code="already_replaced")
    return earlier


def is_far_off(day: dt.date, *, today: dt.date) -> bool:
    """Whether a day is so far from today, either way, that it must be a slip of the keyboard."""
    return abs(day - today) > FARTHEST_PLAN
