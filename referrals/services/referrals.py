"""Use cases of a referral: make it, change the draft, take a step, allocate it."""

import datetime as dt
from dataclasses import dataclass, replace

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team, User
from accounts.selectors import is_receiving
from core.clocks import is_plannable, local_day
from core.errors import Conflict, Invalid, NotPermitted
from core.idempotency import Claim, take
from core.identifiers import new_reference
from referrals import policies
from referrals.announcements import announce
from referrals.enums import (
    CloseOutcome,
    EventKind,
    HoldReason,
    ReferralStatus,
    SnomedCode,
    WithdrawalReason,
)
from referrals.models import Referral, ReferralNeed, TeamPolicy
from referrals.services.clearance_requests import copy_requests
from referrals.services.consent import copy_consents
from referrals.services.contacts import forget_tries
from referrals.services.content import (
    ReferralContent,
    fill,
    hanging_on,
    judge_content,
    referrer_of,
    write_more,
)
from referrals.services.deaths import lock_person_of, record_death
from referrals.services.discharge import copy_discharge, first_contact_due
from referrals.services.events import record_event
from referrals.services.health import copy_health
from referrals.services.known_people import PersonDeceased
from referrals.services.measures import copy_measures
from referrals.services.own_page_links import issue_on_arrival
from referrals.services.people import AS_GIVEN
from referrals.services.readmission import (
    hold_for_hospital,
    hold_or_restart_onward,
    home_again,
    let_onward_clocks_go_on,
    refuse_while_in_hospital,
)
from referrals.services.record import copy_record
from referrals.services.risks import copy_risks
from referrals.services.safeguarding import copy_concerns
from referrals.services.sending import send
from referrals.services.steps import (
    NOTHING_SAID,
    NotPossibleNow,
    StepDetails,
    Taken,
    check_version,
    clocks_of,
    judge,
    lock,
    withdraw_open_onward_referrals,
    working_days_after,
    write,
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """The referral that a request made; `is_replay` when an earlier request with the same key had made it."""

    reference: str
    is_replay: bool = False


@transaction.atomic(durable=True)
def create_referral(*, actor: Actor, at: dt.datetime, content: ReferralContent, claim: Claim | None = None) -> Made:
    """Make a referral and send it at once, unless it is a draft or waits for a discharge.

    :raises NotPermitted: if the actor is no referrer, or not in the referring team named.
    :raises Invalid: if the content is not enough to send: the least is in field notes 2.5.
    :raises NotPossibleNow: if a scheme is named and no consent to share is recorded.
    :raises PersonMayBeKnown, AlreadyReferred, PersonDeceased: as `known_people` says.
    :raises KeyReused: if the claim's key came before with another body.
    """
    reference = new_reference("R")
    earlier = take(claim, result=reference) if claim is not None else None
    if earlier is not None:
        return Made(reference=earlier, is_replay=True)
    referral = Referral(reference=reference, **referrer_of(actor, content))
    make(referral, content, actor=actor, at=at)
    return Made(reference=reference)


def make(referral: Referral, content: ReferralContent, *, actor: Actor, at: dt.datetime) -> None:
    """Fill a new referral, write it and send it, whoever it comes from. Called inside a use case.

    :raises: as `create_referral` says.
    """
    fill(referral, content, actor=actor, at=at)
    hanging = judge_content(referral, content, actor=actor, at=at)
    if content.is_draft:
        record_event(referral=referral, kind=EventKind.CREATED, actor=actor, at=at, to_status=ReferralStatus.DRAFT)
        hanging.write(at=at)
        write_more(referral, content, actor=actor, at=at)
        return
    if content.discharge is not None or content.record is not None:
        referral.save()  # what both say hangs on a row, and by what a hospital says is asked when somebody must act
        write_more(referral, content, actor=actor, at=at)
    send(referral, hanging, actor=actor, at=at, is_just_settled=True)


@transaction.atomic(durable=True)
def edit_draft(
    *, referral: Referral, actor: Actor, at: dt.datetime, content: ReferralContent, expected_version: int | None = None
) -> Referral:
    """Replace the content of a draft.

    :raises Stale: if it has changed since the caller read it.
    :raises NotPermitted: if the actor is not of the team that wrote it.
    :raises Conflict: if it is no draft any more.
    :raises Invalid: if the content cannot be right.
    """
    referral = lock(referral)
    check_version(referral, expected_version)
    if not policies.may_edit(actor, referral):
        raise NotPermitted("Only the team that wrote a draft may change it.")
    if referral.status != ReferralStatus.DRAFT:
        raise Conflict(
            "It has been sent. Answer the team's question, or withdraw it and make a new one.",
            code="not_a_draft",
            available_actions=policies.referral_actions(actor, referral),
        )
    if content.referring_team_id not in {None, referral.referring_team_id}:
        raise Invalid({"referring_team": ["A draft stays with the team that wrote it: make a new one."]})
    fill(referral, content, actor=actor, at=at)
    referral.needs.all().delete()
    referral.risks.all().delete()
    hanging = judge_content(referral, content, actor=actor, at=at)
    record_event(referral=referral, kind=EventKind.EDITED, actor=actor, at=at)
    hanging.write(at=at)
    write_more(referral, content, actor=actor, at=at)
    return referral


@transaction.atomic(durable=True)
def take_referral_step(
    *,
    referral: Referral,
    step: str,
    actor: Actor,
    at: dt.datetime,
    details: StepDetails = NOTHING_SAID,
    expected_version: int | None = None,
) -> Referral:
    """Take a step of the referral's machine, and everything that follows from it.

    :raises Stale, NotPermitted, StepNotAllowed, Invalid: as `steps.judge` says.
    :raises PersonDeceased: if the person of a referral to be reopened has died.
    :raises NotPossibleNow: if something the step needs is missing (consent, an open onward referral's end, the window).
    """
    if step == "record_death":
        return record_death(referral=referral, actor=actor, at=at, details=details, expected_version=expected_version)
    if step == "reopen" and lock_person_of(referral).is_deceased:
        raise PersonDeceased
    referral = lock(referral)
    declared = policies.REFERRAL_STEPS[step]
    judge(referral, declared, actor=actor, at=at, details=details, expected_version=expected_version)
    if step in {"submit", "defer", "confirm_discharge"}:
        hanging = hanging_on(referral)
        return send(referral, hanging, actor=actor, at=at, discharged_on=details.discharged_on, step=step)
    taken = _consequences(referral, step, actor=actor, at=at, details=details)
    if declared.target in ReferralStatus.ENDED and step != "close":
        withdraw_open_onward_referrals(referral, actor=actor, at=at, reason=WithdrawalReason.REFERRAL_ENDED)
    if step == "record_readmission":
        details = replace(details, reason=HoldReason.IN_HOSPITAL)
    write(referral, declared, actor=actor, at=at, details=details, taken=taken)
    hold_or_restart_onward(referral, step, actor=actor, at=at)
    let_onward_clocks_go_on(referral, step, at=at)
    if step == "redirect" and details.to_team is not None:
        _arrive_at(details.to_team, referral, actor=actor, at=at)
    return referral


@transaction.atomic(durable=True)
def allocate_referral(
    *,
    referral: Referral,
    owner: User,
    actor: Actor,
    at: dt.datetime,
    next_action_on: dt.date | None = None,
    expected_version: int | None = None,
) -> Referral:
    """Give a referral to a person of the team that owns it.

    :raises Stale, NotPermitted, Conflict, Invalid: if it changed, is not the actor's team's, has ended, or the new
        owner is not of the team.
    """
    referral = lock(referral)
    check_version(referral, expected_version)
    if not policies.may_work_on(actor, referral):
        raise NotPermitted("Only the team that owns a referral may allocate it.")
    if referral.status not in ReferralStatus.SENT:
        raise Conflict(
            f"It stands at “{referral.get_status_display()}”, so there is nothing to allocate.",
            code="step_not_allowed",
            available_actions=policies.referral_actions(actor, referral),
        )
    if next_action_on is not None and not is_plannable(next_action_on, today=local_day(at)):
        raise Invalid({"next_action_on": ["Choose a day from today on, within two years."]})
    _set_owner(referral, owner)
    referral.next_action_on = next_action_on or referral.next_action_on
    record_event(
        referral=referral,
        kind=EventKind.ALLOCATED,
        actor=actor,
        at=at,
        details={"owner": str(owner.id), "name": owner.full_name},
    )
    return referral


# --- What follows from each step -------------------------------------------------------------------------


def _consequences(referral: Referral, step: str, *, actor: Actor, at: dt.datetime, details: StepDetails) -> Taken:
    """Change what a step changes on the referral besides its status, and say when somebody must look again."""
    today = local_day(at)

    def clocks() -> TeamPolicy:
        return clocks_of(referral.owner_team_id)

    match step:
        case "request_information":
            return Taken(next_action_on=working_days_after(at, clocks().answer_working_days))
        case "provide_information":
            return Taken(next_action_on=working_days_after(at, clocks().triage_working_days))
        case "accept":
            _set_owner(referral, details.owner or actor.user)
            usual = working_days_after(at, clocks().first_contact_working_days)
            due = details.next_action_on or first_contact_due(referral, at=at, usual=usual)
            return Taken(next_action_on=due, details={"owner": str(referral.owner_id)})
        case "redirect":
            _check_redirection(referral, details)
            return Taken()
        case "start_support":
            return Taken(
                next_action_on=details.next_action_on or working_days_after(at, clocks().review_working_days),
                snomed_code=_once(referral, SnomedCode.REFERRAL_TO_SOCIAL_PRESCRIBING),
            )
        case "hold":
            if details.until is None or details.until <= today:
                raise Invalid({"until": ["Choose a day after today: that is when somebody looks again."]})
            return Taken(next_action_on=details.until)
        case "record_readmission":
            return hold_for_hospital(referral, at=at, until=details.until)
        case "confirm_discharge_again":
            return home_again(referral, at=at, discharged_on=details.discharged_on)
        case "resume":
            refuse_while_in_hospital(referral)
            return Taken(next_action_on=details.next_action_on or working_days_after(at, clocks().review_working_days))
        case "close":
            return _close(referral, details)
        case "reopen":
            days = clocks().reopening_days
            if referral.ended_at is None or at > referral.ended_at + dt.timedelta(days=days):
                raise NotPossibleNow(
                    f"A referral can be reopened for {days} days after it closed. Make a new one.",
                    code="reopening_window_over",
                )
            if not _works_in_the_team(referral.owner, referral):
                _set_owner(referral, actor.user)
            forget_tries(referral)
            return Taken(
                next_action_on=details.next_action_on or working_days_after(at, clocks().first_contact_working_days),
                details={"owner": str(referral.owner_id)},
                snomed_code=_once(referral, SnomedCode.REFERRAL_TO_SOCIAL_PRESCRIBING),
            )
        case _:  # reject, withdraw, enter_in_error: the end itself
            return Taken()


def _close(referral: Referral, details: StepDetails) -> Taken:
    if referral.status == ReferralStatus.ACCEPTED and details.outcome not in CloseOutcome.WITHOUT_SUPPORT:
        raise Invalid(
            {"outcome": [f"Support has not begun, so choose one of: {', '.join(CloseOutcome.WITHOUT_SUPPORT)}."]}
        )
    still_open = list(referral.onward_referrals.open().order_by("id").values_list("reference", flat=True))
    if still_open:
        raise NotPossibleNow(
            "End or withdraw its open onward referrals first, so that the referrer hears what became of each.",
            code="onward_referrals_open",
            onward_referrals=still_open,
        )
    if details.outcome == CloseOutcome.DECLINED_BY_PERSON:
        return Taken(snomed_code=_once(referral, SnomedCode.SOCIAL_PRESCRIBING_DECLINED))
    return Taken()


def _once(referral: Referral, code: SnomedCode) -> str:
    """Return the code if this referral has emitted none yet: the person accepts or declines once (S67)."""
    return "" if referral.events.exclude(snomed_code="").exists() else code


def _check_redirection(referral: Referral, details: StepDetails) -> None:
    team = details.to_team
    if team is None or team.pk == referral.owner_team_id or not (team.takes_referrals and is_receiving(team)):
        raise Invalid({"to_team": ["Choose another team that takes referrals."]})


def _arrive_at(team: Team, earlier: Referral, *, actor: Actor, at: dt.datetime) -> None:
    """Make the referral that the other team receives: a redirection must never be the end of the road."""
    copied = (
        "person", *AS_GIVEN, "referring_team", "referrer", "referrer_name", "referrer_service", "referrer_organization",
        "referrer_contact", "source", "referral_method", "referrer_relationship", "agreement", "confirmed_email",
        "reason", "said_no_at", "planned_discharge_on", "discharged_on",
    )  # fmt: skip
    arrived = Referral(
        reference=new_reference("R"), owner_team=team, redirected_from=earlier, submitted_at=at, sent_at=at,
        **{name: getattr(earlier, name) for name in copied},
    )  # fmt: skip
    arrived.submit()
    arrived.next_action_on = working_days_after(at, clocks_of(team.pk).triage_working_days)
    event = record_event(
        referral=arrived, kind=EventKind.ARRIVED_BY_REDIRECTION, actor=actor, at=at, to_status=arrived.status,
        details={"from": earlier.reference},
    )  # fmt: skip
    ReferralNeed.objects.bulk_create(
        ReferralNeed(referral=arrived, term_id=need.term_id, note=need.note, code=need.code, display=need.display)
        for need in earlier.needs.order_by("id")
    )
    copy_consents(earlier, arrived, on=local_day(at))
    copy_risks(earlier, arrived)
    copy_record(earlier, arrived)
    copy_concerns(earlier, arrived)
    copy_health(earlier, arrived)
    copy_requests(earlier, arrived)
    copy_measures(earlier, arrived)
    copy_discharge(earlier, arrived)
    announce(event, actor=actor)
    issue_on_arrival(arrived, actor=actor, at=at)


def _works_in_the_team(user: User | None, referral: Referral) -> bool:
    team_roles = {Role.LINK_WORKER, Role.LEAD}
    return user is not None and user.is_active and bool(user.roles_in([referral.owner_team_id]) & team_roles)


def _set_owner(referral: Referral, owner: User | None) -> None:
    if owner is not None:  # locked and read anew: whoever is just leaving is gone, or stays for what they are given
        owner = User.objects.select_for_update(no_key=True).filter(pk=owner.pk).first()
    if not _works_in_the_team(owner, referral):
        raise Invalid({"owner": ["Choose a link worker or lead of the team that owns the referral."]})
    referral.owner = owner
