"""Record risks, and end them. A risk is never deleted after its referral was sent: its history says something."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from core.clocks import local_day
from core.errors import Conflict, Invalid, NotVisible
from referrals.enums import EventKind
from referrals.models import Referral, Risk
from referrals.services.casework import judged_on_either_side
from referrals.services.copying import copies_of
from referrals.services.events import record_event
from referrals.services.record import problems_of_code, problems_of_days

DOES = "records the risks"


@dataclass(frozen=True, kw_only=True)
class RiskDetails:
    """One risk as it was given. Without words, the name of its code is what whoever meets the person reads."""

    description: str = ""
    code: str = ""
    display: str = ""
    comment: str = ""
    started_on: dt.date | None = None


@transaction.atomic(durable=True)
def record_risk(
    *, referral: Referral, actor: Actor, at: dt.datetime, details: RiskDetails, expected_version: int | None = None
) -> Risk:
    """Append a risk. A statement that none is known ends with it.

    :raises Stale: if the referral has changed since the caller read it (412).
    :raises NotPermitted: if the actor neither referred the person nor supports them.
    :raises Conflict: if the referral has ended.
    :raises Invalid: if it says nothing, or something in it cannot be right.
    """
    referral, _ = judged_on_either_side(referral, actor, does=DOES, expected_version=expected_version)
    [risk] = made_of(referral, [details], today=local_day(at))
    referral.risks.filter(is_none_known=True, ended_on=None).update(ended_on=local_day(at))
    risk.save()
    record_event(referral=referral, kind=EventKind.RISK_RECORDED, actor=actor, at=at)
    return risk


@transaction.atomic(durable=True)
def end_risk(
    *,
    referral: Referral,
    risk_id: int,
    actor: Actor,
    at: dt.datetime,
    ended_on: dt.date | None = None,
    expected_version: int | None = None,
) -> Risk:
    """End a risk today or on an earlier day. Where it was the last, nobody knows of one: that is then stated.

    :raises Stale, NotPermitted, Conflict: as for `record_risk`, and if it has ended already.
    :raises NotVisible: if the referral has no such risk.
    :raises Invalid: if the day cannot be.
    """
    referral, _ = judged_on_either_side(referral, actor, does=DOES, expected_version=expected_version)
    risk = referral.risks.filter(pk=risk_id, is_none_known=False).first()
    if risk is None:
        raise NotVisible("This referral has no such risk.")
    if risk.ended_on is not None:
        raise Conflict("The risk has ended already.", code="risk_ended")
    today = local_day(at)
    risk.ended_on = ended_on or today
    found = problems_of_days(risk.started_on, risk.ended_on, born=referral.date_of_birth, last=today)
    if found:
        raise Invalid({name: [said] for name, said in found.items()})
    risk.save()
    if not referral.risks.filter(ended_on=None).exists():
        Risk.objects.create(referral=referral, is_none_known=True, started_on=today)
    record_event(referral=referral, kind=EventKind.RISK_ENDED, actor=actor, at=at)
    return risk


def made_of(referral: Referral, given: Sequence[RiskDetails], *, today: dt.date, where: str = "") -> list[Risk]:
    """Return rows that are not saved yet; `where` begins the names of the errors.

    :raises Invalid: if one says nothing, or something in it cannot be right.
    """
    problems: dict[str, list[str]] = {}
    for number, details in enumerate(given):
        found = problems_of_code(details.code, details.display)
        found |= problems_of_days(details.started_on, None, born=referral.date_of_birth, last=today)
        if not (details.description.strip() or details.display.strip()):
            found["description"] = "Say what the risk is: whoever meets the person reads it."
        prefix = f"{where}{number}." if where else ""
        problems |= {f"{prefix}{name}": [said] for name, said in found.items()}
    if problems:
        raise Invalid(problems)
    return [
        Risk(
            referral=referral, description=details.description.strip() or details.display.strip(),
            code=details.code.strip(), display=details.display.strip(), comment=details.comment.strip(),
            started_on=details.started_on,
        )
        for details in given
    ]  # fmt: skip


def copy_risks(earlier: Referral, arrived: Referral) -> None:
    """Let a referral that arrives from another team have what was known, ended risks too."""
    Risk.objects.bulk_create(copies_of(earlier.risks.order_by("id"), referral=arrived))
