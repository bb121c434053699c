"""Reads of the heart. Every selector starts from the user: what a person may not see does not exist for them."""

from typing import Any, TypeVar

from django.db import connection
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

Row = TypeVar("Row")


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


def _the_one(rows: QuerySet[Any, Row], reference: str) -> Row:
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
    """Return what is known of the person of a referral, to judge services by; in four queries.

    :raises NotVisible: if there is no such referral, or none that the user may see; it does not say which.
    """
    visible = referrals_visible_to(user).select_related(None)
    referral_id, postcode, practice, born, kind = _the_one(
        visible.values_list(
            "id", "postcode", "gp_practice_code", "person__date_of_birth", "referring_team__organization__kind"
        ),
        reference,
    )
    # By hand: a search for a person is to cost twice a search at most, and rows of a model would be half of that.
    answers = {row.pop("code"): _answer(**row) for row in _rows(_ANSWERS, referral_id)}
    clearances = [ClearanceGiven(**row) for row in _rows(_CLEARANCES, referral_id)]
    return Facts(
        date_of_birth=born,
        gp_practice_code=practice,
        referral_source=_SOURCES.get(kind, ""),
        answers=answers,
        clearances=tuple(clearances),
        **_areas_of(postcode),
    )


_ANSWERS = """
SELECT DISTINCT ON (code) code, answer, observed_on, recorded_at, value, second_value, choice, occurred
FROM referrals_observation WHERE referral_id = %s ORDER BY code, observed_on DESC, id DESC
"""
"""Of each question the answer that counts."""
_CLEARANCES = """
SELECT code, is_cleared, professional_name, professional_role, decided_on, recorded_at, service_id
FROM referrals_clearance WHERE referral_id = %s ORDER BY id
"""
_SOURCES = {
    OrganizationKind.GP_PRACTICE.value: "gp",
    OrganizationKind.NHS_TRUST.value: "health_professional",
    OrganizationKind.LINK_WORKER_HOST.value: "social_prescriber",
}
"""Who refers, in the words of the rules, by the kind of the referrer's organisation."""


def _rows(statement: str, *values: Any) -> list[dict[str, Any]]:
    with connection.cursor() as database:
        database.execute(statement, values)
        names = [column.name for column in database.description]
        return [dict(zip(names, row, strict=True)) for row in database.fetchall()]


def _answer(*, answer: str, occurred: str, **parts: Any) -> Answer:
    return Answer(answer=Answered(answer), occurred=PartialDate.read(occurred) if occurred else None, **parts)


def _areas_of(postcode: str) -> dict[str, str]:
    """Return the areas that a postcode lies in; none where it is not known, is no place (ZZ99), or is missing."""
    try:
        place = locate(postcode)
    except Invalid:
        return {}
    return {name: getattr(place, name) for name in ("local_authority", "neighbourhood", "lsoa", "ward")}


def _with_names(events: QuerySet[ReferralEvent]) -> QuerySet[ReferralEvent]:
    return events.select_related("onward_referral__service").order_by("sequence")
