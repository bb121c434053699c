"""Stories in any order: Hypothesis asks the town whatever it likes, and the design says what must come of it."""

import datetime as dt
from typing import ClassVar
from unittest import mock

from django.db import IntegrityError, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.models import User
from notifications import channels, delivery
from notifications.enums import Channel, MessageStatus
from notifications.models import Delivery, OutboxMessage
from referrals import policies
from tests import matrix
from tests.model import faults, words
from tests.model.asking import asks_about, what_is_offered_is_done
from tests.model.design import Design
from tests.model.faults import Post, PowerCut
from tests.model.rules import broken_rules, commit, late
from tests.model.tally import Tally
from tests.model.town import Town, fingerprint
from tests.model.walk import ways_to_everywhere
from tests.model.words import ONWARD_OPEN, REFERRAL_OPEN, Ask

BEGINNING = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
MOST_REFERRALS, MOST_OFFERS = 4, 4
REFERRERS = ("gp", "discharge_nurse", "outsider")
WAYS = ways_to_everywhere(Design(BEGINNING))


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
        self.cuts = self.taken = 0
        self.tally.stories += 1
        Post.taken, Post.mood = [], "takes"

    # --- What may happen --------------------------------------------------------------------------------------------

    @initialize(way=st.sampled_from(WAYS))
    def it_begins_somewhere(self, way: tuple[Ask, ...]) -> None:
        """In any state of one referral and an offer: so that short stories, too, happen everywhere."""
        for ask in way:
            self.put(ask)

    @precondition(lambda self: len(self.design.cases) < MOST_REFERRALS)
    @rule(
        who=st.sampled_from((*REFERRERS, "link_worker")), kind=st.sampled_from(words.KINDS),
        about=st.sampled_from(["rose", "arthur"]), agrees=st.booleans(),
    )  # fmt: skip
    def another_is_referred(self, who: str, kind: str, about: str, agrees: bool) -> None:
        self.put(Ask(who=who, what="make", word=kind, about=about, agrees=agrees))

    @rule(data=st.data(), times=st.integers(min_value=1, max_value=5))
    def who_may_takes_steps(self, data: st.DataObject, times: int) -> None:
        """Several at a time: else no story would come far."""
        for number in range(times):
            if number:
                self.no_rule_is_broken()
                self.it_stands_where_the_design_says()
            self.put(self.one_that_is_right(data))

    @rule(data=st.data())
    def anybody_asks_anything(self, data: st.DataObject) -> None:
        before = fingerprint()
        if self.put(self.any_one(data)):
            self.check(fingerprint() == before, "what is refused changes something")

    @rule(data=st.data(), service=st.sampled_from(("walking", "visiting", "pack")))
    def a_person_is_sent_onward(self, data: st.DataObject, service: str) -> None:
        cases = self.design.cases
        ready = [number for number, case in enumerate(cases) if case.status in words.SENDABLE]
        number = data.draw(st.sampled_from(ready or range(len(cases))), label="case") if cases else 0
        if not cases or len(cases[number].offers) >= MOST_OFFERS:
            return
        offers = enumerate(cases[number].offers)
        instead_of = [place for place, offer in offers if offer.status in {"declined", "expired", "accepted"}]
        earlier = data.draw(st.sampled_from([None, *instead_of]), label="instead of")
        who = data.draw(st.sampled_from([self.worker(number)] * 4 + ["gp", "provider", "outsider"]), label="who")
        self.put(Ask(who=who, what="send_onward", case=number, word=service, onward=earlier))

    @rule(
        data=st.data(), decision=st.sampled_from(["given", "given", "withdrawn", "refused"]),
        about=st.sampled_from(["", "", "walking", "visiting"]), days=st.sampled_from([None, None, 10]),
    )  # fmt: skip
    def the_person_decides(self, data: st.DataObject, decision: str, about: str, days: int | None) -> None:
        case = data.draw(self.places(), label="case")
        who = data.draw(st.sampled_from([self.worker(case), self.worker(case), "gp", "provider"]), label="who")
        days = days if decision == "given" else None
        self.put(Ask(who=who, what="record_consent", case=case, word=decision, about=about, days=days))

    @rule(days=st.sampled_from([0, 1, 3, 5, 8, 15, 29]), order=st.permutations(range(5)))
    def time_passes(self, days: int, order: list[int]) -> None:
        """And the clocks run, in any order, and twice."""
        self.move(days * DAY)
        before = [offer.status for case in self.design.cases for offer in case.offers]
        self.design.run_clocks()
        after = [offer.status for case in self.design.cases for offer in case.offers]
        if before != after:
            self.tally.arrows["onward"].add(("sent", "expire"))
        clocks = self.town.clocks()
        for number in (*order, *order):  # who is reminded late is told of late, by the next run
            clocks[number]()
        wrong = list(late(self.design.today))
        self.check(not wrong, "; ".join(wrong))
        once = fingerprint()
        for number in order:
            self.check(clocks[number]() == 0, "a clock that runs twice tells twice")
        self.check(fingerprint() == once, "a clock that runs twice changes something")

    @precondition(lambda self: self.taken > 12 and self.design.at < BEGINNING + 4000 * DAY)
    @rule(data=st.data())
    def years_pass(self, data: st.DataObject) -> None:
        """What is over is proposed to be forgotten, and a lead forgets."""
        if not any(case.status not in REFERRAL_OPEN for case in self.design.cases):
            return
        self.time_passes(3000, [0, 1, 2, 3, 4])
        for case in range(len(self.design.cases)):
            self.put(Ask(who=data.draw(st.sampled_from(["lead", "lead", "gp"])), what="forget", case=case))

    @rule(who=st.sampled_from(["lead", "lead", "link_worker", "neighbouring_link_worker", "gp"]))
    def somebody_leaves(self, who: str) -> None:
        """With open work nobody goes, nor is their account closed behind the service; handed over, they may go."""
        has_work, is_lead = self.town.work_of("link_worker") > 0, who == "lead"
        if has_work:
            self.check(self.is_refused_by_the_database(), "an account was closed that has open work")
        self.leaves(who, "not_permitted" if not is_lead else "open_work" if has_work else "")
        answer = self.town.hand_over("link_worker", "lead", who=who)
        self.check(answer == ("" if is_lead else "not_permitted"), f"{who} hands over, and is answered {answer!r}")
        if is_lead:
            self.check(self.town.work_of("link_worker") == 0, "something was not handed over")
            self.tally.faults["somebody left"] += 1
            self.leaves(who, "")
        self.move(MINUTE)

    def leaves(self, who: str, expected: str) -> None:
        savepoint = transaction.savepoint()
        answer = self.town.leave("link_worker", who=who)
        self.check(answer == expected, f"{who} lets them go, and is answered {answer!r}, and not {expected!r}")
        found = broken_rules()
        self.check(not found, "; ".join(found))
        transaction.savepoint_rollback(savepoint)

    def is_refused_by_the_database(self) -> bool:
        savepoint = transaction.savepoint()
        try:
            User.objects.filter(pk=self.town.users["link_worker"].pk).update(is_active=False)
            commit()
        except IntegrityError:
            return True
        finally:
            transaction.savepoint_rollback(savepoint)
        return False

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
        if ask.what != "make":
            self.fails(ask, after)

    def fails(self, ask: Ask, after: str) -> None:
        before, known = fingerprint(), list(self.town.referrals)
        place = mock.patch.object(*(faults.AFTER_EVENT if after == "the event" else faults.AFTER_MESSAGES))
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
        real, meant = self.town.stands(), self.design.stands()
        self.check(real == meant, f"it stands at {real}, and should at {meant}")

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.everybody_is_offered_what_is_done()
                self.providers_see_what_they_may()
                self.every_message_arrives()
        finally:
            transaction.savepoint_rollback(self.savepoint)

    def everybody_is_offered_what_is_done(self) -> None:
        """Of the last referral and its last onward referral: what is offered is done, and nothing else is."""
        if not self.design.cases or self.design.cases[-1].is_forgotten:
            return
        state = self.design.state()
        if state in self.tally.offered:
            return
        self.tally.offered.add(state)
        number = len(self.design.cases) - 1
        for onward in {None, len(self.design.cases[-1].offers) - 1} - {-1}:
            for who in words.WHO:
                what_is_offered_is_done(self.town, self.design, who, number, onward, self.check)

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

    def put(self, ask: Ask) -> str:
        """Ask the town; it must answer as the design does, and change nothing where it refuses."""
        expected = self.design.answer(ask)
        try:
            answer = self.town.ask(ask)
        except BaseException:
            self.is_sound = False
            raise
        self.check(answer == expected, f"{ask} was answered {answer!r}, and not {expected!r}")
        self.settle(ask, answer)
        return answer

    def settle(self, ask: Ask, answer: str = "") -> None:
        self.tally.count(ask, self.design, answer)
        if not answer:
            self.design.do(ask)
            self.taken += 1
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
        return words.WORKER_OF[self.design.cases[case].team]

    def subject(self, data: st.DataObject) -> tuple[int, int | None]:
        """Draw a referral, rather one that is open, or one of its onward referrals."""
        still_open = [number for number, case in enumerate(self.design.cases) if case.status in REFERRAL_OPEN]
        case = data.draw(st.sampled_from([*range(len(self.design.cases)), *still_open * 3]), label="case")
        offers: list[int | None] = list(range(len(self.design.cases[case].offers)))
        return case, data.draw(st.sampled_from([None, *offers, *offers]), label="onward")

    def one_that_is_right(self, data: st.DataObject, *, steps_only: bool = False) -> Ask:
        """Draw something that is not refused; ends are drawn more rarely, so that stories go on."""
        if not self.design.cases:
            return Ask(who="gp", what="make", word="submitted", about="rose")
        case, onward = self.subject(data)
        names = matrix.REFERRAL_TARGETS if onward is None else matrix.ONWARD_TARGETS
        stays_open = REFERRAL_OPEN if onward is None else ONWARD_OPEN
        right: dict[str, list[Ask]] = {}
        for ask in asks_about(case, onward, others=not steps_only):
            if not self.design.answer(ask):
                right.setdefault(ask.what, []).append(ask)
        if not right:
            return Ask(who="gp", what="make", word="submitted", about="rose")
        often = [what for what in right if names.get(what) in stays_open] * 5
        what = data.draw(st.sampled_from([*right, *often]), label="what")
        return data.draw(st.sampled_from(right[what]), label="ask")

    def any_one(self, data: st.DataObject) -> Ask:
        if not self.design.cases:
            return Ask(who="manager", what="make", word="submitted", about="rose")
        case, onward = self.subject(data)
        about = asks_about(case, onward)
        one, offer = self.design.cases[case], None if onward is None else self.design.cases[case].offers[onward]
        by_who_sees = [ask for ask in about if self.design.sees(ask.who, one, offer)]
        ask = data.draw(st.sampled_from(data.draw(st.sampled_from([about, by_who_sees or about]), label="of")))
        wrong = data.draw(st.sampled_from(["", "", "badly said", "stale"]), label="wrong")
        if ask.what in {"undo_death", "record_consent"}:
            return ask
        return Ask(**vars(ask) | {"is_badly_said": wrong == "badly said", "is_stale": wrong == "stale"})
