"""The load: people who refer, triage, offer and take part, and who ask again when they get no answer.

Each thread walks whole small pathways, one after the other. A write with an Idempotency-Key is sent again as it was; a
step with an If-Match is looked at again first, as a careful client would: it may have been done.
"""

import datetime as dt
import random
import threading
import uuid
from collections.abc import Mapping
from typing import Any

import requests

from tests.faults.history import History, Write

ANSWER_WITHIN = (3.0, 40.0)
"""Seconds to connect and to wait for an answer."""
THINKING = (0.02, 0.15)
LONGEST_PAUSE = 1.0
WAITS = 0.6
"""Of those whom a provider accepts, how many wait for their first assessment at the end."""

Answer = requests.Response


class RunEnds(Exception):
    """Nobody waits any longer for what has not been answered."""


class Client:
    """One person at a desk, with a token."""

    def __init__(self, name: str, token: str, *, url: str, history: History, enough: threading.Event) -> None:
        self.name, self.url, self.history, self.enough = name, url, history, enough
        self.headers = {"Authorization": f"Bearer {token}"}
        self.session = requests.Session()

    def ask_once(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer | None:
        """Ask, and return the answer; None where there was none, or one that says that the service is not well."""
        if self.enough.is_set():
            raise RunEnds
        self.history.count("requests")
        try:
            answer = self.session.request(
                method, f"{self.url}/api/v1/{path}", json=body, headers=self.headers | dict(headers),
                timeout=ANSWER_WITHIN,
            )  # fmt: skip
        except requests.RequestException:
            self.session.close()
            self.history.count("requests without an answer")
            return None
        if answer.status_code >= 500:
            self.history.count("answers of 500 and above")
            return None
        self.history.count("answers of 200 to 299" if answer.ok else "answers of 400 to 499")
        return answer

    def insist(self, method: str, path: str, body: Any = None, write: Write | None = None, **headers: str) -> Answer:
        """Ask the very same until there is an answer. For reads, and for writes that carry a key."""
        pause = 0.1
        while True:
            if write is not None:
                write.tries += 1
            answer = self.ask_once(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            if answer is not None:
                return answer
            self.enough.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def read(self, path: str) -> tuple[dict[str, Any], str]:
        """Read something, return it and its ETag."""
        answer = self.insist("GET", path)
        if answer.status_code != 200:
            raise self.surprised(f"GET {path}", answer)
        return answer.json(), answer.headers.get("ETag", "")

    def surprised(self, what: str, answer: Answer) -> "Surprised":
        """Keep an answer that nothing explains."""
        self.history.surprise(f"{self.name}: {what} gave {answer.status_code}: {answer.text[:300]}")
        return Surprised()


class Surprised(Exception):
    """This pathway cannot go on; the history says why."""


class Walker(threading.Thread):
    """Walks pathways until told that it is enough."""

    def __init__(
        self, number: int, *, url: str, people: Mapping[str, Any], history: History, chance: random.Random,
        last_call: threading.Event, enough: threading.Event,
    ) -> None:  # fmt: skip
        super().__init__(name=f"walker-{number}", daemon=True)
        self.people, self.history, self.chance = people, history, chance
        self.last_call, self.enough = last_call, enough

        def client(name: str, token: str) -> Client:
            return Client(f"{name} {number}", token, url=url, history=history, enough=enough)

        self.gps = [client("gp", token) for token in people["gps"]]
        self.link_worker = client("link worker", people["link_worker"])
        self.lead = client("lead", people["lead"])
        self.provider = client("provider", people["provider"])

    def run(self) -> None:
        """Begin a pathway after the other until the last call."""
        try:
            while not self.last_call.is_set():
                try:
                    self.walk()
                    self.history.count("pathways walked to their end")
                except Surprised:
                    self.history.count("pathways that stopped")
        except RunEnds:
            self.history.count("pathways cut short by the end of the run")

    def think(self) -> None:
        """Let a person read the page."""
        self.enough.wait(self.chance.uniform(*THINKING))

    def walk(self) -> None:
        """Walk one pathway: referred, accepted, called, offered, taken up or declined, closed."""
        gp = self.chance.choice(self.gps)
        person, reached = self.somebody()
        reference = self.refer(gp, person)
        path = f"referrals/{reference}/"
        self.step(self.link_worker, reference, path, "accept", {}, leads_to="accepted")
        if self.chance.random() < 0.2:
            self.rival(path)
        for _ in range(self.chance.randint(1, 2)):
            self.log_contact(reference, path)
        self.step(self.link_worker, reference, path, "start_support", {}, leads_to="active")
        if self.chance.random() < 0.8 and self.take_part(reference, path, reached) == "waits":
            self.history.count("pathways left where a first assessment is waited for")
            return
        self.step(self.link_worker, reference, path, "close", {"outcome": "goals_met"}, leads_to="closed")
        seen, _ = gp.read(path)
        if seen["status"] != "closed":
            self.history.surprise(f"The referrer reads {seen['status']} of {reference}, which was closed.")

    def refer(self, gp: Client, person: dict[str, Any]) -> str:
        """Refer a person, with a key, until the answer comes."""
        self.think()
        marker = f"Fault run, referral {uuid.UUID(int=self.chance.getrandbits(128))}"
        write = self.history.begin(Write(kind="submit", client=gp.name, marker=marker))
        body = {**self.referral(marker), "person": person}
        answer = gp.insist("POST", "referrals/", body, write, Idempotency_Key=marker[-36:])
        if answer.status_code != 201:
            raise gp.surprised("POST referrals/", answer)
        write.is_acknowledged = True
        if answer.headers.get("Idempotent-Replayed"):
            self.history.count("keys that found their earlier result")
        reference: str = answer.json()["reference"]
        return reference

    def referral(self, marker: str) -> dict[str, Any]:
        """Return a referral to the team."""
        return {
            "team": self.people["team"], "reason": marker, "no_known_risks": True,
            "consent": {"decision": "given", "note": "Agreed in the consultation."}, "send_anyway": True,
        }  # fmt: skip

    def somebody(self) -> tuple[dict[str, Any], str]:
        """Return a made-up person whom nobody has referred before, and how they may be told: see `History.awaiting`."""
        born = dt.date(1930, 1, 1) + dt.timedelta(days=self.chance.randrange(25_000))
        letters = "".join(self.chance.choices("abcdefghijklmnopqrstuvwxyz", k=9))
        first_name, family_name = f"Fay{letters[:4]}", f"Faultless{letters[4:]}"
        number, house = self.chance.randrange(100, 900), self.chance.randrange(1, 99)
        channel = self.chance.choice(["sms", "sms", "letter", "letter", ""])
        person = {
            "first_name": first_name, "family_name": family_name, "date_of_birth": born.isoformat(),
            "gp_practice_code": "Z90001", "nhs_number": test_range_nhs_number(self.chance),
            "telephone": f"07700 900{number}", "address": f"{house} Mill Lane\nVale", "postcode": "SK5 8BS",
            "contact": {"permissions": {name: "yes" if name == channel else "no" for name in ("sms", "letter")}},
        }  # fmt: skip
        reached = {
            "sms": f"sms:+447700900{number}",
            "letter": f"letter:{first_name} {family_name}\n{house} Mill Lane\nVale\nSK5 8BS",
        }
        return person, reached.get(channel, "")

    def log_contact(self, reference: str, path: str) -> None:
        """Log a call, with a key, until the answer comes."""
        self.think()
        marker = f"Fault run, contact {uuid.UUID(int=self.chance.getrandbits(128))}"
        write = self.history.begin(
            Write(kind="contact", client=self.link_worker.name, subject=reference, marker=marker)
        )
        body = {"mechanism": "02", "outcome": "spoke", "note": marker}
        answer = self.link_worker.insist("POST", f"{path}contacts/", body, write, Idempotency_Key=marker[-36:])
        if answer.status_code != 201:
            raise self.link_worker.surprised(f"POST {path}contacts/", answer)
        write.is_acknowledged = True

    def take_part(self, reference: str, path: str, reached: str) -> str:
        """Send the person on, and let the provider take them, or not. Of some the first assessment is soon, and is
        waited for: they are reminded, and this returns `waits`.
        """
        onward = self.send_onward(reference, path)
        its = f"onward-referrals/{onward}/"
        if self.chance.random() < 0.25:
            self.step(self.provider, onward, its, "decline", {"reason": "at_capacity"}, leads_to="declined")
            return ""
        waits = self.chance.random() < WAITS
        if waits:
            self.history.awaiting[onward] = reached
        at = dt.datetime.now(dt.UTC) + (dt.timedelta(hours=20) if waits else dt.timedelta(days=7))
        self.step(self.provider, onward, its, "accept", {}, leads_to="accepted")
        booked = {"assessment_at": at.isoformat()}
        self.step(self.provider, onward, its, "book_assessment", booked, leads_to="assessment_booked")
        if waits:
            return "waits"
        self.step(self.provider, onward, its, "start", {}, leads_to="started")
        self.step(self.provider, onward, its, "complete", {"outcome": "goals_met"}, leads_to="completed")
        return ""

    def step(
        self, who: Client, subject: str, path: str, step: str, body: dict[str, str], *, leads_to: str
    ) -> None:  # fmt: skip
        """Take a step on what was just read; where no answer comes, read again before asking again."""
        write = self.history.begin(Write(kind=step, client=who.name, subject=subject))
        pause = 0.1
        while True:
            self.think()
            seen, tag = who.read(path)
            if seen["status"] == leads_to:
                write.is_found_done = True
                return
            write.tries += 1
            answer = who.ask_once("POST", f"{path}{step.replace('_', '-')}/", body, {"If-Match": tag})
            if answer is not None and answer.status_code == 200:
                write.is_acknowledged = True
                return
            if answer is not None and not (answer.status_code in {409, 412} and write.tries > 1):
                raise who.surprised(f"POST {path}{step}/", answer)
            self.enough.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def send_onward(self, reference: str, path: str) -> str:
        """Send the person to the service, once; what has no key is looked for before it is sent again."""
        write = self.history.begin(Write(kind="sent_onward", client=self.link_worker.name, subject=reference))
        while True:
            self.think()
            seen, tag = self.link_worker.read(path)
            for sent in seen["onward_referrals"]:
                write.is_found_done = True
                return str(sent["reference"])
            write.tries += 1
            body = {"service": self.people["service"], "handover_note": "Prefers mornings."}
            answer = self.link_worker.ask_once("POST", f"{path}onward-referrals/", body, {"If-Match": tag})
            if answer is not None and answer.status_code == 201:
                write.is_acknowledged = True
                return str(answer.json()["reference"])
            if answer is not None and not (answer.status_code in {409, 412} and write.tries > 1):
                raise self.link_worker.surprised(f"POST {path}onward-referrals/", answer)
            self.enough.wait(LONGEST_PAUSE / 2)

    def rival(self, path: str) -> None:
        """Let the lead accept from the page that was read before: it must be refused, whatever fails meanwhile."""
        answer = self.lead.insist("POST", f"{path}accept/", {}, If_Match='"1"')
        if answer.status_code != 412:
            raise self.lead.surprised(f"a late POST {path}accept/", answer)
        self.history.count("late steps refused (412)")


def test_range_nhs_number(chance: random.Random) -> str:
    """Return a valid NHS number of the range that is never issued."""
    while True:
        stem = f"999{chance.randrange(10**6):06}"
        digit = 11 - sum(int(each) * weight for each, weight in zip(stem, range(10, 1, -1), strict=True)) % 11
        if digit != 10:
            return f"{stem}{digit % 11}"
