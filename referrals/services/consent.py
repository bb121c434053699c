"""Record what the person decided about sharing."""

import datetime as dt

from django.db import transaction

from accounts.actors import Actor
from core.errors import Conflict, Invalid, NotPermitted
from referrals import policies
from referrals.enums import ConsentBasis, ConsentDecision, EventKind, ReferralStatus
from referrals.models import Consent, Referral
from referrals.services.events import record_event
from referrals.services.steps import lock


@transaction.atomic(durable=True)
def record_consent(
    *,
    referral: Referral,
    actor: Actor,
    at: dt.datetime,
    decision: str,
    basis: str = ConsentBasis.CONSENT,
    note: str = "",
) -> Consent:
    """Append a decision. The latest counts: a withdrawal stops every new sharing from this moment.

    :raises NotPermitted: if the actor neither referred the person nor supports them.
    :raises Conflict: if the referral has ended.
    :raises Invalid: if a best-interests decision does not say why.
    """
    referral = lock(referral)
    if actor.user is None or not policies.may_speak_for_consent(actor, referral):
        raise NotPermitted("Whoever speaks with the person records what they decided.")
    if referral.status not in ReferralStatus.OPEN:
        raise Conflict("The referral has ended: nothing is shared any more.", code="referral_ended")
    if basis == ConsentBasis.BEST_INTERESTS and not note.strip():
        raise Invalid({"note": ["Say why sharing is in the person's best interests."]})
    consent = Consent.objects.create(
        referral=referral, decision=ConsentDecision(decision), basis=ConsentBasis(basis), note=note.strip(),
        recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip
    record_event(
        referral=referral, kind=EventKind.CONSENT_RECORDED, actor=actor, at=at,
        details={"decision": consent.decision, "basis": consent.basis},
    )  # fmt: skip
    return consent
