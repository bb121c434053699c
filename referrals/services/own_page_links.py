"""The link to a person's own page: made when their referral arrives, made anew for them, and opened."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare

from accounts.actors import SYSTEM, Actor
from accounts.models import User
from core.clocks import add_working_days, local_day
from core.errors import Conflict, DomainError, Invalid
from core.links import digest_of, pass_of, token_of
from notifications import services as notifications
from notifications.enums import Channel
from notifications.templates import PERSONS_PAGE
from referrals.announcements import tell_person
from referrals.enums import EventKind, ReferralSource, ReferralStatus
from referrals.models import CaseTask, PersonLink, Referral
from referrals.reaching import recipient_at_the_door
from referrals.selectors.own_page import LOCKED, get_link, usable
from referrals.services.casework import judged
from referrals.services.events import record_event
from referrals.services.steps import lock

LIFE = dt.timedelta(days=90)
"""How long a link works [I]: about as long as a programme; the link worker makes another."""
WRONG_TRIES = 5
"""How many wrong dates of birth in a row lock a link [I]: a slip is forgiven, a guesser is not."""
VISIT = dt.timedelta(minutes=30)
"""How long the page stays open once the date of birth was right."""
TEMPLATE = "person_link"
WORKING_DAYS_TO_RING = 2
"""[I] As soon as a message that did not arrive is seen to (`not_reached`)."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A pass to the page, and until when it is one."""

    value: str
    until: dt.datetime


def issue_on_arrival(referral: Referral, *, actor: Actor, at: dt.datetime) -> PersonLink:
    """Make the link of a referral that has just come to a team, and tell the person by a way that they allow.

    In the caller's transaction. Whoever referred themself by the public door is told at the address that they confirmed
    there; a daughter who referred her mother is not: the page is the mother's.
    """
    link = _make(referral, expires_on=local_day(at) + LIFE, by=None, at=at)
    if not _send(link, actor=actor, at=at) and referral.source == ReferralSource.SELF and referral.confirmed_email:
        notifications.enqueue(
            recipient=recipient_at_the_door(referral), already_delivered_at=at if actor.is_retelling else None,
            channel=Channel.EMAIL, at=at, **_message(link),
        )  # fmt: skip
    return link


@transaction.atomic(durable=True)
def issue_link(
    *, referral: Referral, actor: Actor, at: dt.datetime, is_sent: bool = False, expected_version: int | None = None
) -> tuple[PersonLink, Channel | None]:
    """Make a new link, to print or to send; the one before opens nothing from now on.

    :return: the link, and the way by which it was sent; None where it was not asked for, or the person allows none.
    :raises Stale, NotPermitted, Conflict: as `casework.judged` says.
    """
    referral, user = judged(referral, actor, expected_version=expected_version)
    earlier = referral.person_links.order_by("-expires_on").first()
    referral.person_links.filter(ended_at=None).update(ended_at=at)
    # A link is known by its last day: of two made on one day the later works a day longer.
    expires_on = local_day(at) + LIFE
    if earlier is not None:
        expires_on = max(expires_on, earlier.expires_on + dt.timedelta(days=1))
    link = _make(referral, expires_on=expires_on, by=user, at=at)
    record_event(
        referral=referral, kind=EventKind.PERSON_LINK_ISSUED, actor=actor, at=at,
        details={"until": expires_on.isoformat()},
    )  # fmt: skip
    return link, _send(link, actor=actor, at=at) if is_sent else None


def open_own_page(*, token: str, date_of_birth: dt.date, at: dt.datetime) -> Opened:
    """Open the page to whoever has the link and knows the date of birth that the referral says.

    :raises NotVisible, Conflict: as `selectors.own_page.get_link` does.
    :raises Invalid: if it is another date; the try counts.
    """
    outcome = _open(get_link(token, at=at).referral, digest=digest_of(token), date_of_birth=date_of_birth, at=at)
    if isinstance(outcome, DomainError):
        raise outcome  # only now: raised inside, it would undo the count of the wrong try
    return outcome


@transaction.atomic(durable=True)
def _open(referral: Referral, *, digest: str, date_of_birth: dt.date, at: dt.datetime) -> Opened | DomainError:
    referral = lock(referral)
    link = usable(referral.person_links.select_related("referral__person").filter(token_digest=digest).first(), at=at)
    if constant_time_compare(date_of_birth.isoformat(), referral.date_of_birth.isoformat()):
        link.wrong_tries, link.opened_at = 0, at
        link.save(update_fields=["wrong_tries", "opened_at"])
        until = at + VISIT
        return Opened(value=pass_of(link.key, purpose=PERSONS_PAGE, until=until), until=until)
    link.wrong_tries += 1
    link.locked_at = at if link.wrong_tries >= WRONG_TRIES else None
    link.save(update_fields=["wrong_tries", "locked_at"])
    if link.locked_at is None:
        return Invalid({"date_of_birth": ["This is not the date of birth that we have. Please check it."]})
    _tell_of_lock(referral, at=at)
    return Conflict(
        "The date of birth was wrong too many times. To keep your page safe, we have locked it.",
        code=LOCKED, telephone=referral.owner_team.telephone,
    )  # fmt: skip


def _tell_of_lock(referral: Referral, *, at: dt.datetime) -> None:
    record_event(referral=referral, kind=EventKind.PERSON_LINK_LOCKED, actor=SYSTEM, at=at)
    if referral.status in ReferralStatus.SENT:
        CaseTask.objects.create(
            referral=referral, title="The person's page is locked after wrong dates of birth: ring, make a new link.",
            due_on=add_working_days(local_day(at), WORKING_DAYS_TO_RING), recorded_by=None, recorded_at=at,
        )  # fmt: skip


def _make(referral: Referral, *, expires_on: dt.date, by: User | None, at: dt.datetime) -> PersonLink:
    link = PersonLink(referral=referral, issued_by=by, issued_at=at, expires_on=expires_on)
    link.token_digest = digest_of(token_of(link.key, purpose=PERSONS_PAGE))
    link.save()
    return link


def _send(link: PersonLink, *, actor: Actor, at: dt.datetime) -> Channel | None:
    message = _message(link)
    return tell_person(
        link.referral, message["template"], event_key=message["event_key"], context=message["context"], at=at,
        actor=actor, is_first=True,
    )  # fmt: skip


def _message(link: PersonLink) -> Any:
    return {
        "event_key": f"person-link:{link.key}",
        "template": TEMPLATE,
        "context": {"reference": link.referral.reference, "due_on": link.expires_on.isoformat()},
    }
