"""What goes wrong: the power fails in the middle of a step, the mail server refuses, the relay dies after sending."""

from typing import Any, ClassVar, Self

from notifications import channels, services
from notifications.models import OutboxMessage
from referrals.models import ReferralEvent


class PowerCut(BaseException):
    """Stands for kill -9: nothing may catch it, and nothing after it runs."""


class Post:
    """A mail server: takes what is sent, refuses for now, or takes it and the relay dies before it knows."""

    taken: ClassVar[list[Any]] = []
    mood: ClassVar[str] = "takes"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def send(self, message: OutboxMessage) -> str:
        if Post.mood == "refuses":
            raise channels.TemporaryFailure("Not now.")
        Post.taken.append(message.pk)
        if Post.mood == "dies":
            Post.mood = "takes"
            raise PowerCut
        return f"<{message.pk}@post.example>"


_save_event = ReferralEvent.save
_enqueue_many = services.enqueue_many


def _event_then_dark(self: ReferralEvent, *args: Any, **kwargs: Any) -> None:
    _save_event(self, *args, **kwargs)
    raise PowerCut


def _messages_then_dark(messages: Any) -> None:
    _enqueue_many(messages)
    raise PowerCut


AFTER_EVENT: Any = (ReferralEvent, "save", _event_then_dark)
AFTER_MESSAGES: Any = (services, "enqueue_many", _messages_then_dark)
