"""How a year is told: many stories at once, each act at its moment, in the order in which it all happened.

A story is a generator: it yields the moment of its next act, and acts when it is asked on. Told in order of time, the
rows come into being as they would have: the newest referral has the highest number, and a person who comes back is
known already. Where the present comes first, a story simply stands where it stands.
"""

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from core.clocks import local_day
from demo.cast import Side
from referrals import policies
from referrals.models import OnwardReferral, Referral
from referrals.selectors.health import facts_of
from referrals.services.attendance import record_attendance
from referrals.services.consent import record_consent
from referrals.services.content import ReferralContent
from referrals.services.health import ObservationDetails, record_observations
from referrals.services.onward import send_onward_referral, take_onward_step
from referrals.services.referrals import allocate_referral, create_referral, take_referral_step
from referrals.services.steps import StepDetails
from services_directory.models import Service
from services_directory.selectors import suitability_of
from services_directory.suitability.kinds import Answered, AnswerKind, RuleResult
from services_directory.suitability.vocabulary import QUESTIONS, Question

Story = Iterator[dt.datetime]
THE_CLOCK = Actor(user=None, is_retelling=True)


def in_order(stories: Iterable[Story]) -> Story:
    """Tell several stories as one. Two acts at one moment keep the order in which the stories were given.

    :raises ValueError: if a story goes back in time.
    """
    queue: list[tuple[dt.datetime, int, Story]] = []
    for place, story in enumerate(stories):
        first = next(story, None)
        if first is not None:
            heapq.heappush(queue, (first, place, story))
    while queue:
        at, place, story = heapq.heappop(queue)
        yield at
        following = next(story, None)
        if following is None:
            continue
        if following < at:
            raise ValueError(f"A story went back from {at} to {following}.")
        heapq.heappush(queue, (following, place, story))


def tell(story: Story, *, until: dt.datetime) -> None:
    """Let everything happen that happens until a moment."""
    for at in story:
        if at > until:
            return


def acting(user: User) -> Actor:
    """Return somebody who acts in the past: what they owe in messages was delivered then."""
    return Actor(user, is_retelling=True)


@dataclass(kw_only=True)
class Case:
    """One referral while it is told: the row as it stands, and who acts on each side of it."""

    referrer: User
    worker: User
    owner: Side
    row: Referral | None = None

    @property
    def referral(self) -> Referral:
        """The row as the last act left it.

        :raises LookupError: before the referral is made.
        """
        if self.row is None:
            raise LookupError("The referral is not made yet.")
        return self.row

    @property
    def is_over(self) -> bool:
        """Whether the referral has ended, here and now: a lead may still open it again."""
        return self.referral.ended_at is not None

    def refer(self, content: ReferralContent, *, at: dt.datetime) -> None:
        """The referrer makes the referral."""
        made = create_referral(actor=acting(self.referrer), at=at, content=content)
        self.row = Referral.objects.get(reference=made.reference)

    def step(self, name: str, *, at: dt.datetime, **said: Any) -> None:
        """Whoever may take the step takes it; a step that ends the referral ends the case."""
        by = policies.REFERRAL_STEPS[name].rules.by
        user = self.referrer if Role.REFERRER in by else self.worker if Role.LINK_WORKER in by else self.owner.lead
        self.row = take_referral_step(
            referral=self.referral, step=name, actor=acting(user), at=at, details=StepDetails(**said)
        )

    def redirect(self, *, to: Side, worker: User, at: dt.datetime, reason: str, note: str = "") -> None:
        """The team passes the referral on; the case goes on there, under the new reference."""
        self.step("redirect", at=at, reason=reason, note=note, to_team=to.team)
        self.row = self.referral.redirected_to
        self.owner, self.worker = to, worker

    def look_again(self, on: dt.date, *, at: dt.datetime) -> None:
        """The link worker looks at the case and sets the next date: it stays with whom it was."""
        self.row = allocate_referral(
            referral=self.referral, owner=self.worker, actor=acting(self.worker), at=at, next_action_on=on
        )

    def withdraw_consent(self, note: str, *, at: dt.datetime) -> None:
        """The person does not want to be shared any more, and the link worker writes it down."""
        record_consent(referral=self.referral, actor=acting(self.worker), at=at, decision="withdrawn", note=note)

    def send(
        self, service: Service, provider: User, *, at: dt.datetime, note: str = "", instead_of: "Offer | None" = None
    ) -> "Offer":
        """The link worker sends the person to a service, perhaps instead of one that did not take them."""
        onward = send_onward_referral(
            referral=self.referral, service=service, actor=acting(self.worker), at=at, handover_note=note,
            rerouted_from=instead_of.onward if instead_of else None,
        )  # fmt: skip
        self.row = onward.referral
        return Offer(case=self, provider=provider, onward=onward)

    def offer_made_at_submission(self, provider: User) -> "Offer":
        """Return what a scheme's hub received when the referral was sent."""
        onward = OnwardReferral.objects.get(referral=self.referral)
        return Offer(case=self, provider=provider, onward=onward)


@dataclass(kw_only=True)
class Offer:
    """One onward referral while it is told."""

    case: Case
    provider: User
    onward: OnwardReferral
    baseline: dict[str, int] | None = None
    """What was answered at the start, where it was measured."""

    @property
    def has_room(self) -> bool:
        """Whether the service could take one more person now."""
        return Service.objects.get(pk=self.onward.service_id).places_left != 0

    def step(self, name: str, *, at: dt.datetime, **said: Any) -> None:
        """Whoever may take the step takes it: the provider, the link worker, or the clock."""
        if name == "start":
            self._screen(at=at)
        by = policies.ONWARD_STEPS[name].rules.by
        actor = (
            THE_CLOCK
            if Role.SYSTEM in by
            else acting(self.provider)
            if Role.PROVIDER in by
            else acting(self.case.worker)
        )
        self.onward = take_onward_step(onward=self.onward, step=name, actor=actor, at=at, details=StepDetails(**said))
        self.case.row = self.onward.referral

    def _screen(self, *, at: dt.datetime) -> None:
        """Whoever has the person in hand asks what the scheme's rules ask and nobody has; all of it is in order."""
        day = local_day(at)
        found = suitability_of(
            [self.onward.service_id], facts=facts_of(self.case.referral), planned_start=day, on=day
        )  # fmt: skip
        open_questions = {
            question.code: question
            for suitability in found.values()
            for outcome in suitability.outcomes
            if outcome.result == RuleResult.UNKNOWN and outcome.in_force.rule.is_exclusion
            for question in outcome.questions
            if question.code in QUESTIONS
        }
        if open_questions:
            record_observations(
                referral=self.case.referral, actor=acting(self.case.worker), at=at,
                observations=[_in_order(question) for question in open_questions.values()],
            )  # fmt: skip
            self.case.row = Referral.objects.get(pk=self.case.referral.pk)

    def attend(self, result: str, *, on: dt.date, at: dt.datetime) -> None:
        """The provider writes down whether the person came."""
        record_attendance(onward=self.onward, actor=acting(self.provider), at=at, session_on=on, result=result)


READINGS = {"blood_pressure": (128, 78), "resting_heart_rate": (72, None), "blood_pressure_drop": (0, None)}


def _in_order(question: Question) -> ObservationDetails:
    if question.kind in {AnswerKind.YES_NO, AnswerKind.EVENT}:
        return ObservationDetails(code=question.code, answer=Answered.NO)
    if question.code not in READINGS:
        return ObservationDetails(code=question.code, answer=Answered.UNKNOWN)
    value, second = READINGS[question.code]
    return ObservationDetails(
        code=question.code, value=Decimal(value), second_value=None if second is None else Decimal(second)
    )
