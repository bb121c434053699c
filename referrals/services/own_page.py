"""What a person says on their own page: how to reach them, what they would like, no thanks, and yes after all.

Each is an event by the person, and somebody of the team learns of it. They have no account: what they may do is
what stands here, with the one referral that their pass names (docs/adr/0043).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from core.clocks import add_working_days, local_day
from core.errors import Conflict, Invalid, TooOften
from referrals.announcements import announce
from referrals.enums import EventKind, ReferralStatus
from referrals.models import CaseNote, CaseTask, Referral
from referrals.selectors.own_page import THINKING_TIME, get_link_of_pass
from referrals.services.contact_details import change_contact
from referrals.services.events import record_event
from referrals.services.steps import lock, make_it_their_turn

LONGEST_WISH = 1000
WISHES_A_DAY = 10
"""How often somebody may write in a day: nobody's list is filled from here."""
_A_DAY = dt.timedelta(days=1)
SAYS_NO = "The person said no thanks on their page. They can change their mind until {until}."
WANTS_TO_GO_ON = "The person changed their mind on {on}: they would like to go on. Ring them."
WROTE = "The person wrote to you on their page: read the notes."


def change_how_reached(*, key: str, at: dt.datetime, values: Mapping[str, Any], expected_version: int) -> Referral:
    """Change how the person is reached and spoken with, as they say; the team's link worker is told that they did.

    :raises NotVisible, Conflict: as `selectors.own_page.get_link` does.
    :raises Stale, Conflict, Invalid: as `contact_details.change_contact` does.
    """
    referral = get_link_of_pass(key, at=at).referral
    return change_contact(
        referral=referral, actor=_person_of(referral), at=at, values=values, expected_version=expected_version
    )


def add_need(*, key: str, at: dt.datetime, values: Mapping[str, Any], in_words: str, expected_version: int) -> Referral:
    """Say what helps the person to speak, read and come; what was known stays, and their words are put behind it.

    :raises NotVisible, Stale, Conflict: as `change_how_reached` does.
    :raises Invalid: if nothing is new, or there is no room for the words.
    """
    referral = get_link_of_pass(key, at=at).referral
    said = "\n".join(filter(None, [referral.communication_needs, in_words.strip()]))
    longest = Referral._meta.get_field("communication_needs").max_length
    if longest is not None and len(said) > longest:
        raise Invalid({"in_words": ["There is no room for so many words. Please use fewer, or ring us."]})
    return change_how_reached(
        key=key, at=at, values={**values, "communication_needs": said}, expected_version=expected_version
    )


@transaction.atomic(durable=True)
def write_to_the_team(*, key: str, at: dt.datetime, text: str) -> CaseNote:
    """Keep what the person would like, in their words, among the team's notes, and make it a task to read.

    :raises NotVisible, Conflict: as `selectors.own_page.get_link` does; and if the referral has ended.
    :raises Invalid: if it says nothing, or too much.
    :raises TooOften: if they have written ten times today.
    """
    referral = _locked(key, at=at)
    if not text.strip() or len(text) > LONGEST_WISH:
        raise Invalid({"text": [f"Write what you would like, in up to {LONGEST_WISH} letters."]})
    _refuse_if_ended(referral)
    if referral.case_notes.filter(recorded_by=None, recorded_at__gt=at - _A_DAY).count() >= WISHES_A_DAY:
        raise TooOften("You have written a lot today. Please ring us.", wait=int(_A_DAY.total_seconds()))
    note = CaseNote.objects.create(referral=referral, text=text.strip(), recorded_by=None, recorded_at=at)
    _record(referral, EventKind.PERSON_WROTE, at=at)
    if not referral.tasks.filter(title=WROTE, done_at=None).exists():
        _make_task(referral, WROTE, due_on=add_working_days(local_day(at), 1), at=at)
    return note


@transaction.atomic(durable=True)
def say_no_thanks(*, key: str, at: dt.datetime) -> Referral:
    """Record that the person does not want this. Nobody asks why; said twice, it is said once.

    It ends nothing by itself: the link worker sees it at once, among what is due today, and closes the case. From now
    on no message goes to the person (`reaching.may_contact`), until they change their mind.

    :raises NotVisible, Conflict: as `selectors.own_page.get_link` does; and if the referral has ended.
    """
    referral = _locked(key, at=at)
    if referral.said_no_at is not None:
        return referral
    _refuse_if_ended(referral)
    today = local_day(at)
    until = today + THINKING_TIME
    referral.said_no_at = at
    make_it_their_turn(referral, on=today)
    _record(referral, EventKind.PERSON_SAID_NO, at=at, details={"until": until.isoformat()})
    _make_task(referral, SAYS_NO.format(until=f"{until:%-d %B %Y}"), due_on=today, at=at)
    return referral


@transaction.atomic(durable=True)
def change_mind(*, key: str, at: dt.datetime) -> Referral:
    """Record that the person would like to go on after all, also where the case was closed meanwhile: then a lead may
    open it again, and somebody rings.

    :raises NotVisible, Conflict: as `selectors.own_page.get_link` does; and if the fourteen days are over.
    """
    referral = _locked(key, at=at)
    if referral.said_no_at is None:
        return referral
    today = local_day(at)
    if today > local_day(referral.said_no_at) + THINKING_TIME:
        raise Conflict("The time to change your mind here is over. Please ring us.", code="too_late")
    referral.said_no_at = None
    make_it_their_turn(referral, on=today)
    _record(referral, EventKind.PERSON_CHANGED_MIND, at=at)
    _make_task(referral, WANTS_TO_GO_ON.format(on=f"{today:%-d %B %Y}"), due_on=today, at=at)
    return referral


def _person_of(referral: Referral) -> Actor:
    return Actor(user=None, person_of=referral.pk)


def _locked(key: str, *, at: dt.datetime) -> Referral:
    return lock(get_link_of_pass(key, at=at).referral)


def _refuse_if_ended(referral: Referral) -> None:
    if referral.status not in ReferralStatus.SENT:
        raise Conflict("This has ended. Please ring us.", code="referral_ended")


def _record(referral: Referral, kind: EventKind, *, at: dt.datetime, details: dict[str, Any] | None = None) -> None:
    person = _person_of(referral)
    announce(record_event(referral=referral, kind=kind, actor=person, at=at, details=details), actor=person)


def _make_task(referral: Referral, title: str, *, due_on: dt.date, at: dt.datetime) -> None:
    CaseTask.objects.create(referral=referral, title=title, due_on=due_on, recorded_by=None, recorded_at=at)
