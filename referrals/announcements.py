"""Who is told what, after which step. The pathway decides here; `notifications` delivers.

A message says that there is news and where; never a name, a need or a condition. Every row is written in the step's
own transaction, so no step is without its messages and no message without its step.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Literal

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team, User
from accounts.selectors import addresses_in
from core.clocks import local_day
from notifications import bounces
from notifications import services as notifications
from notifications.enums import Channel
from notifications.selectors import channel_told_by
from notifications.templates import TEMPLATES
from notifications.webhooks.owing import owe
from referrals.enums import CloseOutcome, WithdrawalReason
from referrals.models import Consent, MessageBack, OnwardReferral, Referral, ReferralEvent
from referrals.models.facts import EventFacts
from referrals.reaching import address_by, channels_for, recipient_at_the_door, recipient_of
from referrals.webhooks import news_of

Audience = Literal["referrer", "team", "owner", "provider"]

AFTER_REFERRAL_STEP: dict[str, tuple[tuple[Audience, str], ...]] = {
    "submit": (("team", "referral_arrived"),),
    "confirm_discharge": (("team", "referral_arrived"),),
    "arrived_by_redirection": (("team", "referral_arrived"),),
    "request_information": (("referrer", "referral_question"),),
    "provide_information": (("team", "referral_answered"),),
    "accept": (("referrer", "referral_accepted"),),
    "reject": (("referrer", "referral_rejected"),),
    "redirect": (("referrer", "referral_redirected"),),
    "close": (("referrer", "referral_closed"),),
    "enter_in_error": (("referrer", "referral_in_error"),),
    "reopen": (("referrer", "referral_reopened"), ("owner", "referral_back")),
    "withdraw": (("owner", "referral_withdrawn"),),
    "note_shared": (("referrer", "referral_note"),),
    "discharge_overdue": (("referrer", "discharge_unconfirmed"),),
    "record_readmission": (("owner", "referral_held"),),
    "confirm_discharge_again": (("owner", "referral_home"),),
    "person_said_no": (("owner", "person_said_no"),),
    "person_changed_mind": (("owner", "person_wrote"),),
    "person_wrote": (("owner", "person_wrote"),),
    "contact_changed_by_person": (("owner", "person_wrote"),),
    "record_death": (("referrer", "referral_ended"), ("owner", "referral_ended")),
}
FOR_THE_PERSON = {"referral_question": "self_referral_question"}
"""What whoever came by the public door is told instead of the referrer's message; else that there is news."""
DIED = {CloseOutcome.DECEASED.value, WithdrawalReason.DECEASED.value}
AFTER_ONWARD_STEP: dict[str, tuple[tuple[Audience, str], ...]] = {
    "sent_onward": (("provider", "onward_arrived"),),
    "request_information": (("owner", "onward_question"),),
    "provide_information": (("provider", "onward_answered"),),
    "accept": (("owner", "onward_accepted"),),
    "waitlist": (("owner", "onward_waitlisted"),),
    "decline": (("owner", "onward_declined"),),
    "expire": (("owner", "onward_expired"), ("provider", "onward_expired"), ("referrer", "onward_expired")),
    "response_nudged": (("provider", "onward_reminder"),),
    "record_not_started": (("owner", "onward_ended"),),
    "complete": (("owner", "onward_ended"),),
    "leave_early": (("owner", "onward_ended"),),
    "withdraw": (("provider", "onward_withdrawn"),),
    "clock_held": (("provider", "onward_held"),),
    "clock_restarted": (("provider", "onward_back"),),
}
TOLD_TO_LEADS = {"response_escalated": "onward_unanswered", "clock_breached": "clock_breached"}
"""What the leads of the team that has the referral are told, and nobody else."""


def announce(event: ReferralEvent, *, actor: Actor) -> None:
    """Write one row for each message that the event owes."""
    if _never_left_its_referrer(event):
        return
    if not actor.is_retelling:  # history is not told to other systems as if it were news
        owe(news_of(event), event_key=key_of(event), at=event.occurred_at)
    subject = event.onward_referral or event.referral
    notifications.enqueue_many(
        [
            _owed(
                key_of(event),
                _address(event.referral, audience, event.onward_referral),
                template,
                _context(event.referral if template == "self_referral_update" else subject, template),
                event,
                actor,
            )
            for audience, template in owed_after(event)
        ]
    )


def owed_after(event: EventFacts) -> tuple[tuple[Audience, str], ...]:
    """Return who is owed which message after an event: the audit asks too."""
    owed = (AFTER_ONWARD_STEP if event.onward_referral_id else AFTER_REFERRAL_STEP).get(event.kind, ())
    if _never_left_its_referrer(event):
        return ()
    return _to_the_person_instead(event, owed) if event.referral.confirmed_email else owed


def _never_left_its_referrer(event: EventFacts) -> bool:
    """Whether it is the end of a draft, which nobody else ever saw."""
    return event.kind in {"withdraw", "record_death"} and event.from_status == "draft"


def key_of(event: EventFacts) -> str:
    """Return what makes the messages of an event unique (with recipient and channel)."""
    return f"referral-event:{event.referral.reference}:{event.sequence}"


def templates_owed_after(event: EventFacts) -> set[str]:
    """Return every message that is owed after an event, to whomever."""
    to_leads = {TOLD_TO_LEADS[event.kind]} if event.kind in TOLD_TO_LEADS else set()
    return {template for _, template in owed_after(event)} | to_leads


def announce_to_leads(event: ReferralEvent, *, actor: Actor) -> None:
    """Tell the leads of the team that has the referral; where there is none, the team."""
    team, template = event.referral.owner_team, TOLD_TO_LEADS[event.kind]
    key = key_of(event)
    context = _context(event.onward_referral or event.referral, template)
    notifications.enqueue_many(
        [_owed(key, address, template, context, event, actor) for address in addresses_in(team, Role.LEAD)]
    )


def announce_to_the_person(referral: Referral, template: str, *, at: dt.datetime, actor: Actor) -> None:
    """Tell whoever came by the public door, at the address that they confirmed."""
    notifications.enqueue(
        event_key=f"referral:{referral.reference}:{template}", recipient=recipient_at_the_door(referral),
        template=template, context={"reference": referral.reference}, at=at,
        already_delivered_at=at if actor.is_retelling else None,
    )  # fmt: skip


def tell_person(
    referral: Referral,
    template: str,
    *,
    event_key: str,
    context: Mapping[str, str],
    at: dt.datetime,
    actor: Actor,
    recipient: str = "",
    is_first: bool = False,
) -> Channel | None:
    """Owe the person of a referral one message, by the channel that they prefer among those that they allow.

    The row names no address: `person:<reference>`, resolved when it is sent, and then asked again whether they may be
    reached (`referrals.reaching`). One event tells them once, also where the channel would be another by now. A
    channel that is not set up here, or whose address is marked as undeliverable, is passed over.

    :param template: one of `notifications.templates.TEMPLATES`, worded for the person.
    :param event_key: what happened, for example `session:S-7K3M9-QXD24:reminder`; of the same key there is one message.
    :param at: from when it may go.
    :param recipient: where it is only for as long as something is so: a key as `reaching.recipient_about` gives.
    :param is_first: if the key is a new one, so that nobody can have been told of it.
    :return: the channel; None if there is none, and somebody has to ring: the caller makes that a task.
    :raises ValueError: as `notifications.services.enqueue` does.
    """
    recipient = recipient or recipient_of(referral)
    if not is_first and (told_by := channel_told_by(event_key, recipient)):
        return told_by
    for channel in channels_for(referral, on=local_day(at)):
        is_marked = bounces.is_marked(channel, address_by(referral, channel, on=local_day(at)))
        if notifications.can_send_by(channel) and not is_marked:
            notifications.enqueue(
                event_key=event_key, recipient=recipient, template=template, context=context, at=at, channel=channel,
                already_delivered_at=at if actor.is_retelling else None,
            )  # fmt: skip
            return channel
    return None


def _to_the_person_instead(
    event: EventFacts, owed: tuple[tuple[Audience, str], ...]
) -> tuple[tuple[Audience, str], ...]:
    """Put the person's own messages in place of the referrer's; of a death nobody is told by email."""
    has_died = bool({event.outcome, event.reason} & DIED)
    return tuple(
        (audience, FOR_THE_PERSON.get(template, "self_referral_update") if audience == "referrer" else template)
        for audience, template in owed
        if not (audience == "referrer" and has_died)
    )


def announce_about_consent(
    event: ReferralEvent, *, template: str, holders: Iterable[OnwardReferral], actor: Actor
) -> None:
    """Tell the owner, and those providers who have the person and are concerned, that a consent does not stand."""
    owed = [(_address(event.referral, "owner"), event.referral.reference)]
    owed += [(onward.provider_team.inbox_email, onward.reference) for onward in holders]
    key = key_of(event)
    notifications.enqueue_many(
        [
            _owed(f"{key}:{reference}", address, template, {"reference": reference}, event, actor)
            for address, reference in owed
        ]
    )


def announce_that_consent_ends(referral: Referral, consent: Consent, *, at: dt.datetime) -> None:
    """Tell the owner that a consent ends soon: nothing has happened yet, so there is no event."""
    if consent.expires_on is None:
        return
    notifications.enqueue(
        event_key=f"consent:{consent.pk}:ends-soon",
        recipient=_address(referral, "owner"),
        template="consent_ends_soon",
        context={"reference": referral.reference, "due_on": consent.expires_on.isoformat()},
        at=at,
    )


def announce_message_back(message: MessageBack, *, actor: Actor) -> None:
    """Tell the registered practice, where the person agrees; and the referrer, where the step has told them nothing."""
    event = message.event
    told = {audience for audience, _ in AFTER_REFERRAL_STEP.get(event.kind, ())}
    by_the_person = bool(event.referral.confirmed_email)  # whoever came by the public door files nothing
    addresses = [] if "referrer" in told or by_the_person else [_address(event.referral, "referrer")]
    _tell_of_message_back(message, "message_back", [*addresses, *_practice_inboxes(message)], event=event, actor=actor)


def announce_messages_in_error(event: ReferralEvent, *, actor: Actor) -> None:
    """Tell registered practices that what they hold was never right; the referrer is told by the step."""
    sent = event.referral.messages_back.exclude(registered_practice=None).select_related("event").order_by("id")
    for message in sent:
        _tell_of_message_back(message, "message_back_in_error", _practice_inboxes(message), event=event, actor=actor)


def _tell_of_message_back(
    message: MessageBack, template: str, addresses: list[str], *, event: ReferralEvent, actor: Actor
) -> None:
    key = f"message-back:{message.reference}:{event.sequence}"
    notifications.enqueue_many(
        [_owed(key, address, template, {"reference": message.reference}, event, actor) for address in addresses]
    )


def _owed(
    key: str, recipient: str, template: str, context: dict[str, str], event: ReferralEvent, actor: Actor
) -> notifications.Owed:
    """Return the message that an event owes to one recipient; one of a history that is only retold went out then."""
    return notifications.Owed(
        event_key=key, recipient=recipient, template=template, context=context, at=event.occurred_at,
        already_delivered_at=event.occurred_at if actor.is_retelling else None,
    )  # fmt: skip


def _practice_inboxes(message: MessageBack) -> list[str]:
    if message.registered_practice_id is None:
        return []
    teams = Team.objects.filter(
        organization=message.registered_practice_id, is_active=True, memberships__role=Role.REFERRER
    )
    return list(teams.order_by("inbox_email").values_list("inbox_email", flat=True).distinct())


def _context(subject: Referral | OnwardReferral, template: str) -> dict[str, str]:
    context = {"reference": subject.reference}
    if "due_on" in TEMPLATES[template].context and subject.next_action_on is not None:
        context["due_on"] = subject.next_action_on.isoformat()
    return context


def _address(referral: Referral, audience: Audience, onward: OnwardReferral | None = None) -> str:
    """Return where to tell them: the person who has it in hand as long as they work there, else the team's inbox."""
    if audience == "referrer":
        if referral.confirmed_email:
            return recipient_at_the_door(referral)
        return (
            _personal(referral.referrer, referral.referring_team, Role.REFERRER) or referral.referring_team.inbox_email
        )
    if audience == "provider" and onward is not None:
        return onward.provider_team.inbox_email
    if audience == "owner" and referral.owner is not None:
        personal = _personal(referral.owner, referral.owner_team, Role.LINK_WORKER, Role.LEAD)
        return personal or referral.owner_team.inbox_email
    return referral.owner_team.inbox_email


def _personal(user: User, team: Team, *roles: Role) -> str:
    still_there = user.is_active and user.roles_in([team.pk]) & set(roles)
    return user.email if still_there else ""
