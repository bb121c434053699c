"""A referral sent, and a step taken, over HTTP, beside the same statements by hand: `python -m benchmarks.writing`.

Ours is `POST /api/v1/referrals/` with a new person, a team, a need, a consent and an Idempotency-Key; and a case put on
hold and taken up again. Raw is `sql/submit.sql` and `sql/step.sql` with psycopg, each in one transaction, and what the
answer holds read after it (`sql/case.sql`). Both write to the same tables, under the same triggers, and wait for the
disk as the server is set. What raw knows beforehand (new references, digests, the hash of its event) it need not work
out.

The data are those of `benchmarks.pathway`, and so is the rest.
"""

import datetime as dt
import hashlib
import http.client
import json
import secrets
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from itertools import count, cycle
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.beginning import begin
from benchmarks.measuring import Comparison, compare, machine_line, postgresql_version, report
from benchmarks.pathway import as_the_service_does, cases_of, prepare, statements_of
from benchmarks.search import database_url, scratch_database, server

SUBMIT_GOAL, SUBMIT_LIMIT = 1.7, 2.0
STEP_GOAL, STEP_LIMIT = 2.0, 3.0
A_USER_MAY_SEND = 100
"""Referrals in an hour, and a few more (the throttle `refer`): so many users take turns."""
PAUSE = dt.timedelta(days=30)


def main() -> int:
    """Fill the database, compare, and return the exit code of the report."""
    arguments = begin(__doc__, referrals=1_000_000, blocks=20, rounds=3)
    with scratch_database(keep=arguments.keep):
        team, lead, token = prepare(arguments.referrals)
        referrers = referrers_for(calls=2 * arguments.blocks * arguments.rounds + 20)
        url = database_url()
        with server(url) as port, psycopg.connect(url, autocommit=True) as raw:
            as_the_service_does(raw)
            stage = Stage(Poster(port), raw, team, lead, token, referrers)
            measured = {"blocks": arguments.blocks, "rounds": arguments.rounds, "warm_up": 6}
            found = [stage.submit(**measured), stage.step(**measured)]
        return report(found, machine=machine_line(postgresql=postgresql_version(url)), json_path=arguments.json)


class Poster:
    """A client that keeps its connection and posts JSON."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def post(self, address: str, body: Mapping[str, Any], *, token: str, **headers: str) -> None:
        """Send something.

        :raises RuntimeError: if the answer is no success.
        """
        asked = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
        self._connection.request("POST", address, json.dumps(body), headers=asked)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status not in {200, 201}:
            raise RuntimeError(f"{answer.status} for {address}: {said[:300]!r}")

    def hang_up(self) -> None:
        """End the connection; the next request opens another."""
        self._connection.close()


class Stage:
    """The two sides, with what each needs for its next call prepared before it is measured."""

    def __init__(
        self,
        poster: Poster,
        raw: psycopg.Connection[Any],
        team: Any,
        lead: Any,
        token: str,
        referrers: list[tuple[Any, Any, str]],
    ) -> None:
        self._poster, self._raw, self._team, self._lead, self._token = poster, raw, team, lead, token
        self._referrers = cycle(referrers)
        self._new = count(secrets.randbelow(10**8))
        term = raw.execute(
            "SELECT term.id FROM services_directory_taxonomyterm AS term"
            " JOIN referrals_referralneed AS need ON need.term_id = term.id LIMIT 1"
        ).fetchone()
        assert term is not None  # noqa: S101 - the made-up referrals have needs
        self._term = term[0]
        cases = cases_of(raw, team)
        half = len(cases) // 2
        self._ours, self._theirs = _turns(cases[:half]), _turns(cases[half:])
        self._values: dict[str, Any] = {}
        self._send: Callable[[], None] = lambda: None

    def submit(self, **measured: Any) -> Comparison:
        """Compare a referral sent with its statements."""
        return compare(
            "a referral sent", ours=lambda: self._send(), raw=self._submit_by_hand, before_ours=self._new_request,
            before_raw=self._new_values, goal=SUBMIT_GOAL, limit=SUBMIT_LIMIT, **measured,
        )  # fmt: skip

    def step(self, **measured: Any) -> Comparison:
        """Compare a case held, or taken up again, with its statements."""
        return compare(
            "a step taken", ours=lambda: self._send(), raw=self._step_by_hand, before_ours=self._next_step,
            before_raw=self._next_values, goal=STEP_GOAL, limit=STEP_LIMIT, **measured,
        )  # fmt: skip

    def send(self) -> None:
        """Send a referral."""
        self._new_request()
        self._send()

    def hang_up(self) -> None:
        """End the connection over which referrals are sent, until the next one."""
        self._poster.hang_up()

    def send_by_hand(self) -> None:
        """Carry out the statements of one."""
        self._new_values()
        self._submit_by_hand()

    # --- A referral sent -------------------------------------------------------------------------------------------

    def _person(self) -> dict[str, Any]:
        number = next(self._new)
        letters = "".join(chr(97 + int(digit)) for digit in str(number))
        born = dt.date(1930, 1, 1) + dt.timedelta(days=number * 7919 % 25_000)
        return {"first_name": f"Ada{letters}", "family_name": f"Bench{letters[::-1]}", "born": born}

    def _new_request(self) -> None:
        person, (_, _, token) = self._person(), next(self._referrers)
        body = {
            "person": {
                "first_name": person["first_name"], "family_name": person["family_name"],
                "date_of_birth": str(person["born"]), "gp_practice_code": "V81999", "address": "1 Any Street",
                "postcode": "SK1 3XE", "telephone": "0161 496 0123",
            },
            "team": str(self._team), "reason": "Lives alone and would like company.", "no_known_risks": True,
            "needs": [{"term": str(self._term), "note": "evenings"}], "consent": {"decision": "given"},
        }  # fmt: skip
        key = {"Idempotency-Key": str(uuid.uuid4())}
        self._send = lambda: self._poster.post("/api/v1/referrals/", body, token=token, **key)

    def _new_values(self) -> None:
        from core.identifiers import new_reference  # noqa: PLC0415 - Django is set up by then
        from referrals.matching import birth_key, name_keys  # noqa: PLC0415

        person, (user, referring, _), reference = self._person(), next(self._referrers), new_reference("R")
        now, hashed = dt.datetime.now(dt.UTC), f'["{reference}",1,"submit"]'
        self._values = {
            **person, "user": user, "referring": referring, "team": self._team, "term": self._term,
            "reference": reference, "key": str(uuid.uuid4()), "digest": "0" * 64, "person": uuid.uuid4(),
            "nhs_number": "", "birth_key": birth_key(person["born"]),
            "name_keys": name_keys(person["first_name"], person["family_name"]), "name": "Rita Bench",
            "due": now.date() + dt.timedelta(days=2), "reason": "Lives alone and would like company.", "at": now,
            "today": now.date(), "details": Jsonb({"consent": {"basis": "consent", "decision": "given"}}),
            "hashed": hashed, "hash": _digest(hashed), "event_key": f"referral-event:{reference}:1",
            "context": json.dumps({"reference": reference, "due_on": str(now.date())}),
            "link": _digest(secrets.token_hex()),
            "expires": now.date() + dt.timedelta(days=90), "owning": [], "referring_teams": [referring],
        }  # fmt: skip

    def _submit_by_hand(self) -> None:
        with self._raw.transaction():
            for statement in _SUBMIT:
                self._raw.execute(statement, self._values)
        found = self._raw.execute(
            "SELECT id FROM referrals_referral WHERE reference = %(reference)s", self._values
        ).fetchone()
        assert found is not None  # noqa: S101 - just written
        self._read({**self._values, "id": found[0], "referring": [self._values["referring"]]})

    # --- A step taken ----------------------------------------------------------------------------------------------

    def _next_step(self) -> None:
        (_, reference), is_hold = next(self._ours)
        step, body = ("hold", {"reason": "health", "until": str(_in_a_month())}) if is_hold else ("resume", {})
        address = f"/api/v1/referrals/{reference}/{step}/"
        self._send = lambda: self._poster.post(address, body, token=self._token)

    def _next_values(self) -> None:
        (pk, reference), is_hold = next(self._theirs)
        row = self._raw.execute(
            "SELECT version, chain_hash, referring_team_id FROM referrals_referral WHERE id = %s", [pk]
        ).fetchone()
        assert row is not None  # noqa: S101 - one of the cases
        step, before, after = ("hold", "active", "on_hold") if is_hold else ("resume", "on_hold", "active")
        hashed = f'["{reference}",{row[0] + 1},"{step}"]'
        self._values = {
            "user": self._lead, "name": "Lea Bench", "id": pk, "reference": reference, "kind": step, "from": before,
            "to": after, "due": _in_a_month(), "sequence": row[0] + 1, "previous": row[1], "hashed": hashed,
            "hash": _digest(hashed), "at": dt.datetime.now(dt.UTC), "reason": "health" if is_hold else "",
            "event_key": f"referral-event:{reference}:{row[0] + 1}", "team": self._team, "referring": row[2],
            "context": json.dumps({"reference": reference}),
        }  # fmt: skip

    def _step_by_hand(self) -> None:
        self._raw.execute(_MAY_OPEN, self._values).fetchall()
        with self._raw.transaction():
            for statement in _STEP:
                self._raw.execute(statement, self._values)
        self._read({**self._values, "owning": [self._team], "referring": []})
        self._raw.execute(_OPENED, self._values).fetchall()

    def _read(self, values: Mapping[str, Any]) -> None:
        """Read what the answer holds: the referral, whole, and neither its events nor its contacts."""
        for statement in _ANSWER:
            self._raw.execute(statement, values).fetchall()


def referrers_for(*, calls: int) -> list[tuple[Any, Any, str]]:
    """Return as many referrers as may send so many referrals in an hour: the id of each, of their team, and a token."""
    from accounts.enums import Role  # noqa: PLC0415 - Django is set up by then
    from accounts.models import Membership  # noqa: PLC0415
    from accounts.services import issue_token, register_user  # noqa: PLC0415

    some = Membership.objects.filter(role=Role.REFERRER, team__is_active=True).select_related("team").first()
    assert some is not None  # noqa: S101 - somebody has referred them all
    found = []
    for _ in range(-(-calls // A_USER_MAY_SEND)):
        user = register_user(
            email=f"{secrets.token_hex(8)}@bench.example", full_name="Rita Bench", password=None,
            roles=[(some.team, Role.REFERRER)],
        )  # fmt: skip
        found.append((user.pk, some.team_id, issue_token(user=user)[0]))
    return found


_SUBMIT, _STEP, _ANSWER = statements_of("submit"), statements_of("step"), statements_of("case")[:-2]
_MAY_OPEN, _OPENED = statements_of("access")


def _turns(cases: list[tuple[int, str]]) -> Iterator[tuple[tuple[int, str], bool]]:
    """Yield each case twice: to be held, and to be taken up again."""
    for case in cycle(cases):
        yield case, True
        yield case, False


def _in_a_month() -> dt.date:
    return dt.datetime.now(dt.UTC).date() + PAUSE


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
