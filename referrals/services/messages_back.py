"""Issue a message back: called inside the step that it tells of, after its event is written."""

from accounts.actors import Actor
from core.clocks import local_day
from core.identifiers import new_reference
from referrals.announcements import announce_message_back, announce_messages_in_error
from referrals.messages_back import sharing
from referrals.messages_back.building import build_codes_only, build_in_full
from referrals.messages_back.document import text_of
from referrals.messages_back.telling import kind_of
from referrals.models import MessageBack, ReferralEvent
from referrals.selectors.messages_back import registered_practice_of


def issue_message_back(event: ReferralEvent, *, actor: Actor) -> MessageBack | None:
    """Keep what is told of an event, as it is told, and owe the registered practice its notice; None where nothing is.

    The referrer's notice is the step's own (`announcements`). The caller's transaction keeps both with the step. Where
    the referral was entered in error, the registered practice is told of what it was sent.
    """
    if event.kind == "enter_in_error" and event.onward_referral_id is None:
        announce_messages_in_error(event, actor=actor)
    kind = kind_of(event)
    if kind is None:
        return None
    referral, on = event.referral, local_day(event.occurred_at)
    reference = new_reference("M")
    practice = registered_practice_of(referral)
    if practice is not None and not sharing.may_message_registered_practice(referral, on, practice=practice):
        practice = None
    is_in_full = sharing.may_message_in_full(referral, on)
    document = (
        build_in_full(event, reference=reference, kind=kind, practice=practice)
        if is_in_full
        else build_codes_only(event, reference=reference)
    )
    message = MessageBack.objects.create(
        reference=reference, referral=referral, event=event, kind=kind, is_in_full=is_in_full,
        registered_practice=practice, text=text_of(document), issued_at=event.occurred_at,
    )  # fmt: skip
    announce_message_back(message, actor=actor)
    return message
