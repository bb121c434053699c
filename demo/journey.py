"""`make journey`: one referral all the way, over the public API of a running service, as its people would do it.

Plain Python without Django: it knows nothing that another system could not know. A line a step; it ends with 1 at the
first step that is not as it should be. SERVICE_URL and MAIL_URL say where, if not at `make run`'s own addresses.
"""

import datetime as dt
import os
import random
import sys
import time
import uuid
from typing import Any, NoReturn

import requests

from demo.logins import DISCHARGE, GP, LINK_WORKER, OTHER_GP, PASSWORD, WALKS, Login

SERVICE = os.environ.get("SERVICE_URL", f"http://127.0.0.1:{os.environ.get('WEB_PORT', '8000')}").rstrip("/")
MAIL = os.environ.get("MAIL_URL", f"http://127.0.0.1:{os.environ.get('MAIL_WEB_PORT', '8025')}").rstrip("/")
PATIENCE_SECONDS = 120
"""How long to wait for a message: a worker that is killed and started again still delivers in time."""
TIMEOUT_SECONDS = 30


def fail(why: str) -> NoReturn:
    """End the journey."""
    print(f"  ✗ {why}", file=sys.stderr)
    sys.exit(1)


class Someone:
    """One signed-in person of the story."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self.session = requests.Session()
        answer = self.call("POST", "tokens/", 201, {"email": login.email, "password": PASSWORD})
        self.session.headers["Authorization"] = f"Bearer {answer['token']}"

    def call(self, method: str, path: str, expected: int, body: Any = None, **headers: str) -> dict[str, Any]:
        """Make one call; end the journey if its status is not the expected one."""
        url = path if path.startswith("http") else f"{SERVICE}/api/v1/{path}"
        try:
            answer = self.session.request(
                method, url, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()},
                timeout=TIMEOUT_SECONDS,
            )  # fmt: skip
        except requests.ConnectionError:
            fail(f"Nothing answers at {SERVICE}. Start the service first, in another terminal: make run")
        if answer.status_code != expected:
            fail(f"{self.login.part}: {method} {path} gave {answer.status_code}, not {expected}: {answer.text[:600]}")
        self.last = answer
        return answer.json() if answer.content else {}

    def get(self, path: str, expected: int = 200) -> dict[str, Any]:
        return self.call("GET", path, expected)

    def post(self, path: str, body: Any = None, expected: int = 200, **headers: str) -> dict[str, Any]:
        return self.call("POST", path, expected, body or {}, **headers)

    def says(self, line: str) -> None:
        """Print a step that went as it should."""
        print(f"  ✓ {self.login.part:<15} {line}", flush=True)


def check(is_so: object, otherwise: str) -> None:
    if not is_so:
        fail(otherwise)


def messages_about(*references: str) -> list[tuple[str, str]]:
    """Return (to, subject) of every message about these references that the mail catcher holds, the oldest first."""
    try:
        found = requests.get(f"{MAIL}/api/v1/messages", params={"limit": 500}, timeout=TIMEOUT_SECONDS).json()[
            "messages"
        ]
    except requests.ConnectionError:
        fail(f"The mail catcher does not answer at {MAIL}.")
    about = [each for each in found if any(reference in each["Subject"] for reference in references)]
    return [(each["To"][0]["Address"], each["Subject"]) for each in reversed(about)]


def wait_for_message(reference: str, words: str) -> tuple[str, str]:
    """Wait until a message with these words about this reference has been delivered, and return it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        for to, subject in messages_about(reference):
            if words in subject:
                print(f"  ✉ {to:<32} {subject}", flush=True)
                return to, subject
        time.sleep(0.3)
    fail(f"No message with “{words}” about {reference} came within {PATIENCE_SECONDS} seconds.")


def test_range_nhs_number() -> str:
    """Return a random valid NHS number of the range that is never issued (999 000 0000 to 999 999 9999)."""
    while True:
        stem = f"999{random.randrange(10**6):06}"  # noqa: S311 -- a made-up number for a made-up person
        digit = 11 - sum(int(each) * weight for each, weight in zip(stem, range(10, 1, -1), strict=True)) % 11
        if digit != 10:
            return f"{stem}{digit % 11}"


def referral_of(person: dict[str, str], team: str) -> dict[str, Any]:
    return {
        "person": person,
        "team": team,
        "reason": "Has lost confidence since a fall in the spring, and no longer goes out alone.",
        "no_known_risks": True,
        "consent": {"decision": "given", "note": "Agreed in the consultation."},
    }


def a_referral_is_made(gp: Someone) -> str:
    """The GP refers, and cannot do it wrongly or twice."""
    teams = {row["name"]: row["id"] for row in gp.get("teams/?page_size=100")["results"]}
    own_team = team_of_the_link_worker(teams)
    person = {
        "first_name": "Winifred", "family_name": "Journey", "date_of_birth": "1949-05-17",
        "gp_practice_code": "V81999", "nhs_number": test_range_nhs_number(),
        "telephone": "0161 496 0777", "postcode": "SK2 5NX",
    }  # fmt: skip
    wrong = gp.post("referrals/", referral_of(person | {"nhs_number": "999 000 0019"}, own_team), 400)
    check("person.nhs_number" in wrong["errors"], f"the wrong NHS number was not named: {wrong}")
    gp.says("mistypes the NHS number: refused, and told which field (400)")
    key = str(uuid.uuid4())
    body = referral_of(person, own_team)
    made = gp.post("referrals/", body, 201, Idempotency_Key=key)
    reference: str = made["reference"]
    check(made["status"] == "submitted", f"it stands at {made['status']}")
    gp.says(f"refers Winifred Journey to a link-worker team: {reference} (201)")
    again = gp.post("referrals/", body, 201, Idempotency_Key=key)
    check(again["reference"] == reference, "the same key made a second referral")
    gp.says("presses twice: it is still one referral (Idempotency-Key)")
    wait_for_message(reference, "waiting for triage")
    return reference


def team_of_the_link_worker(teams: dict[str, str]) -> str:
    """Return the id of the team in which the demonstration's link worker works."""
    link_worker = Someone(LINK_WORKER)
    own = {row["team_id"] for row in link_worker.get("me/")["roles"]}
    chosen = next((identifier for identifier in teams.values() if identifier in own), None)
    check(chosen, f"none of the teams is {LINK_WORKER.name}'s: {sorted(teams)}")
    return str(chosen)


def it_is_triaged(reference: str, gp: Someone, link_worker: Someone) -> None:
    """The link worker asks, the GP answers, the link worker accepts; whoever acts on an old page is told."""
    path = f"referrals/{reference}/"
    seen = link_worker.get(path)
    tag = link_worker.last.headers["ETag"]
    check("accept" in seen["available_actions"], f"the link worker may only {seen['available_actions']}")
    link_worker.says(f"finds it in triage, due {seen['next_action_on']}")
    link_worker.post(f"{path}request-information/", {"note": "Can she manage a flight of steps?"})
    link_worker.says("asks the GP a question")
    wait_for_message(reference, "There is a question")
    gp.post(f"{path}provide-information/", {"note": "Yes, with a rail."})
    gp.says("answers it")
    wait_for_message(reference, "has been answered")
    stale = link_worker.post(f"{path}accept/", {}, 412, If_Match=tag)
    check(stale["code"] == "stale", f"unexpected problem {stale}")
    link_worker.says("accepts from a page that is out of date: told to read it again (412)")
    link_worker.get(path)
    link_worker.post(f"{path}accept/", {}, 200, If_Match=link_worker.last.headers["ETag"])
    link_worker.says("accepts it")
    wait_for_message(reference, "has been accepted")
    refused = link_worker.post(f"{path}reject/", {"reason": "out_of_area"}, 409)
    check(refused["current_status"] == "accepted", f"unexpected problem {refused}")
    link_worker.says("cannot reject it any more (409)")
    link_worker.post(f"{path}start-support/", {"note": "Spoke for half an hour. Would like to walk with company."})
    link_worker.says("speaks with Winifred, who agrees: support begins")


def a_programme_is_found(reference: str, link_worker: Someone) -> str:
    """The link worker finds a walk with her in the directory, and offers it."""
    found = link_worker.get("services/?search=confidence+walk&referral_route=referral")["results"]
    check(found, "the directory has no confidence walk that takes referrals")
    service = found[0]
    link_worker.says(f"finds “{service['name']}” in the directory of {service['organization']['name']}")
    offer = link_worker.post(
        f"referrals/{reference}/onward-referrals/",
        {"service": service["id"], "handover_note": "Needs a rail on steps. Prefers to be met at the door."},
        201,
    )
    onward: str = offer["reference"]
    link_worker.says(f"offers it to her and sends her on: {onward} (201)")
    wait_for_message(onward, "waiting for your answer")
    return onward


def she_takes_part(reference: str, onward: str, provider: Someone) -> None:
    """The provider sees what it needs and no more, accepts, books, keeps the register, and finishes."""
    provider.get(f"referrals/{reference}/", 404)
    provider.says("cannot open the GP's referral: for them it does not exist (404)")
    path = f"onward-referrals/{onward}/"
    seen = provider.get(path)
    check(seen["person"]["first_name"] == "Winifred", "the provider does not see who comes")
    check("lost confidence" not in str(seen), "the provider sees why she was referred")
    provider.says("sees who comes and how to reach her, and nothing of why")
    provider.post(f"{path}accept/")
    provider.says("accepts her")
    wait_for_message(onward, "There is an update")
    next_week = dt.datetime.now(dt.UTC) + dt.timedelta(days=7)
    provider.post(f"{path}book-assessment/", {"assessment_at": next_week.isoformat()})
    provider.says(f"books the first session for {next_week:%A %-d %B}")
    provider.post(f"{path}start/")
    today = dt.datetime.now(dt.UTC).astimezone().date().isoformat()
    provider.post(f"{path}attendances/", {"session_on": today, "result": "present"}, 201)
    provider.says("welcomes her, and writes her in the register: present")
    provider.post(f"{path}complete/", {"outcome": "goals_met", "note": "Walks with the group each week now."})
    provider.says("finishes: goals met")


def it_is_closed_and_told(reference: str, onward: str, gp: Someone, link_worker: Someone) -> None:
    """The link worker closes with an outcome; the GP hears, and can follow it back to the start."""
    link_worker.post(
        f"referrals/{reference}/close/", {"outcome": "goals_met", "note": "Walks each week, with friends."}
    )
    link_worker.says("closes the referral: goals met")
    wait_for_message(reference, "is complete")
    seen = gp.get(f"referrals/{reference}/")
    ends = [(row["status"], row["outcome"]) for row in seen["onward_referrals"]]
    check((seen["status"], seen["outcome"], ends) == ("closed", "goals_met", [("completed", "goals_met")]), f"{seen}")
    gp.says("reads what became of it: closed, goals met; the walk completed")
    events = gp.get(f"referrals/{reference}/events/?page_size=100")["results"]
    check([event["sequence"] for event in events] == list(range(1, len(events) + 1)), "the timeline has a gap")
    gp.says(f"reads its timeline: {len(events)} events without a gap")
    figures = link_worker.get("insights/uptake/")
    link_worker.says(f"reads the uptake figures (counted {figures['counted_at']}): {figures['total']}")


def others_see_nothing(reference: str, onward: str) -> None:
    """A practice elsewhere and the hospital's discharge team ask for the same references."""
    for login in (OTHER_GP, DISCHARGE):
        outsider = Someone(login)
        outsider.get(f"referrals/{reference}/", 404)
        outsider.get(f"onward-referrals/{onward}/", 404)
        outsider.says("asks for the same references: they do not exist (404)")


def every_message_came_once(reference: str, onward: str) -> None:
    """What the steps above owed has come: all of it, and each message once."""
    time.sleep(3)  # a doubled one would come with the next rounds of the worker
    came = sorted(
        subject.replace(reference, "R").replace(onward, "O") for _, subject in messages_about(reference, onward)
    )
    owed = sorted(
        [
            "A referral is waiting for triage: R",
            "There is a question about your referral R",
            "Your question about R has been answered",
            "Your referral R has been accepted",
            "Your referral R is complete",
            "A referral is waiting for your answer: O",
            "There is an update on O",  # accepted
            "There is an update on O",  # completed
        ]
    )
    check(came == owed, f"owed {owed}, came {came}")
    print(f"  ✓ {'Everybody':<15} was told: {len(came)} messages, each once, none with a name in it")


def main() -> None:
    """Play the story."""
    print(f"One referral, all the way, at {SERVICE}\n")
    gp, link_worker, provider = Someone(GP), Someone(LINK_WORKER), Someone(WALKS)
    reference = a_referral_is_made(gp)
    it_is_triaged(reference, gp, link_worker)
    onward = a_programme_is_found(reference, link_worker)
    she_takes_part(reference, onward, provider)
    it_is_closed_and_told(reference, onward, gp, link_worker)
    others_see_nothing(reference, onward)
    every_message_came_once(reference, onward)
    print(f"\nAs it should be. Follow it at {SERVICE}/r/{reference}, and its messages at {MAIL}/")


if __name__ == "__main__":
    main()
