"""Tells the story of a named person as the table in `named_people` has it, act by act."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from accounts.models import User
from core.clocks import add_working_days, local_day
from demo.hours import moment, working_days_before
from demo.named_people import Act, NamedPerson
from demo.named_work import KNOWN, WORK
from demo.programmes import PROGRAMMES, SCHEME
from demo.telling import Case, Offer, Story, in_order
from demo.working import work_of
from demo.year import Year
from referrals.enums import NhsNumberStatus, PreferredContact
from referrals.services.content import ConsentDetails, ReferralContent
from referrals.services.people import PersonDetails
from services_directory.needs import need_id

MARKS = {"P": "present", "A": "absent", "T": "told_us"}
MORNING, NEXT_ACT, ASSESSMENT, REGISTER = 11 * 60, 7, 10 * 60, 16 * 60
"""Minutes of the day: the first act, from one to the next, an assessment, and when the register is written."""
_PROVIDER_OF = {each.key: each.provider for each in (SCHEME, *PROGRAMMES)}


def named_story(year: Year, person: NamedPerson) -> Story:
    """Tell it: the steps, and beside them what was known, said, planned and measured (`named_work`)."""
    today = local_day(year.now)
    owner = year.cast.hub if person.to == SCHEME.key else year.cast.teams[person.to]
    case = Case(referrer=_referrer(year, person), worker=owner.staff[1], owner=owner)
    offers: dict[str, Offer] = {}
    work = work_of(case, offers, WORK.get(person.name, ()), cast=year.cast, today=today)
    yield from in_order([_steps(year, person, case, offers), work])


def _steps(year: Year, person: NamedPerson, case: Case, offers: dict[str, Offer]) -> Story:
    """The acts of one day follow each other from eleven o'clock."""
    today = local_day(year.now)
    at = moment(working_days_before(today, person.referred_days_ago), MORNING)
    yield at
    case.refer(_content(year, person, today), at=at)
    if person.to == SCHEME.key:
        offers[SCHEME.key] = case.offer_made_at_submission(case.worker)
    for act in person.acts:
        at = max(at + dt.timedelta(minutes=NEXT_ACT), moment(working_days_before(today, act.days_ago), MORNING))
        yield at
        key, _, step = act.what.rpartition(": ")
        if not key:
            _on_the_referral(year, case, act, at)
        elif step == "send":
            offers[key] = _sent(year, case, key, act.said, offers, at)
        else:
            offers[key].step(step, at=at, **_said(act, today))
            yield from _register(offers[key], act.said.get("sessions", ""), at)


def _referrer(year: Year, person: NamedPerson) -> User:
    if person.from_hospital:
        return year.cast.discharge.staff[0]
    return next(side.staff[0] for each, side in year.cast.practices.items() if each.ods_code == person.practice)


def _content(year: Year, person: NamedPerson, today: dt.date) -> ReferralContent:
    to_scheme = person.to == SCHEME.key
    days = person.discharge_in_days
    return ReferralContent(
        person=PersonDetails(
            first_name=person.name[0], family_name=person.name[1], date_of_birth=person.born,
            nhs_number=person.nhs_number, nhs_number_status=NhsNumberStatus.PRESENT_VERIFIED,
            gp_practice_code=person.practice, address=person.address, postcode=person.postcode,
            telephone=person.telephone, preferred_contact=PreferredContact.TELEPHONE,
            communication_needs=person.communication_needs,
        ),
        team_id=None if to_scheme else year.cast.teams[person.to].team.pk,
        service_id=year.services[SCHEME.key].pk if to_scheme else None,
        reason=person.reason,
        needs=((need_id(person.need), ""),),
        risks=person.risks,
        no_known_risks=not person.risks,
        record=KNOWN.get(person.name),
        consent=ConsentDetails(decision="given", note="Agreed in person."),
        planned_discharge_on=None if days is None else add_working_days(today, days),
    )  # fmt: skip


def _on_the_referral(year: Year, case: Case, act: Act, at: dt.datetime) -> None:
    said = dict(act.said)
    if "next_in" in said:
        said["next_action_on"] = add_working_days(local_day(at), said.pop("next_in"))
    match act.what:
        case "redirect":
            to = year.cast.teams[said.pop("to")]
            case.redirect(to=to, worker=to.staff[1], at=at, **said)
        case "withdraw_consent":
            case.withdraw_consent(said["note"], at=at)
        case "look_again":
            case.look_again(said["next_action_on"], at=at)
        case step:
            case.step(step, at=at, **said)


def _sent(
    year: Year, case: Case, key: str, said: Mapping[str, Any], offers: Mapping[str, Offer], at: dt.datetime
) -> Offer:
    provider = year.cast.providers[_PROVIDER_OF[key]].staff[0]
    instead_of = offers[said["instead_of"]] if "instead_of" in said else None
    return case.send(year.services[key], provider, at=at, note=said.get("note", ""), instead_of=instead_of)


def _said(act: Act, today: dt.date) -> dict[str, Any]:
    said = {name: value for name, value in act.said.items() if name != "sessions"}
    if "assessment_days_ago" in said:
        said["assessment_at"] = moment(working_days_before(today, said.pop("assessment_days_ago")), ASSESSMENT)
    return said


def _register(offer: Offer, marks: str, started_at: dt.datetime) -> Iterator[dt.datetime]:
    """One session a week after the start; on a bank holiday it is written down on the next working day."""
    for week, mark in enumerate(marks, start=1):
        day = local_day(started_at) + dt.timedelta(weeks=week)
        at = moment(add_working_days(day, 0), REGISTER)
        yield at
        offer.attend(MARKS[mark], on=day, at=at)
