"""How the story of a named person of the demonstration is told through the API, in the demonstration's own town.

A scenario is a test marked with the person's name (`tells`); it makes each call as the one who would make it, on the
working day on which it happened. Who a person is, and where they have come to, is read from `demo.named_people`, so
that the stories and the demonstration cannot drift apart: `Story.stands_as_the_demonstration_says` holds them together.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rest_framework.test import APIClient

from accounts.models import Team, User
from core.clocks import add_working_days, local_day
from demo.cast import Cast, Side, build_cast
from demo.hours import moment, working_days_before
from demo.listings import load_own_listings
from demo.logins import MANAGER
from demo.named_people import NAMED_PEOPLE, NamedPerson
from demo.places import NEIGHBOURHOODS
from demo.programmes import SCHEME, service_id, services_by_key
from notifications.models import OutboxMessage
from referrals import policies
from referrals.enums import PreferredContact
from referrals.models import Person, Referral
from services_directory.models import Service
from services_directory.needs import need_id
from services_directory.services import load_demo_directory, load_demo_places, load_demo_rules

F = TypeVar("F", bound=Callable[..., None])
TODAY = dt.date(2026, 11, 2)
"""A Monday: the present of every story."""
BEGAN = moment(dt.date(2025, 11, 3), 9 * 60)
PEOPLE = {" ".join(person.name): person for person in NAMED_PEOPLE}


def tells(name: str) -> Callable[[F], F]:
    """Mark a test as the scenario of a named person."""

    def mark(test: F) -> F:
        test.tells = name  # type: ignore[attr-defined]
        return test

    return mark


@dataclass(frozen=True, kw_only=True)
class Town:
    """Who works in the demonstration's town, and its programmes by key."""

    cast: Cast
    services: dict[str, Service]

    @property
    def gp(self) -> User:
        return self.practice("Z90001")

    @property
    def discharge_team(self) -> User:
        return self.cast.discharge.staff[0]

    @property
    def link_worker(self) -> User:
        return self.cast.teams["brinnington"].staff[1]

    @property
    def lead(self) -> User:
        return self.cast.teams["brinnington"].lead

    @property
    def heatons_worker(self) -> User:
        return self.cast.teams["heatons"].staff[1]

    @property
    def hub(self) -> User:
        return self.cast.hub.staff[1]

    @property
    def manager(self) -> User:
        return User.objects.get(email=MANAGER.email)

    def practice(self, ods_code: str) -> User:
        """Return the doctor of a practice."""
        return next(side.staff[0] for each, side in self.cast.practices.items() if each.ods_code == ods_code)

    def provider_of(self, key: str) -> User:
        """Return who answers for a programme."""
        team = self.services[key].receiving_team
        return next(side for side in self.cast.providers.values() if side.team == team).staff[0]

    def who_has(self, address: str) -> str:
        """Return whose address it is, in words."""
        user = User.objects.filter(email=address).first()
        return user.full_name if user else Team.objects.get(inbox_email=address).name


def build_town() -> Town:
    """Make the demonstration's town on the day its year begins: people who work there, directory, places, rules."""
    cast = build_cast()
    load_demo_directory(teams={key: side.team for key, side in cast.providers.items()}, at=BEGAN)
    load_demo_places(
        neighbourhoods=[
            {"code": code, "name": area.team, "sectors": list(area.districts)} for code, area in NEIGHBOURHOODS.items()
        ],
        at=BEGAN,
    )
    load_demo_rules(at=BEGAN)
    load_own_listings(team=cast.providers["active_communities"].team, at=BEGAN)
    return Town(cast=cast, services=services_by_key())


@dataclass(kw_only=True)
class Story:
    """One person's story while it is told: the referral's reference, and those of the offers by their service's key."""

    told: NamedPerson
    town: Town
    move_to: Callable[[dt.datetime], Any]
    reference: str = ""
    offers: dict[str, str] = field(default_factory=dict)
    _heard: set[Any] = field(default_factory=set)

    # --- When ----------------------------------------------------------------------------------------------------

    def day(self, days_ago: int) -> dt.date:
        """Return the working day so many working days before the present; of a negative number, after it."""
        return working_days_before(TODAY, days_ago) if days_ago >= 0 else add_working_days(TODAY, -days_ago)

    def on(self, days_ago: int, hour: int = 11) -> dt.datetime:
        """Move to an hour of such a day."""
        return self.at(self.day(days_ago), hour)

    def at(self, day: dt.date, hour: int = 11) -> dt.datetime:
        """Move to an hour of a day."""
        at = moment(day, hour * 60)
        self.move_to(at)
        return at

    # --- Acts ----------------------------------------------------------------------------------------------------

    @property
    def owner(self) -> Side:
        return self.town.cast.hub if self.told.to == SCHEME.key else self.town.cast.teams[self.told.to]

    def form(self, **more: Any) -> dict[str, Any]:
        """Return what the referrer sends, of what the demonstration knows of the person."""
        told = self.told
        person = {
            "first_name": told.name[0], "family_name": told.name[1], "date_of_birth": told.born.isoformat(),
            "nhs_number": told.nhs_number, "nhs_number_status": "01", "gp_practice_code": told.practice,
            "address": told.address, "postcode": told.postcode, "telephone": told.telephone,
            "preferred_contact": PreferredContact.TELEPHONE, "communication_needs": told.communication_needs,
        }  # fmt: skip
        to_scheme = told.to == SCHEME.key
        where = {"service": str(service_id(SCHEME.key))} if to_scheme else {"team": str(self.owner.team.pk)}
        said = {
            "reason": told.reason, "needs": [{"term": str(need_id(told.need))}], "risks": list(told.risks),
            "no_known_risks": not told.risks, "consent": {"decision": "given", "note": "Agreed in person."},
        }  # fmt: skip
        return {"person": person} | where | said | more

    def refer(self, by: User, **more: Any) -> dict[str, Any]:
        """Somebody refers the person, and the referral is this story's from now on."""
        body: dict[str, Any] = _ok(client(by).post("/api/v1/referrals/", self.form(**more)), 201)
        self.reference = body["reference"]
        return body

    def step(self, by: User, name: str, **said: Any) -> dict[str, Any]:
        """Somebody takes a step of the referral."""
        answer = client(by).post(f"{self.referral}{name.replace('_', '-')}/", said)
        return _ok(answer, 200)  # type: ignore[no-any-return]

    def write(self, by: User, what: str, **said: Any) -> dict[str, Any]:
        """Somebody adds to what hangs on the referral: a contact, a note, a consent, a measure."""
        return _ok(client(by).post(f"{self.referral}{what}/", said), 201)  # type: ignore[no-any-return]

    def send(self, by: User, key: str, note: str = "", *, instead_of: str = "") -> dict[str, Any]:
        """The link worker sends the person to a programme."""
        said = {
            "service": str(self.town.services[key].pk), "handover_note": note,
            "rerouted_from": self.offers[instead_of] if instead_of else "",
        }  # fmt: skip
        body: dict[str, Any] = _ok(client(by).post(f"{self.referral}onward-referrals/", said), 201)
        self.offers[key] = body["reference"]
        return body

    def answer(self, key: str, name: str, *, by: User | None = None, **said: Any) -> dict[str, Any]:
        """The programme's provider, unless another is named, takes a step of its offer."""
        answer = client(by or self.town.provider_of(key)).post(f"{self.offer(key)}{name.replace('_', '-')}/", said)
        return _ok(answer, 200)  # type: ignore[no-any-return]

    def came(self, key: str, marks: str) -> None:
        """The provider keeps the register: one mark a week after today (P present, A absent, T absent and told)."""
        names, first = {"P": "present", "A": "absent", "T": "told_us"}, local_day(dt.datetime.now(dt.UTC))
        for week, mark in enumerate(marks, start=1):
            day = first + dt.timedelta(weeks=week)
            self.at(add_working_days(day, 0), 16)
            said = {"session_on": day.isoformat(), "result": names[mark]}
            _ok(client(self.town.provider_of(key)).post(f"{self.offer(key)}attendances/", said), 201)

    # --- What is seen --------------------------------------------------------------------------------------------

    @property
    def referral(self) -> str:
        return f"/api/v1/referrals/{self.reference}/"

    def offer(self, key: str) -> str:
        """Return the address of the offer to a programme."""
        return f"/api/v1/onward-referrals/{self.offers[key]}/"

    def seen_by(self, who: User) -> dict[str, Any]:
        """Return the referral as somebody reads it now."""
        return _ok(client(who).get(self.referral), 200)  # type: ignore[no-any-return]

    def offer_seen_by(self, who: User, key: str) -> dict[str, Any]:
        """Return the offer as somebody reads it now."""
        return _ok(client(who).get(self.offer(key)), 200)  # type: ignore[no-any-return]

    def hidden_from(self, *users: User) -> bool:
        """Whether to each of them it is as if the referral were not there."""
        return {client(user).get(self.referral).status_code for user in users} == {404}

    def read(self, who: User, what: str) -> list[dict[str, Any]]:
        """Return what of a kind hangs on the referral, in the order in which the API lists it."""
        answer = client(who).get(f"{self.referral}{what}/", {"page_size": 100})
        return _ok(answer, 200)["results"]  # type: ignore[no-any-return]

    def letter(self, who: User) -> dict[str, Any]:
        """Return the newest message back, as somebody reads it."""
        return _ok(client(who).get(self.read(who, "messages-back")[0]["url"]), 200)  # type: ignore[no-any-return]

    def heard(self) -> list[tuple[str, str]]:
        """Return who has been told what since it was asked last, as (who, the message's kind); none names anybody."""
        rows = [row for row in OutboxMessage.objects.all() if row.pk not in self._heard]
        self._heard |= {row.pk for row in rows}
        for row in rows:
            assert set(row.context) <= {"reference", "due_on"}
        return sorted((self.town.who_has(row.recipient), row.template) for row in rows)

    # --- The end -------------------------------------------------------------------------------------------------

    def stands_as_the_demonstration_says(self) -> None:
        """Hold the story to the demonstration's: where the referral and its offers stand, and every step on the way."""
        told = self.told
        person = Person.objects.get(nhs_number=told.nhs_number)
        assert ((person.first_name, person.family_name), person.date_of_birth) == (told.name, told.born)
        seen = self.seen_by(self.owner_now.staff[1])
        assert (seen["reference"], seen["status"]) == (self.reference, told.stands)
        offers = [(row["service"]["id"], row["status"]) for row in seen["onward_referrals"]]
        assert offers == [(str(service_id(key)), status) for key, status in told.offers]
        happened = iter(self._steps_that_happened())
        missing = [step for step in self._steps_of_the_demonstration() if step not in happened]
        assert missing == [], "the demonstration tells these steps, in this order, and the scenario does not"

    @property
    def owner_now(self) -> Side:
        """Who owns the referral now: it may have been passed on."""
        team = Referral.objects.get(reference=self.reference).owner_team
        cast = self.town.cast
        return next(side for side in (*cast.teams.values(), cast.hub) if side.team == team)

    def _steps_of_the_demonstration(self) -> list[tuple[str, str]]:
        """Return its acts that are steps of either machine, as (programme or nothing, step)."""
        acts = [act.what.rpartition(": ") for act in self.told.acts]
        return [
            (key, name) for key, _, name in acts if name in (policies.ONWARD_STEPS if key else policies.REFERRAL_STEPS)
        ]

    def _steps_that_happened(self) -> list[tuple[str, str]]:
        keys = {service.name: key for key, service in self.town.services.items()}
        seen = self.seen_by(self.owner_now.staff[1])
        earlier = Referral.objects.filter(reference=seen["redirected_from"]).first()
        before = [("", kind) for kind in earlier.events.order_by("sequence").values_list("kind", flat=True)] if (
            earlier
        ) else []  # fmt: skip
        events = self.read(self.owner_now.staff[1], "events")
        return before + [(keys[event["service"]] if event["service"] else "", event["kind"]) for event in events]


def client(user: User) -> APIClient:
    """Return a client signed in as somebody, who is read anew."""
    found = APIClient()
    found.force_authenticate(User.objects.get(pk=user.pk))
    return found


def refused(answer: Any) -> tuple[int, str]:
    """Return with which status and code a call was refused."""
    return answer.status_code, answer.json()["code"]


def _ok(answer: Any, code: int) -> Any:
    assert answer.status_code == code, (answer.status_code, answer.content.decode())
    return answer.json()
