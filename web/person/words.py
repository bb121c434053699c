"""What the person's own page says: short words, for a reader of 9 to 11 (tests/web/person measures them)."""

import datetime as dt
from dataclasses import dataclass

from referrals.enums import OnwardStatus, Permission, ReferralSource, ReferralStatus, TelephoneRule
from referrals.selectors.own_page import OwnPage, SeenBy, Sees, ServiceFacts
from web import words

WHAT_THIS_IS = (
    "We help people find things to do near home.",
    "It may be a walk, a class, a club, or help with day to day life.",
    "You say what matters to you. You choose what you do.",
)
SEES = {
    Sees.REFERRER: "They asked us to help. They can see how it goes.",
    Sees.TEAM: "This is our team. We see all that is on this page, and what you tell us.",
    Sees.SERVICE: "You said we could share with them. They see what they need to see you safely.",
    Sees.PRACTICE: "You said we could write to them. We tell them how it goes.",
}
SERVICE_SAYS = {
    OnwardStatus.SENT: "We have asked them. We wait to hear.",
    OnwardStatus.INFORMATION_REQUESTED: "They have asked us a question.",
    OnwardStatus.WAITLISTED: "You are on their list. They will tell us when it is your turn.",
    OnwardStatus.ACCEPTED: "They said yes. They will be in touch with you.",
    OnwardStatus.ASSESSMENT_BOOKED: "Your first visit is on {when}.",
    OnwardStatus.STARTED: "You have begun.",
    OnwardStatus.PAUSED: "You have a break for now.",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """One service that the person has been offered."""

    name: str
    says: str
    telephone: str


@dataclass(frozen=True, kw_only=True)
class Seer:
    """One organisation that sees something of the person."""

    name: str
    says: str


def who_asked(page: OwnPage) -> str:
    """Say who asked, and when."""
    on = f"On {words.day(page.asked_on)}, " if page.asked_on else ""
    if page.source == ReferralSource.SELF:
        return f"{on}{'you' if on else 'You'} asked us for help."
    if page.source == ReferralSource.FAMILY:
        return f"{on}{'someone' if on else 'Someone'} close to you asked us to help you."
    return f"{on}{page.asked_by} asked us to help you."


def what_happens_next(page: OwnPage, *, today: dt.date, telephone: str) -> list[str]:
    """Say what comes next, when, and from which number; late is said to be late."""
    if page.said_no_on is not None:
        return [f"You said no thanks on {words.day(page.said_no_on)}.", "We will stop. We will not write to you."]
    if not page.is_open:
        return ["This has come to an end.", "Would you like help again? Please ring us."]
    who = page.worker or "Someone from our team"
    does = "get in touch with you" if _not_by_telephone(page) else "ring you"
    by = f" by {words.day(page.next_action_on)}" if page.next_action_on else ""
    says = {
        ReferralStatus.SUBMITTED: [f"We will look at it{by}.", f"Then someone from our team will {does}."],
        ReferralStatus.INFORMATION_REQUESTED: [
            "We have asked a question about how to help.", f"When we know, someone from our team will {does}.",
        ],
        ReferralStatus.ACCEPTED: [f"{who} will {does}{by}.", "You can talk about what matters to you."],
        ReferralStatus.ACTIVE: [f"{who} works with you.", f"The next thing we do for you is due{by}."],
        ReferralStatus.ON_HOLD: ["We have stopped for now.", f"We will look again{by}."],
    }.get(page.status, ["We will be in touch."])  # fmt: skip
    if telephone and does == "ring you" and page.status != ReferralStatus.ON_HOLD:
        says.append(f"The call may come from {telephone}.")
    if page.next_action_on and page.next_action_on < today:
        says.append("We are late. We are sorry. You can ring us.")
    return says


def places(page: OwnPage) -> list[Place]:
    """Say of each service where it stands."""
    return [Place(name=each.name, says=_service_says(each), telephone=each.telephone) for each in page.services]


def seers(page: OwnPage) -> list[Seer]:
    """Say who sees what."""
    return [Seer(name=each.name, says=_sees(each)) for each in page.seen_by]


def _service_says(service: ServiceFacts) -> str:
    says = SERVICE_SAYS.get(service.status, "This has come to an end.")
    return says.format(when=words.moment(service.assessment_at))


def _sees(seen_by: SeenBy) -> str:
    return SEES[seen_by.sees]


def _not_by_telephone(page: OwnPage) -> bool:
    contact = page.contact
    return contact.telephone_rule == TelephoneRule.DO_NOT_PHONE or contact.permissions["telephone"] == Permission.NO
