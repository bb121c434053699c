"""Record measures that were taken, the licences to use some, and which a scheme or a team uses."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import F

from accounts.actors import Actor
from accounts.models import Organization, Team
from core.clocks import local_day
from core.errors import Conflict, Invalid, NotPermitted
from referrals import policies
from referrals.enums import EventKind, MeasureMode, OnwardStatus, ReferralStatus
from referrals.measures import MEASURES, BadAnswers, Measure, Scored, judge_answers
from referrals.models import MeasureInUse, MeasureLicence, MeasureResponse, OnwardReferral, Referral
from referrals.selectors.follow_ups import is_asked_at, plan_of, weeks_of
from referrals.selectors.measures import licensed_measures
from referrals.services.events import record_event
from referrals.services.steps import check_version, lock
from services_directory.models import Service

LATEST_POINT = 520
"""Weeks: ten years. A point beyond is a slip of the keyboard."""


@dataclass(frozen=True, kw_only=True)
class TakenMeasure:
    """One taking. `point`: weeks since the start as planned, or None; `taken_on` None: today."""

    measure: str
    mode: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    point: int | None = None
    taken_on: dt.date | None = None
    replaces: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedMeasure:
    """What was recorded, and what whoever reads it must know: that the person is older than it was made for."""

    response: MeasureResponse
    warnings: tuple[str, ...]


@transaction.atomic(durable=True)
def record_measure(
    *,
    subject: Referral | OnwardReferral,
    actor: Actor,
    at: dt.datetime,
    taken: TakenMeasure,
    expected_version: int | None = None,
) -> RecordedMeasure:
    """Score the answers and append them. The timeline says which measure was taken, and no score.

    :raises Stale: if the subject has changed since the caller read it (412).
    :raises NotPermitted: if the actor is not of the owning team (of a referral), or of the provider's, which sees the
        person (of an onward referral).
    :raises Conflict: if the referral has ended, the person has not started, no licence is recorded, or it
        was taken at this point or corrected already.
    :raises Invalid: if there is no such measure, or an answer, the point or the day cannot be.
    """
    onward = lock(subject) if isinstance(subject, OnwardReferral) else None
    referral = onward.referral if onward else lock(referral_of(subject))
    subject = onward or referral
    check_version(subject, expected_version)
    if actor.user is None or not policies.may_record_measure(actor, subject, on=local_day(at)):
        raise NotPermitted("The team that supports the person records measures, or the provider on its own offer.")
    if referral.status not in ReferralStatus.SENT and not _is_of_a_follow_up(taken, onward, on=local_day(at)):
        raise Conflict("The referral has ended: nothing more is recorded.", code="referral_ended")
    if onward is not None and onward.status not in OnwardStatus.TOOK_PART:  # also after the end, for the last points
        raise Conflict("The person has not started there: nothing is measured yet.", code="not_started")
    measure = _judge(taken, subject, referral, today=local_day(at))
    team = onward.provider_team if onward else referral.owner_team
    check_licence(measure, team, on=local_day(at))
    replaced = _replaced(taken, referral, onward)
    try:
        answers = judge_answers(measure, taken.answers)
    except BadAnswers as bad:
        raise Invalid({f"answers.{code}": [said] for code, said in bad.problems.items()}) from None
    scored = measure.score(answers)
    response = MeasureResponse.objects.create(
        referral=referral, onward_referral=onward, measure=measure.code, measure_version=measure.version,
        point=taken.point, answers=_stored(answers), scores=_stored_scores(measure, scored),
        remarks=list(scored.remarks), taken_on=taken.taken_on or local_day(at), mode=MeasureMode(taken.mode),
        recorded_by=actor.user, recorded_at=at, replaces=replaced,
    )  # fmt: skip
    record_event(
        referral=referral, onward=onward, kind=EventKind.MEASURE_RECORDED, actor=actor, at=at,
        details={"measure": measure.code, "point": taken.point, "is_correction": replaced is not None},
    )  # fmt: skip
    return RecordedMeasure(response=response, warnings=warnings_of(response))


def referral_of(subject: Referral | OnwardReferral) -> Referral:
    """Return the referral that a subject is, or hangs on."""
    return subject.referral if isinstance(subject, OnwardReferral) else subject


def warnings_of(response: MeasureResponse) -> tuple[str, ...]:
    """Return what whoever reads the scores must know of the person's age on the day."""
    age = relativedelta(response.taken_on, response.referral.date_of_birth).years
    measure = MEASURES.get(response.measure)
    return measure.warnings_for(age) if measure else ()


def check_licence(measure: Measure, team: Team, *, on: dt.date) -> None:
    """Refuse a measure that is off for a team's organisation.

    :raises Conflict: if it needs a licence, and none that holds on the day is recorded.
    """
    if measure.needs_licence and measure.code not in licensed_measures([team.organization_id], on=on):
        raise Conflict(
            f"{measure.name} is off until your organisation's licence is recorded.", code="licence_missing"
        )  # fmt: skip


@transaction.atomic(durable=True)
def record_licence(
    *,
    organization: Organization,
    measure: str,
    reference: str,
    valid_from: dt.date,
    valid_until: dt.date | None,
    actor: Actor,
    at: dt.datetime,
) -> MeasureLicence:
    """Record that an organisation may use a measure. The latest recorded counts: an earlier end is recorded anew.

    :raises NotPermitted: if the actor is neither lead nor manager in the organisation.
    :raises Invalid: if the measure needs no licence or is none, no licence is named, or it ends before it begins.
    """
    teams = list(Team.objects.filter(organization=organization).order_by("id").values_list("pk", flat=True))
    if actor.user is None or not policies.may_record_licence(actor, teams):
        raise NotPermitted("A lead or a manager of the organisation records its licences.")
    errors: dict[str, list[str]] = {}
    if measure not in MEASURES or not MEASURES[measure].needs_licence:
        needing = [code for code, each in MEASURES.items() if each.needs_licence]
        errors["measure"] = [f"Choose one that needs a licence: {', '.join(needing)}."]
    if not reference.strip():
        errors["reference"] = ["Name the licence: its number, or the letter that gives it."]
    if valid_until is not None and valid_until < valid_from:
        errors["valid_until"] = ["It cannot end before it begins."]
    if errors:
        raise Invalid(errors)
    return MeasureLicence.objects.create(
        organization=organization, measure=measure, reference=reference.strip(), valid_from=valid_from,
        valid_until=valid_until, recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip


@transaction.atomic(durable=True)
def choose_measures(
    *, user_of: Service | Team, measures: Mapping[str, Sequence[int]], actor: Actor, at: dt.datetime
) -> None:
    """Set which measures a scheme or a team uses: by code its weeks; none: the scheme's review points.

    :raises NotPermitted: if the actor is neither a lead of the team, nor of the provider's team of the scheme.
    :raises Invalid: if there is no such measure, or a week cannot be.
    :raises Conflict: if one needs a licence, and the team's organisation has recorded none that holds today.
    """
    team = user_of.receiving_team if isinstance(user_of, Service) else user_of
    if not policies.may_choose_measures(actor, team.pk if team else None):
        raise NotPermitted(
            "A lead chooses what the team measures, a provider or a lead of its team what a scheme does."
        )
    unknown = sorted(set(measures) - set(MEASURES))
    if unknown or any(not 0 <= week <= LATEST_POINT for weeks in measures.values() for week in weeks):
        raise Invalid({"measures": ["Choose measures of the catalogue, and weeks from 0 on."]})
    for code in measures:
        if team is not None:
            check_licence(MEASURES[code], team, on=local_day(at))
    owner = {"service": user_of} if isinstance(user_of, Service) else {"team": user_of}
    MeasureInUse.objects.filter(**owner).exclude(measure__in=measures).delete()
    for code, weeks in measures.items():
        MeasureInUse.objects.update_or_create(**owner, measure=code, defaults={"weeks": sorted(set(weeks))})


def copy_measures(earlier: Referral, arrived: Referral) -> None:
    """Let a referral that arrives from another team have what was measured: each row as it was, by whom."""
    copies: dict[UUID, MeasureResponse] = {}
    # A correction is copied after what it corrects.
    for row in MeasureResponse.objects.filter(referral=earlier, onward_referral=None).order_by(
        "recorded_at", F("replaces").asc(nulls_first=True), "id"
    ):
        values = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
        values |= {"referral_id": arrived.pk}
        del values["id"], values["replaces_id"]
        replaces = copies[row.replaces_id] if row.replaces_id else None
        copies[row.pk] = MeasureResponse.objects.create(**values, replaces=replaces)


# --- The means ------------------------------------------------------------------------------------------------------


def _judge(taken: TakenMeasure, subject: Referral | OnwardReferral, referral: Referral, *, today: dt.date) -> Measure:
    errors: dict[str, list[str]] = {}
    measure = MEASURES.get(taken.measure)
    if measure is None:
        errors["measure"] = [f"Choose one of: {', '.join(MEASURES)}."]
    if taken.mode not in MeasureMode.values:
        errors["mode"] = [f"Choose one of: {', '.join(MeasureMode.values)}."]
    points = list(subject.service.review_points_weeks) if isinstance(subject, OnwardReferral) else []
    if points and isinstance(subject, OnwardReferral):
        points = sorted({*points, *(weeks_of(months) for months in plan_of(subject.service).months)})
    if taken.point is not None and points and taken.point not in points:
        said = ", ".join(str(week) for week in points)
        errors["point"] = [f"Choose a point of the scheme ({said}), or leave it out for one in between."]
    elif taken.point is not None and not 0 <= taken.point <= LATEST_POINT:
        errors["point"] = [f"Give weeks since the start, from 0 to {LATEST_POINT}."]
    if taken.taken_on is not None and not referral.date_of_birth <= taken.taken_on <= today:
        errors["taken_on"] = ["Give the day on which it was taken."]
    if errors or measure is None:
        raise Invalid(errors)
    return measure


def _is_of_a_follow_up(taken: TakenMeasure, onward: OnwardReferral | None, *, on: dt.date) -> bool:
    """Whether a person is asked how they are at this point, which goes on after the referral has closed."""
    return onward is not None and taken.point is not None and is_asked_at(onward, weeks=taken.point, on=on)


def _replaced(taken: TakenMeasure, referral: Referral, onward: OnwardReferral | None) -> MeasureResponse | None:
    here = MeasureResponse.objects.filter(
        referral=referral, onward_referral=onward, measure=taken.measure, point=taken.point
    ).order_by("recorded_at", "id")
    if taken.replaces is None:
        if taken.point is not None and here.exists():
            raise Conflict(
                "It was taken at this point already. To correct it, name in “replaces” what is corrected.",
                code="already_taken",
            )
        return None
    replaced = here.filter(pk=taken.replaces).first()
    if replaced is None:
        raise Invalid({"replaces": ["Name one that was recorded here, of this measure and at this point."]})
    if hasattr(replaced, "replaced_by"):
        raise Conflict("This one was corrected already: correct the correction.", code="already_corrected")
    return replaced


def _stored(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {code: float(answer) if isinstance(answer, Decimal) else answer for code, answer in answers.items()}


def _stored_scores(measure: Measure, scored: Scored) -> list[dict[str, Any]]:
    """Return the scores with their names, so that they read the same when the measure is declared anew."""
    return [
        {
            "code": kind.code,
            "name": kind.name,
            "value": None if score.value is None else float(score.value),
            "unit": kind.unit,
            "band": score.band,
            "band_name": kind.name_of(score.band),
            "reason": score.reason,
        }
        for kind, score in zip(measure.scores, scored.scores, strict=True)
    ]
