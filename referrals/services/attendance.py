"""Record who came."""

import datetime as dt

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from core.clocks import local_day
from core.errors import Invalid, NotPermitted
from referrals import policies
from referrals.enums import AttendanceResult, OnwardStatus
from referrals.models import Attendance, OnwardReferral, ReferralEvent
from referrals.services.steps import StepNotAllowed, lock


@transaction.atomic(durable=True)
def record_attendance(
    *, onward: OnwardReferral, actor: Actor, at: dt.datetime, session_on: dt.date, result: str
) -> Attendance:
    """Write down whether the person came to a session; a second entry for the day corrects the first.

    :raises NotPermitted: if the actor is not of the provider's team.
    :raises StepNotAllowed: if the person is not taking part at the moment.
    :raises Invalid: if the session is still to come, or was before the person started.
    """
    onward = lock(onward)
    if actor.user is None or Role.PROVIDER not in policies.roles_of(actor, onward):
        raise NotPermitted("The provider keeps the register.")
    if onward.status != OnwardStatus.STARTED:
        raise StepNotAllowed(
            f"It stands at “{onward.get_status_display()}”: only somebody who takes part can attend.",
            available_actions=policies.available_actions(actor, onward),
            current_status=onward.status,
        )
    started = ReferralEvent.objects.filter(onward_referral=onward, kind="start").order_by("sequence").first()
    first_day = local_day(started.occurred_at) if started else local_day(onward.sent_at)
    if not first_day <= session_on <= local_day(at):
        raise Invalid({"session_on": [f"Give a day from {first_day:%-d %B %Y}, when they started, until today."]})
    row, _ = Attendance.objects.update_or_create(
        onward_referral=onward,
        session_on=session_on,
        defaults={"result": AttendanceResult(result), "recorded_by": actor.user, "recorded_at": at},
    )
    return row
