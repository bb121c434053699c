"""Measures that were taken, what is due, what changed, and which an organisation may use."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import Team, User
from core.clocks import local_day
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.measures import MEASURES, Change, Measure, Score, changes_between
from referrals.models import (
    MeasureInUse,
    MeasureLicence,
    MeasureResponse,
    OnwardReferral,
    Referral,
    ReferralEvent,
)
from referrals.pathway.onward import BEGINS
from referrals.selectors.delivery import day_of_point
from services_directory.models import Service

DUE_WHILE = (OnwardStatus.STARTED, OnwardStatus.PAUSED, OnwardStatus.COMPLETED)
"""Of which onward referrals measures are due: who left early is not asked again."""

Subject = Referral | OnwardReferral


def measures_of(subject: Subject) -> QuerySet[MeasureResponse]:
    """Return what was taken, the newest first: of a referral with that of its onward referrals, of one only its own."""
    rows = (
        MeasureResponse.objects.filter(onward_referral=subject)
        if isinstance(subject, OnwardReferral)
        else MeasureResponse.objects.filter(referral=subject)
    )
    return rows.select_related("onward_referral", "recorded_by", "replaced_by", "referral__person").order_by(
        "-recorded_at", "-id"
    )


def licensed_measures(organization_ids: Iterable[UUID], *, on: dt.date) -> set[str]:
    """Return the codes for which any of the organisations holds a licence on a day. Of each the latest counts."""
    latest = (
        MeasureLicence.objects.filter(organization__in=list(organization_ids))
        .order_by("organization_id", "measure", "-id")
        .distinct("organization_id", "measure")
    )
    return {
        row.measure for row in latest if row.valid_from <= on and (row.valid_until is None or row.valid_until >= on)
    }


def measures_in_use_by(chooser: Service | Team) -> QuerySet[MeasureInUse]:
    """Return which measures a scheme or a team takes, by code. No secret: it says nothing of any person."""
    return chooser.measures_in_use.order_by("measure")


def catalogue_for(user: User, *, on: dt.date) -> list[tuple[Measure, bool]]:
    """Return every measure, and whether the user's organisations may use it on a day."""
    organizations = Team.objects.filter(pk__in=user.team_ids(*Role)).values_list("organization_id", flat=True)
    licensed = licensed_measures(organizations, on=on)
    return [(measure, not measure.needs_licence or code in licensed) for code, measure in MEASURES.items()]


def licences_visible_to(user: User) -> QuerySet[MeasureLicence]:
    """Return the licences of the user's organisations, the newest first."""
    organizations = Team.objects.filter(pk__in=user.team_ids(*Role)).values("organization_id")
    rows = MeasureLicence.objects.filter(organization__in=organizations)
    return rows.select_related("organization", "recorded_by").order_by("-id")


# --- What is due ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DueMeasure:
    """One measure at one point. `is_overdue`: its day is past; `is_usable`: no licence is missing."""

    measure: str
    name: str
    onward_referral: str
    point: int
    due_on: dt.date
    is_overdue: bool
    is_usable: bool


def due_measures(subject: Subject, *, today: dt.date) -> list[DueMeasure]:
    """Return what has not been taken yet, in the order of its days: what is to come, too. In five queries at most.

    Points are counted in weeks from the day on which the person started (of a referral, on which support began). Of a
    referral it is that of its onward referrals, too. Nothing is due of a referral that has ended.
    """
    referral = subject.referral if isinstance(subject, OnwardReferral) else subject
    if referral.status not in ReferralStatus.SENT:
        return []
    onward = OnwardReferral.objects.filter(referral=referral, status__in=DUE_WHILE).order_by("id")
    if isinstance(subject, OnwardReferral):
        onward = onward.filter(pk=subject.pk)
    offers = list(onward.select_related("service", "provider_team"))
    starts: dict[int | None, dt.date] = {}
    events = ReferralEvent.objects.filter(
        Q(kind__in=BEGINS, onward_referral__in=offers) | Q(kind="start_support", onward_referral=None),
        referral=referral,
    ).order_by("sequence")
    for onward_id, at in events.values_list("onward_referral_id", "occurred_at"):
        starts.setdefault(onward_id, local_day(at))
    in_use: dict[UUID | None, list[MeasureInUse]] = defaultdict(list)
    wanted = Q(service__in=[each.service_id for each in offers])
    if isinstance(subject, Referral):
        wanted |= Q(team=referral.owner_team_id)
    for row in MeasureInUse.objects.filter(wanted).order_by("id"):
        in_use[row.service_id].append(row)
    taken = set(
        MeasureResponse.objects.filter(referral=referral).values_list("onward_referral_id", "measure", "point")
    )  # fmt: skip
    # By the organisation of whoever records it there: the provider's, or the owning team's.
    by: list[tuple[OnwardReferral | None, UUID, list[int]]] = [
        (each, each.provider_team.organization_id, list(each.service.review_points_weeks)) for each in offers
    ]
    if isinstance(subject, Referral):
        by.insert(0, (None, referral.owner_team.organization_id, [0]))
    due = []
    usable: dict[UUID, set[str]] = {}
    for offer, organization, points in by:
        started = starts.get(offer.pk if offer else None)
        rows = in_use.get(offer.service_id if offer else None, [])
        if started is None or not rows:
            continue
        if organization not in usable and any(MEASURES[row.measure].needs_licence for row in rows):
            usable[organization] = licensed_measures([organization], on=today)
        for row in rows:
            measure = MEASURES[row.measure]
            for point in row.weeks or points:
                if (offer.pk if offer else None, row.measure, point) in taken:
                    continue
                day = day_of_point(started, point)
                due.append(
                    DueMeasure(
                        measure=row.measure, name=measure.name, onward_referral=offer.reference if offer else "",
                        point=point, due_on=day, is_overdue=day < today,
                        is_usable=not measure.needs_licence or row.measure in usable[organization],
                    )
                )  # fmt: skip
    return sorted(due, key=lambda each: (each.due_on, each.onward_referral, each.measure))


# --- What changed ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """One taking after the baseline, and what changed since."""

    response: MeasureResponse
    point: int | None
    taken_on: dt.date
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """One measure: the baseline, and every later taking beside it."""

    measure: str
    name: str
    onward_referral: str
    baseline: MeasureResponse
    is_planned_baseline: bool
    follow_ups: tuple[FollowUp, ...]


def measured_changes(subject: Subject) -> list[Pairing]:
    """Return of each measure what changed since the baseline, corrections in the place of what they correct. One query.

    The baseline is what was taken at point 0; where there is none, what was taken first (`is_planned_baseline` is then
    False). What was taken on the referral and on an onward referral are two rows of takings.
    """
    groups: dict[tuple[str, str], list[MeasureResponse]] = defaultdict(list)
    rows = measures_of(subject).filter(replaced_by=None).order_by("taken_on", "recorded_at", "id")
    for row in rows:
        groups[row.onward_referral.reference if row.onward_referral else "", row.measure].append(row)
    return [_pair(reference, code, found) for (reference, code), found in sorted(groups.items())]


def _pair(reference: str, code: str, rows: list[MeasureResponse]) -> Pairing:
    measure = MEASURES[code]
    baseline = next((row for row in rows if row.point == 0), rows[0])
    later = [row for row in rows if row is not baseline and row.taken_on >= baseline.taken_on]
    return Pairing(
        measure=code,
        name=measure.name,
        onward_referral=reference,
        baseline=baseline,
        is_planned_baseline=baseline.point == 0,
        follow_ups=tuple(
            FollowUp(
                response=row,
                point=row.point,
                taken_on=row.taken_on,
                changes=changes_between(
                    measure,
                    scores_from(baseline.scores),
                    scores_from(row.scores),
                    is_same_version=baseline.measure_version == row.measure_version == measure.version,
                ),
            )
            for row in later
        ),
    )


def scores_from(stored: Iterable[Mapping[str, Any]]) -> dict[str, Score]:
    """Return stored scores as those of the measures, by their codes."""
    return {
        each["code"]: Score(
            code=each["code"],
            value=None if each["value"] is None else Decimal(str(each["value"])),
            band=each["band"],
            reason=each["reason"],
        )
        for each in stored
    }
