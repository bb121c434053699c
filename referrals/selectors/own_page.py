"""What the person of a referral reads on their own page: plain facts, no words. They have no account: every read starts
from their link.

Before the date of birth is given there is a telephone number to read, and nothing else: not even that there is a name.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from django.db.models import QuerySet

from accounts.models import User
from core.clocks import local_day
from core.errors import Conflict, DomainError, NotVisible
from core.links import digest_of
from notifications.templates import link_to_persons_page
from referrals import consents
from referrals.enums import ContactChannel, OnwardStatus, ReferralSource, ReferralStatus
from referrals.models import OnwardReferral, PersonLink, Referral
from referrals.selectors.casework import reads_casework
from referrals.selectors.consents import OF_A_CONSENT
from referrals.selectors.messages_back import registered_practice_of
from referrals.selectors.visible import get_referral

THINKING_TIME = dt.timedelta(days=14)
"""For how long “no thanks” can be taken back on the page."""
EXPIRED, LOCKED, MOVED = "link_expired", "link_locked", "link_moved"
"""The codes of the ways in which a link has come to its end."""
_OPENS_NOTHING = (ReferralStatus.DRAFT, ReferralStatus.ENTERED_IN_ERROR)


class Sees(Enum):
    """How much somebody sees of the person."""

    REFERRER = "referrer"
    TEAM = "team"
    SERVICE = "service"
    PRACTICE = "practice"


@dataclass(frozen=True, kw_only=True)
class SeenBy:
    """One organisation that sees something of the person."""

    name: str
    sees: Sees


@dataclass(frozen=True, kw_only=True)
class ServiceFacts:
    """One service that the person has been offered, and where it stands."""

    name: str
    status: OnwardStatus
    assessment_at: dt.datetime | None
    telephone: str


@dataclass(frozen=True, kw_only=True)
class ContactFacts:
    """How the person is reached. Of a number and an address only so much as tells whether they are right."""

    telephone_ends: str
    email_hint: str
    preferred_contact: str
    permissions: dict[str, str]
    telephone_rule: str
    interpreter_language: str
    needs_bsl_interpreter: bool
    information_formats: tuple[str, ...]
    communication_needs: str


@dataclass(frozen=True, kw_only=True)
class OwnPage:
    """All that a person reads."""

    reference: str
    version: int
    first_name: str
    status: ReferralStatus
    is_open: bool
    team: str
    telephone: str
    worker: str
    source: ReferralSource
    asked_by: str
    asked_on: dt.date | None
    wishes: tuple[str, ...]
    next_action_on: dt.date | None
    services: tuple[ServiceFacts, ...]
    contact: ContactFacts
    seen_by: tuple[SeenBy, ...]
    said_no_on: dt.date | None
    may_change_mind_until: dt.date | None
    may_change_mind: bool
    link_expires_on: dt.date


def get_link(token: str, *, at: dt.datetime) -> PersonLink:
    """Return the link that a token opens, with its referral and the team. For what may be shown before the date of
    birth is given: the team's telephone number.

    :raises NotVisible: if we did not make it, or it opens nothing any more.
    :raises Conflict: if it has expired, was locked, or the person has another team (`telephone` says whom to ring).
    """
    return usable(_links().filter(token_digest=digest_of(token)).first(), at=at)


def get_link_of_pass(key: str, *, at: dt.datetime) -> PersonLink:
    """Return the link that a pass names (`PersonLink.key`).

    :raises NotVisible, Conflict: as `get_link` does.
    """
    reference, _, last_day = key.partition("/")
    try:
        expires_on = dt.date.fromisoformat(last_day)
    except ValueError:
        return usable(None, at=at)
    return usable(_links().filter(referral__reference=reference, expires_on=expires_on).first(), at=at)


def get_own_page(key: str, *, at: dt.datetime) -> OwnPage:
    """Return what the person may read, once they have given their date of birth.

    :raises NotVisible, Conflict: as `get_link` does.
    """
    link = get_link_of_pass(key, at=at)
    referral, today = link.referral, local_day(at)
    needs = referral.needs.select_related("term").order_by("id")
    onward = list(
        referral.onward_referrals.exclude(status__in=OnwardStatus.NEVER_TAKEN_UP)
        .select_related("service", "provider_team__organization").order_by("id")
    )  # fmt: skip
    said_no_on = local_day(referral.said_no_at) if referral.said_no_at else None
    until = said_no_on + THINKING_TIME if said_no_on else None
    return OwnPage(
        reference=referral.reference,
        version=referral.version,
        first_name=referral.first_name,
        status=ReferralStatus(referral.status),
        is_open=referral.status in ReferralStatus.SENT,
        team=referral.owner_team.name,
        telephone=referral.owner_team.telephone,
        worker=referral.owner.full_name if referral.owner else "",
        source=ReferralSource(referral.source),
        asked_by=referral.referrer_organization,
        asked_on=local_day(referral.sent_at) if referral.sent_at else None,
        wishes=tuple(need.term.name for need in needs),
        next_action_on=referral.next_action_on,
        services=tuple(
            ServiceFacts(
                name=each.service.name, status=OnwardStatus(each.status), assessment_at=each.assessment_at,
                telephone=each.provider_team.telephone,
            )
            for each in onward
        ),
        contact=_contact(referral),
        seen_by=_seen_by(referral, onward, on=today),
        said_no_on=said_no_on,
        may_change_mind_until=until,
        may_change_mind=until is not None and today <= until,
        link_expires_on=link.expires_on,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What is printed for the person: where their page is, until when, and whom they can ring. `address` is empty where
    no link works: `why_not` says why.
    """

    reference: str
    address: str
    why_not: str
    expires_on: dt.date | None
    opened_at: dt.datetime | None
    team: str
    telephone: str
    looked_at_by: dt.date | None
    may_make_new: bool


def get_slip(user: User, reference: str, *, at: dt.datetime) -> Slip:
    """Return what a referrer or a link worker prints for the person of a referral.

    :raises NotVisible: if there is no such referral, or none that the user may see.
    """
    referral = get_referral(user, reference)
    link = _links().filter(referral=referral, ended_at=None).first()
    address = why_not = ""
    try:
        usable(link, at=at)
    except DomainError as reason:
        why_not = "There is no link yet." if link is None else reason.detail
    else:
        address = link_to_persons_page(link.key, digest=link.token_digest) if link else ""
    return Slip(
        reference=referral.reference, address=address, why_not=why_not, expires_on=link.expires_on if link else None,
        opened_at=link.opened_at if link else None, team=referral.owner_team.name,
        telephone=referral.owner_team.telephone,
        looked_at_by=referral.next_action_on if referral.status == ReferralStatus.SUBMITTED else None,
        may_make_new=reads_casework(user, referral) and referral.status in ReferralStatus.SENT,
    )  # fmt: skip


def usable(link: PersonLink | None, *, at: dt.datetime) -> PersonLink:
    """Return a link that opens something.

    :raises NotVisible, Conflict: as `get_link` does.
    """
    if link is None or not _opens_something(link.referral):
        raise NotVisible("This is not a link that works. Check that you have the whole of it.")
    telephone = link.referral.owner_team.telephone
    if link.referral.status == ReferralStatus.REDIRECTED:
        raise Conflict(
            "Another team looks after you now. It will send you a new link.", code=MOVED, telephone=telephone
        )
    if link.ended_at is not None or local_day(at) > link.expires_on:
        raise Conflict("This link is too old to work. We can give you a new one.", code=EXPIRED, telephone=telephone)
    if link.locked_at is not None:
        raise Conflict(
            "The date of birth was wrong too many times. To keep your page safe, we have locked it.",
            code=LOCKED, telephone=telephone,
        )  # fmt: skip
    return link


def _opens_something(referral: Referral) -> bool:
    is_there = referral.forgotten_at is None and referral.status not in _OPENS_NOTHING
    return is_there and not referral.person.is_deceased


def _contact(referral: Referral) -> ContactFacts:
    name, at, host = referral.email.partition("@")
    return ContactFacts(
        telephone_ends=referral.telephone.replace(" ", "")[-3:],
        email_hint=f"{name[:1]}…{at}{host}" if referral.email else "",
        preferred_contact=referral.preferred_contact,
        permissions={channel.value: getattr(referral, f"may_{channel}") for channel in ContactChannel},
        telephone_rule=referral.telephone_rule,
        interpreter_language=referral.interpreter_language,
        needs_bsl_interpreter=referral.needs_bsl_interpreter,
        information_formats=tuple(referral.information_formats),
        communication_needs=referral.communication_needs,
    )


def _seen_by(referral: Referral, onward: Sequence[OnwardReferral], *, on: dt.date) -> tuple[SeenBy, ...]:
    """Who sees the person on a day, by what they agreed to: each organisation once for each thing that it sees."""
    said = list(referral.consents.select_related(*OF_A_CONSENT).order_by("id"))
    found = [SeenBy(name=referral.owner_team.organization.name, sees=Sees.TEAM)]
    if referral.source not in ReferralSource.STATED:
        found.insert(0, SeenBy(name=referral.referrer_organization, sees=Sees.REFERRER))
    for each in onward:
        each.referral = referral
        if consents.provider_sees_person(each, on=on, said=said):
            found.append(SeenBy(name=each.provider_team.organization.name, sees=Sees.SERVICE))
    practice = registered_practice_of(referral)
    if practice and consents.may_message_registered_practice(said, organization_id=practice.pk, on=on):
        found.append(SeenBy(name=practice.name, sees=Sees.PRACTICE))
    return tuple(dict.fromkeys(found))


def _links() -> QuerySet[PersonLink]:
    return PersonLink.objects.select_related(
        "referral__person", "referral__owner_team__organization", "referral__owner", "referral__referring_team"
    )
