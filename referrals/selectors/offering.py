"""Where services stand for one person: whether each suits, may be told of them, and has them already."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from referrals.consents import Decided, Recipient, may_share
from referrals.models import Referral
from referrals.selectors.health import facts_of
from services_directory.models import Service
from services_directory.selectors import suitability_of
from services_directory.suitability.engine import Suitability


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One service, for one person. `with_them`: the reference of an onward referral that is open there; else empty."""

    suitability: Suitability
    sharing: Decided
    with_them: str


def standings_for(referral: Referral, service_ids: Sequence[UUID], *, on: dt.date) -> dict[UUID, Standing]:
    """Return where each of the services stands for the person of a referral that the caller may read; in the same
    number of queries, however many services.

    The start is planned for the day of asking, or the day before which the hospital wants nothing to begin.
    """
    facts = facts_of(referral)
    start = max(on, facts.start_no_earlier_than or on)
    found = suitability_of(service_ids, facts=facts, planned_start=start, on=on)
    decisions = list(referral.consents.order_by("id"))
    open_ones = dict(referral.onward_referrals.open().values_list("service", "reference"))
    told = Service.objects.filter(pk__in=service_ids).values_list("pk", "receiving_team__organization")
    return {
        pk: Standing(
            suitability=found[pk],
            sharing=may_share(decisions, recipient=Recipient(service_id=pk, organization_id=organization), on=on),
            with_them=open_ones.get(pk, ""),
        )
        for pk, organization in told
        if pk in found
    }
