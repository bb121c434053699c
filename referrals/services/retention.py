"""Keep a referral for its time, then propose to forget it; a lead decides, and it is done or put off.

What is forgotten is who the person was and what was said of them. What was counted stays, and so does every event:
that it happened, when, by whom, with its hash (docs/retention.md).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.actors import Actor
from core.clocks import is_plannable, local_day
from core.errors import Conflict, Invalid, NotPermitted
from notifications.services import forget_bounces, forget_recipient
from referrals import policies
from referrals.enums import (
    EventKind,
    KeepingReason,
    NhsNumberStatus,
    RecordKind,
    ReferralStatus,
    RetentionDecision,
    WithdrawalReason,
)
from referrals.holdings import GONE, HOLDINGS, Holding
from referrals.models import Person, Referral, ReferralEvent, RetentionProposal, RetentionRule
from referrals.models.retention import DEFAULT_RULES
from referrals.services.events import record_event
from referrals.services.steps import StepDetails, Taken, lock, write


def propose_forgetting(*, at: dt.datetime, limit: int = 1000) -> int:
    """Propose to forget referrals whose time is over, the longest over first; return how many. Safe to run twice.

    A draft that nobody has touched for its time is proposed, too.
    """
    today = local_day(at)
    waiting_or_kept = RetentionProposal.objects.filter(
        Q(decision="") | Q(decision=RetentionDecision.KEPT, keep_until__gte=today), referral=OuterRef("pk")
    )
    days = keep_days()
    proposed = 0
    for kind in RecordKind:
        over = at - dt.timedelta(days=days[kind])
        rows = (
            _of_kind(kind)
            .filter(since__lt=over, forgotten_at__isnull=True)
            .exclude(Exists(waiting_or_kept))
            .order_by("since", "id")[: limit - proposed]
        )
        made = RetentionProposal.objects.bulk_create(
            [
                RetentionProposal(
                    referral=row, kind=kind, due_on=local_day(row.since + dt.timedelta(days=days[kind])), proposed_at=at
                )
                for row in rows
            ],
            ignore_conflicts=True,  # another run proposed it at the same moment
        )
        proposed += len(made)
    return proposed


def keep_days() -> dict[str, int]:
    """Return by kind how many days it is kept: the organisation's own rule, or the default."""
    own = dict(RetentionRule.objects.values_list("kind", "keep_days"))
    return {kind: own.get(kind, default) for kind, (default, _) in DEFAULT_RULES.items()}


@transaction.atomic(durable=True)
def keep_longer(
    *, proposal: RetentionProposal, actor: Actor, at: dt.datetime, reason: str, keep_until: dt.date
) -> RetentionProposal:
    """Decide that a referral is kept until a day; then it is proposed again.

    :raises NotPermitted: if the actor is no lead of the team that owned it, and no privacy officer.
    :raises Conflict: if it is decided already.
    :raises Invalid: if no reason is given, or the day is not ahead.
    """
    proposal = _judged(proposal, actor)
    errors: dict[str, list[str]] = {}
    if reason not in KeepingReason.values:
        errors["reason"] = [f"Choose one of: {', '.join(KeepingReason.values)}."]
    if keep_until <= local_day(at) or not is_plannable(keep_until, today=local_day(at)):
        errors["keep_until"] = ["Choose a day after today, within two years: then it is looked at again."]
    if errors:
        raise Invalid(errors)
    proposal.reason, proposal.keep_until = KeepingReason(reason), keep_until
    _decide(proposal, RetentionDecision.KEPT, actor=actor, at=at, is_done=True)
    return proposal


@transaction.atomic(durable=True)
def forget(*, proposal: RetentionProposal, actor: Actor, at: dt.datetime) -> RetentionProposal:
    """Take out of a referral, for good, what names or describes the person; and the person, if it was their last.

    A draft is withdrawn in the same act. Messages stay, because they name nobody; the person's own address does not.

    :raises NotPermitted: if the actor is no lead of the team that owned it, and no privacy officer.
    :raises Conflict: if it is decided already, the referral was opened again meanwhile, or the draft was touched.
    """
    proposal = _judged(proposal, actor)
    referral = lock(proposal.referral)
    if referral.status == ReferralStatus.DRAFT:
        _throw_away(referral, proposal, actor=actor, at=at)
    if referral.status not in ReferralStatus.ENDED:
        raise Conflict("It was opened again, so it is not forgotten.", code="referral_open")
    _decide(proposal, RetentionDecision.FORGOTTEN, actor=actor, at=at, is_done=False)
    for holding in HOLDINGS:
        if holding.model is not Referral and holding.to_referral and not holding.is_history:
            _empty(holding, holding.model._default_manager.filter(**{holding.to_referral: referral.pk}))
    if referral.confirmed_email:
        forget_recipient(referral.confirmed_email, reference=referral.reference)
    forget_bounces(reference=referral.reference)
    own = next(holding for holding in HOLDINGS if holding.model is Referral)
    for name, value in own.forgets.items():
        if getattr(referral, name):
            setattr(referral, name, value)
    referral.date_of_birth = referral.date_of_birth.replace(month=1, day=1)
    referral.forgotten_at = at
    record_event(referral=referral, kind=EventKind.FORGOTTEN, actor=actor, at=at, details={"kind": proposal.kind})
    if not Referral.objects.filter(person=referral.person_id, forgotten_at__isnull=True).exists():
        _forget_person(referral.person_id)
    for holding in HOLDINGS:
        if holding.is_history and holding.to_referral:  # the last: what was emptied above has left its trace there
            _empty(holding, holding.model._default_manager.filter(**{holding.to_referral: referral.pk}))
    proposal.is_done = True
    proposal.save(update_fields=["is_done"])
    return proposal


# --- The means ------------------------------------------------------------------------------------------------------

_TURNED_AWAY = (ReferralStatus.REJECTED, ReferralStatus.REDIRECTED)
_AT_ANY_TIME = (ReferralStatus.WITHDRAWN, ReferralStatus.ENTERED_IN_ERROR)
_OF_KIND: Mapping[str, Q] = {
    RecordKind.SUPPORTED: Q(status=ReferralStatus.CLOSED) | Q(status__in=_AT_ANY_TIME, owner__isnull=False),
    RecordKind.NOT_TAKEN_ON: Q(sent_at__isnull=False)
    & (Q(status__in=_TURNED_AWAY) | Q(status__in=_AT_ANY_TIME, owner__isnull=True)),
    RecordKind.NEVER_SENT: Q(status__in=ReferralStatus.ENDED, sent_at__isnull=True),
    RecordKind.STALE_DRAFT: Q(status=ReferralStatus.DRAFT),
}
"""Each ended referral is of one kind: taken on by somebody, sent and not taken on, or never sent; so is each draft.

A referral that was turned away was taken on by nobody, also where it had been given to somebody to look at first.
"""


def _of_kind(kind: RecordKind) -> QuerySet[Any]:
    """Return the referrals of a kind, each with the moment from which it is kept (`since`)."""
    touched = ReferralEvent.objects.filter(referral=OuterRef("pk")).order_by("-sequence").values("occurred_at")[:1]
    since = Subquery(touched) if kind == RecordKind.STALE_DRAFT else F("ended_at")
    rows: QuerySet[Any] = Referral.objects.filter(_OF_KIND[kind]).annotate(since=since)
    return rows


def _throw_away(draft: Referral, proposal: RetentionProposal, *, actor: Actor, at: dt.datetime) -> None:
    """Withdraw a draft that is to be forgotten. Nobody but its writers ever saw it, so nobody is told.

    :raises Conflict: if somebody has worked on it since it was proposed.
    """
    if draft.events.filter(occurred_at__gt=proposal.proposed_at).exists():
        raise Conflict("Somebody has worked on it since, so it is not forgotten.", code="draft_in_use")
    said = StepDetails(reason=WithdrawalReason.NO_LONGER_NEEDED)
    write(draft, policies.REFERRAL_STEPS["withdraw"], actor=actor, at=at, details=said, taken=Taken())


def _judged(proposal: RetentionProposal, actor: Actor) -> RetentionProposal:
    proposal = RetentionProposal.objects.select_for_update(of=("self",)).select_related("referral").get(pk=proposal.pk)
    if not policies.may_decide_retention(actor, proposal.referral):
        raise NotPermitted("The lead of the team that owned it decides, or the records and privacy officer.")
    if proposal.decision:
        raise Conflict(f"It is decided already: {proposal.get_decision_display().lower()}.", code="already_decided")
    return proposal


def _decide(
    proposal: RetentionProposal, decision: RetentionDecision, *, actor: Actor, at: dt.datetime, is_done: bool
) -> None:
    proposal.decision, proposal.decided_by, proposal.decided_at = decision, actor.user, at
    proposal.is_done = is_done
    proposal.save()


def _empty(holding: Holding, rows: QuerySet[Any]) -> None:
    if holding.is_removed:
        rows.delete()
        return
    # A note that was hashed as it stood goes out of the hashed text, too: before notes were sealed (migration 0006).
    if "note_salt" in holding.forgets:
        rows.filter(note_seal="").exclude(note="").update(hashed_text="", **holding.forgets)
        rows = rows.exclude(note="")
    for name, value in holding.forgets.items():
        if value == GONE:  # what was empty stays so: rules may hang on it
            rows.exclude(**{name: ""}).update(**{name: value})
    if blanked := {name: value for name, value in holding.forgets.items() if value != GONE}:
        rows.update(**blanked)


def _forget_person(person_id: UUID) -> None:
    """Leave of a person the year of their birth, for the figures by age; of rows that were found to be theirs, too."""
    for holding in HOLDINGS:
        if holding.to_person and not holding.is_history:
            _empty(holding, holding.model._default_manager.filter(**{holding.to_person: person_id}))
    one = Q(pk=person_id) | Q(merged_into=person_id)
    for person in Person.objects.select_for_update().filter(one).order_by("pk"):
        person.nhs_number, person.nhs_number_status = "", NhsNumberStatus.NOT_PRESENT_NOT_REQUIRED
        person.first_name = person.family_name = GONE
        person.date_of_birth = person.date_of_birth.replace(month=1, day=1)
        person.died_on = None
        person.save()
    for holding in HOLDINGS:
        if holding.is_history and holding.to_person:
            rows = holding.model._default_manager
            _empty(holding, rows.filter(**{f"{holding.to_person}__in": Person.objects.filter(one)}))
