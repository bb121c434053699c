"""Who may do what. Pure judgement on rows already read: whether a person may *see* a row is `selectors`' to say."""

import datetime as dt
from collections.abc import Iterable, Set
from functools import cache
from typing import TypeGuard
from uuid import UUID

from accounts.actors import Actor
from accounts.enums import Role
from referrals.consents import provider_sees_person
from referrals.enums import OnwardStatus, ReferralSource, ReferralStatus
from referrals.models import OnwardReferral, Referral
from referrals.models.facts import ReferralFacts, Sides
from referrals.pathway import Step, steps_of

REFERRAL_STEPS = steps_of(Referral)
ONWARD_STEPS = steps_of(OnwardReferral)

_TEAM = {Role.LINK_WORKER, Role.LEAD}
_OF_THE_TEAM = frozenset({*_TEAM, Role.SYSTEM})
Subject = Referral | OnwardReferral


def is_onward(subject: Subject) -> TypeGuard[OnwardReferral]:
    """Whether the subject is an onward referral."""
    return isinstance(subject, OnwardReferral)


def steps_for(subject: Subject) -> dict[str, Step]:
    """Return the steps of the subject's machine."""
    return ONWARD_STEPS if is_onward(subject) else REFERRAL_STEPS


def roles_of(actor: Actor, subject: Subject) -> set[Role]:
    """Return the roles that count for this subject.

    A role counts on its own side only: a referrer's in the team that referred, a link worker's or lead's in the team
    that owns the referral, a provider's in the team that the onward referral was sent to.
    """
    if not isinstance(subject, OnwardReferral):
        return roles_of_referral(actor, subject)
    roles = roles_of_referral(actor, subject.referral)
    if actor.user is not None:
        roles |= actor.roles_in([subject.provider_team_id]) & {Role.PROVIDER}
    return roles


def roles_of_referral(actor: Actor, referral: Sides) -> set[Role]:
    """Return the roles that count for a referral, as `roles_of`."""
    if actor.user is None:
        return {Role.SYSTEM} if actor.is_service else set()
    roles = {*(actor.user.roles_in_team(referral.owner_team_id) & _TEAM)}
    if Role.REFERRER in actor.user.roles_in_team(referral.referring_team_id):
        roles.add(Role.REFERRER)
    if roles & _TEAM and referral.source in ReferralSource.STATED:
        roles.add(Role.REFERRER)  # the person or their family ring, and the team does it for them (docs/adr/0023)
    return roles


def may_take(actor: Actor, step: Step, subject: Subject) -> bool:
    """Whether the actor's role allows the step, whatever the moment."""
    return bool(roles_of(actor, subject) & step.rules.by)


def may_work_on(actor: Actor, referral: Referral) -> bool:
    """Whether the actor belongs to the team that owns the referral: may allocate it, and send it onward."""
    return bool(roles_of(actor, referral) & _TEAM)


def is_its_person(actor: Actor, referral: Referral) -> bool:
    """Whether it is the person of the referral who acts, on their own page."""
    return actor.person_of is not None and actor.person_of == referral.pk


def may_say_how_reached(actor: Actor, referral: Referral) -> bool:
    """Whether the actor may say how the person is reached and spoken with: the owning team, and the person."""
    return may_work_on(actor, referral) or is_its_person(actor, referral)


def may_speak_for_consent(actor: Actor, referral: Referral) -> bool:
    """Whether the actor may record what the person decided about sharing: whoever speaks with the person."""
    return bool(roles_of(actor, referral))


def may_record_health(actor: Actor, referral: Referral) -> bool:
    """Whether the actor may record what is known of the person's health: the referrer's team, and the owning team."""
    return bool(roles_of(actor, referral) & {Role.REFERRER, *_TEAM})


def may_answer_screening(actor: Actor, onward: OnwardReferral, *, on: dt.date) -> bool:
    """Whether the actor may answer on a day what a service's own rules ask: its provider, while it sees the person."""
    return Role.PROVIDER in roles_of(actor, onward) and provider_sees_person(onward, on=on)


def may_record_measure(actor: Actor, subject: Subject, *, on: dt.date) -> bool:
    """Whether the actor may record a measure on a day: the owning team on the referral, a provider on what it has."""
    roles = roles_of(actor, subject)
    if isinstance(subject, OnwardReferral):
        return Role.PROVIDER in roles and provider_sees_person(subject, on=on)
    return bool(roles & _TEAM)


def may_read_measures(actor: Actor, subject: Subject, *, on: dt.date) -> bool:
    """Whether the actor reads scores: the referral's own side, and a provider as long as it sees the person."""
    return sees_person(actor, subject, on=on) if isinstance(subject, OnwardReferral) else bool(roles_of(actor, subject))


def reads_answers(actor: Actor, subject: Subject) -> bool:
    """Whether the actor reads the single answers, too: who referred the person reads the scores only."""
    roles = roles_of(actor, subject)
    return bool(roles & {*_TEAM, Role.SYSTEM, Role.PROVIDER})


def may_record_follow_up(actor: Actor, onward: OnwardReferral, *, on: dt.date) -> bool:
    """Whether the actor may record on a day what became of asking a person: the provider at whom they took part, as
    long as it sees them, or the team that supported them. Whoever speaks with them first spares them the other's call.
    """
    roles = roles_of(actor, onward)
    return bool(roles & _TEAM) or (Role.PROVIDER in roles and provider_sees_person(onward, on=on))


def may_record_licence(actor: Actor, team_ids: list[UUID]) -> bool:
    """Whether the actor may say that the organisation of these teams holds a licence: its leads and managers."""
    return bool(actor.roles_in(team_ids) & {Role.LEAD, Role.MANAGER})


def may_choose_measures(actor: Actor, team_id: UUID | None) -> bool:
    """Whether the actor chooses what a team or its scheme measures: its lead, a provider, the service."""
    return bool(actor.roles_in([team_id]) & {Role.LEAD, Role.PROVIDER, Role.SYSTEM})


def may_hold_sessions(actor: Actor, team_id: UUID | None) -> bool:
    """Whether the actor makes and cancels a team's sessions and takes their registers: its providers."""
    return team_id is not None and bool(actor.roles_in([team_id]) & {Role.PROVIDER})


def may_write_record(actor: Actor, referral: Referral) -> bool:
    """Whether the record is the actor's to write now: the referrer's team's in a draft, then the owning team's."""
    return _write_the_record(roles_of(actor, referral), referral.status)


def _write_the_record(roles: Set[Role], status: str) -> bool:
    return Role.REFERRER in roles if status == ReferralStatus.DRAFT else bool(roles & _TEAM)


def may_record_safeguarding(actor: Actor, referral: Referral) -> bool:
    """Whether the actor may record a concern: whoever speaks with the person may, and who reads them."""
    return may_record_health(actor, referral) or reads_safeguarding(actor, referral)


def reads_safeguarding(actor: Actor, referral: Referral) -> bool:
    """Whether the actor reads what is recorded about safeguarding: a safeguarding lead of either side's team. Like
    every role it counts only for a referral that its holder sees.
    """
    return Role.SAFEGUARDING in actor.roles_in([referral.owner_team_id, referral.referring_team_id])


def may_edit(actor: Actor, referral: Referral) -> bool:
    """Whether the actor may change the content: the referrer's team, while it is a draft."""
    return Role.REFERRER in roles_of(actor, referral)


def may_decide_retention(actor: Actor, referral: Referral) -> bool:
    """Whether the actor decides if an ended referral is forgotten: a lead of its team, or a privacy officer."""
    if actor.user is None:
        return False
    leads = Role.LEAD in roles_of(actor, referral) and referral.sent_at is not None
    return leads or Role.PRIVACY_OFFICER in actor.user.roles()


def decides_what_is_kept(actor: Actor) -> bool:
    """Whether the actor decides it of some referral: of which, `may_decide_retention` says."""
    return actor.user is not None and bool(actor.user.roles() & {Role.LEAD, Role.PRIVACY_OFFICER})


def may_take_out(actor: Actor) -> bool:
    """Whether the actor may take out everything that is held on a person."""
    return actor.user is not None and Role.PRIVACY_OFFICER in actor.user.roles()


def may_see_who_looked(actor: Actor, referral: Referral) -> bool:
    """Whether the actor reads who opened a record: a lead of the team that owns it, or a privacy officer."""
    return may_decide_retention(actor, referral)


def sees_person(actor: Actor, onward: OnwardReferral, *, on: dt.date) -> bool:
    """Whether the actor sees on a day who the person is: always on the referral's own side, else as a provider may."""
    roles = roles_of(actor, onward)
    return bool(roles - {Role.PROVIDER}) or (Role.PROVIDER in roles and provider_sees_person(onward, on=on))


def reads_whole_turn(actor: Actor, subject: Subject) -> bool:
    """Whether the actor reads all of whose turn it is. How reaching the person goes is the owning team's to know; why
    a referral is on hold is for those who see that referral, and a provider sees only that it is.
    """
    if isinstance(subject, OnwardReferral):
        return bool(roles_of(actor, subject) - {Role.PROVIDER})
    return reads_whole_turn_of_referral(actor, subject)


def reads_whole_turn_of_referral(actor: Actor, referral: Sides) -> bool:
    """Whether the actor reads all of whose turn it is with a referral, as `reads_whole_turn`."""
    return is_of_the_team(roles_of_referral(actor, referral))


def is_of_the_team(roles: Set[Role]) -> bool:
    """Whether roles are those of the team that owns the referral, or of the service itself."""
    return not _OF_THE_TEAM.isdisjoint(roles)


def sees_notes_between_team_and_provider(actor: Actor, subject: Subject, *, on: dt.date) -> bool:
    """Whether the actor reads on a day what link worker and provider write to each other about a person: the two of
    them do, the referrer does not, and the provider only as long as it sees the person.
    """
    if not isinstance(subject, OnwardReferral):
        return sees_notes_of_referral(actor, subject)
    if sees_notes_of_referral(actor, subject.referral):
        return True
    return Role.PROVIDER in roles_of(actor, subject) and provider_sees_person(subject, on=on)


def sees_notes_of_referral(actor: Actor, referral: Sides) -> bool:
    """Whether the actor reads, as of the team that owns a referral, what it and its providers write to each other."""
    return is_of_the_team(roles_of_referral(actor, referral))


TAKES_UP = {"accept", "waitlist", "book_assessment", "start", "send_pack"}
"""The provider's steps towards taking a person up: each needs a consent that stands."""


def available_actions(actor: Actor, subject: Subject, *, on: dt.date) -> list[str]:
    """Return the names of what the actor may do with the subject on a day, in the order of the pathway."""
    if isinstance(subject, OnwardReferral):
        return _onward_actions(actor, subject, on=on)
    return referral_actions(actor, subject)


def _onward_actions(actor: Actor, onward: OnwardReferral, *, on: dt.date) -> list[str]:
    """A provider is not offered what it would be refused because the person does not agree to sharing with it."""
    roles = roles_of(actor, onward)
    names = [name for name in _steps_open_to(roles, onward) if fits_delivery(name, onward)]
    if onward.status == "started" and Role.PROVIDER in roles and not onward.is_sent_out:
        names.append("record_attendance")
    if Role.PROVIDER in roles:
        if not provider_sees_person(onward, on=on):
            names = [name for name in names if name not in TAKES_UP]
        elif onward.referral.status in ReferralStatus.SENT:
            names += ["record_measure", "record_review"] if onward.status in OnwardStatus.TOOK_PART else []
            names += ["answer_screening"] if onward.status in OnwardStatus.OPEN else []
    if is_asked_now(onward, on=on) and may_record_follow_up(actor, onward, on=on):
        names.append("record_follow_up")
    if onward.can_be_rerouted and roles & _TEAM and onward.referral.status in SENDABLE:
        names.append("reroute")
    return names


def is_asked_now(onward: OnwardReferral, *, on: dt.date) -> bool:
    """Whether somebody is to be asked now how they are. Reads the clock: whoever shows many has fetched it."""
    clock = getattr(onward, "follow_up_clock", None)
    return clock is not None and clock.has_opened(on=on) and not onward.is_person_away


def _steps_open_to(roles: Set[Role], subject: Subject) -> list[str]:
    return _open_steps(steps_for(subject).values(), roles, subject.status)


def _open_steps(steps: Iterable[Step], roles: Set[Role], status: str) -> list[str]:
    return [step.name for step in steps if status in step.sources and roles & step.rules.by]


def referral_actions(actor: Actor, referral: ReferralFacts) -> list[str]:
    """Return the names of what the actor may do with a referral now, in the order of the pathway."""
    return list(actions_of(frozenset(roles_of_referral(actor, referral)), referral.status))


@cache
def actions_of(roles: frozenset[Role], status: str) -> tuple[str, ...]:
    """Return the same for the roles that count for a referral, and its status: nothing else is asked."""
    names = _open_steps(REFERRAL_STEPS.values(), roles, status)
    if status == ReferralStatus.DRAFT and Role.REFERRER in roles:
        names.insert(0, "edit")
    if status == ReferralStatus.DEFERRED and roles & {Role.REFERRER, *_TEAM}:
        names.append("edit_discharge")
    if roles & _TEAM and status in ReferralStatus.SENT:
        names += ["allocate", "record_measure"]
    if roles & _TEAM and status in SENDABLE:
        names.append("send_onward")
    if roles & _TEAM and status in ReferralStatus.SENT:
        names += ["change_contact", "record_address"]
    if Role.LEAD in roles:
        names.append("correct_nhs_number")
    if roles and status in ReferralStatus.OPEN:
        names += ["record_consent", "record_observations", "record_clearance"]
        names += ["write_record"] if _write_the_record(roles, status) else []
        names += ["record_risk"]
    if roles & _TEAM and status in ReferralStatus.SENT:
        names += ["log_contact", "write_note", "record_signpost", "add_task", "request_clearance"]
    if roles & _TEAM and status in ReferralStatus.TAKEN_ON:
        names.append("save_plan")
    return tuple(names)


def fits_delivery(step: str, onward: OnwardReferral) -> bool:
    """Whether a step is one of how the service reaches people: a pack is sent, everything else begins by a visit."""
    return step not in (BY_VISIT if onward.is_sent_out else BY_POST)


BY_POST = frozenset({"send_pack"})
"""Steps of a pack alone."""
BY_VISIT = frozenset({"book_assessment", "start"})
"""Steps of every service but a pack."""
SENDABLE = (ReferralStatus.ACCEPTED, ReferralStatus.ACTIVE)
"""When a referral may be sent onward: after a link worker has taken it on. A scheme's hub sends at submission."""
