"""Safeguarding: recorded by whoever speaks with the person, read by few, and each read written down.

No event and no message tells of it: the timeline is seen by all who see the referral, and that there is a concern is
itself confidential (docs/adr/0024). The rows, which say who recorded and who ended them, are its history.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from accounts.actors import Actor
from core.clocks import local_day
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from referrals import policies
from referrals.enums import ReferralStatus, SafeguardingKind
from referrals.models import Referral, SafeguardingConcern, SafeguardingRead
from referrals.services.copying import copies_of
from referrals.services.record import problems_of_code, problems_of_days
from referrals.services.steps import lock


@dataclass(frozen=True, kw_only=True)
class ConcernDetails:
    """What is recorded: a concern, that there is none, or an unborn child protection plan."""

    kind: str = SafeguardingKind.CONCERN
    code: str = ""
    display: str = ""
    text: str = ""
    comment: str = ""
    local_authority: str = ""
    started_on: dt.date | None = None


@transaction.atomic(durable=True)
def record_concern(
    *, referral: Referral, actor: Actor, at: dt.datetime, details: ConcernDetails
) -> SafeguardingConcern:
    """Append what whoever speaks with the person noticed. To record is not to read.

    :raises NotPermitted: if the actor neither refers nor supports the person.
    :raises Conflict: if the referral has ended.
    :raises Invalid: if it says nothing, or something in it cannot be right.
    """
    referral = lock(referral)
    if actor.user is None or not policies.may_record_safeguarding(actor, referral):
        raise NotPermitted("Whoever refers or supports the person records a concern.")
    if referral.status not in ReferralStatus.OPEN:
        raise Conflict("The referral has ended: nothing more is recorded.", code="referral_ended")
    today = local_day(at)
    found = problems_of_code(details.code, details.display)
    found |= problems_of_days(details.started_on, None, born=referral.date_of_birth, last=today)
    says_something = bool(details.code.strip() or details.text.strip())
    if details.kind == SafeguardingKind.CONCERN and not says_something:
        found["text"] = "Say what the concern is."
    if details.kind == SafeguardingKind.NO_CONCERN and says_something:
        found["kind"] = "Either name a concern, or say that there is none."
    if details.local_authority.strip() and details.kind != SafeguardingKind.UNBORN_CHILD_PLAN:
        found["local_authority"] = "Only an unborn child protection plan has one."
    if found:
        raise Invalid({name: [said] for name, said in found.items()})
    return SafeguardingConcern.objects.create(
        referral=referral, kind=SafeguardingKind(details.kind), code=details.code.strip(),
        display=details.display.strip(), text=details.text.strip(), comment=details.comment.strip(),
        local_authority=details.local_authority.strip(), started_on=details.started_on or today,
        recorded_by=actor.user, recorded_at=at,
    )  # fmt: skip


@transaction.atomic(durable=True)
def read_concerns(*, referral: Referral, actor: Actor, at: dt.datetime, way: str) -> list[SafeguardingConcern]:
    """Return what is recorded, the oldest first, and write down that it was read. `way` says what was asked for.

    :raises NotPermitted: if the actor is no safeguarding lead of the team that refers or supports the person.
    """
    if actor.user is None or not policies.reads_safeguarding(actor, referral):
        raise NotPermitted("Only a safeguarding lead reads this. Speak with yours.")
    concerns = list(referral.safeguarding_concerns.select_related("recorded_by", "ended_by").order_by("id"))
    SafeguardingRead.objects.create(
        referral=referral, reader=actor.user, read_at=at, way=way, concerns=[concern.pk for concern in concerns]
    )
    return concerns


def reads_of(*, referral: Referral, actor: Actor) -> QuerySet[SafeguardingRead]:
    """Return who has read what, the latest first.

    :raises NotPermitted: if the actor is no safeguarding lead of the team that refers or supports the person.
    """
    if not policies.reads_safeguarding(actor, referral):
        raise NotPermitted("Only a safeguarding lead reads this.")
    return SafeguardingRead.objects.filter(referral=referral).select_related("reader").order_by("-id")


@transaction.atomic(durable=True)
def end_concern(
    *, referral: Referral, concern_id: int, actor: Actor, at: dt.datetime, ended_on: dt.date | None = None
) -> SafeguardingConcern:
    """End a concern today or on an earlier day; also after the referral has ended.

    :raises NotPermitted: if the actor is no safeguarding lead of the team that refers or supports the person.
    :raises NotVisible: if the referral has no such concern.
    :raises Conflict: if it has ended already.
    :raises Invalid: if the day cannot be.
    """
    referral = lock(referral)
    if actor.user is None or not policies.reads_safeguarding(actor, referral):
        raise NotPermitted("Only a safeguarding lead ends a concern.")
    concern = referral.safeguarding_concerns.filter(pk=concern_id).first()
    if concern is None:
        raise NotVisible("This referral has no such concern.")
    if concern.ended_on is not None:
        raise Conflict("The concern has ended already.", code="concern_ended")
    today = local_day(at)
    concern.ended_on, concern.ended_by = ended_on or today, actor.user
    found = problems_of_days(concern.started_on, concern.ended_on, born=referral.date_of_birth, last=today)
    if found:
        raise Invalid({name: [said] for name, said in found.items()})
    concern.save()
    return concern


def copy_concerns(earlier: Referral, arrived: Referral) -> None:
    """Let a referral that arrives from another team have what was recorded: as it was, by whom and when."""
    concerns = earlier.safeguarding_concerns.order_by("id")
    SafeguardingConcern.objects.bulk_create(copies_of(concerns, referral=arrived))
