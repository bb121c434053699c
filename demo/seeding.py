"""Make the demonstration: the people who work, the directory, the year, and the count of it."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from accounts.services import decide_email_link
from core.clocks import local_day
from demo.arrivals import moments
from demo.cast import Cast, build_cast
from demo.following import ask_nobody_of
from demo.hours import moment, working_days_before
from demo.keeping import keep_the_directory
from demo.listings import load_own_listings
from demo.named_people import NAMED_PEOPLE
from demo.named_stories import named_story
from demo.people import Crowd
from demo.places import NEIGHBOURHOODS, PRACTICES
from demo.programmes import PROGRAMMES, SCHEME, services_by_key
from demo.stories import ordinary
from demo.telling import acting, in_order, tell
from demo.working import measure_from_now_on
from demo.year import Year
from insights.counting import count_pathway
from insights.services import count_uptake
from insights.summaries import make_monthly_summaries, make_weekly_summaries
from referrals.enums import AreaKind
from referrals.models import OnwardReferral, Referral
from referrals.services.team_areas import Area, set_team_areas
from services_directory.services import load_demo_directory, load_demo_places, load_demo_rules
from services_directory.services.capacity import confirm_capacity

DAYS = 366


@dataclass(frozen=True)
class Seeded:
    """What was made."""

    referrals: int
    offers: int


def has_data() -> bool:
    """Whether there is any referral, of the demonstration or not."""
    return bool(Referral.objects.exists())


def seed(*, seed: int, now: dt.datetime, size: int) -> Seeded:
    """Tell a year that ends now. The same seed, present and size tell the same year.

    All goes through the services that everybody uses; what it owes in messages is recorded as delivered at the time.
    """
    rng = Random(seed)  # noqa: S311 - dice for a story, nothing that must not be guessed
    cast = build_cast()
    began = moment(local_day(now) - dt.timedelta(days=DAYS), 9 * 60)
    report = load_demo_directory(teams={key: side.team for key, side in cast.providers.items()}, at=began)
    if report.refused:
        raise ValueError(f"The directory refused a part of its own demonstration: {report.refused}")
    load_demo_places(
        neighbourhoods=[
            {"code": code, "name": area.team, "sectors": list(area.districts)} for code, area in NEIGHBOURHOODS.items()
        ],
        at=began,
    )
    load_demo_rules(at=began)
    set_team_areas(areas=_areas(cast))
    _let_work_by_email_link(cast, at=began)
    load_own_listings(team=cast.providers["active_communities"].team, at=began)
    year = Year(cast=cast, rng=rng, now=now, services=services_by_key(), crowd=Crowd(rng), beside=Random(seed + 1))  # noqa: S311
    measure_from_now_on(cast, year.services[SCHEME.key], at=began)
    ask_nobody_of(year.services[SCHEME.key], cast, at=began)
    stories = [named_story(year, person) for person in NAMED_PEOPLE]
    stories += [ordinary(year, at) for at in moments(year, max(0, size - len(NAMED_PEOPLE)))]
    tell(in_order(stories), until=now)
    _confirm_capacities(year)
    count_uptake(at=now)
    count_pathway(at=now)
    make_weekly_summaries(at=now, is_retelling=True)
    make_monthly_summaries(at=now, is_retelling=True)
    keep_the_directory(cast, now=now)
    return Seeded(referrals=Referral.objects.count(), offers=OnwardReferral.objects.count())


def _let_work_by_email_link(cast: Cast, *, at: dt.datetime) -> None:
    """The walking group shares a mailbox; the one of them with an account has said that its emails open the pages."""
    walks = cast.providers["walking"]
    decide_email_link(team=walks.team, is_allowed=True, user=walks.lead, at=at)


def _areas(cast: Cast) -> list[Area]:
    """Each neighbourhood's team looks after who lives there, and who is registered with its practices."""
    homes = [Area(team_id=side.team.pk, kind=AreaKind.NEIGHBOURHOOD, code=key) for key, side in cast.teams.items()]
    practices = [
        Area(
            team_id=cast.teams[each.neighbourhood].team.pk, kind=AreaKind.GP_PRACTICE, code=each.ods_code, priority=200
        )
        for each in PRACTICES
    ]
    return homes + practices


def _confirm_capacities(year: Year) -> None:
    """The made-up providers said lately, one after the other, that their capacity is still so."""
    for ago, programme in enumerate(PROGRAMMES, start=1):
        at = moment(working_days_before(local_day(year.now), 2 * ago), 9 * 60 + ago)
        provider = year.cast.providers[programme.provider].staff[0]
        confirm_capacity(service=year.services[programme.key], actor=acting(provider), at=at)
