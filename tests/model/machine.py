"""Stories in any order: Hypothesis asks the town whatever it likes, and the design says what must come of it."""

import datetime as dt
from typing import Any, ClassVar, Self
from unittest import mock

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from notifications import channels, delivery
from notifications.enums import Channel, MessageStatus
from notifications.models import Delivery, OutboxMessage
from referrals import announcements, policies
from referrals.models import Referral, ReferralEvent
from referrals.services import steps
from tests import matrix
from tests.model import design
from tests.model.design import ONWARD_OPEN, REFERRAL_OPEN, Ask, Case, Design
from tests.model.rules import broken_rules, commit
from tests.model.tally import Tally
from tests.model.town import Town, fingerprint

BEGINNING = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
MOST_REFERRALS, MOST_OFFERS = 4, 4
REFERRERS = ("gp", "discharge_nurse", "outsider")
SERVICES = tuple(design.TEAM_OF)
REFUSED_THOUGH_OFFERED = {
    "submit": {"invalid", "person_deceased", "consent_required"},
    "defer": {"invalid", "person_deceased"},
    "close": {"onward_referrals_open"},
    "reopen": {"reopening_window_over", "person_deceased"},
    "resume": {"in_hospital"},
    "confirm_discharge_again": {"not_in_hospital"},
    "provide_information": {"consent_required"},
    "accept": {"no_place_left"},
    "book_assessment": {"assessment_passed"},
}
"""What may be offered and yet refused, and why: the refusal says what to do first. All else that is offered is done."""


class PowerCut(BaseException):
    """Stands for kill -9: nothing may catch it, and nothing after it runs."""


class Post:
    """A mail server of the town: takes what is sent, refuses for now, or takes it and the relay dies before it knows."""

    taken: ClassVar[list[Any]] = []
    mood: ClassVar[str] = "takes"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def send(self, message: OutboxMessage) -> str:
        if Post.mood == "refuses":
            raise channels.TemporaryFailure("Not now.")
        Post.taken.append(message.pk)
        if Post.mood == "dies":
            Post.mood = "takes"
            raise PowerCut
        return f"<{message.pk}@post.example>"


class AnyOrder(RuleBasedStateMachine):
    """One story: at most four referrals of two people, and everything that may happen to them."""

    town: ClassVar[Town]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.design = Design(BEGINNING)
        self.town.at, self.town.referrals = BEGINNING, []
        self.is_sound = True
        self.cuts = 0
        self.tally.stories += 1
        Post.taken, Post.mood = [], "takes"

    # --- What may happen --------------------------------------------------------------------------------------------

    @initialize(who=st.sampled_from(REFERRERS), kind=st.sampled_from(design.KINDS))
    def somebody_is_referred(self, who: str, kind: str) -> None:
        self.put(Ask(who=who, what="make", word=kind, about="rose"))

    @precondition(lambda self: len(self.design.cases) < MOST_REFERRALS)
    @rule(
        who=st.sampled_from((*REFERRERS, "link_worker")), kind=st.sampled_from(design.KINDS),
        about=st.sampled_from(["rose", "arthur"]), agrees=st.booleans(),
    )  # fmt: skip
    def another_is_referred(self, who: str, kind: str, about: str, agrees: bool) -> None:
        self.put(Ask(who=who, what="make", word=kind, about=about, agrees=agrees))

    @rule(data=st.data())
    def who_may_takes_a_step(self, data: st.DataObject) -> None:
        self.put(self.one_that_is_right(data))

    @rule(data=st.data())
    def who_may_takes_another_step(self, data: st.DataObject) -> None:
        """Twice as often as what is wrong: else no story would come far."""
        self.put(self.one_that_is_right(data))

    @rule(data=st.data())
    def anybody_asks_anything(self, data: st.DataObject) -> None:
        self.put(self.any_one(data))

    @rule(data=st.data(), service=st.sampled_from(SERVICES[:3]))
    def a_person_is_sent_onward(self, data: st.DataObject, service: str) -> None:
        case = data.draw(self.places(), label="case")
        offers = self.design.cases[case].offers
        instead_of = [place for place, offer in enumerate(offers) if offer.status in {"declined", "expired"}]
        earlier = data.draw(st.sampled_from([None, *instead_of]), label="instead of")
        who = data.draw(st.sampled_from([self.worker(case)] * 4 + ["gp", "provider", "outsider"]), label="who")
        if len(offers) < MOST_OFFERS:
            self.put(Ask(who=who, what="send_onward", case=case, word=service, onward=earlier))

    @rule(
        data=st.data(), decision=st.sampled_from(["given", "given", "withdrawn", "refused"]),
        about=st.sampled_from(["", "", "walking", "visiting"]), days=st.sampled_from([None, None, 10]),
    )  # fmt: skip
    def the_person_decides(self, data: st.DataObject, decision: str, about: str, days: int | None) -> None:
        case = data.draw(self.places(), label="case")
        who = data.draw(st.sampled_from([self.worker(case), self.worker(case), "gp", "provider"]), label="who")
        days = days if decision == "given" else None
        self.put(Ask(who=who, what="record_consent", case=case, word=decision, about=about, days=days))

    @rule(days=st.sampled_from([0, 1, 3, 5, 8, 15, 29]), order=st.permutations(range(4)))
    def time_passes(self, days: int, order: list[int]) -> None:
        """And the clocks run, in any order, and twice."""
        self.move(days * DAY)
        before = [offer.status for case in self.design.cases for offer in case.offers]
        self.design.run_clocks()
        after = [offer.status for case in self.design.cases for offer in case.offers]
        if before != after:
            self.tally.arrows["onward"].add(("sent", "expire"))
        clocks = self.town.clocks()
        for number in order:
            clocks[number]()
        once = fingerprint()
        for number in order:
            self.check(clocks[number]() == 0, "a clock that runs twice tells twice")
        self.check(fingerprint() == once, "a clock that runs twice changes something")

    @precondition(lambda self: self.design.at < BEGINNING + 4000 * DAY)
    @rule(data=st.data())
    def years_pass(self, data: st.DataObject) -> None:
        """What is over is proposed to be forgotten, and a lead forgets."""
        if not any(case.status not in REFERRAL_OPEN for case in self.design.cases):
            return
        self.time_passes(3000, [0, 1, 2, 3])
        for case in range(len(self.design.cases)):
            self.put(Ask(who=data.draw(st.sampled_from(["lead", "lead", "gp"])), what="forget", case=case))

    # --- Faults -----------------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def two_press_at_once(self, data: st.DataObject) -> None:
        """Both saw the same page: one wins, the other is told that it has changed."""
        ask = self.one_that_is_right(data, steps_only=True)
        if ask.what == "make":
            return
        self.put(ask)
        self.tally.faults["pressed twice"] += 1
        again = Ask(**vars(ask) | {"is_stale": True})
        answer, expected = self.town.ask(again), self.design.answer(again)
        self.check(answer == expected, f"{again} was answered {answer!r}, and not {expected!r}")

    @rule(data=st.data(), after=st.sampled_from(["the event", "the messages"]))
    def the_power_fails(self, data: st.DataObject, after: str) -> None:
        """In the middle of a step, after its event or its messages are written: then nothing remains of it."""
        ask = self.one_that_is_right(data)
        if ask.what == "make":
            return
        before, known = fingerprint(), list(self.town.referrals)
        place = mock.patch.object(*(_AFTER_EVENT if after == "the event" else _AFTER_MESSAGES))
        try:
            with place:
                answer = self.town.ask(ask)
        except PowerCut:
            self.tally.faults[f"power cut after {after}"] += 1
            self.town.referrals = known
            self.check(fingerprint() == before, f"something remains of {ask}, which failed")
        else:  # it writes none of these
            self.check(answer == "", f"{ask} was answered {answer!r}")
            self.settle(ask)

    @rule(mood=st.sampled_from(["takes", "refuses", "dies"]))
    def the_relay_runs(self, mood: str) -> None:
        Post.mood = mood
        self.move(MINUTE)
        try:
            self.deliver()
        except PowerCut:
            self.cuts += 1
            self.tally.faults["relay killed after sending"] += 1
        if mood == "refuses":
            self.tally.faults["mail server refuses"] += 1
        Post.mood = "takes"

    # --- What is always true ----------------------------------------------------------------------------------------

    @invariant()
    def no_rule_is_broken(self) -> None:
        found = broken_rules()
        self.check(not found, "; ".join(found))

    @invariant()
    def it_stands_where_the_design_says(self) -> None:
        self.tally.states.add(self.design.state())
        rows = {row.reference: row for row in Referral.objects.prefetch_related("onward_referrals")}
        real = [
            (rows[reference].status, [each.status for each in sorted(rows[reference].onward_referrals.all(), key=_by_id)])
            for reference in self.town.referrals
        ]
        meant = [(case.status, [offer.status for offer in case.offers]) for case in self.design.cases]
        self.check(real == meant, f"it stands at {real}, and should at {meant}")
        self.check(len(rows) == len(meant), f"there are {len(rows)} referrals, and should be {len(meant)}")

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.what_is_offered_is_done()
                self.providers_see_what_they_may()
                self.every_message_arrives()
        finally:
            transaction.savepoint_rollback(self.savepoint)

    def what_is_offered_is_done(self) -> None:
        """Of one referral and its last onward referral, for everybody: what is offered, and what is refused."""
        if not self.design.cases or self.design.cases[-1].is_forgotten:
            return
        number = len(self.design.cases) - 1
        for onward in {None, len(self.design.cases[-1].offers) - 1} - {-1}:
            for who in design.WHO:
                offered_as_it_is(self.town, self.design, who, number, onward, self.check)

    def providers_see_what_they_may(self) -> None:
        """Rule 5: a provider sees a person only through what was sent to it, and only what consent covers."""
        for number, case in enumerate(self.design.cases):
            if case.is_forgotten:
                continue
            for place, offer in enumerate(case.offers):
                onward = self.town.onward(number, place)
                for who in ("provider", "befriender", "hub_worker", "outsider", "gp", "link_worker"):
                    sees = policies.sees_person(self.town.actor(who), onward, on=self.design.today)
                    self.check(sees == self.design.sees_person(who, case, offer), f"{who} sees {onward}: {sees}")

    def every_message_arrives(self) -> None:
        """Each message owed is delivered and recorded once; on the wire once more where the relay died in between."""
        for _ in range(40):
            if not OutboxMessage.objects.filter(status=MessageStatus.PENDING).exists():
                break
            self.move(DAY)
            self.deliver()
        sent = set(OutboxMessage.objects.filter(status=MessageStatus.SENT).values_list("pk", flat=True))
        left = OutboxMessage.objects.exclude(status__in=[MessageStatus.SENT, MessageStatus.STOPPED]).count()
        self.check(left == 0, f"{left} messages never went")
        self.check(sent <= set(Post.taken), "a message is recorded as sent, and was not")
        self.check(set(Delivery.objects.values_list("pk", flat=True)) == sent, "what was sent is not what is recorded")
        twice = len(Post.taken) - len(set(Post.taken))
        self.check(twice <= self.cuts, f"{twice} went twice, and the relay died {self.cuts} times")

    # --- The means --------------------------------------------------------------------------------------------------

    def check(self, is_so: bool, otherwise: str) -> None:
        if not is_so:
            self.is_sound = False
            raise AssertionError(otherwise)

    def put(self, ask: Ask) -> None:
        """Ask the town; it must answer as the design does, and change nothing where it refuses."""
        expected = self.design.answer(ask)
        try:
            answer = self.town.ask(ask)
        except BaseException:
            self.is_sound = False
            raise
        self.check(answer == expected, f"{ask} was answered {answer!r}, and not {expected!r}")
        self.settle(ask, answer)

    def settle(self, ask: Ask, answer: str = "") -> None:
        self.tally.count(ask, self.design, answer)
        if not answer:
            self.design.do(ask)
        self.move(MINUTE)

    def move(self, by: dt.timedelta) -> None:
        self.design.at += by
        self.town.at = self.design.at

    def deliver(self) -> None:
        with mock.patch.dict(channels.SENDERS, {Channel.EMAIL: Post}):
            delivery.deliver_batch(at=self.design.at, size=500)

    def places(self) -> st.SearchStrategy[int]:
        return st.integers(min_value=0, max_value=len(self.design.cases) - 1)

    def worker(self, case: int) -> str:
        return design.WORKER_OF[self.design.cases[case].team]

    def subject(self, data: st.DataObject) -> tuple[int, int | None]:
        """Draw a referral, or one of its onward referrals."""
        case = data.draw(self.places(), label="case")
        offers: list[int | None] = list(range(len(self.design.cases[case].offers)))
        return case, data.draw(st.sampled_from([None, *offers, *offers]), label="onward")

    def one_that_is_right(self, data: st.DataObject, *, steps_only: bool = False) -> Ask:
        """Draw something that is not refused; ends are drawn more rarely, so that stories go on."""
        if not self.design.cases:
            return Ask(who="gp", what="make", word="submitted", about="rose")
        case, onward = self.subject(data)
        names = matrix.REFERRAL_TARGETS if onward is None else matrix.ONWARD_TARGETS
        stays_open = REFERRAL_OPEN if onward is None else ONWARD_OPEN
        right: list[Ask] = []
        for ask in asks_about(case, onward, others=not steps_only):
            if not self.design.answer(ask):
                right += [ask] * (4 if names.get(ask.what) in stays_open else 1)
        return data.draw(st.sampled_from(right or [Ask(who="gp", what="make", word="submitted", about="rose")]))

    def any_one(self, data: st.DataObject) -> Ask:
        if not self.design.cases:
            return Ask(who="manager", what="make", word="submitted", about="rose")
        case, onward = self.subject(data)
        ask = data.draw(st.sampled_from(list(asks_about(case, onward))))
        wrong = data.draw(st.sampled_from(["", "", "badly said", "stale"]), label="wrong")
        if ask.what in {"undo_death", "record_consent"}:
            return ask
        return Ask(**vars(ask) | {"is_badly_said": wrong == "badly said", "is_stale": wrong == "stale"})


def asks_about(case: int, onward: int | None, *, others: bool = True) -> list[Ask]:
    """Return every step of everybody about a referral, or an onward referral; and what is no step, with `others`."""
    if onward is not None:
        return [Ask(who=who, what=step, case=case, onward=onward) for who in design.WHO for step in matrix.ONWARD_TARGETS]
    words = {"hold": ("health", "in_hospital"), "close": ("transferred", "declined_by_person", "goals_met")}
    found = [
        Ask(who=who, what=step, case=case, word=word)
        for who in design.WHO
        for step in matrix.REFERRAL_TARGETS
        for word in words.get(step, ("",))
    ]
    people = [who for who in design.WHO if who != design.SYSTEM]
    extra = ("allocate", "undo_death") if others else ()
    return found + [Ask(who=who, what=what, case=case) for who in people for what in extra]


def offered_as_it_is(town: Town, plan: Design, who: str, case: int, onward: int | None, check: Any) -> None:
    """Hold what is offered to somebody against what is really not refused: each is tried, and taken back."""
    one: Case = plan.cases[case]
    if not plan.sees(who, one, None if onward is None else one.offers[onward]):
        return
    offered = town.offered(who, case, onward)
    names = matrix.REFERRAL_TARGETS if onward is None else matrix.ONWARD_TARGETS
    for step in names:
        ask = Ask(who=who, what=step, case=case, onward=onward)
        answer, expected = attempted(town, ask), plan.answer(ask)
        check(answer == expected, f"{ask} was answered {answer!r}, and not {expected!r}")
        check(bool(answer) or step in offered, f"{step} is not refused to {who}, and not offered")
        is_known = not answer or step not in offered or answer in REFUSED_THOUGH_OFFERED.get(step, set())
        check(is_known, f"{step} is offered to {who}, and refused: {answer}")


def attempted(town: Town, ask: Ask) -> str:
    """Ask, and take back whatever came of it."""
    known, savepoint = list(town.referrals), transaction.savepoint()
    try:
        answer = town.ask(ask)
        commit()
        return answer
    finally:
        transaction.savepoint_rollback(savepoint)
        town.referrals = known


def _by_id(row: Any) -> int:
    return int(row.pk)


_save_event = ReferralEvent.save
_enqueue_many = announcements.notifications.enqueue_many


def _event_then_dark(self: ReferralEvent, *args: Any, **kwargs: Any) -> None:
    _save_event(self, *args, **kwargs)
    raise PowerCut


def _messages_then_dark(messages: Any) -> None:
    _enqueue_many(messages)
    raise PowerCut


_AFTER_EVENT: Any = (ReferralEvent, "save", _event_then_dark)
_AFTER_MESSAGES: Any = (announcements.notifications, "enqueue_many", _messages_then_dark)
__all__ = ["AnyOrder", "asks_about", "attempted", "offered_as_it_is", "steps"]
