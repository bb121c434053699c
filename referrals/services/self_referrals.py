"""The public door: somebody writes, a code goes to the address they gave, and when it comes back it is a referral.

Until then nobody of staff sees anything, and no answer depends on whether the person is known here.
"""

import datetime as dt
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from accounts.actors import Actor
from accounts.services import public_desk
from core.errors import Conflict, DomainError, Invalid, NotVisible, TooOften
from core.identifiers import new_reference
from core.signed_links import is_code_of
from notifications import services as notifications
from notifications.enums import Channel
from notifications.templates import SELF_REFERRAL_CODE
from referrals.announcements import announce_to_the_person
from referrals.enums import ReferralSource
from referrals.models import Referral, SelfReferral
from referrals.selectors import team_for
from referrals.services.content import ConsentDetails, ReferralContent
from referrals.services.doors import FamilyMember
from referrals.services.people import PersonDetails
from referrals.services.referrals import make

CODE_LIFE = dt.timedelta(minutes=30)
WRONG_TRIES = 5
"""How often one code may be got wrong."""
CODES = 3
"""How many codes one self-referral may ask for."""
CODES_PER_ADDRESS = 6
"""How many codes one address may be sent in a day: nobody's inbox is filled from here."""
KEPT = dt.timedelta(days=1)
"""How long a row stays, confirmed or not."""


@dataclass(frozen=True, kw_only=True)
class SelfReferralContent:
    """What somebody writes at the public door. No NHS number: an answer about one would say who is known here."""

    source: str
    channel: str
    address: str
    person: PersonDetails
    family: FamilyMember | None = None
    reason: str = ""
    needs: tuple[tuple[UUID, str], ...] = ()
    risks: tuple[str, ...] = ()
    no_known_risks: bool = False
    agrees_to_sharing: bool = False


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """The referral that a code has made; `is_replay` when the same code had made it before."""

    referral: Referral
    is_replay: bool = False


@transaction.atomic(durable=True)
def begin_self_referral(*, content: SelfReferralContent, at: dt.datetime) -> SelfReferral:
    """Keep what was written, and send a code to the address given. No referral is made, and nobody else is told.

    :raises Invalid: if it could not become a referral, or messages cannot go where it asks.
    :raises NoTeamHere: if no team covers where the person lives or is registered.
    :raises TooOften: if too many codes went to this address today.
    """
    _check_channel(content.channel)
    address = content.address.strip().lower()
    _check_address(address, at=at)
    _rehearse(content, address=address, at=at)
    row = SelfReferral.objects.create(
        source=ReferralSource(content.source), content=_written_down(content), channel=Channel(content.channel),
        address=address, code_reference=new_reference("C"), code_expires_at=at + CODE_LIFE, created_at=at,
    )  # fmt: skip
    _send_code(row, at=at)
    return row


@transaction.atomic(durable=True)
def send_another_code(*, pk: UUID, at: dt.datetime) -> SelfReferral:
    """Send a new code; the one before is worth nothing from now on.

    :raises NotVisible: if nothing waits under this id.
    :raises Conflict: if it is confirmed already, or has had all its codes (`no_more_codes`).
    :raises TooOften: if too many codes went to this address today.
    """
    row = _locked(pk, at=at)
    if row.referral_id is not None:
        raise Conflict("It is confirmed already: you do not need another code.", code="already_confirmed")
    if row.codes_sent >= CODES:
        raise Conflict("You have had all the codes there are for this. Please begin again.", code="no_more_codes")
    _check_address(row.address, at=at)
    row.code_reference, row.code_expires_at = new_reference("C"), at + CODE_LIFE
    row.codes_sent, row.wrong_tries = row.codes_sent + 1, 0
    row.save()
    _send_code(row, at=at)
    return row


def confirm_self_referral(*, pk: UUID, code: str, at: dt.datetime) -> Confirmed:
    """Make the referral, through the use case that makes everybody's. The same code again makes nothing new.

    :raises NotVisible: if nothing waits under this id.
    :raises Invalid: if it is not the code; the try counts.
    :raises Conflict: if the code has been got wrong too often (`code_spent`) or is too old (`code_expired`).
    """
    outcome = _confirm(pk=pk, code=code, at=at)
    if isinstance(outcome, DomainError):
        raise outcome  # only now: raised inside, it would undo the count of the wrong try
    return outcome


def forget_self_referrals(*, at: dt.datetime) -> int:
    """Delete what was written more than a day ago, confirmed or not; return how many rows. Safe to run twice."""
    _, deleted = SelfReferral.objects.filter(created_at__lt=at - KEPT).delete()
    return deleted.get("referrals.SelfReferral", 0)


@transaction.atomic(durable=True)
def _confirm(*, pk: UUID, code: str, at: dt.datetime) -> Confirmed | DomainError:
    row = _locked(pk, at=at)
    if row.wrong_tries >= WRONG_TRIES:
        return _SPENT
    if at > row.code_expires_at:
        return Conflict("This code is more than 30 minutes old. Ask for another one.", code="code_expired")
    if not is_code_of(row.code_reference, code.strip(), purpose=SELF_REFERRAL_CODE):
        row.wrong_tries += 1
        row.save(update_fields=["wrong_tries"])
        left = WRONG_TRIES - row.wrong_tries
        return Invalid({"code": [f"This is not the code. You can try {left} more times."]}) if left else _SPENT
    if row.referral is not None:
        return Confirmed(referral=row.referral, is_replay=True)
    referral, event_actor = _make(_read(row), address=row.address, at=at)
    row.referral, row.content = referral, {}
    row.save()
    announce_to_the_person(referral, "self_referral_received", at=at, actor=event_actor)
    return Confirmed(referral=referral)


_SPENT = Conflict("The code has been wrong five times, so it is worth nothing now. Ask for another.", code="code_spent")


def _locked(pk: UUID, *, at: dt.datetime) -> SelfReferral:
    rows = SelfReferral.objects.select_for_update(of=("self",)).select_related("referral__owner_team")
    row = rows.filter(pk=pk, created_at__gte=at - KEPT).first()
    if row is None:
        raise NotVisible("Nothing waits under this address. After a day we delete what was not confirmed: begin again.")
    return row


# --- Is it sound? -------------------------------------------------------------------------------------------------


def _check_channel(channel: str) -> None:
    if not notifications.can_send_by(channel):
        raise Invalid(
            {"phone": ["We cannot send text messages yet. Please give an email address, or ask your GP practice."]}
        )


def _check_address(address: str, *, at: dt.datetime) -> None:
    """Count the codes, not the people: the answer is the same whoever the address belongs to."""
    recent = SelfReferral.objects.filter(address=address, created_at__gte=at - KEPT)
    sent = recent.aggregate(sent=Sum("codes_sent", default=0))["sent"]
    if sent >= CODES_PER_ADDRESS:
        raise TooOften(
            "Too many codes were asked for this address. Please try again tomorrow, or ask your GP practice.",
            wait=int(KEPT.total_seconds()),
        )


class _Rehearsed(Exception):
    """Undoes a rehearsal."""


def _rehearse(content: SelfReferralContent, *, address: str, at: dt.datetime) -> None:
    """Make the referral and take it back, so that whatever stands against it is said before a code is sent."""
    try:
        with transaction.atomic():
            _make(content, address=address, at=at)
            raise _Rehearsed
    except _Rehearsed:
        return


def _make(content: SelfReferralContent, *, address: str, at: dt.datetime) -> tuple[Referral, Actor]:
    # Whoever comes by the public door is never asked, and never told, whether somebody is known here.
    person = replace(content.person, is_new=True)
    team = team_for(postcode=person.postcode, gp_practice_code=person.gp_practice_code, field="postcode").team
    user, desk = public_desk(for_team=team)
    actor = Actor(user)
    referral = Referral(
        reference=new_reference("R"), referring_team=desk, referrer=user,
        confirmed_email=address if content.channel == Channel.EMAIL else "",
    )  # fmt: skip
    agreed = ConsentDetails(decision="given", note="Said so on the public form.") if content.agrees_to_sharing else None
    make(
        referral,
        ReferralContent(
            person=person, team_id=team.pk, reason=content.reason, needs=content.needs, risks=content.risks,
            no_known_risks=content.no_known_risks, consent=agreed, source=content.source, family=content.family,
            send_anyway=True,
        ),
        actor=actor,
        at=at,
    )  # fmt: skip
    return referral, actor


def _send_code(row: SelfReferral, *, at: dt.datetime) -> None:
    notifications.enqueue(
        event_key=f"self-referral:{row.code_reference}", recipient=row.address, channel=Channel(row.channel),
        template=SELF_REFERRAL_CODE, context={"reference": row.code_reference}, at=at,
    )  # fmt: skip


# --- Written down until the code comes back -------------------------------------------------------------------------


def _written_down(content: SelfReferralContent) -> dict[str, Any]:
    written = asdict(content)
    written["person"]["date_of_birth"] = content.person.date_of_birth.isoformat()
    written["needs"] = [[str(term), note] for term, note in content.needs]
    return written


def _read(row: SelfReferral) -> SelfReferralContent:
    written = dict(row.content)
    person = written.pop("person")
    family = written.pop("family")
    return SelfReferralContent(
        **written
        | {
            "person": PersonDetails(**person | {"date_of_birth": dt.date.fromisoformat(person["date_of_birth"])}),
            "family": FamilyMember(**family) if family else None,
            "needs": tuple((UUID(term), note) for term, note in written["needs"]),
            "risks": tuple(written["risks"]),
        }
    )
