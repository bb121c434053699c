"""The service as the design describes it, in plain Python: what may be asked, what is answered, what becomes of it.

The second opinion of the model checker. It is written from the design, from `tests/matrix.py` and from the documents,
and imports nothing of the service: neither the declarations, nor the policies, nor an enum. Where the two disagree,
one of them is wrong.
"""

import datetime as dt
from collections.abc import Hashable

from tests import matrix
from tests.model.words import (
    ANSWER_DAYS,
    AT_LEAST_WORKING_DAYS,
    BEFORE_SUPPORT,
    IN_HANDS,
    LONGEST_KEPT_DAYS,
    MAY_TAKE,
    MAY_TAKE_ONWARD,
    ONWARD_OPEN,
    PLACES,
    REFERRAL_OPEN,
    REOPENING_DAYS,
    ROLES,
    SENDABLE,
    SHARES,
    SYSTEM,
    TEAM_OF,
    WITH_A_PLACE,
    Ask,
    Case,
    Decision,
    Offer,
    agrees,
    day_of,
    other_team,
    working_day,
)


class Design:
    """What the service should be after everything that was asked so far."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at
        self.cases: list[Case] = []
        self.dead: set[tuple[str, int]] = set()
        self.generation: dict[str, int] = {}

    def copy(self) -> "Design":
        other = Design(self.at)
        other.cases = [case.copy() for case in self.cases]
        other.dead, other.generation = set(self.dead), dict(self.generation)
        return other

    @property
    def today(self) -> dt.date:
        return day_of(self.at)

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
                case.offers.append(Offer(ask.word, self._answer_due(), self.at))
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
            case.hold, case.held_at = ask.word or "health", self.at
        elif step == "record_readmission":
            case.hold, case.held_at = step, self.at
            for offer in case.offers:
                offer.status = "paused" if offer.status == "started" else offer.status
        elif step == "resume":
            self._give_back(case)
        elif step == "confirm_discharge_again":
            for offer in case.offers:
                offer.due_on = self._answer_due() if offer.status == "sent" else offer.due_on

    def _give_back(self, case: Case) -> None:
        """Give providers the days for which the referral was on hold."""
        assert case.held_at is not None
        for offer in case.offers:
            away = self.today - day_of(max(case.held_at, offer.moved_at))
            offer.due_on = working_day(offer.due_on + away) if offer.status == "sent" else offer.due_on

    def _take_onward(self, offer: Offer, step: str) -> None:
        offer.status, offer.moved_at = matrix.ONWARD_TARGETS[step], self.at
        if step == "book_assessment":
            offer.assessment_at = self.at + dt.timedelta(days=7)
        elif step == "record_missed_assessment":
            offer.assessment_at = None
        elif step == "request_information":
            offer.days_left = max((offer.due_on - self.today).days, 0)
        elif step == "provide_information":
            left = working_day(self.today + dt.timedelta(days=offer.days_left))
            offer.due_on = max(left, working_day(self.today + dt.timedelta(days=1), AT_LEAST_WORKING_DAYS - 1))

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
            case.offers.append(Offer("scheme", self._answer_due(), self.at))

    def _end(self, case: Case, status: str) -> None:
        case.status, case.ended_at = status, self.at
        for offer in case.offers:
            offer.status = "withdrawn" if offer.status in ONWARD_OPEN else offer.status

    def _pass_on(self, case: Case) -> None:
        case.passed_on_to = len(self.cases)
        self.cases.append(
            Case(
                person=case.person,
                referring=case.referring,
                team=other_team(case.team),
                is_scheme=False,
                waits=case.waits,
                status="submitted",
                is_sent=True,
                decisions=list(case.decisions),
            )
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
        return working_day(self.today + dt.timedelta(days=ANSWER_DAYS))
