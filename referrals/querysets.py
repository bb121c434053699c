"""Words of the domain, to chain. No visibility and no user: those are `selectors`'."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models.lookups import Exact

from referrals.enums import OnwardStatus, ReferralStatus

BREACH_NOT_TOLD = (
    models.Q(breach_told_of__isnull=True)
    | models.Q(breach_told_of__lt=models.F("next_action_on"))
    | models.Q(breach_told_of__gt=models.F("next_action_on"))
)
"""Nobody has been told that the day on which the row is due now was breached. The partial indexes say the same."""
CAN_BE_BREACHED = (
    models.Q(status=OnwardStatus.INFORMATION_REQUESTED)
    | models.Q(status__in=OnwardStatus.ANSWERED)
    | models.Q(status=OnwardStatus.STARTED, next_review_on__isnull=False)
)
"""Onward referrals that can be overdue for too long: what was never answered expires, and who takes part at a service
without review points is due for nothing.
"""


def person_is_away(*, of: str = "") -> models.Q:
    """Return the condition that the person of an onward referral pauses, or that its referral is on hold, as
    `OnwardReferral.is_person_away` has it.

    :param of: what leads to the onward referral from the row that is asked: "onward_referral__".
    """
    return models.Q(**{f"{of}status": OnwardStatus.PAUSED}) | models.Q(
        **{f"{of}referral__status": ReferralStatus.ON_HOLD}
    )


def of_its_referral(rows: models.QuerySet[Any], column: str) -> models.Subquery:
    """Return a column of the referral of each onward referral, looked up row by row: so that a sweep reads in the order
    of its index, as far as its limit, and does not lay the tables beside each other first.
    """
    referrals = rows.model._meta.get_field("referral").related_model
    return models.Subquery(referrals._default_manager.filter(pk=models.OuterRef("referral_id")).values(column))


class ReferralQuerySet(models.QuerySet[Any]):
    """Referrals, by where they stand."""

    def open(self) -> "ReferralQuerySet":
        return self.filter(status__in=ReferralStatus.OPEN)

    def overdue(self, *, on: dt.date) -> "ReferralQuerySet":
        """Those in somebody's hands whose next action was due before the given day."""
        return self.filter(status__in=ReferralStatus.SENT, next_action_on__lt=on)


class OnwardReferralQuerySet(models.QuerySet[Any]):
    """Onward referrals, by where they stand."""

    def open(self) -> "OnwardReferralQuerySet":
        return self.filter(status__in=OnwardStatus.OPEN)

    def unanswered(self, *, on: dt.date) -> "OnwardReferralQuerySet":
        """Those sent to another team whose answer was due before the given day.

        A scheme's own hub has the referral itself to answer: what it sent to itself does not run out. Nor does what
        waits while the person is in hospital or away.
        """
        return self.filter(
            ~models.Q(Exact(models.F("provider_team"), of_its_referral(self, "owner_team"))),
            ~models.Q(Exact(of_its_referral(self, "status"), models.Value(ReferralStatus.ON_HOLD))),
            status=OnwardStatus.SENT, next_action_on__lt=on,
        )  # fmt: skip
