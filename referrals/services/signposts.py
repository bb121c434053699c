"""Record that a person was signposted, and what was heard of it. It shares nothing and refers nobody."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from core.clocks import is_plannable, local_day
from core.errors import Conflict, Invalid, NotVisible
from referrals.enums import EventKind, FollowUpResult
from referrals.models import Referral, Signpost, SignpostFollowUp
from referrals.services.casework import is_far_off, judged
from referrals.services.events import record_event
from services_directory.models import Service


@dataclass(frozen=True, kw_only=True)
class SignpostDetails:
    """To what the person was signposted: a service of the directory, or a name. `signposted_on` None: today."""

    service: Service | None = None
    name: str = ""
    contact_details: str = ""
    reason: str = ""
    information_given: str = ""
    signposted_on: dt.date | None = None
    follow_up_on: dt.date | None = None


@transaction.atomic(durable=True)
def record_signpost(
    *, referral: Referral, actor: Actor, at: dt.datetime, given: SignpostDetails, expected_version: int | None = None
) -> Signpost:
    """Append a signposting. Any service may be named, also one that takes no referrals. No consent is needed: nothing
    about the person goes to anybody.

    :raises Stale, NotPermitted, Conflict: as `casework.judged` says.
    :raises Invalid: if it names no target or two, or a day cannot be.
    """
    referral, user = judged(referral, actor, expected_version=expected_version)
    today = local_day(at)
    signposted_on = given.signposted_on or today
    errors: dict[str, list[str]] = {}
    if (given.service is None) == (not given.name.strip()):
        errors["name"] = ["Name either a service of the directory, or what the person was told of."]
    if signposted_on > today or is_far_off(signposted_on, today=today):
        errors["signposted_on"] = ["Give the day on which the person was told."]
    if given.follow_up_on is not None and not is_plannable(given.follow_up_on, today=today):
        errors["follow_up_on"] = ["Choose a day from today on, within two years."]
    if errors:
        raise Invalid(errors)
    name = given.service.name[:150] if given.service else given.name.strip()
    signpost = Signpost.objects.create(
        referral=referral, signposted_on=signposted_on, service=given.service, name=name,
        contact_details=given.contact_details.strip(), reason=given.reason.strip(),
        information_given=given.information_given.strip(), follow_up_on=given.follow_up_on, recorded_by=user,
        recorded_at=at,
    )  # fmt: skip
    # The name of a service can tell of a condition: the timeline does not say it.
    record_event(referral=referral, kind=EventKind.SIGNPOSTED, actor=actor, at=at)
    return signpost


@transaction.atomic(durable=True)
def follow_up_signpost(
    *, referral: Referral, signpost_id: int, actor: Actor, at: dt.datetime, result: str, note: str = ""
) -> Signpost:
    """Record what was heard after signposting, once.

    :raises NotPermitted, Conflict: as `casework.judged` says.
    :raises Conflict: if it has been followed up (`already_followed_up`).
    :raises NotVisible: if the referral has no such signposting.
    """
    referral, user = judged(referral, actor)
    signpost = referral.signposts.filter(pk=signpost_id).select_related("follow_up").first()
    if signpost is None:
        raise NotVisible("This referral has no such signposting.")
    if hasattr(signpost, "follow_up"):
        raise Conflict("Somebody has followed it up already.", code="already_followed_up")
    SignpostFollowUp.objects.create(
        referral=referral,
        signpost=signpost,
        result=FollowUpResult(result),
        note=note.strip(),
        recorded_by=user,
        recorded_at=at,
    )
    record_event(referral=referral, kind=EventKind.SIGNPOST_FOLLOWED_UP, actor=actor, at=at)
    return signpost
