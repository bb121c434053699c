"""Write what is known of the person, a version at a time; what was written before stays readable."""

import datetime as dt
from dataclasses import dataclass, fields

from django.db import transaction

from accounts.actors import Actor
from accounts.models import User
from core.clocks import FARTHEST_PLAN, local_day
from core.errors import Conflict, Invalid, NotPermitted
from core.identifiers import clean_snomed_code
from referrals import policies
from referrals.enums import ENTRY_RULES, EventKind, RecordSection, ReferralStatus
from referrals.models import RecordEntry, RecordVersion, Referral
from referrals.services.copying import copies_of
from referrals.services.events import record_event
from referrals.services.steps import check_version, lock

MOST_ENTRIES = 100


@dataclass(frozen=True, kw_only=True)
class EntryDetails:
    """One entry as it was given. What its topic may hold stands in `enums.ENTRY_RULES`."""

    section: str
    code: str = ""
    display: str = ""
    text: str = ""
    comment: str = ""
    started_on: dt.date | None = None
    ended_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class RecordDetails:
    """The whole record as it is to be from now on: what is not in it is not in the new version."""

    preferred_name: str = ""
    title: str = ""
    name_suffix: str = ""
    alias: str = ""
    pronouns: str = ""
    gender: str = ""
    ethnic_category: str = ""
    relevant_contacts: str = ""
    gp_name: str = ""
    gp_practice_name: str = ""
    supported_by: str = ""
    is_pregnant: bool = False
    expected_delivery_on: dt.date | None = None
    entries: tuple[EntryDetails, ...] = ()


@transaction.atomic(durable=True)
def write_record(
    *, referral: Referral, actor: Actor, at: dt.datetime, details: RecordDetails, expected_version: int | None = None
) -> RecordVersion:
    """Write the next version of what is known of the person: the referrer's team while it is a draft, then the owning
    team until it has ended.

    :raises Stale: if the referral has changed since the caller read it (412).
    :raises NotPermitted: if the actor neither refers nor supports the person.
    :raises Conflict: if it has been sent and the actor is of the referrer's team, or it has ended.
    :raises Invalid: if something in it cannot be right; nothing is then written.
    """
    referral = lock(referral)
    check_version(referral, expected_version)
    if actor.user is None or not policies.may_record_health(actor, referral):
        raise NotPermitted("Whoever refers or supports the person writes what is known of them.")
    if referral.status not in ReferralStatus.OPEN:
        raise Conflict("The referral has ended: nothing more is written.", code="referral_ended")
    if not policies.may_write_record(actor, referral):
        raise Conflict("It has been sent: the team that owns it keeps the record now.", code="not_a_draft")
    version = add_version(referral, details, user=actor.user, at=at)
    record_event(
        referral=referral, kind=EventKind.RECORD_WRITTEN, actor=actor, at=at, details={"number": version.number}
    )
    return version


def add_version(
    referral: Referral, details: RecordDetails, *, user: User, at: dt.datetime, where: str = ""
) -> RecordVersion:
    """Write the next version. Called inside a use case that holds the lock; `where` begins the names of its errors.

    :raises Invalid: if something in it cannot be right.
    """
    problems = _problems(details, referral, today=local_day(at))
    if problems:
        raise Invalid({f"{where}{name}": said for name, said in problems.items()})
    latest = referral.record_versions.order_by("-number").first()
    plain = {each.name: getattr(details, each.name) for each in fields(details) if each.name != "entries"}
    version = RecordVersion.objects.create(
        referral=referral, number=latest.number + 1 if latest else 1, recorded_by=user, recorded_at=at,
        **{name: value.strip() if isinstance(value, str) else value for name, value in plain.items()},
    )  # fmt: skip
    RecordEntry.objects.bulk_create(
        RecordEntry(
            version=version, section=given.section, code=given.code.strip(), display=given.display.strip(),
            text=given.text.strip(), comment=given.comment.strip(), started_on=given.started_on,
            ended_on=given.ended_on,
        )
        for given in details.entries
    )  # fmt: skip
    return version


def copy_record(earlier: Referral, arrived: Referral) -> None:
    """Let a referral that arrives from another team have the record as it last was: by whom, and when."""
    version = earlier.record_versions.order_by("-number").first()
    if version is None:
        return
    entries = list(version.entries.order_by("id"))
    [copy] = copies_of([version], referral=arrived, number=1)
    copy.save(force_insert=True)
    RecordEntry.objects.bulk_create(copies_of(entries, version=copy))


# --- Can it be right? ---------------------------------------------------------------------------------------------


def _problems(details: RecordDetails, referral: Referral, *, today: dt.date) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if details.expected_delivery_on is not None:
        if not details.is_pregnant:
            problems["expected_delivery_on"] = ["Only a pregnancy has this day."]
        elif abs(details.expected_delivery_on - today) > LONGEST_PREGNANCY:
            problems["expected_delivery_on"] = ["Give the day on which the child is expected."]
    if len(details.entries) > MOST_ENTRIES:
        problems["entries"] = [f"Give at most {MOST_ENTRIES} entries."]
    given_once: set[str] = set()
    for number, given in enumerate(details.entries):
        where = f"entries.{number}"
        if given.section not in RecordSection.values:
            problems[f"{where}.section"] = ["There is no such topic."]
            continue
        if given.section in given_once and not ENTRY_RULES[RecordSection(given.section)].repeats:
            problems[f"{where}.section"] = ["Give one entry of this topic."]
        given_once.add(given.section)
        found = _problems_of_entry(given, born=referral.date_of_birth, today=today)
        problems |= {f"{where}.{name}": [said] for name, said in found.items()}
    return problems


LONGEST_PREGNANCY = dt.timedelta(weeks=44)


def _problems_of_entry(given: EntryDetails, *, born: dt.date, today: dt.date) -> dict[str, str]:
    rules = ENTRY_RULES[RecordSection(given.section)]
    problems: dict[str, str] = {}
    for name, most in (("text", rules.text), ("comment", rules.comment)):
        value = getattr(given, name).strip()
        if value and not most:
            problems[name] = "An entry of this topic has none."
        elif len(value) > most:
            problems[name] = f"Use at most {most} characters."
    problems |= problems_of_code(given.code, given.display, is_coded=rules.is_coded)
    if not given.code.strip() and not given.text.strip():
        problems.setdefault("text" if rules.text else "code", "Say what it is.")
    for name, has_one in (("started_on", rules.starts), ("ended_on", rules.ends)):
        if getattr(given, name) is not None and not has_one:
            problems[name] = "An entry of this topic has no such day."
    return problems | problems_of_days(given.started_on, given.ended_on, born=born, last=today + FARTHEST_PLAN)


def problems_of_code(code: str, display: str, *, is_coded: bool = True) -> dict[str, str]:
    """Return what is wrong with a SNOMED CT code and its name, by field."""
    if not code.strip():
        return {"display": "Only a code has a name."} if display.strip() else {}
    if not is_coded:
        return {"code": "An entry of this topic is in words."}
    try:
        clean_snomed_code(code)
    except ValueError as problem:
        return {"code": str(problem)}
    return {}


def problems_of_days(
    started_on: dt.date | None, ended_on: dt.date | None, *, born: dt.date, last: dt.date
) -> dict[str, str]:
    """Return what is wrong with the days between which something holds, by field. `last`: the latest that can be."""
    problems = {}
    for name, day in (("started_on", started_on), ("ended_on", ended_on)):
        if day is not None and not born <= day <= last:
            problems[name] = "Check the day: it is before the person's birth, or too far ahead."
    if started_on is not None and ended_on is not None and ended_on < started_on:
        problems["ended_on"] = "It ends before it begins."
    return problems
