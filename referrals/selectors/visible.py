"""Which referrals and onward referrals a user may see: the only way to them."""

from typing import Any, TypeVar

from django.db.models import Prefetch, Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from core.errors import NotVisible
from referrals.models import Consent, OnwardReferral, Referral, ReferralNeed, Risk
from referrals.selectors.consents import OF_A_CONSENT
from referrals.selectors.delivery import with_misses

Row = TypeVar("Row")


def referrals_visible_to(user: User) -> QuerySet[Referral]:
    """Return the referrals a user may see, the newest first.

    A referrer sees what their team has made; the owning team's link workers and leads see what was sent to them.
    Nobody sees what another team drafted and never sent. A provider sees no referral: only the onward referrals that
    were sent to it. What has been forgotten is for nobody to see.
    """
    team = user.team_ids(Role.LINK_WORKER, Role.LEAD)
    return (
        Referral.objects.filter(
            Q(referring_team__in=user.team_ids(Role.REFERRER)) | Q(owner_team__in=team, sent_at__isnull=False),
            forgotten_at__isnull=True,
        )
        .select_related("person", "referring_team", "owner_team__policy", "owner")
        .order_by("-id")
    )


def get_referral(user: User, reference: str) -> Referral:
    """Return the one referral, to do something with.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    return the_one(referrals_visible_to(user), reference)


def get_whole_referral(user: User, reference: str) -> Referral:
    """Return the one referral with everything that it holds, to show it.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    onward = OnwardReferral.objects.select_related(
        "service", "provider_team", "rerouted_to", "follow_up_clock"
    ).order_by("id")  # fmt: skip
    whole = (
        referrals_visible_to(user)
        .select_related("service", "redirected_from", "redirected_to", "discharge")
        .prefetch_related(
            Prefetch("needs", ReferralNeed.objects.select_related("term").order_by("id")),
            Prefetch("risks", Risk.objects.filter(ended_on=None).order_by("id")),
            Prefetch("consents", Consent.objects.select_related(*OF_A_CONSENT).order_by("id")),
            Prefetch("onward_referrals", onward),
        )
    )
    return the_one(whole, reference)


def onward_rows_visible_to(user: User) -> QuerySet[OnwardReferral]:
    """Return the onward referrals a user may see, the newest first, and nothing beside them.

    A provider's team sees what was sent to it; the owning team and the referrer see those of their referrals.
    """
    return OnwardReferral.objects.filter(
        Q(provider_team__in=user.team_ids(Role.PROVIDER))
        | Q(referral__owner_team__in=user.team_ids(Role.LINK_WORKER, Role.LEAD))
        | Q(referral__referring_team__in=user.team_ids(Role.REFERRER)),
        referral__forgotten_at__isnull=True,
    ).order_by("-id")


def onward_referrals_visible_to(user: User) -> QuerySet[OnwardReferral]:
    """Return the onward referrals a user may see, the newest first, each with all that it shows."""
    return with_misses(
        onward_rows_visible_to(user)
        .select_related(
            "referral__person",
            "referral__owner",
            "referral__owner_team__policy",
            "service",
            "provider_team",
            "rerouted_from",
            "rerouted_to",
            "follow_up_clock",
        )
        .prefetch_related(
            Prefetch("referral__risks", Risk.objects.filter(ended_on=None).order_by("id")),
            Prefetch("referral__consents", Consent.objects.order_by("id")),
        )
    )


def get_onward_referral(user: User, reference: str) -> OnwardReferral:
    """Return the one onward referral.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    return the_one(onward_referrals_visible_to(user), reference)


def the_one(rows: QuerySet[Any, Row], reference: str) -> Row:
    """Return the row with this reference.

    :raises NotVisible: if it is not among the rows.
    """
    # PostgreSQL has no text with NUL in it, and would not even look.
    row = None if "\0" in reference else rows.filter(reference=reference).first()
    if row is None:
        raise NotVisible("There is nothing with this reference, or it is not yours to see.")
    return row
