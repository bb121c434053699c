"""A message to a person that did not arrive: somebody has to ask how they are reached."""

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
    due_on = add_working_days(local_day(at), WORKING_DAYS_TO_ASK)
    CaseTask.objects.create(referral=referral, title=title, due_on=due_on, recorded_by=None, recorded_at=at)
    record_event(
        referral=referral, kind=EventKind.TASK_ADDED, actor=SYSTEM, at=at, details={"due_on": due_on.isoformat()}
    )
