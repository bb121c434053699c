"""Who is told what, after which step. The pathway decides here; `notifications` delivers.

A message says that there is news and where; never a name, a need or a condition. Every row is written in the step's
own transaction, so no step is without its messages and no message without its step.
"""

from typing import Literal

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team, User
from notifications import services as notifications
from notifications.templates import TEMPLATES
from referrals.models import OnwardReferral, Referral, ReferralEvent

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
    "record_death": (("referrer", "referral_ended"), ("owner", "referral_ended")),
}
AFTER_ONWARD_STEP: dict[str, tuple[tuple[Audience, str], ...]] = {
    "sent_onward": (("provider", "onward_arrived"),),
    "request_information": (("owner", "onward_question"),),
    "provide_information": (("provider", "onward_answered"),),
    "accept": (("owner", "onward_accepted"),),
    "waitlist": (("owner", "onward_waitlisted"),),
    "decline": (("owner", "onward_declined"),),
    "expire": (("owner", "onward_expired"), ("provider", "onward_expired")),
    "record_not_started": (("owner", "onward_ended"),),
    "complete": (("owner", "onward_ended"),),
    "leave_early": (("owner", "onward_ended"),),
    "withdraw": (("provider", "onward_withdrawn"),),
}


def announce(event: ReferralEvent, *, actor: Actor) -> None:
    """Write one row for each message that the event owes."""
    onward = event.onward_referral
    owed = (AFTER_ONWARD_STEP if onward else AFTER_REFERRAL_STEP).get(event.kind, ())
    if event.kind in {"withdraw", "record_death"} and event.from_status == "draft":
        return  # nobody but the referrer ever saw it
    subject = onward or event.referral
    notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=f"referral-event:{event.referral.reference}:{event.sequence}",
                recipient=_address(event, audience),
                template=template,
                context=_context(subject, template),
                at=event.occurred_at,
                already_delivered_at=event.occurred_at if actor.is_retelling else None,
            )
            for audience, template in owed
        ]
    )


def announce_withdrawn_consent(event: ReferralEvent, *, actor: Actor) -> None:
    """Tell the owner and every provider who has the person that the person no longer agrees to sharing."""
    owed = [(_address(event, "owner"), event.referral.reference)]
    owed += [
        (onward.provider_team.inbox_email, onward.reference)
        for onward in event.referral.onward_referrals.open().select_related("provider_team").order_by("id")
    ]
    notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=f"referral-event:{event.referral.reference}:{event.sequence}:{reference}",
                recipient=address,
                template="consent_withdrawn",
                context={"reference": reference},
                at=event.occurred_at,
                already_delivered_at=event.occurred_at if actor.is_retelling else None,
            )
            for address, reference in owed
        ]
    )


def _context(subject: Referral | OnwardReferral, template: str) -> dict[str, str]:
    context = {"reference": subject.reference}
    if "due_on" in TEMPLATES[template].context and subject.next_action_on is not None:
        context["due_on"] = subject.next_action_on.isoformat()
    return context


def _address(event: ReferralEvent, audience: Audience) -> str:
    """Return where to tell them: the person who has it in hand as long as they work there, else the team's inbox."""
    referral = event.referral
    if audience == "referrer":
        return (
            _personal(referral.referrer, referral.referring_team, Role.REFERRER) or referral.referring_team.inbox_email
        )
    if audience == "provider" and event.onward_referral is not None:
        return event.onward_referral.provider_team.inbox_email
    if audience == "owner" and referral.owner is not None:
        personal = _personal(referral.owner, referral.owner_team, Role.LINK_WORKER, Role.LEAD)
        return personal or referral.owner_team.inbox_email
    return referral.owner_team.inbox_email


def _personal(user: User, team: Team, *roles: Role) -> str:
    still_there = user.is_active and user.roles_in([team.pk]) & set(roles)
    return user.email if still_there else ""
