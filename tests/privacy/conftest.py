"""A referral with a marker in every field that holds something personal, and everything that can happen to it."""

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from accounts.actors import Actor
from referrals.models import Referral
from referrals.services.clocks import run_clocks
from referrals.services.consent import record_consent
from referrals.services.consent_clocks import run_consent_clocks
from referrals.services.discharge import chase_discharges
from referrals.services.notes import write_note
from referrals.services.onward import expire_unanswered, send_onward_referral, take_onward_step
from referrals.services.referrals import take_referral_step
from referrals.services.reminders import remind
from referrals.services.steps import StepDetails
from tests.conftest import NOW
from tests.dapb4066.conftest import RECORD
from tests.stage import ONWARD_PATHS, REFERRAL_PATHS, Cast, content_for, created, fresh

pytestmark = pytest.mark.django_db
CODED = {
    "section", "code", "gender", "ethnic_category", "started_on", "ended_on", "expected_delivery_on", "term", "team",
    "decision", "date_of_birth", "gp_practice_code", "nhs_number_status", "preferred_contact",
}  # fmt: skip
"""What is chosen from a list, or a date; every other text of a referral is marked."""


@dataclass
class Markers:
    """A marker for each field, and what else must never be said."""

    words: list[str] = field(default_factory=list)

    def new(self) -> str:
        marker = f"zqmark{len(self.words):03}x"
        self.words.append(marker)
        return marker

    def put(self, said: Any, key: str = "") -> Any:
        """Return the same with a marker in place of each free text."""
        if isinstance(said, dict):
            return {name: self.put(value, name) for name, value in said.items()}
        if isinstance(said, list):
            return [self.put(value, key) for value in said]
        return self.new() if isinstance(said, str) and said and key not in CODED else said


@pytest.fixture(autouse=True)
def _on_the_same_morning(time_machine: Any) -> None:
    """Half an hour after the stage's Monday began to work."""
    time_machine.move_to(NOW + dt.timedelta(minutes=30), tick=False)


@pytest.fixture
def markers() -> Markers:
    return Markers([
        # what cannot be a made-up word, because its form is checked
        "Zqrosina", "Zqokaforova", "zqmail@people.example", "01614960177", "0161 496 0177", "SK5 8BS", "SK58BS",
        "9990000026", "999 000 0026", "1951-03-27", "27 March 1951", "27/03/1951", "871691000000100", "413350009",
        "300738008",
        # of those who work for the person, and what for
        "Gita Gill", "Lou Marsh", "Pat Active", "Lena Head", "Walking group", "Loneliness", "Exercise on referral",
    ])  # fmt: skip


@pytest.fixture
def body(cast: Cast, markers: Markers) -> dict[str, Any]:
    """A referral with every item of the standard that is held here, each of its texts a marker."""
    person = {
        "first_name": "Zqrosina", "family_name": "Zqokaforova", "date_of_birth": "1951-03-27",
        "gp_practice_code": "Z90001", "nhs_number": "999 000 0026", "nhs_number_status": "01",
        "address": "\n".join(markers.new() for _ in range(4)), "postcode": "SK5 8BS", "telephone": "0161 496 0177",
        "email": "zqmail@people.example", "preferred_contact": "3", "communication_needs": markers.new(),
    }  # fmt: skip
    risk = {"description": "A dog", "code": "871691000000100", "display": "made up", "comment": "It bites."}
    return {
        "person": person,
        "team": str(cast.team.pk),
        "reason": markers.new(),
        "needs": [{"term": str(cast.loneliness.pk), "note": markers.new(), "code": "413350009",
                   "display": markers.new()}],
        "risks": [markers.new()],
        "consent": {"decision": "given", "note": markers.new()},
        "record": markers.put(RECORD) | {"risks": [markers.put(risk)]},
        "send_anyway": True,
    }  # fmt: skip


@dataclass
class Life:
    """Everything that can happen to such a referral, said with markers wherever something can be said."""

    cast: Cast
    markers: Markers
    client: Any
    nurse_client: Any
    body: dict[str, Any]
    hours: int = 1

    def at(self) -> dt.datetime:
        self.hours += 1
        return NOW + dt.timedelta(hours=self.hours)

    def by(self, who: str) -> Actor:
        return Actor(None if who == "system" else fresh(getattr(self.cast, who)))

    def refer(self, client: Any = None) -> Referral:
        answer = (client or self.client).post("/api/v1/referrals/", self.body)
        assert answer.status_code == 201, answer.json()
        return Referral.objects.get(reference=answer.json()["reference"])

    def details(self, said: dict[str, Any]) -> StepDetails:
        said = {name: getattr(self.cast, value) if name == "to_team" else value for name, value in said.items()}
        if "assessment_at" in said:
            said["assessment_at"] = self.at() + dt.timedelta(days=7)
        return StepDetails(**{"note": self.markers.new(), **said})

    def referral_at(self, status: str) -> Referral:
        referral = self.refer()
        for step, who, said in REFERRAL_PATHS[status]:
            referral = self.step(referral, step, who, **said)
        return referral

    def step(self, referral: Referral, step: str, who: str, **said: Any) -> Referral:
        return take_referral_step(
            referral=referral, step=step, actor=self.by(who), at=self.at(), details=self.details(said)
        )

    def onward_at(self, status: str, *, more: tuple[tuple[str, str, dict[str, Any]], ...] = ()) -> Referral:
        referral = self.referral_at("active")
        onward = send_onward_referral(
            referral=referral, service=self.cast.walking, actor=self.by("link_worker"), at=self.at(),
            handover_note=self.markers.new(),
        )  # fmt: skip
        for step, who, said in (*ONWARD_PATHS[status], *more):
            onward = take_onward_step(
                onward=onward, step=step, actor=self.by(who), at=self.at(), details=self.details(said)
            )
        return referral

    def live(self) -> None:
        """Reach every status of both machines, and what no status says."""
        for status in sorted(REFERRAL_PATHS.keys() - {"draft", "deferred", "information_requested"}):
            referral = self.referral_at(status)
            if status == "closed":
                referral = self.step(referral, "reopen", "lead", reason="person_came_back")
                self.step(referral, "enter_in_error", "lead", reason="test_entry")
        asked = self.referral_at("information_requested")
        self.step(asked, "provide_information", "gp")
        self.step(self.referral_at("active"), "withdraw", "gp", reason="person_changed_mind")
        for status in sorted(ONWARD_PATHS.keys() - {"expired", "information_requested"}):
            self.onward_at(status)
        self.onward_at("information_requested", more=(("provide_information", "link_worker", {}),))
        self.onward_at("sent")
        for days in (8, 12, 40):
            run_clocks(at=self.at() + dt.timedelta(days=days))
        expire_unanswered(at=self.at() + dt.timedelta(days=60))
        self.beside_the_steps()

    def beside_the_steps(self) -> None:
        noted = self.referral_at("active")
        write_note(referral=noted, actor=self.by("link_worker"), at=self.at(), text=self.markers.new(), is_shared=True)
        filed = self.refer(self.nurse_client)  # at the practice where the person is registered, and which did not refer
        record_consent(
            referral=filed, actor=self.by("discharge_nurse"), at=self.at(), decision="given",
            purpose="message_to_practice", note=self.markers.new(),
        )  # fmt: skip
        self.step(filed, "accept", "link_worker")
        self.step(filed, "enter_in_error", "lead", reason="wrong_person")
        shared = self.onward_at("started")
        record_consent(
            referral=shared, actor=self.by("link_worker"), at=self.at(), decision="withdrawn", note=self.markers.new()
        )
        ending = self.onward_at("started")
        record_consent(
            referral=ending, actor=self.by("link_worker"), at=self.at(), decision="given", note=self.markers.new(),
            expires_on=dt.date(2026, 12, 20),
        )  # fmt: skip
        run_consent_clocks(at=dt.datetime(2026, 12, 14, 9, tzinfo=dt.UTC))
        run_consent_clocks(at=dt.datetime(2026, 12, 22, 9, tzinfo=dt.UTC))
        ill = self.onward_at("started")
        self.step(ill, "record_readmission", "link_worker", until=dt.date(2026, 12, 1))
        self.step(ill, "confirm_discharge_again", "link_worker", discharged_on=self.at().date())
        content = content_for(self.cast)
        person = replace(content.person, first_name="Zqrosina", family_name="Zqokaforova", nhs_number="", is_new=True)
        created(
            self.cast, at=NOW, by=self.cast.discharge_nurse, person=person,
            planned_discharge_on=dt.date(2026, 11, 5), reason=self.markers.new(),
        )  # fmt: skip
        chase_discharges(at=NOW + dt.timedelta(days=7))
        self.appointments()
        dead = self.onward_at("started")
        self.step(dead, "record_death", "link_worker", died_on=NOW.date())

    def appointments(self) -> None:
        """Remind of one, and tell that another was missed: to the person, by email."""
        for onwards in (self.onward_at("assessment_booked").onward_referrals for _ in range(2)):
            onward = onwards.get()
            Referral.objects.filter(pk=onward.referral_id).update(
                may_email="yes", may_sms="no", telephone_rule="", preferred_contact=""
            )
        assert onward.assessment_at is not None
        booked = onward.assessment_at.replace(hour=12)
        remind(at=booked - dt.timedelta(days=1))
        take_onward_step(
            onward=onward, step="record_missed_assessment", actor=self.by("provider"), at=booked,
            details=StepDetails(reason="did_not_attend"),
        )  # fmt: skip
        remind(at=booked + dt.timedelta(days=3))


@pytest.fixture
def life(cast, markers, body, as_user) -> Life:
    return Life(cast, markers, as_user(cast.gp), as_user(cast.discharge_nurse), body)


def given_away(text: str, markers: Markers) -> list[str]:
    """Return the markers that a text holds, in whatever case or spacing."""
    plain = re.sub(r"\s+", "", text.lower())
    return [marker for marker in markers.words if re.sub(r"\s+", "", marker.lower()) in plain]
