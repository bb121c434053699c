"""Reads of the heart. Every selector starts from the user: what a person may not see does not exist for them."""

from typing import TypeVar

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.enums import OrganizationKind, Role
from accounts.models import User
from core.errors import Invalid, NotVisible
from referrals.models import (
    Attendance,
    Clearance,
    Consent,
    Observation,
    OnwardReferral,
    Referral,
    ReferralEvent,
    ReferralNeed,
    Risk,
)
from services_directory.selectors import locate
from services_directory.suitability.dates import PartialDate
from services_directory.suitability.facts import Answer, ClearanceGiven, Facts
from services_directory.suitability.kinds import Answered

Row = TypeVar("Row", Referral, OnwardReferral)


def referrals_visible_to(user: User) -> QuerySet[Referral]:
    """Return the referrals a user may see, the newest first.

    A referrer sees what their team has made; the owning team's link workers and leads see what was sent to them.
    Nobody sees what another team drafted and never sent. A provider sees no referral: only the onward referrals that
    were sent to it.
    """
    team = user.team_ids(Role.LINK_WORKER, Role.LEAD)
    return (
        Referral.objects.filter(
            Q(referring_team__in=user.team_ids(Role.REFERRER)) | Q(owner_team__in=team, sent_at__isnull=False)
        )
        .select_related("person", "referring_team", "owner_team", "owner")
        .order_by("-id")
    )


def get_referral(user: User, reference: str) -> Referral:
    """Return the one referral, to do something with.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    return _the_one(referrals_visible_to(user), reference)


def get_whole_referral(user: User, reference: str) -> Referral:
    """Return the one referral with everything that it holds, to show it.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    onward = OnwardReferral.objects.select_related("service", "provider_team", "rerouted_to").order_by("id")
    whole = (
        referrals_visible_to(user)
        .select_related("service", "redirected_from", "redirected_to")
        .prefetch_related(
            Prefetch("needs", ReferralNeed.objects.select_related("term").order_by("id")),
            Prefetch("risks", Risk.objects.order_by("id")),
            Prefetch("consents", Consent.objects.select_related("recorded_by").order_by("id")),
            Prefetch("onward_referrals", onward),
        )
    )
    return _the_one(whole, reference)


def onward_referrals_visible_to(user: User) -> QuerySet[OnwardReferral]:
    """Return the onward referrals a user may see, the newest first, each with all that it shows.

    A provider's team sees what was sent to it; the owning team and the referrer see those of their referrals.
    """
    return (
        OnwardReferral.objects.filter(
            Q(provider_team__in=user.team_ids(Role.PROVIDER))
            | Q(referral__owner_team__in=user.team_ids(Role.LINK_WORKER, Role.LEAD))
            | Q(referral__referring_team__in=user.team_ids(Role.REFERRER))
        )
        .select_related(
            "referral__person",
            "referral__owner",
            "referral__owner_team",
            "service",
            "provider_team",
            "rerouted_from",
            "rerouted_to",
        )
        .prefetch_related(
            Prefetch("referral__risks", Risk.objects.order_by("id")),
            Prefetch("referral__consents", Consent.objects.order_by("id")),
        )
        .order_by("-id")
    )


def get_onward_referral(user: User, reference: str) -> OnwardReferral:
    """Return the one onward referral.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    return _the_one(onward_referrals_visible_to(user), reference)


def _the_one(rows: QuerySet[Row], reference: str) -> Row:
    # PostgreSQL has no text with NUL in it, and would not even look.
    row = None if "\0" in reference else rows.filter(reference=reference).first()
    if row is None:
        raise NotVisible("There is nothing with this reference, or it is not yours to see.")
    return row


def timeline_of(referral: Referral) -> QuerySet[ReferralEvent]:
    """Return what happened to a referral that the user may see (`get_referral`), in order."""
    return _with_names(ReferralEvent.objects.filter(referral=referral))


def timeline_of_onward(onward: OnwardReferral) -> QuerySet[ReferralEvent]:
    """Return what happened to an onward referral that the user may see, in order, and nothing else of its referral."""
    return _with_names(ReferralEvent.objects.filter(onward_referral=onward))


def attendances_of(onward: OnwardReferral) -> QuerySet[Attendance]:
    """Return the register of one onward referral, by day."""
    return onward.attendances.select_related("recorded_by").order_by("session_on", "id")


def observations_of(referral: Referral) -> QuerySet[Observation]:
    """Return what was recorded of a person's health, the newest first; `counts` says which answer holds now."""
    later = Observation.objects.filter(
        Q(observed_on__gt=OuterRef("observed_on")) | Q(observed_on=OuterRef("observed_on"), pk__gt=OuterRef("pk")),
        referral=OuterRef("referral"),
        code=OuterRef("code"),
    )
    return referral.observations.select_related("recorded_by").annotate(counts=~Exists(later)).order_by("-id")


def clearances_of(referral: Referral) -> QuerySet[Clearance]:
    """Return what professionals decided about a person, the newest first."""
    return referral.clearances.select_related("recorded_by", "service").order_by("-id")


def facts_for(user: User, reference: str) -> Facts:
    """Return what is known of the person of a referral, to judge services by.

    :raises NotVisible: if there is no such referral, or none that the user may see; it does not say which.
    """
    visible = referrals_visible_to(user).select_related(None).select_related("person", "referring_team__organization")
    referral = _the_one(visible, reference)
    latest = referral.observations.order_by("code", "-observed_on", "-id").distinct("code")
    return Facts(
        date_of_birth=referral.person.date_of_birth,
        gp_practice_code=referral.gp_practice_code,
        referral_source=_SOURCES.get(referral.referring_team.organization.kind, ""),
        answers={row.code: _answer(row) for row in latest},
        clearances=tuple(_clearance(row) for row in referral.clearances.order_by("id")),
        **_areas_of(referral.postcode),
    )


_SOURCES = {
    OrganizationKind.GP_PRACTICE.value: "gp",
    OrganizationKind.NHS_TRUST.value: "health_professional",
    OrganizationKind.LINK_WORKER_HOST.value: "social_prescriber",
}
"""Who refers, in the words of the rules, by the kind of the referrer's organisation."""


def _answer(row: Observation) -> Answer:
    return Answer(
        answer=Answered(row.answer),
        observed_on=row.observed_on,
        recorded_at=row.recorded_at,
        value=row.value,
        second_value=row.second_value,
        choice=row.choice,
        occurred=PartialDate.read(row.occurred) if row.occurred else None,
    )


def _clearance(row: Clearance) -> ClearanceGiven:
    return ClearanceGiven(
        code=row.code,
        is_cleared=row.is_cleared,
        professional_name=row.professional_name,
        professional_role=row.professional_role,
        decided_on=row.decided_on,
        recorded_at=row.recorded_at,
        service_id=row.service_id,
    )


def _areas_of(postcode: str) -> dict[str, str]:
    """Return the areas that a postcode lies in; none where it is not known, is no place (ZZ99), or is missing."""
    try:
        place = locate(postcode)
    except Invalid:
        return {}
    return {name: getattr(place, name) for name in ("local_authority", "neighbourhood", "lsoa", "ward")}


def _with_names(events: QuerySet[ReferralEvent]) -> QuerySet[ReferralEvent]:
    return events.select_related("onward_referral__service").order_by("sequence")
