"""What a feed no longer has is withdrawn: shown to nobody who searches, and there again when the feed has it again."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import F

from services_directory.listing.history import Author, record_withdrawal
from services_directory.models import Feed, Service
from services_directory.open_referral.ids import Ids
from services_directory.open_referral.report import ImportReport

MASS_WITHDRAWAL_FROM = 20
"""A feed of so many services does not lose more than half of them without somebody saying so."""


def withdraw(
    feed: Feed, *, met: Ids, report: ImportReport, at: dt.datetime, is_partial: bool, allow_many: bool
) -> None:
    """Withdraw the services of a feed that a run has not met, or say in the report why it would not be right.

    :param met: the ids of the services that the feed still has.
    :param is_partial: whether the feed may have more than was read of it.
    """
    before = -report.created
    gone: list[UUID] = []
    for key in Service.objects.filter(feed=feed, withdrawn_at=None).values_list("pk", flat=True).iterator():
        before += 1
        if key.bytes not in met:
            gone.append(key)
    if not gone:
        return
    if is_partial:
        reason = "Not the whole feed was read"
    elif not report.loaded:
        reason = "The feed gave nothing that could be loaded"
    elif before >= MASS_WITHDRAWAL_FROM and len(gone) * 2 > before and not allow_many:
        reason = "More than half of the feed is missing, which has to be allowed"
    else:
        with transaction.atomic():
            services = Service.objects.filter(pk__in=gone, feed=feed)
            report.withdrawn = services.update(withdrawn_at=at, version=F("version") + 1)
            record_withdrawal(gone, author=Author.of_feed(feed), at=at)
        return
    report.warnings.append(f"{reason}: nothing was withdrawn of {len(gone)} services that were not met.")
