"""The work beside the steps of a case: contacts, plans, measures, risks, concerns, signposts and tasks."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from core.clocks import add_working_days, local_day
from demo.cast import Cast
from demo.hours import moment, working_days_before
from demo.named_people import Act
from demo.telling import Case, Offer, acting
from referrals.enums import MeasureMode
from referrals.services.case_tasks import add_task
from referrals.services.contacts import ContactDetails, log_contact
from referrals.services.measures import TakenMeasure, choose_measures, record_measure
from referrals.services.plan import save_plan
from referrals.services.risks import RiskDetails, record_risk
from referrals.services.safeguarding import ConcernDetails, read_concerns, record_concern
from referrals.services.signposts import SignpostDetails, record_signpost
from services_directory.models import Service

AFTERNOON, NEXT_ACT = 14 * 60, 7
"""Minutes of the day: the first act of an afternoon, and from one to the next."""
OF_A_TEAM = {"ons4": (0, 12), "ucla3": (0, 12)}
OF_THE_SCHEME: dict[str, tuple[int, ...]] = {"ipaq_short": (), "ons4": ()}


def measure_from_now_on(cast: Cast, scheme: Service, *, at: dt.datetime) -> None:
    """Each team's lead, and the scheme's hub, say what they measure."""
    for side in cast.teams.values():
        choose_measures(user_of=side.team, measures=OF_A_TEAM, actor=acting(side.lead), at=at)
    choose_measures(user_of=scheme, measures=OF_THE_SCHEME, actor=acting(cast.hub.lead), at=at)


def work_of(
    case: Case, offers: Mapping[str, Offer], acts: tuple[Act, ...], *, cast: Cast, today: dt.date
) -> Iterator[dt.datetime]:
    """Tell what was done beside the steps: a story that is told together with that of the steps."""
    at = None
    for act in acts:
        said = dict(act.said)
        day = working_days_before(today, act.days_ago)
        begins = moment(day, said.pop("hour") * 60 if "hour" in said else AFTERNOON)
        at = begins if at is None else max(begins, at + dt.timedelta(minutes=NEXT_ACT))
        yield at
        do(case, offers, act.what, said, cast=cast, at=at)


def do(
    case: Case, offers: Mapping[str, Offer], what: str, said: dict[str, Any], *, cast: Cast, at: dt.datetime
) -> None:
    """Do one act.

    :raises ValueError: if there is no such act.
    """
    referral, worker, today = case.referral, acting(case.worker), local_day(at)
    match what:
        case "contact":
            about = said.pop("about", None)
            reached(case, at=at, **said, onward_referral=offers[about].onward.reference if about else "")
        case "measure":
            measured(case, offers.get(said.pop("at_service", "")), at=at, **said)
        case "plan":
            latest = referral.plan_versions.count()
            save_plan(referral=referral, actor=worker, at=at, plan=said["plan"], expected_number=latest)
        case "risk":
            record_risk(referral=referral, actor=worker, at=at, details=RiskDetails(**said))
        case "signpost":
            follow_up_on = add_working_days(today, said.pop("follow_up_in"))
            given = SignpostDetails(**said, follow_up_on=follow_up_on)
            record_signpost(referral=referral, actor=worker, at=at, given=given)
        case "task":
            due_on = add_working_days(today, said["due_in"])
            add_task(referral=referral, actor=worker, at=at, title=said["title"], due_on=due_on)
        case "concern":
            by = case.referrer if said.pop("by", "") == "referrer" else case.worker
            record_concern(referral=referral, actor=acting(by), at=at, details=ConcernDetails(**said))
        case "read_concerns":
            read_concerns(referral=referral, actor=acting(cast.safeguarding), at=at, way="safeguarding")
        case _:
            raise ValueError(f"Nobody does “{what}”.")


def reached(case: Case, *, at: dt.datetime, **said: Any) -> None:
    """The link worker writes a contact down, or a try; what is due next changes with it."""
    logged = log_contact(referral=case.referral, actor=acting(case.worker), at=at, given=ContactDetails(**said))
    case.row = logged.contact.referral


def measured(
    case: Case, offer: Offer | None, *, at: dt.datetime, measure: str, answers: Mapping[str, Any], point: int | None
) -> None:
    """The provider takes a measure at what it runs, or the link worker where no offer is named."""
    taken = TakenMeasure(measure=measure, mode=MeasureMode.FACE_TO_FACE, answers=answers, point=point)
    if offer is None:
        record_measure(subject=case.referral, actor=acting(case.worker), at=at, taken=taken)
    else:
        record_measure(subject=offer.onward, actor=acting(offer.provider), at=at, taken=taken)
