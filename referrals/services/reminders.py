"""What a person is told of their first assessment: that it is soon, and that they were missed.

Nothing of it is owed before it may go: between eight and eight by the clock in England. What is owed and waits (an
outage, say) is asked again when it goes: whether the appointment is still as it was, whether anything has ended,
whether the person may be told (`referrals.reaching`). So a reminder of a time that was moved is stopped.

Where no message can tell the person (they allow none, or nothing arrives) it is a task for whoever has the case in
hand: they tell them, and may ask how the person wants to be told from now on.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from django.db import transaction
from django.db.models import Max

from accounts.actors import SYSTEM
from core.clocks import add_working_days, local_day, start_of_day
from core.errors import OF_ONE_ROW
from notifications.quiet import FOR_PEOPLE, not_before
from notifications.selectors import channel_told_by
from referrals.announcements import tell_person
from referrals.enums import MissedAssessmentReason, OnwardStatus, ReferralStatus
from referrals.models import OnwardReferral, ReferralEvent, SchemeClocks, TeamPolicy
from referrals.reaching import recipient_about
from referrals.services.not_reached import WORKING_DAYS_TO_ASK, make_task_to_tell
from referrals.services.scheme_clocks import clocks_for
from referrals.services.steps import lock

CATCHES_UP = dt.timedelta(days=7)
"""How long after a miss it may still be told: later it would only puzzle people. [I] No source has a number."""
A_DAY = dt.timedelta(days=1)
Done = Literal["reminded", "missed", "to_tell"]
TEMPLATES = {"reminded": "appointment_reminder", "missed": "appointment_missed"}
TO_TELL = {
    "reminded": "First appointment on {day}: no message can remind the person. Remind them yourself.",
    "missed": "First appointment on {day} was missed: no message can reach the person. Ask what happened.",
}

log = logging.getLogger(__name__)


def remind(*, at: dt.datetime) -> dict[str, int]:
    """Tell whoever is to be told now; return how many were owed a reminder, how many that they were missed, and how
    many somebody is to speak with because no message can tell them.

    Safe to run twice, to overlap and to miss: of each booking, and of each miss, one message is owed, or one task made.
    """
    done: Counter[Done] = Counter()
    if not_before(at, FOR_PEOPLE) == at:
        done.update(_each(_booked(at), _remind, at=at))
        done.update(_each(_missed(at), _tell_of_miss, at=at))
    return {"reminded": done["reminded"], "missed": done["missed"], "to_tell": done["to_tell"]}


def _booked(at: dt.datetime) -> list[int]:
    """Return the onward referrals whose first assessment is as soon as any team or scheme reminds of it."""
    default: int = TeamPolicy._meta.get_field("reminder_days").default
    set_by = (model.objects.aggregate(longest=Max("reminder_days"))["longest"] for model in (TeamPolicy, SchemeClocks))
    longest = max(default, *(days or 0 for days in set_by))
    rows = OnwardReferral.objects.filter(
        status=OnwardStatus.ASSESSMENT_BOOKED, assessment_at__gt=at,
        assessment_at__lt=start_of_day(local_day(at) + (longest + 1) * A_DAY),
    )  # fmt: skip
    return list(rows.order_by("assessment_at", "id").values_list("pk", flat=True))


def _missed(at: dt.datetime) -> list[int]:
    """Return the events of the first assessments that a person has missed lately, but not today."""
    rows = ReferralEvent.objects.filter(
        kind="record_missed_assessment", reason__in=MissedAssessmentReason.BY_THE_PERSON,
        occurred_at__gt=at - CATCHES_UP, occurred_at__lt=start_of_day(local_day(at)),
    )  # fmt: skip
    return list(rows.order_by("occurred_at", "id").values_list("pk", flat=True))


def _each(ids: Iterable[int], act: Callable[..., Done | None], *, at: dt.datetime) -> Iterator[Done]:
    for row_id in ids:
        try:
            done = act(row_id, at=at)
        except OF_ONE_ROW:
            # One row that cannot be must not keep all behind it from being told.
            log.exception("Nobody could be told of row %s.", row_id)
            continue
        if done is not None:
            yield done


@transaction.atomic(durable=True)
def _remind(onward_id: int, *, at: dt.datetime) -> Done | None:
    """Owe a reminder of the time that is booked now, if the team reminds so early; return what is new, if anything."""
    onward = lock(OnwardReferral.objects.get(pk=onward_id))
    booked = onward.assessment_at
    if booked is None or booked <= at or onward.status != OnwardStatus.ASSESSMENT_BOOKED:
        return None
    days = clocks_for(onward).reminder_days
    if not days or local_day(at) < local_day(booked) - days * A_DAY:
        return None
    key = f"onward:{onward.reference}:reminder:{booked.astimezone(dt.UTC):%Y-%m-%dT%H:%M}"
    return _tell(onward, "reminded", key=key, of=local_day(booked), at=at)


@transaction.atomic(durable=True)
def _tell_of_miss(event_id: int, *, at: dt.datetime) -> Done | None:
    """Owe a word to somebody who has missed an assessment, from the next working day on, unless another is booked."""
    event = ReferralEvent.objects.select_related("referral").get(pk=event_id)
    if event.onward_referral_id is None or local_day(at) < add_working_days(local_day(event.occurred_at) + A_DAY, 0):
        return None
    onward = lock(OnwardReferral.objects.get(pk=event.onward_referral_id))
    booked = event.details.get("assessment_at")
    if not booked or onward.assessment_at is not None or onward.status in OnwardStatus.ENDED:
        return None
    key = f"referral-event:{event.referral.reference}:{event.sequence}:missed"
    return _tell(onward, "missed", key=key, of=local_day(dt.datetime.fromisoformat(booked)), at=at)


def _tell(onward: OnwardReferral, what: Done, *, key: str, of: dt.date, at: dt.datetime) -> Done | None:
    referral, recipient = onward.referral, recipient_about(onward)
    if referral.status in {*ReferralStatus.ENDED, ReferralStatus.ON_HOLD} or channel_told_by(key, recipient):
        return None
    context = {"reference": referral.reference, "due_on": of.isoformat()}
    if tell_person(referral, TEMPLATES[what], event_key=key, context=context, at=at, actor=SYSTEM, recipient=recipient):
        return what
    today = local_day(at)
    due_on = min(add_working_days(today, 0), of) if what == "reminded" else add_working_days(today, WORKING_DAYS_TO_ASK)
    is_new = make_task_to_tell(referral, TO_TELL[what].format(day=f"{of:%-d %B %Y}"), due_on=due_on, at=at)
    return "to_tell" if is_new else None
