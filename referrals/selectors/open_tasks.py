"""Tasks that are somebody's by name, and are still to do."""

from django.db.models import QuerySet

from referrals.enums import ReferralStatus
from referrals.models import CaseTask


def open_tasks_by_name() -> QuerySet[CaseTask]:
    """Return them: of a case that has ended, too, for a last letter may be still to write. Not of an error, or one
    forgotten.
    """
    tasks = CaseTask.objects.filter(assigned_to__isnull=False, done_at=None, referral__forgotten_at=None)
    return tasks.exclude(referral__status=ReferralStatus.ENTERED_IN_ERROR)
