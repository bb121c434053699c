"""When referrals are made over the year, and what is in them."""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from accounts.models import User
from core.clocks import is_working_day, local_day
from demo.cast import Side
from demo.hours import on_day
from demo.places import NEIGHBOURHOODS, Practice
from demo.programmes import SCHEME
from demo.reasons import DISCHARGE_SENTENCES, NEEDS, RISKS, SCHEME_NEEDS, Need
from demo.telling import Case
from demo.year import Year
from referrals.services.content import ConsentDetails, ReferralContent
from referrals.services.people import PersonDetails
from services_directory.needs import need_id

ROUTES = {"practice": 66, "scheme": 25, "hospital": 9}
"""How often of a hundred: a practice to the link workers, a practice straight to the scheme, the discharge team."""
AFTER_A_STAY = tuple(each for each in NEEDS if each.code in {"falls", "loneliness"})
MONTHS = {1: 1.25, 8: 0.75, 9: 1.15, 12: 0.7}
"""How busy a month is, where it is not as usual."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Somebody is referred: who, why, by whom, and to whom it should go."""

    case: Case
    content: ReferralContent
    person: PersonDetails
    need: Need
    age: int
    route: str
    right_team: str


def moments(year: Year, count: int) -> list[dt.datetime]:
    """Return when referrals are made in the twelve months until now, in working hours.

    Most are made in the last days, so that there is work to do.
    """
    today = local_day(year.now)
    found: list[dt.datetime] = []
    while len(found) < count:
        ago = year.rng.randint(0, 364)
        day = today - dt.timedelta(days=ago)
        busy = MONTHS.get(day.month, 1.0) * (2.0 if ago < 8 else 1.2 - ago / 900)
        if not is_working_day(day) or not year.happens(busy / 2.5):
            continue
        at = on_day(year.rng, day)
        if at < year.now:
            found.append(at)
    return sorted(found)


def arrival(year: Year, at: dt.datetime) -> Arrival:
    """Return somebody who is referred at a moment, and the case that begins with it."""
    practice = year.one_of({each: each.share for each in year.cast.practices})
    route = year.one_of(ROUTES)
    needs = {"practice": NEEDS, "scheme": SCHEME_NEEDS, "hospital": AFTER_A_STAY}[route]
    need = year.one_of({each: each.share for each in needs})
    person = _person(year, practice, need, at)
    team = _team_named(year, practice)
    referring = year.cast.discharge if route == "hospital" else year.cast.practices[practice]
    owner = year.cast.hub if route == "scheme" else year.cast.teams[team]
    case = Case(referrer=_referrer(year, referring), worker=_worker(year, owner), owner=owner)
    return Arrival(
        case=case,
        content=_content(year, person, need, owner, route),
        person=person,
        need=need,
        age=(local_day(at) - person.date_of_birth).days // 366,
        route=route,
        right_team=practice.neighbourhood,
    )


def _person(year: Year, practice: Practice, need: Need, at: dt.datetime) -> PersonDetails:
    """Return somebody new; or, one time in sixteen, a person who was here before and fits."""
    today = local_day(at)
    if year.happens(1 / 16):
        for known in reversed(year.seen_before):
            years = (today - known.date_of_birth).days // 366
            if known.gp_practice_code == practice.ods_code and need.ages[0] <= years <= need.ages[1]:
                year.seen_before.remove(known)
                return known
    return year.crowd.someone(practice=practice, ages=need.ages, today=today)


def _team_named(year: Year, practice: Practice) -> str:
    """Return the team that the referrer names: the practice's own, but for one in twenty-five."""
    if year.happens(0.04):
        return year.rng.choice([key for key in NEIGHBOURHOODS if key != practice.neighbourhood])
    return practice.neighbourhood


def _referrer(year: Year, side: Side) -> User:
    return side.staff[0] if len(side.staff) == 1 or year.happens(0.65) else side.staff[1]


def _worker(year: Year, side: Side) -> User:
    """Return who will take it on: seldom the lead."""
    return year.rng.choices(side.staff, [1, *[4] * (len(side.staff) - 1)])[0]


def _content(year: Year, person: PersonDetails, need: Need, owner: Side, route: str) -> ReferralContent:
    rng = year.rng
    content = ReferralContent(
        person=person,
        team_id=owner.team.pk,
        reason=rng.choice(DISCHARGE_SENTENCES if route == "hospital" else need.sentences),
        needs=((need_id(need.code), ""), *_second_need(year, need, route)),
        risks=(rng.choice(RISKS),) if year.happens(0.18) else (),
        consent=ConsentDetails(decision="given", note=rng.choice(("Agreed in the consultation.", "Agreed by phone."))),
    )
    content = replace(content, no_known_risks=not content.risks)
    if route == "scheme":
        return replace(content, team_id=None, service_id=year.services[SCHEME.key].pk)
    return content


def _second_need(year: Year, need: Need, route: str) -> tuple[tuple[UUID, str], ...]:
    if route == "scheme" or not year.happens(0.3):
        return ()
    other = year.one_of({each: each.share for each in NEEDS if each is not need})
    return ((need_id(other.code), ""),)
