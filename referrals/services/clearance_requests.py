"""Write down which professional was asked to decide whether a person may start, and what became of the question."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from core.clocks import is_plannable, local_day
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from referrals import policies
from referrals.enums import ClearanceMechanism, ClearanceRequestStatus, EventKind
from referrals.models import ClearanceRequest, Referral
from referrals.selectors.screening import open_clearance_requests
from referrals.services.casework import judged
from referrals.services.copying import copies_of
from referrals.services.events import record_event
from referrals.services.steps import lock
from services_directory.suitability.vocabulary import QUESTIONS

ENDS = (ClearanceRequestStatus.REFUSED, ClearanceRequestStatus.WITHDRAWN)
"""How a request ends without a clearance."""


@dataclass(frozen=True, kw_only=True)
class ClearanceAsked:
    """What is asked (the codes of the questions), of whom, how, and by when an answer is wanted."""

    codes: Sequence[str]
    professional_name: str
    professional_role: str
    professional_organization: str
    mechanism: ClearanceMechanism
    due_on: dt.date


@transaction.atomic(durable=True)
def request_clearance(
    *, referral: Referral, actor: Actor, at: dt.datetime, asked: ClearanceAsked, expected_version: int | None = None
) -> list[ClearanceRequest]:
    """Write down what is asked of whom, one row a question. Nothing is sent: the team asks by its own means.

    :raises Stale, NotPermitted, Conflict, StepNotAllowed: as `casework.judged` says.
    :raises Conflict: if one of the questions is with somebody already (`already_asked`).
    :raises Invalid: if a question is none of ours, nobody is named, or it is due on a day that cannot be.
    """
    referral, user = judged(referral, actor, expected_version=expected_version)
    if problems := _problems(asked, today=local_day(at)):
        raise Invalid(problems)
    if open_clearance_requests(referral).filter(code__in=asked.codes).exists():
        raise Conflict("Somebody has been asked this already: end that request first.", code="already_asked")
    rows = ClearanceRequest.objects.bulk_create(
        ClearanceRequest(
            referral=referral, code=code, professional_name=asked.professional_name.strip(),
            professional_role=asked.professional_role.strip(),
            professional_organization=asked.professional_organization.strip(), mechanism=asked.mechanism,
            due_on=asked.due_on, requested_by=user, requested_at=at,
        )
        for code in asked.codes
    )  # fmt: skip
    record_event(
        referral=referral, kind=EventKind.CLEARANCE_REQUESTED, actor=actor, at=at,
        details={"count": len(rows), "due_on": str(asked.due_on)},
    )  # fmt: skip
    return rows


@transaction.atomic(durable=True)
def end_request(
    *, referral: Referral, request_id: int, status: ClearanceRequestStatus, actor: Actor, at: dt.datetime
) -> ClearanceRequest:
    """Say that no decision will come: the professional refused to decide, or it is not asked for any more.

    Also after the case has ended. Whoever decides *against* has decided: that is a clearance (`record_clearance`).

    :raises NotPermitted: if the actor is not of the team that owns the referral.
    :raises Invalid: if the status is no such end.
    :raises NotVisible: if the referral has none of this id.
    :raises Conflict: if it has ended already (`request_ended`).
    """
    referral = lock(referral)
    if actor.user is None or not policies.may_work_on(actor, referral):
        raise NotPermitted("This is for the team that supports the person.")
    if status not in ENDS:
        raise Invalid({"status": ["Say refused or withdrawn; a decision is recorded as a clearance."]})
    row = referral.clearance_requests.select_related("requested_by", "clearance").filter(pk=request_id).first()
    if row is None:
        raise NotVisible("Nobody was asked this for this referral.")
    if row.status != ClearanceRequestStatus.OPEN:
        raise Conflict(f"It has ended: “{row.get_status_display()}”.", code="request_ended")
    row.status, row.ended_by, row.ended_at = status, actor.user, at
    row.save(update_fields=["status", "ended_by", "ended_at"])
    record_event(
        referral=referral, kind=EventKind.CLEARANCE_REQUEST_ENDED, actor=actor, at=at, details={"status": row.status}
    )
    return row


def copy_requests(earlier: Referral, arrived: Referral) -> None:
    """Let the next team wait for what professionals were asked and have not decided, so that nobody is asked twice."""
    rows = open_clearance_requests(earlier).order_by("id")
    ClearanceRequest.objects.bulk_create(copies_of(rows, referral=arrived))


def _problems(asked: ClearanceAsked, *, today: dt.date) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if not asked.codes or len(set(asked.codes)) < len(asked.codes) or not set(asked.codes) <= QUESTIONS.keys():
        problems["codes"] = ["Name at least one question, and each once."]
    for name in ("professional_name", "professional_role", "professional_organization"):
        if not getattr(asked, name).strip():
            problems[name] = ["Say who is asked, what they are (a GP, a consultant, a midwife) and where they work."]
    if not is_plannable(asked.due_on, today=today):
        problems["due_on"] = ["Choose a day from today on, within two years."]
    return problems
