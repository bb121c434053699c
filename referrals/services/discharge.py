"""What a hospital says of a discharge: write it, change it while the person waits, and see that nobody is forgotten."""

import datetime as dt
import logging
import re
from dataclasses import dataclass, fields
from functools import cache

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from core.clocks import FARTHEST_PLAN, add_working_days, local_day
from core.errors import OF_ONE_ROW, Conflict, Invalid, NotPermitted
from core.statements import Written
from referrals import policies
from referrals.announcements import announce
from referrals.enums import DischargeDestination, DischargePathway, EventKind, ReferralStatus
from referrals.models import Discharge, Observation, Referral
from referrals.services.copying import copies_of
from referrals.services.events import record_event
from referrals.services.health import ObservationDetails, append_observations
from referrals.services.steps import check_version, clocks_of, lock
from services_directory.suitability.kinds import Answered, AnswerKind
from services_directory.suitability.vocabulary import QUESTIONS

log = logging.getLogger(__name__)

DISCHARGE_EVENTS = {code: question.name for code, question in QUESTIONS.items() if question.kind == AnswerKind.EVENT}
"""What may have happened to a person in hospital, by the code of the question that the rules of services ask."""


@dataclass(frozen=True, kw_only=True)
class HospitalEvent:
    """One thing that happened: a code of `DISCHARGE_EVENTS`, and the day, month or year as far as known."""

    code: str
    occurred: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DischargeDetails:
    """What the hospital says, but for the two dates, which stand on the referral."""

    trust_ods_code: str = ""
    ward: str = ""
    pathway: int | None = None
    destination: str = ""
    reason_for_stay: str = ""
    package_of_care: str = ""
    mobility_and_equipment: str = ""
    falls_history: str = ""
    home_access: str = ""
    carer: str = ""
    key_contact: str = ""
    start_no_earlier_than: dt.date | None = None
    events: tuple[HospitalEvent, ...] = ()


_ROW = tuple(each.name for each in fields(DischargeDetails) if each.name != "events")
_DEFAULTS = DischargeDetails()


def write_discharge(referral: Referral, details: DischargeDetails | None, *, actor: Actor, at: dt.datetime) -> None:
    """Write what the hospital said of a referral that has been saved; None: nothing. Called inside a use case.

    :raises Invalid: if something of it cannot be right.
    """
    if details is None or details == _DEFAULTS:
        if referral.version > 1:  # a draft that was edited: it may have said more before
            Discharge.objects.filter(referral=referral).delete()
        return
    today = local_day(at)
    values = {name: value.strip() if isinstance(value := getattr(details, name), str) else value for name in _ROW}
    if not values["trust_ods_code"] and referral.referring_team.organization.kind == "nhs_trust":
        values["trust_ods_code"] = referral.referring_team.organization.ods_code
    values["trust_ods_code"] = values["trust_ods_code"].upper()
    errors: dict[str, list[str]] = {}
    if values["trust_ods_code"] and not re.fullmatch(r"[A-Z0-9]{3,5}", values["trust_ods_code"]):
        errors["discharge.trust_ods_code"] = ["A trust's ODS code has 3 to 5 letters and digits, like RWJ."]
    if details.pathway is not None and details.pathway not in DischargePathway.values:
        errors["discharge.pathway"] = ["Choose 0, 1, 2 or 3."]
    if details.destination and details.destination not in DischargeDestination.values:
        errors["discharge.destination"] = [f"Choose one of: {', '.join(DischargeDestination.values)}."]
    start = details.start_no_earlier_than
    if start is not None and abs(start - today) > FARTHEST_PLAN:
        errors["discharge.start_no_earlier_than"] = ["Give a day within two years."]
    for number, event in enumerate(details.events):
        if event.code not in DISCHARGE_EVENTS:
            errors[f"discharge.events.{number}.code"] = [f"Choose one of: {', '.join(DISCHARGE_EVENTS)}."]
    if errors:
        raise Invalid(errors)
    Discharge.objects.update_or_create(referral=referral, defaults=values)
    _write_events(referral, details.events, actor=actor, at=at)


def _write_events(referral: Referral, events: tuple[HospitalEvent, ...], *, actor: Actor, at: dt.datetime) -> None:
    """Record what happened in hospital as answers that rules see; what is known already is not recorded again."""
    known = set(
        Observation.objects.filter(referral=referral, code__in=DISCHARGE_EVENTS).values_list("code", "occurred")
    )
    new = [
        ObservationDetails(code=event.code, answer=Answered.YES, occurred=event.occurred, note=event.note)
        for event in events
        if (event.code, event.occurred) not in known
    ]
    if not new or actor.user is None:
        return
    rows = append_observations(referral, new, user=actor.user, at=at, field="discharge.events")
    record_event(
        referral=referral, kind=EventKind.OBSERVATIONS_RECORDED, actor=actor, at=at, details={"count": len(rows)}
    )


def copy_discharge(earlier: Referral, arrived: Referral) -> None:
    """Let a referral that arrives from another team have what the hospital said."""
    Discharge.objects.bulk_create(copies_of(Discharge.objects.filter(referral=earlier), referral=arrived))


@transaction.atomic(durable=True)
def edit_discharge(
    *,
    referral: Referral,
    actor: Actor,
    at: dt.datetime,
    details: DischargeDetails,
    planned_on: dt.date,
    expected_version: int | None = None,
) -> Referral:
    """Replace what the hospital said, and move the planned day, while the person waits for their discharge.

    :raises Stale: if the referral has changed since the caller read it.
    :raises NotPermitted: if the actor neither referred the person nor is of the team that owns the referral.
    :raises Conflict: if the person is not waiting for a discharge (`not_deferred`).
    :raises Invalid: if something of it cannot be right, or the planned day is past.
    """
    referral = lock(referral)
    check_version(referral, expected_version)
    if not policies.may_record_health(actor, referral):
        raise NotPermitted("The discharge team or the team that owns the referral changes the discharge.")
    if referral.status != ReferralStatus.DEFERRED:
        raise Conflict(
            f"It stands at “{referral.get_status_display()}”: the discharge is changed only while it is waited for.",
            code="not_deferred",
            available_actions=policies.referral_actions(actor, referral),
        )
    today = local_day(at)
    if not today <= planned_on <= today + FARTHEST_PLAN:
        raise Invalid({"discharge.planned_on": ["Give a day from today on, within two years."]})
    was = referral.planned_discharge_on
    referral.planned_discharge_on = planned_on
    referral.next_action_on = day_after_planned(planned_on, today=today)
    moved = {"planned_on": planned_on.isoformat(), "was": was.isoformat()} if was and was != planned_on else {}
    record_event(referral=referral, kind=EventKind.DISCHARGE_EDITED, actor=actor, at=at, details=moved)
    write_discharge(referral, details, actor=actor, at=at)
    return referral


def day_after_planned(planned_on: dt.date, *, today: dt.date) -> dt.date:
    """Return when somebody asks whether the person came home: the working day after the planned one."""
    return add_working_days(max(planned_on, today), 1)


def first_contact_due(referral: Referral, *, at: dt.datetime, usual: dt.date) -> dt.date:
    """Return by when somebody must act for a person who came home: within the team's short window after the
    discharge, never in the past, and not before the hospital allows it. For everybody else it is the usual day.
    """
    today = local_day(at)
    due = usual
    if referral.discharged_on is not None:
        window = clocks_of(referral.owner_team_id).discharge_contact_working_days
        due = min(usual, max(add_working_days(referral.discharged_on, window), today))
    return max(due, start_of(referral) or due)


def start_of(referral: Referral) -> dt.date | None:
    """Return the day before which nothing begins, where the hospital has named one."""
    discharge = _discharges().first(referral=referral.pk) if referral.pk else None
    return discharge.start_no_earlier_than if discharge is not None else None


@cache
def _discharges() -> Written[Discharge]:
    return Written(Discharge.objects.filter(referral=0), {0: "%(referral)s"})


def check_start(referral: Referral, day: dt.date) -> None:
    """Refuse a first assessment before the day that the hospital has named.

    :raises Invalid: if it is too early.
    """
    start = start_of(referral)
    if start is not None and day < start:
        raise Invalid({"assessment_at": [f"Nothing begins before {start:%-d %B %Y}: the hospital has asked for that."]})


def chase_discharges(*, at: dt.datetime, limit: int = 500) -> int:
    """Ask the discharge team about each person whose planned day has passed without a word; return how many.

    Asked again every second working day until somebody confirms the discharge or moves the day. One transaction each;
    safe to run twice.
    """
    today = local_day(at)
    due = Referral.objects.filter(
        status=ReferralStatus.DEFERRED, planned_discharge_on__lt=today, next_action_on__lte=today
    ).order_by("id")[:limit]
    asked = 0
    for referral in due:
        try:
            asked += _chase(referral, at=at)
        except OF_ONE_ROW:
            log.exception("the discharge of referral %s could not be asked about", referral.reference)
    return asked


@transaction.atomic(durable=True)
def _chase(referral: Referral, *, at: dt.datetime) -> bool:
    today = local_day(at)
    referral = lock(referral)
    planned, due = referral.planned_discharge_on, referral.next_action_on
    if referral.status != ReferralStatus.DEFERRED or planned is None or planned >= today or due is None or due > today:
        return False  # confirmed, moved or asked in the meantime
    referral.next_action_on = add_working_days(today, 2)
    event = record_event(
        referral=referral, kind=EventKind.DISCHARGE_OVERDUE, actor=SYSTEM, at=at,
        details={"planned_on": planned.isoformat()},
    )  # fmt: skip
    announce(event, actor=SYSTEM)
    return True
