"""Make the sessions of a service, and cancel one."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from core.clocks import FARTHEST_PLAN, LONDON, local_day
from core.errors import Conflict, Invalid, NotPermitted
from referrals import policies
from referrals.enums import SessionCancelReason
from referrals.models import Session
from referrals.services.steps import NotPossibleNow, check_version
from services_directory.enums import Delivery
from services_directory.models import Service

MOST_AT_ONCE = 60
LONGEST_MINUTES = 600
EARLIEST = dt.timedelta(days=28)
"""How long ago a session may have been that is made only now, to take its register."""


@dataclass(frozen=True, kw_only=True)
class SessionDetails:
    """One session; with `weekly_until`, and one at the same time of each week to that day. `places` None: no limit."""

    starts_at: dt.datetime
    minutes: int
    place: str
    places: int | None = None
    weekly_until: dt.date | None = None


@transaction.atomic(durable=True)
def make_sessions(*, service: Service, given: SessionDetails, actor: Actor, at: dt.datetime) -> list[Session]:
    """Make one session, or one each week at the same time by the clocks of England.

    :raises NotPermitted: if the actor is no provider of the team that receives the service's referrals.
    :raises NotPossibleNow: if the service is a pack (`is_a_pack`).
    :raises Invalid: if it cannot be so, or would be more than 60 at once.
    :raises Conflict: if the service has one of them already, at that time and place (`session_exists`).
    """
    team = service.receiving_team
    if actor.user is None or team is None or not policies.may_hold_sessions(actor, team.pk):
        raise NotPermitted("Only the team that receives the service's referrals makes its sessions.")
    if service.delivery == Delivery.POSTED:
        raise NotPossibleNow("This service is a pack that is sent out: it has no sessions.", code="is_a_pack")
    times = _times(given, at=at)
    try:
        return Session.objects.bulk_create(
            Session(
                service=service, team=team, starts_at=starts_at, minutes=given.minutes,
                place=given.place.strip(), places=given.places, made_by=actor.user, made_at=at,
            )
            for starts_at in times
        )  # fmt: skip
    except IntegrityError:
        raise Conflict(
            "One of these sessions exists already, at this time and place. None was made.", code="session_exists"
        ) from None


@transaction.atomic(durable=True)
def cancel_session(
    *, session: Session, reason: str, actor: Actor, at: dt.datetime, expected_version: int | None = None
) -> Session:
    """Cancel a session, before its register is taken. It stays, and says that it did not take place.

    :raises NotPermitted: if the actor is not of the team that holds it.
    :raises Stale: if it has changed since the caller read it.
    :raises Conflict: if it is cancelled (`already_cancelled`), or somebody is recorded as having been expected or
        having come (`register_taken`).
    """
    session = Session.objects.select_for_update().get(pk=session.pk)
    if actor.user is None or not policies.may_hold_sessions(actor, session.team_id):
        raise NotPermitted("The team that holds a session cancels it.")
    check_version(session, expected_version)
    if session.cancelled_at is not None:
        raise Conflict("It is cancelled already.", code="already_cancelled")
    if session.drop_ins is not None:
        raise Conflict("Its register is taken: it took place.", code="register_taken")
    session.cancelled_at, session.cancelled_by, session.cancel_reason = at, actor.user, SessionCancelReason(reason)
    session.version += 1
    session.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason", "version"])
    return session


def _times(given: SessionDetails, *, at: dt.datetime) -> list[dt.datetime]:
    """Return when the sessions begin.

    :raises Invalid: if one of them cannot be, or there are too many.
    """
    today = local_day(at)
    first = given.starts_at.astimezone(LONDON)
    until = given.weekly_until or first.date()
    errors: dict[str, list[str]] = {}
    if not today - EARLIEST <= first.date() <= today + FARTHEST_PLAN:
        errors["starts_at"] = ["Give a time from four weeks ago on, within two years."]
    if not 1 <= given.minutes <= LONGEST_MINUTES:
        errors["minutes"] = [f"Give 1 to {LONGEST_MINUTES} minutes."]
    if not given.place.strip():
        errors["place"] = ["Say where it is."]
    if given.places is not None and given.places < 1:
        errors["places"] = ["Give at least one, or leave it out."]
    count = (until - first.date()).days // 7 + 1
    is_series_wrong = not 1 <= count <= MOST_AT_ONCE or until > today + FARTHEST_PLAN
    if given.weekly_until is not None and is_series_wrong:
        errors["weekly_until"] = [
            f"Give a day from the first session on, within two years, for at most {MOST_AT_ONCE} sessions."
        ]
    if errors:
        raise Invalid(errors)
    # By the clock on the wall: ten o'clock stays ten o'clock when summer time begins.
    return [
        dt.datetime.combine(first.date() + dt.timedelta(weeks=week), first.time(), tzinfo=LONDON)
        for week in range(count)
    ]
