"""Record what the person decided about sharing, and refuse to share without it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Organization, User
from core.clocks import FARTHEST_PLAN, local_day
from core.errors import Conflict, Invalid, NotPermitted
from referrals import consents, policies
from referrals.announcements import announce_about_consent
from referrals.consents import Decided, Recipient
from referrals.enums import (
    ConsentBasis,
    ConsentDecision,
    ConsentMethod,
    ConsentPurpose,
    EventKind,
    OnwardStatus,
    ReferralStatus,
)
from referrals.models import Consent, ConsentClock, OnwardReferral, Referral, ReferralEvent
from referrals.services.copying import copies_of
from referrals.services.events import record_event
from referrals.services.follow_up_clocks import plan_follow_ups_of
from referrals.services.steps import NotPossibleNow, lock, make_it_their_turn
from services_directory.models import Service

WARNING_DAYS = 14
"""How long before a consent ends the owner is told, so that there is time to ask again. Custom, not sourced."""
TAKES_BACK = (ConsentDecision.REFUSED, ConsentDecision.WITHDRAWN)


@dataclass(frozen=True, kw_only=True)
class ConsentDetails:
    """What the person decided: about what, towards whom, how they said it, from when and until when."""

    decision: str
    basis: str = ConsentBasis.CONSENT
    note: str = ""
    purpose: str = ConsentPurpose.SHARE_WITH_PROVIDERS
    to_service_id: UUID | None = None
    to_organization_id: UUID | None = None
    how_given: str = ""
    decided_on: dt.date | None = None
    expires_on: dt.date | None = None

    @property
    def scope(self) -> tuple[str, UUID | None, UUID | None]:
        """What a later decision must be about to take this one's place."""
        return self.purpose, self.to_service_id, self.to_organization_id


@transaction.atomic(durable=True)
def record_consent(*, referral: Referral, actor: Actor, at: dt.datetime, decision: str, **said: Any) -> Consent:
    """Append a decision; what else it may say is `ConsentDetails`'. Which one counts is `referrals.consents`' to say.

    A no stops every new sharing that it covers from this moment. The link worker hears of it, and of a no to sharing
    every provider who has the person and whom it concerns; then it is the link worker's turn that day. What is said
    of a referral that was passed on to another team holds there too, whoever heard it.

    :raises NotPermitted: if the actor neither referred the person nor supports them.
    :raises Conflict: if the referral has ended, and the decision is to share (`referral_ended`).
    :raises Invalid: if it cannot be right: `problems_with` says when.
    """
    details = ConsentDetails(decision=decision, **said)
    referral = lock(referral)
    if actor.user is None or not policies.may_speak_for_consent(actor, referral):
        raise NotPermitted("Whoever speaks with the person records what they decided.")
    shares = details.purpose == ConsentPurpose.SHARE_WITH_PROVIDERS and decision == ConsentDecision.GIVEN
    if shares and referral.status not in ReferralStatus.OPEN:
        raise Conflict("The referral has ended: nothing new is shared.", code="referral_ended")
    problems = problems_with(details, on=local_day(at))
    if problems:
        raise Invalid(problems)
    consent = _record(referral, details, by=actor.user, actor=actor, at=at)
    # The older is always locked before the younger.
    later = Referral.objects.filter(redirected_from=referral).first()
    while later is not None:
        later = lock(later)
        _record(later, details, by=actor.user, actor=actor, at=at)
        later = Referral.objects.filter(redirected_from=later).first()
    return consent


def problems_with(details: ConsentDetails, *, on: dt.date) -> dict[str, list[str]]:
    """Return what cannot be right about a decision that is recorded on a day, by field; nothing if all is well."""
    problems: dict[str, list[str]] = {}
    is_best_interests = details.basis == ConsentBasis.BEST_INTERESTS
    if not details.note.strip():
        if is_best_interests:
            problems["note"] = ["Say why sharing is in the person's best interests."]
        elif details.how_given == ConsentMethod.BY_REPRESENTATIVE:
            problems["note"] = ["Say who spoke for the person, and why they may."]
    if is_best_interests and details.how_given:
        problems["how_given"] = ["A best-interests decision is made for the person: they did not give it."]
    if is_best_interests and details.purpose == ConsentPurpose.CONTACT_BY_RESEARCH:
        problems["basis"] = ["A best-interests decision is about care, and cannot stand in for this agreement."]
    if details.decided_on is not None and details.decided_on > on:
        problems["decided_on"] = ["Give the day on which the person said it: today, or before."]
    return problems | _problems_with_recipient(details) | _problems_with_end(details, on=on)


def _problems_with_recipient(details: ConsentDetails) -> dict[str, list[str]]:
    if details.to_service_id is not None and details.to_organization_id is not None:
        return {"to_organization": ["Name either a service or an organisation, or neither: then it is for all."]}
    if details.to_service_id is not None:
        if details.purpose != ConsentPurpose.SHARE_WITH_PROVIDERS:
            return {"to_service": ["Only sharing with services can be about one service."]}
        if not Service.objects.filter(pk=details.to_service_id).exists():
            return {"to_service": ["There is none with this id."]}
    if (
        details.to_organization_id is not None
        and not Organization.objects.filter(pk=details.to_organization_id).exists()
    ):
        return {"to_organization": ["There is none with this id."]}
    return {}


def _problems_with_end(details: ConsentDetails, *, on: dt.date) -> dict[str, list[str]]:
    if details.expires_on is None:
        return {}
    if details.decision != ConsentDecision.GIVEN:
        return {"expires_on": ["Only an agreement has a last day; a no holds until the person says otherwise."]}
    if details.purpose == ConsentPurpose.FULL_MESSAGE_BACK:
        return {"expires_on": ["The message back is full unless it is held back: it needs no last day."]}
    if not on <= details.expires_on <= on + 5 * FARTHEST_PLAN:
        return {"expires_on": ["Choose a day from today on, within ten years."]}
    return {}


def consent_of(referral: Referral, details: ConsentDetails, *, by: User, at: dt.datetime) -> Consent:
    """Return the row of a decision, not written yet."""
    said = {name: value for name, value in asdict(details).items() if name != "decided_on"}
    return Consent(
        referral=referral, decided_on=details.decided_on or local_day(at), recorded_by=by, recorded_at=at,
        **said | {"note": details.note.strip()},
    )  # fmt: skip


def write_consent(consent: Consent, *, on: dt.date) -> None:
    """Write the row of a decision that has been judged. No event, no message.

    One that ends is told of: a warning before, unless that day has come already, and its end.
    """
    consent.save(force_insert=True)
    if consent.expires_on is None:
        return
    warning_on = consent.expires_on - dt.timedelta(days=WARNING_DAYS)
    ConsentClock.objects.create(
        consent=consent, due_on=warning_on if warning_on > on else consent.expires_on + dt.timedelta(days=1)
    )


def copy_consents(earlier: Referral, arrived: Referral, *, on: dt.date) -> None:
    """Let a referral that arrives from another team have what the person decided: each row as it was."""
    for consent in copies_of(Consent.objects.filter(referral=earlier).order_by("id"), referral=arrived):
        write_consent(consent, on=on)


# --- Refusing to share -------------------------------------------------------------------------------------------


def decided_about(referral: Referral, recipient: Recipient, *, on: dt.date) -> Decided:
    """Return whether something about the person may go to a recipient, by the rows as they are now."""
    return consents.may_share(referral.consents.order_by("id"), recipient=recipient, on=on)


def check_may_share(referral: Referral, recipient: Recipient, *, on: dt.date, instead: str = "") -> None:
    """Refuse to share without the person's consent. Called by every use case that lets something go to a service.

    `instead` is what is said to somebody who is not to read what the person decided.

    :raises NotPossibleNow: if the person does not agree (`consent_required`).
    """
    decided = decided_about(referral, recipient, on=on)
    if not decided.is_yes:
        raise NotPossibleNow(instead or consents.why_not(decided), code="consent_required")


# --- Who is told -------------------------------------------------------------------------------------------------


def _record(referral: Referral, details: ConsentDetails, *, by: User, actor: Actor, at: dt.datetime) -> Consent:
    """Append a decision to a referral that is locked, with its event and the messages it owes."""
    consent = consent_of(referral, details, by=by, at=at)
    write_consent(consent, on=local_day(at))
    takes_back = consent.decision in TAKES_BACK
    if takes_back and is_about_sharing(consent):
        make_it_their_turn(referral, on=local_day(at))
    event = record_event(
        referral=referral, kind=EventKind.CONSENT_RECORDED, actor=actor, at=at, details=in_the_chain(consent)
    )
    if is_about_sharing(consent):
        plan_follow_ups_of(referral, on=local_day(at))
    if takes_back and referral.sent_at is not None:
        announce_about_consent(
            event, template="consent_withdrawn", actor=actor,
            holders=concerned(consent, event, on=local_day(at), among=_who_hold(referral)),
        )  # fmt: skip
    return consent


def in_the_chain(consent: Consent) -> dict[str, Any]:
    """Return what an event says of a decision: codes and days, and no name of a service, which could tell of a need."""
    reach = "service" if consent.to_service_id else "organization" if consent.to_organization_id else "everybody"
    said: dict[str, Any] = {
        "decision": consent.decision,
        "basis": consent.basis,
        "purpose": consent.purpose,
        "to": reach,
    }
    if consent.expires_on is not None:
        said["expires_on"] = consent.expires_on.isoformat()
    return said


def as_sent(rows: Sequence[Consent]) -> dict[str, Any]:
    """Return what the event of a sending says of what the person had agreed to by then: about sharing with all
    services, and, only where there are any, the other decisions.

    :param rows: all their decisions, in the order in which they were written.
    """
    rows = sorted(rows, key=lambda row: row.decided_on)
    to_all = [row for row in rows if is_about_sharing(row) and not (row.to_service_id or row.to_organization_id)]
    latest = to_all[-1] if to_all else None
    others = [in_the_chain(row) for row in rows if row not in to_all]
    said: dict[str, Any] = {"consent": {"decision": latest.decision, "basis": latest.basis} if latest else None}
    return said | ({"consents": others} if others else {})


def is_about_sharing(consent: Consent) -> bool:
    """Whether a decision is about providers, who would otherwise go on without it."""
    return consent.purpose == ConsentPurpose.SHARE_WITH_PROVIDERS


def concerned(
    consent: Consent, event: ReferralEvent, *, on: dt.date, among: Iterable[OnwardReferral]
) -> list[OnwardReferral]:
    """Return the onward referrals for which a decision about sharing is the one that counts, and says no on a day."""
    if not is_about_sharing(consent):
        return []
    rows = list(event.referral.consents.order_by("id"))
    found = []
    for onward in among:
        decided = consents.may_share(rows, recipient=consents.recipient_of(onward), on=on)
        if not decided.is_yes and decided.consent is not None and decided.consent.pk == consent.pk:
            found.append(onward)
    return found


def _who_hold(referral: Referral) -> list[OnwardReferral]:
    """Return the onward referrals whose providers have the person, also those which have ended: they know them still.

    Who turned the person away, never answered, or was taken the offer back has nothing more.
    """
    held = referral.onward_referrals.exclude(status__in=OnwardStatus.NEVER_TAKEN_UP)
    return list(held.select_related("provider_team").order_by("id"))
