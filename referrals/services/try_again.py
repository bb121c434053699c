"""Send again what was given up, once its reason has been seen to."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from accounts.models import User
from core.errors import Conflict
from notifications import services as notifications
from referrals.selectors import messages as selectors


@transaction.atomic(durable=True)
def try_again(*, message_id: UUID, user: User, at: dt.datetime) -> None:
    """Owe a message again that was given up. Who asks says with it that the address works: its mark is taken away.

    :raises NotVisible: if it concerns no team that the user leads.
    :raises Conflict: if it is not given up, or not any more (`not_given_up`).
    """
    message = selectors.message_for(user, message_id)
    if not notifications.try_again(message, at=at):
        raise Conflict("It is not given up: it was sent, waits to be sent, or was stopped.", code="not_given_up")
    notifications.clear_bounce(message, at=at)
    notifications.wake_after_commit()
