"""The words of the model: who there is, what may be asked, where things can stand.

As in `tests.model.design`, nothing of the service is imported.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

from tests import matrix

ROLES: dict[str, dict[str, str]] = {
    "gp": {"practice": "R"},
    "discharge_nurse": {"discharge_team": "R"},
    "link_worker": {"team": "W"},
    "lead": {"team": "L"},
    "neighbouring_link_worker": {"neighbouring_team": "W"},
    "provider": {"leisure": "P"},
    "befriender": {"befriending": "P"},
    "hub_worker": {"hub": "WP"},
    "outsider": {"elsewhere": "RWLP"},
    "manager": {},
}
"""Who has which roles in which team: R referrer, W link worker, L lead, P provider. A manager sees figures only."""
SYSTEM = "system"
WHO = (*ROLES, SYSTEM)
TEAM_OF = {"walking": "leisure", "visiting": "befriending", "pack": "leisure", "scheme": "hub"}
"""Which team receives the referrals of a service."""
WORKER_OF = {
    "team": "link_worker", "neighbouring_team": "neighbouring_link_worker",
    "hub": "hub_worker", "elsewhere": "outsider",
}  # fmt: skip
PLACES = {"visiting": 1}
"""How many people a service takes at once, where that is counted; it keeps a waiting list."""
KINDS = ("draft", "draft_waiting", "submitted", "deferred", "scheme", "scheme_draft", "scheme_deferred")
"""How a referral is made: not yet sent, or before a discharge; to a team, or to a scheme's own hub."""

REFERRAL_OPEN = ("draft", "deferred", "submitted", "information_requested", "accepted", "active", "on_hold")
IN_HANDS = REFERRAL_OPEN[1:]
SENDABLE = ("accepted", "active")
ONWARD_OPEN = ("sent", "information_requested", "waitlisted", "accepted", "assessment_booked", "started", "paused")
WITH_A_PLACE = ("accepted", "assessment_booked", "started", "paused")
TAKES_UP = ("accept", "waitlist", "book_assessment", "start", "send_pack")
SHARES = (*TAKES_UP, "provide_information")
"""The steps of an onward referral that tell a provider of the person, or take the person up: each needs a consent."""
BEFORE_SUPPORT = ("transferred", "declined_by_person", "unable_to_contact", "deceased")
ANSWER_DAYS, REOPENING_DAYS, LONGEST_KEPT_DAYS = 14, 28, 2922
AT_LEAST_WORKING_DAYS, TOLD_BEFORE_DAYS, GRACE_WORKING_DAYS = 2, 3, 5
"""Of a provider's answer: what is left of it at least after a question, and when the leads hear before its end; of all
that is due: how late it must be for the leads to hear (docs/clocks.md)."""
LONDON = ZoneInfo("Europe/London")
BANK_HOLIDAYS = holidays.country_holidays("GB", subdiv="ENG")


def _at_all(table: dict[tuple[str, str], str]) -> dict[str, set[str]]:
    """Return by step who may take it at all, whatever the moment."""
    may: dict[str, set[str]] = {}
    for (_, step), cell in table.items():
        may.setdefault(step, set()).update(cell)
    return may


MAY_TAKE = _at_all(matrix.REFERRAL)
MAY_TAKE_ONWARD = _at_all(matrix.ONWARD)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One thing that somebody asks of the service.

    `what` is a step's name, or one of: make, allocate, send_onward, record_consent, undo_death, forget. `onward` is the
    place of an onward referral among those of its case; with it, `what` is a step of that one. `word` is what is said
    with it: a close's outcome, a hold's reason, a consent's decision, how a referral is made, a service.
    """

    who: str
    what: str
    case: int = 0
    onward: int | None = None
    word: str = ""
    about: str = ""  # of a consent: the service, or empty for everybody; of a referral to be made: the person
    agrees: bool = True  # of a referral to be made: whether a consent to share comes with it
    days: int | None = None  # of a consent: how long it stands
    is_badly_said: bool = False
    is_stale: bool = False


@dataclass(frozen=True)
class Decision:
    """What a person decided about sharing, towards one service or (empty) everybody, until a day or for good."""

    about: str
    is_yes: bool
    until: dt.date | None


@dataclass
class Offer:
    """An onward referral. `is_replaced`: another has been sent in its place."""

    service: str
    due_on: dt.date  # the last day for an answer; it counts while it is the provider's turn
    moved_at: dt.datetime  # when it last came to another status
    days_left: int = 0  # of the answer, when the provider asked
    status: str = "sent"
    assessment_at: dt.datetime | None = None
    is_replaced: bool = False


@dataclass
class Case:
    """A referral."""

    person: tuple[str, int]
    referring: str
    team: str
    is_scheme: bool
    waits: bool  # for a discharge: planned, and not confirmed
    status: str = "draft"
    is_sent: bool = False
    hold: str = ""
    held_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    is_forgotten: bool = False
    passed_on_to: int | None = None
    decisions: list[Decision] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    def copy(self) -> "Case":
        return replace(self, decisions=[*self.decisions], offers=[replace(offer) for offer in self.offers])


def agrees(decisions: Iterable[Decision], service: str, on: dt.date) -> bool:
    """Whether the person agrees on a day that a service learns of them (docs/consent.md).

    The latest word about exactly this service counts before the latest word about all; but a yes to the service goes
    with a later word about all, while a no to it stands until it is taken back about itself. Nothing said is a no.
    """
    rows = [row for row in decisions if row.about in {"", service}]
    own = [place for place, row in enumerate(rows) if row.about]
    to_all = [place for place, row in enumerate(rows) if not row.about]
    latest_own, latest_to_all = own[-1] if own else -1, to_all[-1] if to_all else -1
    if latest_own >= 0 and (not rows[latest_own].is_yes or latest_own > latest_to_all):
        counts = rows[latest_own]
    elif latest_to_all >= 0:
        counts = rows[latest_to_all]
    else:
        return False
    return counts.is_yes and (counts.until is None or on <= counts.until)


def day_of(at: dt.datetime) -> dt.date:
    """Return the day in England."""
    return at.astimezone(LONDON).date()


def working_day(day: dt.date, later: int = 0) -> dt.date:
    """Return the first working day of England from a day on, or one so many working days later."""
    while True:
        if day.weekday() < 5 and day not in BANK_HOLIDAYS:
            if later == 0:
                return day
            later -= 1
        day += dt.timedelta(days=1)


def other_team(team: str) -> str:
    """Return to which team a referral is passed on."""
    return "team" if team == "neighbouring_team" else "neighbouring_team"


Machine = Literal["referral", "onward"]
DECLARED: dict[Machine, frozenset[tuple[str, str]]] = {
    "referral": frozenset(key for key, cell in matrix.REFERRAL.items() if cell),
    "onward": frozenset(key for key, cell in matrix.ONWARD.items() if cell),
}
"""Every status and step that the tables allow to somebody: what a whole run must have taken."""
