"""Record what is known of a person's health, and what professionals decided about it. Nothing of it is ever changed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from accounts.actors import Actor
from accounts.models import User
from core.clocks import local_day
from core.errors import FieldErrors, Invalid
from referrals.enums import ClearanceRequestStatus, EventKind
from referrals.models import Clearance, Observation, Referral
from referrals.selectors.screening import open_clearance_requests, questions_of_service
from referrals.services.casework import judged_on_either_side
from referrals.services.copying import copies_of
from referrals.services.events import record_event
from services_directory.models import Service
from services_directory.suitability.dates import PartialDate, in_words
from services_directory.suitability.kinds import Answered, AnswerKind
from services_directory.suitability.vocabulary import QUESTIONS, Question

DOES = "records what is known of their health"


@dataclass(frozen=True, kw_only=True)
class ObservationDetails:
    """One answer as it was given. `observed_on` None: today. `occurred` is a day, a month or a year (2026-08-14)."""

    code: str
    answer: str = ""
    value: Decimal | None = None
    second_value: Decimal | None = None
    choice: str = ""
    occurred: str = ""
    observed_on: dt.date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ClearanceDetails:
    """What a named professional decided about one question, for one service or (None) for all."""

    code: str
    is_cleared: bool
    professional_name: str
    professional_role: str
    decided_on: dt.date
    service: Service | None = None
    note: str = ""


@transaction.atomic(durable=True)
def record_observations(
    *,
    referral: Referral,
    actor: Actor,
    at: dt.datetime,
    observations: Sequence[ObservationDetails],
    asked_by: Service | None = None,
    expected_version: int | None = None,
) -> list[Observation]:
    """Append answers about the person. Of each question the latest observed counts; the timeline says how many.

    With `asked_by`, only what the rules of that service ask.

    :raises Stale: if the referral has changed since the caller read it (412).
    :raises NotPermitted: if the actor neither referred the person nor supports them.
    :raises Conflict: if the referral has ended.
    :raises Invalid: if an answer does not fit its question, or is of a day that cannot be; nothing is then recorded.
    """
    referral, user = judged_on_either_side(referral, actor, does=DOES, expected_version=expected_version)
    if asked_by is not None:
        check_asked(observations, asked_by, on=local_day(at))
    rows = append_observations(referral, observations, user=user, at=at)
    record_event(
        referral=referral, kind=EventKind.OBSERVATIONS_RECORDED, actor=actor, at=at, details={"count": len(rows)}
    )
    return rows


def check_asked(observations: Sequence[ObservationDetails], service: Service, *, on: dt.date) -> None:
    """Refuse answers to what the rules of a service do not ask.

    :raises Invalid: with the place of each.
    """
    asked = questions_of_service(service, on=on)
    problems = {
        f"observations.{number}.code": ["The rules of this service do not ask this."]
        for number, given in enumerate(observations)
        if given.code not in asked
    }
    if problems:
        raise Invalid(problems)


def append_observations(
    referral: Referral,
    observations: Sequence[ObservationDetails],
    *,
    user: User,
    at: dt.datetime,
    field: str = "observations",
) -> list[Observation]:
    """Write answers that fit their questions, all or none. Called inside a use case, which records the event.

    :param field: the name of the input, for the errors.
    :raises Invalid: if there is none, or one does not fit.
    """
    today = local_day(at)
    if len({given.code for given in observations}) < len(observations) or not observations:
        raise Invalid({field: ["Give at least one answer, and one to each question."]})
    born = referral.date_of_birth
    problems: dict[str, list[str]] = {}
    rows = []
    for number, given in enumerate(observations):
        found = _problems(given, born=born, today=today)
        problems |= {f"{field}.{number}.{name}": list(said) for name, said in found.items()}
        if not found:
            rows.append(_row(referral, given, user=user, at=at, today=today))
    if problems:
        raise Invalid(problems)
    return Observation.objects.bulk_create(rows)


@transaction.atomic(durable=True)
def record_clearance(
    *, referral: Referral, actor: Actor, at: dt.datetime, given: ClearanceDetails, expected_version: int | None = None
) -> Clearance:
    """Append what a named professional decided: the person may start, or may not. The latest decision counts.

    It is what came of an open request about that question, whoever was asked: nobody need be asked again.

    :raises Stale: if the referral has changed since the caller read it (412).
    :raises NotPermitted: if the actor neither referred the person nor supports them.
    :raises Conflict: if the referral has ended.
    :raises Invalid: if it is about no question of ours, names nobody, or is of a day that is still to come.
    """
    referral, user = judged_on_either_side(referral, actor, does=DOES, expected_version=expected_version)
    problems: dict[str, list[str]] = {}
    if given.code not in QUESTIONS:
        problems["code"] = ["There is no such question."]
    for name in ("professional_name", "professional_role"):
        if not getattr(given, name).strip():
            problems[name] = ["Say who decided, and what they are: a GP, a consultant, a midwife."]
    if not referral.date_of_birth <= given.decided_on <= local_day(at):
        problems["decided_on"] = ["Give the day on which it was decided."]
    if problems:
        raise Invalid(problems)
    clearance = Clearance.objects.create(
        referral=referral, code=given.code, is_cleared=given.is_cleared, service=given.service,
        professional_name=given.professional_name.strip(), professional_role=given.professional_role.strip(),
        decided_on=given.decided_on, note=given.note.strip(), recorded_by=user, recorded_at=at,
    )  # fmt: skip
    open_clearance_requests(referral).filter(code=given.code).update(
        status=ClearanceRequestStatus.DECIDED, clearance=clearance, ended_by=user, ended_at=at
    )
    record_event(
        referral=referral, kind=EventKind.CLEARANCE_RECORDED, actor=actor, at=at,
        details={"is_cleared": given.is_cleared},
    )  # fmt: skip
    return clearance


def copy_health(earlier: Referral, arrived: Referral) -> None:
    """Let a referral that arrives from another team have what was known: each row as it was, by whom and when."""
    observations = Observation.objects.filter(referral=earlier).order_by("id")
    Observation.objects.bulk_create(copies_of(observations, referral=arrived))
    clearances = Clearance.objects.filter(referral=earlier).order_by("id")
    Clearance.objects.bulk_create(copies_of(clearances, referral=arrived))


def _row(referral: Referral, given: ObservationDetails, *, user: User, at: dt.datetime, today: dt.date) -> Observation:
    is_given = given.value is not None or given.second_value is not None or bool(given.choice)
    return Observation(
        referral=referral, code=given.code, answer=Answered.GIVEN if is_given else Answered(given.answer),
        value=given.value, second_value=given.second_value, choice=given.choice, occurred=given.occurred,
        unit=QUESTIONS[given.code].unit if is_given else "", observed_on=given.observed_on or today,
        note=given.note.strip(), recorded_by=user, recorded_at=at,
    )  # fmt: skip


# --- Does an answer fit its question? -----------------------------------------------------------------------------


def _problems(given: ObservationDetails, *, born: dt.date, today: dt.date) -> FieldErrors:
    question = QUESTIONS.get(given.code)
    if question is None:
        return {"code": ["There is no such question."]}
    problems: dict[str, list[str]] = {}
    observed_on = given.observed_on or today
    if not born <= observed_on <= today:
        problems["observed_on"] = ["Give the day on which it was measured or said."]
    wanted = _WANTED[question.kind]
    values = {"value": given.value, "second_value": given.second_value, "choice": given.choice or None}
    for name, value in values.items():
        if value is not None and name not in wanted:
            problems[name] = ["This question is answered otherwise."]
    is_given = any(values[name] is not None for name in wanted)
    if given.occurred and (question.kind != AnswerKind.EVENT or given.answer != Answered.YES):
        problems["occurred"] = ["Only what happened has a day."]
    elif given.occurred:
        problems |= _problems_of_day(given.occurred, born=born, observed_on=observed_on)
    allowed = {Answered.UNKNOWN} if wanted else {Answered.YES, Answered.NO, Answered.UNKNOWN}
    if is_given and given.answer not in ("", Answered.GIVEN):
        problems["answer"] = ["Either give the value, or say that it is unknown."]
    elif not is_given and given.answer not in allowed:
        name = wanted[0] if wanted else "answer"
        problems[name] = ["Give the value, or say that it is unknown." if wanted else "Answer yes, no or unknown."]
    return problems | _problems_of_values(question, given)


_WANTED: Mapping[AnswerKind, tuple[str, ...]] = {
    AnswerKind.YES_NO: (),
    AnswerKind.EVENT: (),
    AnswerKind.MEASURE: ("value",),
    AnswerKind.BLOOD_PRESSURE: ("value", "second_value"),
    AnswerKind.CHOICE: ("choice",),
}


def _problems_of_day(occurred: str, *, born: dt.date, observed_on: dt.date) -> dict[str, list[str]]:
    try:
        day = PartialDate.read(occurred)
    except ValueError as problem:
        return {"occurred": [str(problem)]}
    if day.latest < born or day.earliest > observed_on:
        return {"occurred": [f"Give a day from the person's birth until {in_words(observed_on)}."]}
    return {}


def _problems_of_values(question: Question, given: ObservationDetails) -> dict[str, list[str]]:
    if question.choices and given.choice and given.choice not in dict(question.choices):
        return {"choice": [f"Choose one of: {', '.join(value for value, _ in question.choices)}."]}
    problems = {}
    for name in _WANTED[question.kind]:
        value = getattr(given, name)
        if question.lowest is None or question.highest is None or value is None:
            continue
        if not question.lowest <= value <= question.highest:
            problems[name] = [
                f"Check it: between {question.lowest} and {question.highest} {question.unit} is possible."
            ]
    if given.value is not None and given.second_value is not None and given.value <= given.second_value:
        problems["value"] = ["The upper value of a blood pressure is above the lower one."]
    return problems
