"""A message to a person that did not arrive, or that no way can take: somebody has to ask how they are reached."""

import datetime as dt

from accounts.actors import SYSTEM
from core.clocks import add_working_days, local_day
from notifications.enums import Channel
from notifications.models import OutboxMessage
from referrals.enums import EventKind, ReferralStatus
from referrals.models import CaseTask, Referral
from referrals.reaching import is_of_person
from referrals.services.events import record_event

WORKING_DAYS_TO_ASK = 2
"""[I] As soon as a first contact may be tried again: there is no source for it."""
_TITLES = {
    Channel.EMAIL: "Emails to the person do not arrive: ask for their address.",
    Channel.SMS: "Text messages to the person do not arrive: ask for their number.",
    Channel.LETTER: "Letters to the person do not arrive: ask where they live.",
}


def make_task(message: OutboxMessage, *, at: dt.datetime) -> None:
    """Write down for the link worker that a message to the person of a referral did not arrive.

    Called in the transaction which marks the address (`settings.MESSAGE_BOUNCED`). Of one way there is one task at a
    time. A message to anybody else makes none, nor one about a referral that has ended or was forgotten.
    """
    referral = Referral.objects.filter(
        reference=message.context["reference"], forgotten_at__isnull=True
    ).exclude(status__in=[*ReferralStatus.ENDED, ReferralStatus.DRAFT]).first()  # fmt: skip
    if referral is None or not is_of_person(message.recipient, referral):
        return
    referral = Referral.objects.select_for_update().get(pk=referral.pk)
    title = _TITLES[Channel(message.channel)]
    if referral.tasks.filter(title=title, done_at=None).exists():
        return
    _write(referral, title, due_on=add_working_days(local_day(at), WORKING_DAYS_TO_ASK), at=at)


def make_task_to_tell(referral: Referral, title: str, *, due_on: dt.date, at: dt.datetime) -> bool:
    """Write down for the link worker that no message can tell the person something, so that somebody else does.

    Once for each title, whether it has been done or not: the caller names in it what it is about. In the caller's
    transaction, which has locked the referral. Returns whether it is new.
    """
    if referral.tasks.filter(title=title).exists():
        return False
    _write(referral, title, due_on=due_on, at=at)
    return True


def _write(referral: Referral, title: str, *, due_on: dt.date, at: dt.datetime) -> None:
    CaseTask.objects.create(referral=referral, title=title, due_on=due_on, recorded_by=None, recorded_at=at)
    record_event(
        referral=referral, kind=EventKind.TASK_ADDED, actor=SYSTEM, at=at, details={"due_on": due_on.isoformat()}
    )
