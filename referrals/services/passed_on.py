"""What was owed to somebody who has left goes to the team that they were in: somebody there has taken over."""

from collections.abc import Sequence

from notifications import services as notifications
from notifications.models import OutboxMessage
from referrals.models import Referral


def tell_the_team(messages: Sequence[OutboxMessage]) -> None:
    """Owe messages about referrals to the team of whoever has left, in the caller's transaction
    (`settings.MESSAGE_PASSED_ON`). A team that was told of the same event is not told twice; of what is about no
    referral, such as a summary that each lead has, nobody else is told.
    """
    notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=message.event_key, recipient=inbox, template=message.template, context=message.context,
                at=message.occurred_at,
            )
            for message in messages
            if (inbox := _inbox(message))
        ]
    )  # fmt: skip


def _inbox(message: OutboxMessage) -> str:
    referral = _referral(message.context["reference"])
    if referral is None:
        return ""
    was_referrer = referral.referrer.email.lower() == message.recipient.lower()
    return (referral.referring_team if was_referrer else referral.owner_team).inbox_email


def _referral(reference: str) -> Referral | None:
    rows = Referral.objects.select_related("referrer", "referring_team", "owner_team")
    for name in ("reference", "onward_referrals__reference", "messages_back__reference"):
        found: Referral | None = rows.filter(**{name: reference}).first()
        if found is not None:
            return found
    return None
