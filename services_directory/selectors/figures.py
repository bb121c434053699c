"""What the directory's keeper looks after: how many listings are due, stale, reported; and which they are."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Concat

from accounts.enums import Role
from accounts.models import User
from core.errors import Invalid, NotPermitted
from notifications.selectors import failed_recipients
from services_directory.enums import CheckAnswer, ReaderFinding, ReferralRoute
from services_directory.models import CheckRound, Feed, ListingCheck, ReaderReport, Service, Verification
from services_directory.querysets import ServiceQuerySet
from services_directory.selectors.trust import listings_due
from services_directory.trust import ANSWER_WITHIN_DAYS

DEFINITIONS = {
    "listings": "Listings that run, our own and those of feeds.",
    "due": "Of those, listings that nobody has said to be right for half a year, or ever; those reported are apart.",
    "nobody_to_ask": (
        "Of those due, listings that nobody is asked about: another directory publishes them, the team that receives "
        "their referrals is closed, or they give no address. Feeds have their own figures."
    ),
    "stale": (
        "Listings that nobody has vouched for (checked, published, confirmed the capacity of) for more than a year, or "
        "whose keeper was asked six weeks ago and has not answered. As the last round found."
    ),
    "unanswered": "Listings whose keeper was asked six weeks ago or more, has not answered, and can still answer.",
    "changed": "Listings whose provider has said that something has changed, and that nobody has put right since.",
    "closed": (
        "Listings whose provider has said that they have closed, and that nobody has looked at since. One that only "
        "signposts is out of the search; one that takes referrals is paused."
    ),
    "readers": (
        "Listings that run, of which somebody who read the public directory has said that something is wrong, and that "
        "nobody has vouched for since. They have not shown who they are, so it counts neither for nor against."
    ),
    "bounced": "Listings whose keeper's inbox could not take a message from us, unless it has been sent again since.",
}
"""Each figure, in order, with what it counts."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How many listings are in one of the lists."""

    name: str
    value: int
    definition: str


def directory_figures(user: User, *, at: dt.datetime) -> list[Figure]:
    """Return every figure, in order.

    :raises NotPermitted: if the user is neither a directory editor nor a manager.
    """
    return [
        Figure(name=name, value=listings_in(user, name, at=at).count(), definition=definition)
        for name, definition in DEFINITIONS.items()
    ]


def listings_in(user: User, figure: str, *, at: dt.datetime) -> ServiceQuerySet:
    """Return the listings that a figure counts, by name.

    :raises NotPermitted: if the user is neither a directory editor nor a manager.
    :raises Invalid: if there is no such figure.
    """
    _check_may_read(user)
    if figure not in DEFINITIONS:
        raise Invalid({"figure": [f"Choose one of {', '.join(DEFINITIONS)}."]})
    listings: ServiceQuerySet = _listings_in(figure, at=at).order_by("name", "id")
    return listings


def listings_to_look_at(user: User, figure: str, *, at: dt.datetime) -> ServiceQuerySet:
    """Return the listings that a figure counts, by name, each with the last report of its provider, if any.

    `report_reference`, `report_at`, and, for a directory editor alone, `report_note`: free text, which may name people.
    In the list `readers` it is what readers have said, all of it, the latest first.

    :raises NotPermitted, Invalid: as `listings_in` does.
    """
    latest: QuerySet[Any]
    notes: QuerySet[Any]
    if figure == "readers":
        report = open_reader_reports().filter(service=OuterRef("pk"))
        notes = (
            report.order_by()
            .values("service")
            .annotate(all=StringAgg(_SAID, "\n", order_by=("-at", "-id")))
            .values("all")
        )
        latest = report.order_by("-at", "-id")
    else:
        latest = (
            Verification.objects.filter(service=OuterRef("pk"))
            .exclude(answer=CheckAnswer.STILL_RIGHT)
            .order_by("-at", "-id")
        )
        notes = latest.values("note")
    reads_notes = Role.DIRECTORY_EDITOR in user.roles()
    listings: ServiceQuerySet = (
        listings_in(user, figure, at=at)
        .select_related("organization", "receiving_team", "feed")
        .annotate(
            report_reference=Subquery(latest.values("reference")[:1]),
            report_at=Subquery(latest.values("at")[:1]),
            report_note=Subquery(notes[:1]) if reads_notes else Value(None, TextField()),
        )
    )
    return listings


_SAID = Concat(
    Case(*(When(finding=each.value, then=Value(each.label)) for each in ReaderFinding), output_field=TextField()),
    Case(When(note="", then=Value("")), default=Concat(Value(": "), F("note")), output_field=TextField()),
    output_field=TextField(),
)
"""What somebody said in one report: what is wrong, and their words."""


def open_reader_reports() -> QuerySet[ReaderReport]:
    """Return what readers have said of listings that nobody has vouched for since. For use cases and figures alone."""
    return ReaderReport.objects.filter(Q(service__verified_at__isnull=True) | Q(at__gt=F("service__verified_at")))


def reader_reports_of(user: User, service: Service) -> QuerySet[ReaderReport]:
    """Return what readers have said of a listing that nobody has vouched for since, the latest first: to a directory
    editor; to anybody else nothing, because it is free text.
    """
    rows = open_reader_reports().filter(service=service).order_by("-at", "-id")
    return rows if Role.DIRECTORY_EDITOR in user.roles() else rows.none()


def feeds_by_age(user: User) -> QuerySet[Feed]:
    """Return the feeds with `listings` (how many run) and `stale` (how many of those), the longest unread first.

    :raises NotPermitted: if the user is neither a directory editor nor a manager.
    """
    _check_may_read(user)
    running = Q(services__in=Service.objects.active())
    return Feed.objects.annotate(
        listings=Count("services", filter=running), stale=Count("services", filter=running & Q(services__is_stale=True))
    ).order_by(F("last_imported_at").asc(nulls_first=True), "name")


def last_round(user: User) -> CheckRound | None:
    """Return how the last round ended, or None before the first.

    :raises NotPermitted: if the user is neither a directory editor nor a manager.
    """
    _check_may_read(user)
    return CheckRound.objects.order_by("-at", "-id").first()


def _listings_in(figure: str, *, at: dt.datetime) -> ServiceQuerySet:
    running = Service.objects.active()
    if figure == "due":
        return listings_due(at=at)
    if figure == "nobody_to_ask":
        return listings_due(at=at).exclude(pk__in=Service.objects.filter(_can_be_asked()).values("pk"))
    if figure == "stale":
        return running.filter(is_stale=True)
    if figure == "unanswered":
        asked = ListingCheck.objects.filter(
            service=OuterRef("pk"), answered_at__isnull=True, lapsed_at__isnull=True,
            request__asked_at__lte=at - dt.timedelta(days=ANSWER_WITHIN_DAYS),
        )  # fmt: skip
        return running.filter(Exists(asked))
    if figure in {CheckAnswer.CHANGED, CheckAnswer.CLOSED}:
        # The closed ones that only signpost do not run any more.
        return Service.objects.filter(reported=figure, withdrawn_at__isnull=True)
    if figure == "readers":
        return running.filter(Exists(open_reader_reports().filter(service=OuterRef("pk"))))
    if figure == "bounced":
        return running.filter(_keeper_is_reached_at(list(failed_recipients())))
    return running


def _can_be_asked() -> Q:
    """Say in SQL what `selectors.trust.inbox_of` says of a row: that there is an address."""
    works = Q(receiving_team__is_active=True, receiving_team__organization__is_active=True)
    has_address = ~Q(email="") | ~Q(organization__email="")
    return works | (Q(receiving_team__isnull=True) & _is_our_own_signpost() & has_address)


def _keeper_is_reached_at(addresses: list[str]) -> Q:
    by_listing = Q(email__in=addresses) | Q(email="", organization__email__in=addresses)
    return Q(receiving_team__inbox_email__in=addresses) | (
        Q(receiving_team__isnull=True) & _is_our_own_signpost() & by_listing
    )


def _is_our_own_signpost() -> Q:
    is_our_own = Q(feed__isnull=True) | Q(feed__is_kept_here=True)
    return is_our_own & Q(referral_route=ReferralRoute.SIGNPOSTING)


def _check_may_read(user: User) -> None:
    if not user.roles() & {Role.DIRECTORY_EDITOR, Role.MANAGER}:
        raise NotPermitted("The directory's figures are for its editors and for managers.")
