"""What the person decided about sharing."""

import datetime as dt
from functools import cache

from django.db.models import QuerySet

from core.statements import Written
from referrals.consents import those_that_count
from referrals.models import Consent, Referral

OF_A_CONSENT = ("recorded_by", "to_organization", "to_service__receiving_team")
"""What is shown of a decision, or needed to say whether it counts."""


def consents_of(referral: Referral) -> QuerySet[Consent]:
    """Return the decisions of a referral that the user may see, the newest first."""
    return referral.consents.select_related(*OF_A_CONSENT).order_by("-id")


def decisions_of(referral: Referral) -> list[Consent]:
    """Return the decisions of a referral as they were made, one after the other, and nothing beside them."""
    return _decisions().ask(referral=referral.pk)


@cache
def _decisions() -> Written[Consent]:
    return Written(Consent.objects.filter(referral=0).order_by("decided_on", "id"), {0: "%(referral)s"})


def counting_consents(referral: Referral, *, on: dt.date) -> set[int]:
    """Return the ids of those decisions that count on a day."""
    return those_that_count(consents_of(referral), on=on)
