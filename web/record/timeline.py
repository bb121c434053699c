"""What happened, in words."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.actors import Actor
from referrals import policies
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.models import ReferralEvent
from referrals.policies import Subject
from web import words


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


def timeline(actor: Actor, subject: Subject, events: Iterable[ReferralEvent], today: dt.date) -> list[Happening]:
    sees_onward_notes = policies.sees_notes_between_team_and_provider(actor, subject, on=today)
    names_service = not policies.is_onward(subject)
    return [_happening(event, names_service=names_service, sees_onward_notes=sees_onward_notes) for event in events]


def _happening(event: ReferralEvent, *, names_service: bool, sees_onward_notes: bool) -> Happening:
    onward = event.onward_referral
    step = words.event_title(event.kind, is_onward=onward is not None)
    return Happening(
        title=became(event) if event.to_status else step,
        service=onward.service.name if onward and names_service else "",
        reference=onward.reference if onward and names_service else "",
        step=step if event.to_status and _says_more(step, than=became(event)) else "",
        who=event.actor_name,
        at=event.occurred_at,
        when=words.moment(event.occurred_at),
        note=event.note if onward is None or sees_onward_notes else "",
        code=f"{event.snomed_code} {event.get_snomed_code_display()}" if event.snomed_code else "",
    )


def _says_more(step: str, *, than: str) -> bool:
    """Whether the name of a step is worth saying beside what it led to: "Accept" is not, beside "Accepted"."""
    step, than = step.lower(), than.lower()
    return not (than.startswith(step.removesuffix("e")) or step.startswith(than))


def became(event: ReferralEvent) -> str:
    """Write the status that an event led to, with the reason or outcome that was given."""
    is_onward = event.onward_referral_id is not None
    step = (policies.ONWARD_STEPS if is_onward else policies.REFERRAL_STEPS).get(event.kind)
    status = words.label_of(OnwardStatus if is_onward else ReferralStatus, event.to_status)
    why = words.label_of(step.rules.reasons if step else None, event.reason) or words.label_of(
        step.rules.outcomes if step else None, event.outcome
    )
    return f"{status}: {words.in_a_sentence(why)}" if why else status
