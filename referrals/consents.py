"""Which decision of the person counts. Pure judgement on rows already read, for a day that the asker names.

Every sharing asks here (docs/consent.md), so that two ways out of the service can never judge differently.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from referrals.enums import ConsentDecision, ConsentPurpose, OnwardStatus, ReferralStatus
from referrals.models import Consent, OnwardReferral
from services_directory.models import Service
from services_directory.suitability.dates import in_words

IF_NOTHING_WAS_SAID: dict[ConsentPurpose, bool] = {
    ConsentPurpose.SHARE_WITH_PROVIDERS: False,
    ConsentPurpose.MESSAGE_TO_PRACTICE: False,
    # Direct care is the ground of the message back to the referrer (field notes 2.3 item 6): in full, unless held back.
    ConsentPurpose.FULL_MESSAGE_BACK: True,
    ConsentPurpose.CONTACT_BY_RESEARCH: False,
}
"""What an unanswered question means: no, but for what direct care is the ground of."""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who would learn something: a service and the organisation that receives for it, or an organisation alone."""

    service_id: UUID | None = None
    organization_id: UUID | None = None


ANYBODY = Recipient()
"""A recipient of whom nothing is known: only what was said towards everybody counts."""


class Ground(Enum):
    """Why a decision is what it is."""

    AGREED = "agreed"
    SAID_NO = "said_no"
    RAN_OUT = "ran_out"
    NOTHING_SAID = "nothing_said"


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Whether something may be shared, why, and which row says so; no row where nothing was said."""

    is_yes: bool
    ground: Ground
    consent: Consent | None = None


def decision_for(consents: Iterable[Consent], *, purpose: ConsentPurpose, recipient: Recipient, on: dt.date) -> Decided:
    """Return whether something may be shared with a recipient for a purpose on a day.

    1. Only decisions about the purpose count, which are towards everybody, the recipient's organisation or its service.
    2. Of two decisions the one of the later day is the later, on one day the one that was recorded later.
    3. A yes stands until a later decision of the same or a wider reach. A no stands until a later one of exactly the
       same reach: so a no to one service is not undone by a yes to all, whichever came first.
    4. Of those that stand the narrowest counts: service, organisation, everybody.
    5. A yes that counts is a yes to the end of its last day, and then a no: it does not fall back on a wider one.
    6. Where none stands, what nothing said means (`IF_NOTHING_WAS_SAID`).
    """
    standing: dict[int, Consent] = {}
    for consent in sorted(consents, key=_in_order):
        if consent.purpose != purpose or not _covers(consent, recipient):
            continue
        reach = _narrowness(consent)
        standing = {each: row for each, row in standing.items() if each <= reach or not _is_yes(row)}
        standing[reach] = consent
    if not standing:
        return Decided(is_yes=IF_NOTHING_WAS_SAID[purpose], ground=Ground.NOTHING_SAID)
    counts = standing[max(standing)]
    if not _is_yes(counts):
        return Decided(is_yes=False, ground=Ground.SAID_NO, consent=counts)
    if counts.expires_on is not None and counts.expires_on < on:
        return Decided(is_yes=False, ground=Ground.RAN_OUT, consent=counts)
    return Decided(is_yes=True, ground=Ground.AGREED, consent=counts)


def those_that_count(consents: Iterable[Consent], *, on: dt.date) -> set[int]:
    """Return the ids of the decisions that count on a day, each for those whom it names.

    A consent to a service must come with its `to_service.receiving_team`, or that is a query each.
    """
    rows = list(consents)
    return {row.pk for row in rows if stands(row, among=rows, on=on) and not has_run_out(row, on=on)}


def stands(consent: Consent, *, among: Iterable[Consent], on: dt.date) -> bool:
    """Whether no later decision has taken a decision's place for those whom it names, run out or not."""
    purpose = ConsentPurpose(consent.purpose)
    decided = decision_for(among, purpose=purpose, recipient=_named_by(consent), on=on)
    return decided.consent is not None and decided.consent.pk == consent.pk


def has_run_out(consent: Consent, *, on: dt.date) -> bool:
    """Whether a consent's last day is over."""
    return consent.expires_on is not None and consent.expires_on < on


# --- The questions that are asked --------------------------------------------------------------------------------


def may_share(consents: Iterable[Consent], *, recipient: Recipient, on: dt.date) -> Decided:
    """Return whether something about the person may go to a service."""
    return decision_for(consents, purpose=ConsentPurpose.SHARE_WITH_PROVIDERS, recipient=recipient, on=on)


def provider_sees_person(onward: OnwardReferral, *, on: dt.date, said: Iterable[Consent] | None = None) -> bool:
    """As long as the provider has not turned the person away, the offer stands, the referral was no error, and the
    person agrees to sharing with it. Reads the consents of the referral, but for a caller that has them (`said`).
    """
    if onward.status in OnwardStatus.NEVER_TAKEN_UP or onward.referral.status == ReferralStatus.ENTERED_IN_ERROR:
        return False
    said = onward.referral.consents.all() if said is None else said
    return may_share(said, recipient=recipient_of(onward), on=on).is_yes


def may_message_registered_practice(
    consents: Iterable[Consent], *, organization_id: UUID | None = None, on: dt.date
) -> bool:
    """Whether the registered practice may be told what became of a referral that another made. Unknown is no.

    Where the practice is itself the referrer it is told as that, on the ground of direct care: this is not asked.
    """
    recipient = Recipient(organization_id=organization_id)
    return decision_for(consents, purpose=ConsentPurpose.MESSAGE_TO_PRACTICE, recipient=recipient, on=on).is_yes


def may_message_in_full(consents: Iterable[Consent], *, organization_id: UUID | None = None, on: dt.date) -> bool:
    """Whether the message back to an organisation may say more than its codes: yes, unless the person holds it back."""
    recipient = Recipient(organization_id=organization_id)
    return decision_for(consents, purpose=ConsentPurpose.FULL_MESSAGE_BACK, recipient=recipient, on=on).is_yes


def may_contact_for_research(consents: Iterable[Consent], *, organization_id: UUID | None = None, on: dt.date) -> bool:
    """Whether researchers or evaluators of an organisation may ask the person to take part. Unknown is no."""
    recipient = Recipient(organization_id=organization_id)
    return decision_for(consents, purpose=ConsentPurpose.CONTACT_BY_RESEARCH, recipient=recipient, on=on).is_yes


# --- Who, and in which order -------------------------------------------------------------------------------------


def recipient_of(onward: OnwardReferral) -> Recipient:
    """Return who has an onward referral: its service, and the organisation of the team that received it."""
    return Recipient(service_id=onward.service_id, organization_id=onward.provider_team.organization_id)


def recipient_at(service: Service) -> Recipient:
    """Return who would have somebody that is sent to a service."""
    team = service.receiving_team
    return Recipient(service_id=service.pk, organization_id=team.organization_id if team else None)


def why_not(decided: Decided) -> str:
    """Say to those who speak with the person why nothing may be shared, and what to do."""
    match decided.ground:
        case Ground.RAN_OUT if decided.consent is not None and decided.consent.expires_on is not None:
            return f"The person's agreement to share ran out on {in_words(decided.consent.expires_on)}: ask them again."
        case Ground.SAID_NO:
            return "The person does not agree to sharing with this service. Record it if they change their mind."
        case _:
            return "Record the person's agreement to share with providers first (or the best-interests reason)."


def _named_by(consent: Consent) -> Recipient:
    if consent.to_service is not None:
        return recipient_at(consent.to_service)
    return Recipient(organization_id=consent.to_organization_id)


def _covers(consent: Consent, recipient: Recipient) -> bool:
    if consent.to_service_id is not None:
        return consent.to_service_id == recipient.service_id
    return consent.to_organization_id in {None, recipient.organization_id}


def _narrowness(consent: Consent) -> int:
    return 2 if consent.to_service_id is not None else 1 if consent.to_organization_id is not None else 0


def _in_order(consent: Consent) -> tuple[dt.date, int]:
    return consent.decided_on, consent.pk


def _is_yes(consent: Consent) -> bool:
    return consent.decision == ConsentDecision.GIVEN
