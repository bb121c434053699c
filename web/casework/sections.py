"""The parts of a case's page, each in words: what is to be done, the plan, contacts, notes, services, measures."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from referrals import selectors
from referrals.enums import (
    ConsultationMechanism,
    ContactDirection,
    ContactOutcome,
    ContactParty,
    TaskKind,
)
from referrals.models import (
    CaseNote,
    DueTask,
    MeasureResponse,
    OnwardReferral,
    Referral,
    ReferralEvent,
    Signpost,
)
from referrals.selectors import casework
from referrals.selectors.contact_log import ContactLog, LoggedContact
from referrals.selectors.turns import turn_of
from web import words
from web.casework.home import says_of
from web.record.page import Offer, offer
from web.states import Tag
from web.worklists import clock_of


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """One thing that is due. `task_id` is of one that somebody wrote down: it is done by its button."""

    says: str
    due: str
    clock: Tag | None
    who: str
    reference: str
    task_id: int | None


def to_do(user: User, referral: Referral, *, today: dt.date) -> list[ToDo]:
    """Return what is due for a case, today or later, the first at the top."""
    return [_to_do(task, today) for task in casework.due_for_one(user, referral)]


def _to_do(task: DueTask, today: dt.date) -> ToDo:
    return ToDo(
        says=says_of(task),
        due=words.day(task.due_on),
        clock=clock_of(task.due_on, today),
        who=task.assigned_to.full_name if task.assigned_to else "",
        reference=task.onward_reference,
        task_id=task.source_id if task.kind == TaskKind.BY_HAND else None,
    )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that was written down: a contact, a note, a signpost. `correct` is where it is corrected."""

    title: str
    by: str
    text: str
    row_id: int
    is_replaced: bool = False


def contacts(user: User, referral: Referral) -> list[Entry]:
    """Return the contact log, the newest first."""
    log = ContactLog(user, referral.reference).order_by("-occurred_at")
    return [_contact(row) for row in log[: casework.MOST]]


def _contact(row: LoggedContact) -> Entry:
    is_with_person, whom = row.with_whom == ContactParty.PERSON, words.label_of(ContactParty, row.with_whom)
    parts = [
        words.in_a_sentence(words.label_of(ConsultationMechanism, row.mechanism)),
        "" if is_with_person else f"with {row.with_name or words.in_a_sentence(whom)}",
        "they got in touch" if row.direction == ContactDirection.IN else "",
        f"about {row.onward_referral}" if row.onward_referral else "",
        "warm handover" if row.is_warm_handover else "",
        f"{row.minutes} minutes" if row.minutes else "",
    ]
    return Entry(
        title=f"{words.label_of(ContactOutcome, row.outcome)}: {', '.join(filter(None, parts))}",
        by=f"{words.moment(row.occurred_at)}, {row.recorded_by}",
        text=row.note,
        row_id=row.id,
        is_replaced=row.replaced_by is not None,
    )


def notes(user: User, referral: Referral) -> list[Entry]:
    """Return the notes of the team, the newest first."""
    return [_note(row) for row in casework.newest_notes_of(user, referral)]


def _whose(row: CaseNote) -> str:
    if row.recorded_by is None:
        return "From the person"
    return "Shared with the referrer" if row.is_shared else "For the team only"


def _note(row: CaseNote) -> Entry:
    return Entry(
        title=_whose(row),
        by=f"{words.moment(row.recorded_at)}, {row.author}",
        text=row.text,
        row_id=row.pk,
        is_replaced=hasattr(row, "replaced_by"),
    )


def signposts(user: User, referral: Referral) -> list[Entry]:
    """Return what the person was told of, the newest first, and what was heard of it."""
    return [_signpost(row) for row in casework.newest_signposts_of(user, referral)]


def _signpost(row: Signpost) -> Entry:
    later = getattr(row, "follow_up", None)
    heard = f"{later.get_result_display()}. {later.note}" if later else ""
    ask = f"Ask how it went on {words.day(row.follow_up_on)}." if row.follow_up_on and not later else ""
    return Entry(
        title=f"Signposted to {row.name}",
        by=f"{words.day(row.signposted_on)}, {row.recorded_by.full_name}",
        text="\n".join(filter(None, (row.reason, heard, ask))),
        row_id=row.pk,
    )


# --- Services, and what was measured --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AtService:
    """One onward referral: where it stands, whose turn it is there, and by when."""

    offer: Offer
    turn: str
    clock: Tag | None
    is_open: bool


def at_services(offers: list[OnwardReferral], events: list[ReferralEvent], *, today: dt.date) -> list[AtService]:
    """Return the onward referrals of a case, those that are open first."""
    found = sorted(offers, key=lambda row: row.ended_at is not None)
    return [_at_service(row, events, today) for row in found]


def _at_service(row: OnwardReferral, events: list[ReferralEvent], today: dt.date) -> AtService:
    turn = turn_of(row, on=today, reads_all=True, timeline=events)
    return AtService(
        offer=offer(row, events), turn=words.whose_turn(turn), clock=clock_of(turn.due_on, today),
        is_open=row.ended_at is None,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measure that is due, or one that was taken with what changed since the first time."""

    name: str
    says: str
    clock: Tag | None = None
    address_of: str = ""


def measures_due(referral: Referral, *, today: dt.date) -> list[Measured]:
    """Return which measures are due, the first at the top; those far ahead are left out."""
    rows = selectors.due_measures(referral, today=today)
    soon = [row for row in rows if row.due_on <= today + dt.timedelta(days=28)]
    return [
        Measured(
            name=row.name,
            says=f"Week {row.point}, due {words.day(row.due_on)}"
            + ("" if row.is_usable else ". No licence is recorded")
            + (f", at {row.onward_referral}: the provider takes it" if row.onward_referral else ""),
            clock=clock_of(row.due_on, today),
            address_of="" if row.onward_referral or not row.is_usable else row.measure,
        )
        for row in soon
    ]  # fmt: skip


def measured(referral: Referral) -> list[Measured]:
    """Return what was measured: the first score of each, and how it changed."""
    found = []
    for pair in selectors.measured_changes(referral):
        says = [f"{words.short_day(pair.baseline.taken_on)}: {_scores(pair.baseline)}"]
        for later in pair.follow_ups:
            changed = "; ".join(each.words for each in later.changes)
            says.append(f"{words.short_day(later.taken_on)}: {changed or _scores(later.response)}")
        found.append(Measured(name=pair.name, says="\n".join(says)))
    return found


def _scores(response: MeasureResponse) -> str:
    return ", ".join(_score(each) for each in response.scores)


def _score(stored: dict[str, Any]) -> str:
    value = f"{stored['value']:g} {stored['unit']}".strip() if stored["value"] is not None else stored["band_name"]
    return f"{words.in_a_sentence(stored['name'])} {value or 'no score'}"
