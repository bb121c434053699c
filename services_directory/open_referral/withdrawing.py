"""What a feed no longer has is withdrawn: shown to nobody who searches, and there again when the feed has it again."""

import datetime as dt
from fractions import Fraction
from uuid import UUID

from django.db import transaction
from django.db.models import F

from services_directory.listing.history import Author, record_withdrawal
from services_directory.models import Feed, Service
from services_directory.open_referral.ids import Ids
from services_directory.open_referral.report import ImportReport

AT_MOST = Fraction(1, 4)
"""The share of a feed that may leave it in one run without anybody saying so; one service always may.

Our choice: a feed that loses more has changed its ids or its address, or a file holds only a part of it.
"""
NAMED = 5
"""How many of those that are held back the report names."""


def withdraw(
    feed: Feed, *, met: Ids, report: ImportReport, at: dt.datetime, is_partial: bool, allow_withdrawals: bool
) -> None:
    """Withdraw the services of a feed that a run has not met, or say in the report why it would not be right.

    :param met: the ids of the services that the feed still has.
    :param is_partial: whether the feed may have more than was read of it.
    :param allow_withdrawals: whether more than `AT_MOST` of a feed may leave it.
    """
    before = -report.created
    gone: list[UUID] = []
    for key in Service.objects.filter(feed=feed, withdrawn_at=None).values_list("pk", flat=True).iterator():
        before += 1
        if key.bytes not in met:
            gone.append(key)
    if not gone:
        return
    many = len(gone) > 1 and len(gone) > before * AT_MOST
    if is_partial:
        reason = "Not the whole feed was read"
    elif not report.loaded:
        reason = "The feed gave nothing that could be loaded"
    elif many and not allow_withdrawals:
        reason = f"More than a quarter of the {before} services of the feed are missing, which has to be allowed"
        report.held_back = len(gone)
    else:
        with transaction.atomic():
            services = Service.objects.filter(pk__in=gone, feed=feed)
            report.withdrawn = services.update(withdrawn_at=at, version=F("version") + 1)
            record_withdrawal(gone, author=Author.of_feed(feed), at=at)
        return
    of_these = "1 service that was" if len(gone) == 1 else f"{len(gone)} services that were"
    report.warnings.append(f"{reason}: nothing was withdrawn of {of_these} not met{_names(gone, report)}.")


def _names(gone: list[UUID], report: ImportReport) -> str:
    """Return the names of the first services that are held back; empty where nothing else was to be expected."""
    if not report.held_back:
        return ""
    names = Service.objects.filter(pk__in=gone).order_by("name", "pk").values_list("name", flat=True)[:NAMED]
    more = [f"{len(gone) - NAMED} more"] if len(gone) > NAMED else []
    return f" ({', '.join([*names, *more])})"
