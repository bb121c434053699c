"""What a reference stands for, as one person may see it: a referral (R-…) or an onward referral (O-…).

Everything that the page shows is made here, in words. Who sees what is asked of `selectors` and `policies`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from accounts.actors import Actor
from accounts.models import User
from core.clocks import local_day
from core.errors import NotVisible
from referrals import policies, selectors
from referrals.consents import those_that_count
from referrals.enums import ConsentBasis, ConsentPurpose, OnwardStatus, ReferralStatus
from referrals.models import Consent, OnwardReferral, Referral, ReferralEvent
from referrals.policies import Subject
from referrals.selectors.messages_back import messages_back_about
from referrals.selectors.turns import turn_of
from web import words


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing known: its name, and one or several values. `reference` makes the value a link."""

    name: str
    values: list[str]
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event of the timeline."""

    title: str
    service: str
    reference: str
    step: str
    who: str
    at: dt.datetime
    when: str
    note: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One onward referral, on the page of its referral."""

    reference: str
    service: str
    provider: str
    status: str
    dates: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """The whole page. `person` is None where the reader may not see who it is."""

    kind: str
    reference: str
    status: str
    is_overdue: bool
    standing: list[Fact]
    person: list[Fact] | None
    content_title: str
    content: list[Fact]
    shows_offers: bool = False
    offers: list[Offer] = field(default_factory=list)
    actions: list[str]
    is_ended: bool
    timeline: list[Happening]


def get_record(user: User, reference: str, *, today: dt.date) -> Record:
    """Return the page of the one referral or onward referral with this reference.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    if reference.startswith("R-"):
        return _record_of_referral(user, selectors.get_whole_referral(user, reference), today=today)
    if reference.startswith("O-"):
        return _record_of_onward(user, selectors.get_onward_referral(user, reference), today=today)
    raise NotVisible("No reference begins like this one.")


def _record_of_referral(user: User, referral: Referral, *, today: dt.date) -> Record:
    actor = Actor(user)
    events = list(selectors.timeline_of(referral))
    return Record(
        kind="Referral",
        reference=referral.reference,
        status=_status(referral, events),
        is_overdue=_is_overdue(referral, today),
        standing=_turn(actor, referral, events, today)
        + _standing_of_referral(actor, referral)
        + _messages_back(referral),
        person=_facts_about(referral) + _more_facts_about(referral),
        content_title="Why",
        content=_reasons(referral, today),
        shows_offers=True,
        offers=[_offer(onward, events) for onward in referral.onward_referrals.all()],
        actions=_actions(actor, referral, today),
        is_ended=referral.ended_at is not None,
        timeline=_timeline(actor, referral, events, today),
    )


def _record_of_onward(user: User, onward: OnwardReferral, *, today: dt.date) -> Record:
    actor = Actor(user)
    events = list(selectors.timeline_of_onward(onward))
    is_seen = policies.sees_person(Actor(user), onward, on=today)
    return Record(
        kind="Onward referral",
        reference=onward.reference,
        status=_status(onward, events),
        is_overdue=_is_overdue(onward, today),
        standing=_turn(actor, onward, events, today) + _standing_of_onward(actor, onward),
        person=_facts_about(onward.referral) if is_seen else None,
        content_title="What the service needs to know",
        content=_handover(actor, onward, today) if is_seen else [],
        actions=_actions(actor, onward, today),
        is_ended=onward.ended_at is not None,
        timeline=_timeline(actor, onward, events, today),
    )


# --- Where it stands --------------------------------------------------------------------------------------


def _turn(actor: Actor, subject: Subject, events: list[ReferralEvent], today: dt.date) -> list[Fact]:
    reads_all = policies.reads_whole_turn(actor, subject)
    turn = turn_of(subject, on=today, reads_all=reads_all, timeline=events)
    return _known(_fact("Whose turn", words.whose_turn(turn)))


def _standing_of_referral(actor: Actor, referral: Referral) -> list[Fact]:
    later = getattr(referral, "redirected_to", None)
    sent_by = [referral.referrer_name, referral.referrer_service, referral.referrer_organization]
    return _known(
        _fact("Who had it" if referral.ended_at else "Who has it", words.holder(referral)),
        _fact("Next action due", words.day(referral.next_action_on)),
        _link("Passed on to another team as", later, is_open=later is not None and _is_mine(actor, later)),
        _link(
            "Came from another team, where it was", referral.redirected_from,
            is_open=referral.redirected_from is not None and _is_mine(actor, referral.redirected_from),
        ),
        _fact("Scheme", referral.service.name if referral.service else ""),
        _fact("Referred by", ", ".join(dict.fromkeys(part for part in sent_by if part)), referral.referrer_contact),
        _fact("Discharge planned for", words.day(referral.planned_discharge_on)),
        _fact("Discharged", words.day(referral.discharged_on)),
        _fact("Sent", words.moment(referral.submitted_at)),
        _fact("Ended", words.moment(referral.ended_at)),
    )  # fmt: skip


def _messages_back(referral: Referral) -> list[Fact]:
    return [
        Fact(name="Message back", values=[words.day(local_day(row.issued_at))], reference=row.reference)
        for row in messages_back_about(referral)
    ]


def _standing_of_onward(actor: Actor, onward: OnwardReferral) -> list[Fact]:
    referral = onward.referral
    # Its neighbours belong to the same referral: whoever works on that, or made it, may open them too.
    is_open = _is_mine(actor, referral)
    return _known(
        _fact("Service", onward.service.name),
        _fact("Provider", onward.provider_team.name),
        _fact("Next action due", words.day(onward.next_action_on)),
        _fact("First assessment", words.moment(onward.assessment_at)),
        _fact("Who to speak with", words.holder(referral)),
        _link("Part of the referral", referral, is_open=is_open),
        _link("Sent instead of", onward.rerouted_from, is_open=is_open),
        _link("Sent elsewhere as", getattr(onward, "rerouted_to", None), is_open=is_open),
        _fact("Sent", words.moment(onward.sent_at)),
        _fact("Ended", words.moment(onward.ended_at)),
    )


def _status(subject: Subject, events: list[ReferralEvent]) -> str:
    """Write where a referral or an onward referral stands, with the reason or outcome that was given."""
    is_onward = policies.is_onward(subject)
    own = [event for event in events if event.onward_referral_id == (subject.pk if is_onward else None)]
    last = next((event for event in reversed(own) if event.to_status), None)
    if last is not None and last.to_status == subject.status:
        return _became(last)
    return words.label_of(OnwardStatus if is_onward else ReferralStatus, subject.status)


def _is_overdue(subject: Subject, today: dt.date) -> bool:
    return subject.next_action_on is not None and subject.next_action_on < today


def _is_mine(actor: Actor, referral: Referral) -> bool:
    """Whether the reader is on the referral's own side, and so may open it: nobody is led to a 404."""
    return bool(policies.roles_of(actor, referral))


def _offer(onward: OnwardReferral, events: list[ReferralEvent]) -> Offer:
    ended = f", ended {words.day_of(onward.ended_at)}" if onward.ended_at else ""
    return Offer(
        reference=onward.reference,
        service=onward.service.name,
        provider=onward.provider_team.name,
        status=_status(onward, events),
        dates=f"Sent {words.day_of(onward.sent_at)}{ended}",
    )


def _actions(actor: Actor, subject: Subject, today: dt.date) -> list[str]:
    return [words.action(subject, name) for name in policies.available_actions(actor, subject, on=today)]


# --- The person, and why ----------------------------------------------------------------------------------


def _facts_about(referral: Referral) -> list[Fact]:
    """What everybody who sees the person sees: who comes, how to reach and to speak with them."""
    return _known(
        _fact("Name", f"{referral.first_name} {referral.family_name}"),
        _fact("Date of birth", words.short_day(referral.date_of_birth)),
        _fact("Telephone", referral.telephone),
        _fact("Email", referral.email),
        _fact("Prefers to be reached by", referral.get_preferred_contact_display()),
        _fact("To speak with them", referral.communication_needs),
    )


def _more_facts_about(referral: Referral) -> list[Fact]:
    """What only the referral's own side sees."""
    return _known(
        _fact("NHS number", words.nhs_number(referral.nhs_number), referral.get_nhs_number_status_display()),
        _fact("Address", referral.address, referral.postcode),
        _fact("GP practice", words.practice(referral.gp_practice_code)),
    )


def _reasons(referral: Referral, today: dt.date) -> list[Fact]:
    decisions = referral.consents.all()
    counting = those_that_count(decisions, on=today)
    return _known(
        _fact("Reason", referral.reason),
        _fact("Needs", *(": ".join(filter(None, (need.term.name, need.note))) for need in referral.needs.all())),
        _risks(referral),
        *(
            _fact(
                purpose.label,
                *(_decision(row, counts=row.pk in counting) for row in decisions if row.purpose == purpose),
            )
            for purpose in ConsentPurpose
        ),
    )


def _decision(consent: Consent, *, counts: bool) -> str:
    is_best_interests = consent.basis == ConsentBasis.BEST_INTERESTS
    decision = consent.get_basis_display() if is_best_interests else consent.get_decision_display()
    named = consent.to_service or consent.to_organization
    whom = f", for {named.name} alone" if named else ""
    until = f", until {words.day(consent.expires_on)}" if consent.expires_on else ""
    recorded = f"Recorded by {consent.recorded_by.full_name}, {words.day_of(consent.recorded_at)}."
    past = "" if counts else "Does not count any more."
    return " ".join(filter(None, (f"{decision}{whom}{until}.", recorded, consent.note, past)))


def _handover(actor: Actor, onward: OnwardReferral, today: dt.date) -> list[Fact]:
    reads_notes = policies.sees_notes_between_team_and_provider(actor, onward, on=today)
    note = _fact("Handover note", onward.handover_note if reads_notes else "")
    return _known(note, _risks(onward.referral))


def _risks(referral: Referral) -> Fact:
    return _fact("Risks", *(risk.description or "No known risks" for risk in referral.risks.all()))


# --- What happened ----------------------------------------------------------------------------------------


def _timeline(actor: Actor, subject: Subject, events: Iterable[ReferralEvent], today: dt.date) -> list[Happening]:
    sees_onward_notes = policies.sees_notes_between_team_and_provider(actor, subject, on=today)
    names_service = not policies.is_onward(subject)
    return [_happening(event, names_service=names_service, sees_onward_notes=sees_onward_notes) for event in events]


def _happening(event: ReferralEvent, *, names_service: bool, sees_onward_notes: bool) -> Happening:
    onward = event.onward_referral
    step = words.event_title(event.kind, is_onward=onward is not None)
    return Happening(
        title=_became(event) if event.to_status else step,
        service=onward.service.name if onward and names_service else "",
        reference=onward.reference if onward and names_service else "",
        step=step if event.to_status else "",
        who=event.actor_name,
        at=event.occurred_at,
        when=words.moment(event.occurred_at),
        note=event.note if onward is None or sees_onward_notes else "",
        code=f"{event.snomed_code} {event.get_snomed_code_display()}" if event.snomed_code else "",
    )


def _became(event: ReferralEvent) -> str:
    """Write the status that an event led to, with the reason or outcome that was given."""
    is_onward = event.onward_referral_id is not None
    step = (policies.ONWARD_STEPS if is_onward else policies.REFERRAL_STEPS).get(event.kind)
    status = words.label_of(OnwardStatus if is_onward else ReferralStatus, event.to_status)
    why = words.label_of(step.rules.reasons if step else None, event.reason) or words.label_of(
        step.rules.outcomes if step else None, event.outcome
    )
    return f"{status}: {words.in_a_sentence(why)}" if why else status


# --- Facts ------------------------------------------------------------------------------------------------


def _fact(name: str, *values: str) -> Fact:
    return Fact(name=name, values=[value for value in values if value])


def _link(name: str, other: Any, *, is_open: bool) -> Fact:
    """The reference of another record: a link where the reader may open it, else words."""
    return Fact(
        name=name, values=[other.reference] if other else [], reference=other.reference if other and is_open else ""
    )


def _known(*facts: Fact) -> list[Fact]:
    """Return those of the facts that say something."""
    return [fact for fact in facts if fact.values]
