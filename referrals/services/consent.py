"""Record what the person decided about sharing."""

import datetime as dt

from django.db import transaction

from accounts.actors import Actor
from core.clocks import local_day
from core.errors import Conflict, Invalid, NotPermitted
from referrals import policies
from referrals.announcements import announce_withdrawn_consent
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
    """Append a decision. The latest counts: a withdrawal stops every new sharing from this moment, and the link worker
    and every provider who has the person hear of it. It is the link worker's turn that day.

    :raises NotPermitted: if the actor neither referred the person nor supports them.
    :raises Conflict: if the referral has ended, and the decision is to share.
    :raises Invalid: if a best-interests decision does not say why.
    """
    referral = lock(referral)
    if actor.user is None or not policies.may_speak_for_consent(actor, referral):
        raise NotPermitted("Whoever speaks with the person records what they decided.")
    is_open = referral.status in ReferralStatus.OPEN
    if not is_open and decision == ConsentDecision.GIVEN:
        raise Conflict("The referral has ended: nothing new is shared.", code="referral_ended")
    if basis == ConsentBasis.BEST_INTERESTS and not note.strip():
        raise Invalid({"note": ["Say why sharing is in the person's best interests."]})
    consent = Consent.objects.create(
        referral=referral, decision=ConsentDecision(decision), basis=ConsentBasis(basis), note=note.strip(),
        recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip
    is_withdrawn = consent.decision == ConsentDecision.WITHDRAWN
    if is_withdrawn and referral.status in ReferralStatus.SENT:
        today = local_day(at)
        referral.next_action_on = min(referral.next_action_on or today, today)
    event = record_event(
        referral=referral, kind=EventKind.CONSENT_RECORDED, actor=actor, at=at,
        details={"decision": consent.decision, "basis": consent.basis},
    )  # fmt: skip
    if is_withdrawn and referral.sent_at is not None:
        announce_withdrawn_consent(event, actor=actor)
    return consent
