"""The service as the design describes it, in plain Python: what may be asked, what is answered, what becomes of it.

The second opinion of the model checker. It is written from the design, from `tests/matrix.py` and from the documents,
and imports nothing of the service: neither the declarations, nor the policies, nor an enum. Where the two disagree,
one of them is wrong.
"""

import datetime as dt
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

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
    "team": "link_worker", "neighbouring_team": "neighbouring_link_worker", "hub": "hub_worker", "elsewhere": "outsider",
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
LONDON = ZoneInfo("Europe/London")


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
    """An onward referral. `due_on` is when an answer is due; `is_replaced`: another has been sent in its place."""

    service: str
    due_on: dt.date
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
    ended_at: dt.datetime | None = None
    is_forgotten: bool = False
    passed_on_to: int | None = None
    decisions: list[Decision] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)


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


class Design:
    """What the service should be after everything that was asked so far."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at
        self.cases: list[Case] = []
        self.dead: set[tuple[str, int]] = set()
        self.generation: dict[str, int] = {}

    @property
    def today(self) -> dt.date:
        return self.at.astimezone(LONDON).date()

    # --- Who sees what ----------------------------------------------------------------------------------------------

    def letters(self, who: str, case: Case, offer: Offer | None = None) -> set[str]:
        """Return as what somebody counts here: each role on its own side only."""
        if who == SYSTEM:
            return {"S"}
        here = {"R": case.referring, "W": case.team, "L": case.team}
        if offer is not None:
            here["P"] = TEAM_OF[offer.service]
        return {letter for letter, team in here.items() if letter in ROLES[who].get(team, "")}

    def sees(self, who: str, case: Case, offer: Offer | None = None) -> bool:
        """Whether it is there at all for somebody: a draft is for its writers only, the forgotten is for nobody."""
        if who == SYSTEM:
            return True
        counts = self.letters(who, case, offer) - (set() if case.is_sent else {"W", "L"})
        return bool(counts) and not case.is_forgotten

    def sees_person(self, who: str, case: Case, offer: Offer) -> bool:
        """Whether somebody learns from an onward referral who the person is."""
        counts = self.letters(who, case, offer)
        if counts - {"P"}:
            return True
        turned_away = offer.status in {"declined", "expired", "withdrawn"} or case.status == "entered_in_error"
        return bool(counts) and not turned_away and agrees(case.decisions, offer.service, self.today)

    # --- What is answered -------------------------------------------------------------------------------------------

    def answer(self, ask: Ask) -> str:
        """Return why an ask is refused, by its public code, or nothing if it is not."""
        if ask.what == "make":
            return self._answer_make(ask)
        case = self.cases[ask.case]
        if ask.what == "forget":
            return self._answer_forget(ask, case)
        if ask.onward is not None and ask.what != "send_onward":
            return self._answer_onward(ask, case, case.offers[ask.onward])
        if not self.sees(ask.who, case):
            return "not_found"
        letters = self.letters(ask.who, case)
        match ask.what:
            case "allocate":
                return self._in_order(ask, letters & {"W", "L"}, case.status in IN_HANDS)
            case "send_onward":
                return self._in_order(ask, letters & {"W", "L"}, case.status in SENDABLE) or self._cannot_send(ask)
            case "record_consent":
                if not letters or ask.who == SYSTEM:
                    return "not_permitted"
                return "referral_ended" if ask.word == "given" and case.status not in REFERRAL_OPEN else ""
            case "undo_death":
                if "L" not in letters:
                    return "not_permitted"
                return "" if case.person in self.dead else "not_recorded_as_deceased"
        if ask.what == "reopen" and case.person in self.dead:
            return "person_deceased"
        may = letters & MAY_TAKE[ask.what]
        return self._in_order(ask, may, matrix.REFERRAL[case.status, ask.what] != "") or self._cannot_step(ask, case)

    @staticmethod
    def _in_order(ask: Ask, may: set[str], is_the_moment: bool) -> str:
        """Stale, not theirs, the wrong moment, badly said: in this order."""
        if ask.is_stale:
            return "stale"
        if not may:
            return "not_permitted"
        if not is_the_moment:
            return "step_not_allowed"
        return "invalid" if ask.is_badly_said else ""

    def _cannot_step(self, ask: Ask, case: Case) -> str:
        match ask.what:
            case "submit" | "defer":
                if case.waits == (ask.what == "submit"):
                    return "invalid"
                if case.person in self.dead:
                    return "person_deceased"
                shares = ask.what == "submit" and case.is_scheme
                return "consent_required" if shares and not agrees(case.decisions, "scheme", self.today) else ""
            case "close":
                if case.status == "accepted" and (ask.word or "transferred") not in BEFORE_SUPPORT:
                    return "invalid"
                return "onward_referrals_open" if any(each.status in ONWARD_OPEN for each in case.offers) else ""
            case "reopen":
                assert case.ended_at is not None
                is_over = self.at > case.ended_at + dt.timedelta(days=REOPENING_DAYS)
                return "reopening_window_over" if is_over else ""
            case "resume":
                return "in_hospital" if case.hold == "record_readmission" else ""
            case "confirm_discharge_again":
                return "" if case.hold in {"record_readmission", "in_hospital"} else "not_in_hospital"
        return ""

    def _cannot_send(self, ask: Ask) -> str:
        case = self.cases[ask.case]
        if ask.onward is not None:
            earlier = case.offers[ask.onward]
            if earlier.status not in {"declined", "expired"} or earlier.is_replaced:
                return "not_reroutable"
        if not agrees(case.decisions, ask.word, self.today):
            return "consent_required"
        is_there = any(each.service == ask.word and each.status in ONWARD_OPEN for each in case.offers)
        return "already_sent" if is_there else ""

    def _answer_onward(self, ask: Ask, case: Case, offer: Offer) -> str:
        if not self.sees(ask.who, case, offer):
            return "not_found"
        may = self.letters(ask.who, case, offer) & MAY_TAKE_ONWARD[ask.what]
        refused = self._in_order(ask, may, matrix.ONWARD[offer.status, ask.what] != "")
        if refused:
            return refused
        if ask.what in SHARES and not agrees(case.decisions, offer.service, self.today):
            return "consent_required"
        if offer.service == "pack" and ask.what in {"book_assessment", "start"}:
            return "is_a_pack"
        if offer.service != "pack" and ask.what == "send_pack":
            return "not_a_pack"
        if ask.what == "book_assessment" and offer.assessment_at is not None and offer.assessment_at <= self.at:
            return "assessment_passed"
        places = PLACES.get(offer.service)
        is_full = places is not None and self.places_taken(offer.service) >= places
        return "no_place_left" if ask.what == "accept" and is_full else ""

    def _answer_make(self, ask: Ask) -> str:
        if not any("R" in letters for letters in ROLES.get(ask.who, {}).values()):
            return "not_permitted"
        if ask.word in {"draft", "draft_waiting", "scheme_draft"}:
            return ""
        if self._person(ask.about) in self.dead:
            return "person_deceased"
        return "consent_required" if ask.word == "scheme" and not ask.agrees else ""

    def _answer_forget(self, ask: Ask, case: Case) -> str:
        """A lead forgets what was proposed, and only what has ended for years is proposed."""
        is_over = case.ended_at is not None and self.at > case.ended_at + dt.timedelta(days=LONGEST_KEPT_DAYS)
        may = case.is_sent and "L" in self.letters(ask.who, case)
        return "" if is_over and may and not case.is_forgotten else "not_proposed"

    # --- What becomes of it -----------------------------------------------------------------------------------------

    def do(self, ask: Ask) -> None:
        """Let happen what was asked and not refused."""
        if ask.what == "make":
            self._make(ask)
            return
        case = self.cases[ask.case]
        match ask.what:
            case "allocate":
                return
            case "send_onward":
                if ask.onward is not None:
                    case.offers[ask.onward].is_replaced = True
                case.offers.append(Offer(ask.word, self._answer_due()))
            case "record_consent":
                self._decide(case, ask)
            case "undo_death":
                self.dead.discard(case.person)
            case "forget":
                self._forget(case)
            case _ if ask.onward is not None:
                self._take_onward(case.offers[ask.onward], ask.what)
            case _:
                self._take(case, ask)

    def _take(self, case: Case, ask: Ask) -> None:
        step = ask.what
        if step == "record_death":
            self.dead.add(case.person)
            for each in self.cases:
                if each.person == case.person and each.status in REFERRAL_OPEN:
                    self._end(each, "closed")
            return
        target = matrix.REFERRAL_TARGETS[step]
        if target not in REFERRAL_OPEN:
            self._end(case, target)
            if step == "redirect":
                self._pass_on(case)
            return
        case.status, case.ended_at = target, None
        if step in {"submit", "defer", "confirm_discharge"}:
            self._send(case, discharged=step == "confirm_discharge")
        elif step == "hold":
            case.hold = ask.word or "health"
        elif step == "record_readmission":
            case.hold = step
            for offer in case.offers:
                offer.status = "paused" if offer.status == "started" else offer.status
        elif step == "confirm_discharge_again":
            for offer in case.offers:
                offer.due_on = self._answer_due() if offer.status == "sent" else offer.due_on

    def _take_onward(self, offer: Offer, step: str) -> None:
        offer.status = matrix.ONWARD_TARGETS[step]
        if step == "book_assessment":
            offer.assessment_at = self.at + dt.timedelta(days=7)
        elif step == "record_missed_assessment":
            offer.assessment_at = None
        elif step == "provide_information":
            offer.due_on = self._answer_due()

    def _make(self, ask: Ask) -> None:
        team = {"outsider": "elsewhere"}.get(ask.who, "team")
        is_scheme = ask.word.startswith("scheme")
        case = Case(
            person=self._person(ask.about), referring=next(iter(ROLES[ask.who])), team="hub" if is_scheme else team,
            is_scheme=is_scheme, waits=ask.word in {"deferred", "draft_waiting", "scheme_deferred"},
            decisions=[Decision("", True, None)] if ask.agrees else [],
        )  # fmt: skip
        self.cases.append(case)
        if not ask.word.endswith(("draft", "draft_waiting")):
            case.status = "deferred" if case.waits else "submitted"
            self._send(case)

    def _send(self, case: Case, *, discharged: bool = False) -> None:
        case.is_sent = True
        case.waits = case.waits and not discharged
        may = agrees(case.decisions, "scheme", self.today)
        if case.is_scheme and case.status == "submitted" and may:
            case.offers.append(Offer("scheme", self._answer_due()))

    def _end(self, case: Case, status: str) -> None:
        case.status, case.ended_at = status, self.at
        for offer in case.offers:
            offer.status = "withdrawn" if offer.status in ONWARD_OPEN else offer.status

    def _pass_on(self, case: Case) -> None:
        case.passed_on_to = len(self.cases)
        self.cases.append(
            Case(
                person=case.person, referring=case.referring, team=other_team(case.team), is_scheme=False,
                waits=case.waits, status="submitted", is_sent=True, decisions=list(case.decisions),
            )  # fmt: skip
        )

    def _decide(self, case: Case, ask: Ask) -> None:
        until = None if ask.days is None else self.today + dt.timedelta(days=ask.days)
        decision = Decision(ask.about, ask.word == "given", until)
        while True:
            case.decisions.append(decision)
            if case.passed_on_to is None:
                return
            case = self.cases[case.passed_on_to]

    def _forget(self, case: Case) -> None:
        case.is_forgotten = True
        name, number = case.person
        if all(each.is_forgotten for each in self.cases if each.person == case.person):
            self.generation[name] = number + 1  # whoever comes by this name is somebody new

    def run_clocks(self) -> None:
        """Let the clocks run: what no provider has answered in time is over; the others only tell."""
        for case in self.cases:
            for offer in case.offers:
                is_its_own = TEAM_OF[offer.service] == case.team
                if offer.status == "sent" and offer.due_on < self.today and not is_its_own and case.status != "on_hold":
                    offer.status = "expired"

    # --- Small means ------------------------------------------------------------------------------------------------

    def places_taken(self, service: str) -> int:
        """Return how many places of a service people hold."""
        return sum(
            each.service == service and each.status in WITH_A_PLACE for case in self.cases for each in case.offers
        )

    def stands(self) -> list[tuple[str, list[str]]]:
        """Return the status of every referral, each with those of its onward referrals."""
        return [(case.status, [offer.status for offer in case.offers]) for case in self.cases]

    def state(self) -> Hashable:
        """Return where everything stands, without its dates: two of the same state allow the same."""
        return tuple(
            (
                case.team, case.status, case.waits, case.hold if case.status == "on_hold" else "",
                tuple((each.service, each.status, each.is_replaced) for each in case.offers),
            )
            for case in self.cases
        )  # fmt: skip

    def _person(self, name: str) -> tuple[str, int]:
        return name, self.generation.get(name, 0)

    def _answer_due(self) -> dt.date:
        return self.today + dt.timedelta(days=ANSWER_DAYS)


def other_team(team: str) -> str:
    """Return to which team a referral is passed on."""
    return "team" if team == "neighbouring_team" else "neighbouring_team"


Machine = Literal["referral", "onward"]
DECLARED: dict[Machine, frozenset[tuple[str, str]]] = {
    "referral": frozenset(key for key, cell in matrix.REFERRAL.items() if cell),
    "onward": frozenset(key for key, cell in matrix.ONWARD.items() if cell),
}
"""Every status and step that the tables allow to somebody: what a whole run must have taken."""
