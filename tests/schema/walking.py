"""Schemathesis over the whole OpenAPI document, signed in as somebody: every answer is one that the document knows.

What is asked is undone after each case, so that what one case does hides nothing from the next; in a chain, after the
chain. Nothing counts tries meanwhile.
"""

import logging
import re
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random
from typing import Any

import schemathesis
from django.core.cache import cache
from django.core.signals import got_request_exception, request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup

from core import limits
from tests.authority.asking import undone
from tests.schema.scene import Scene
from tests.schema.steering import Steering

MEANT = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection",
)  # fmt: skip
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_AS_IT_IS: Any = {
    "deadline": None, "database": None, "phases": [Phase.generate], "suppress_health_check": list(HealthCheck),
}  # fmt: skip


_NAMED = re.compile(r"`(\w+)`(?=,| in query)|/properties/(\w+)")


@dataclass
class Report:
    """What came back to one who asks."""

    role: str
    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    by_operation: dict[str, Counter[int]] = field(default_factory=dict)
    failures: dict[tuple[str, str, int], str] = field(default_factory=dict)
    """By operation, kind and status: the first that was seen, to be asked again."""
    times: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    @property
    def reached(self) -> set[str]:
        """The operations that said yes at least once."""
        return {name for name, seen in self.by_operation.items() if any(200 <= status < 300 for status in seen)}

    def told(self) -> list[str]:
        """Return each failure in words, with a request that brought it."""
        return [
            f"{operation}: {kind}, {status}, {self.times[operation, kind, status]} times\n{said}"
            for (operation, kind, status), said in sorted(self.failures.items())
        ]


class Walk:
    """All operations of the document, asked by one."""

    def __init__(self, schema: Any, scene: Scene, *, role: str, letter: str, seed: int) -> None:
        self.schema, self.scene, self.letter, self.seed = schema, scene, letter, seed
        self.random = Random(f"{seed} {role}")
        self.steering = Steering(scene, letter, self.random)
        self.report = Report(role)
        self.operations = [found.ok() for found in schema.get_all_operations()]
        self.bank: dict[str, list[Case[Any]]] = {}
        """What was made up for each operation, for the chains."""
        self.raised: list[str] = []

    def go(self, cases: int) -> Report:
        """Ask so many times: at the bounds of each value, at random, and one after the other in chains."""
        self.scene.look_around(self.letter)
        right, wrong, bounds = self._dealt(cases * 2 // 10, cases * 2 // 10, cases * 4 // 10)
        with _noticed(self.raised), _by_itself():
            for number, operation in enumerate(self.operations):
                self._at_the_bounds(operation, bounds[number])
                self._at_random(operation, GenerationMode.POSITIVE, right[number], number)
                self._at_random(operation, GenerationMode.NEGATIVE, wrong[number], number)
            while self.report.cases < cases and self.bank:
                self._in_chains(cases - self.report.cases)
        return self.report

    def _dealt(self, *cases: int) -> list[Counter[int]]:
        """Return of so many cases of each kind how many each operation has.

        They are dealt like cards: where there are few, one kind goes on where the other ended, and all have a turn.
        """
        numbers = list(range(len(self.operations)))
        self.random.shuffle(numbers)
        turns = cycle(numbers)
        return [Counter(islice(turns, times)) for times in cases]

    def _at_the_bounds(self, operation: Any, most: int) -> None:
        config = self.schema.config.generation_for(operation=operation)
        found = list(self.schema.iter_coverage_cases(operation, generation_modes=list(MODES), generation_config=config))
        for case in self.random.sample(found, min(most, len(found))):
            with undone():
                self._ask(case)

    def _at_random(self, operation: Any, mode: GenerationMode, times: int, number: int) -> None:
        @seeded(self.seed + number)
        @settings(max_examples=max(1, times), **_AS_IT_IS)
        @given(case=operation.as_strategy(mode))
        def ask(case: Case[Any]) -> None:
            if mode is GenerationMode.POSITIVE:
                self.bank.setdefault(operation.label, []).append(case.derive())
            with undone():
                self._ask(case)

        if times:
            with suppress(Unsatisfiable):  # there is nothing of which it could be wrong
                ask()

    def _in_chains(self, cases: int) -> None:
        """Ask one after the other, of what has been made up by now: what one has changed, the next one finds."""
        self.steering.made.clear()
        with undone():
            for case in self._chain()[:cases]:
                self._ask(case)

    def _chain(self) -> list[Case[Any]]:
        """Return two to eight cases, mostly about one kind of thing."""
        first = self.random.choice(self.operations)
        kind = first.path.split("/")[3]
        near = [operation for operation in self.operations if operation.path.split("/")[3] == kind]
        more = self.random.choices(near, k=self.random.randint(1, 5)) + self.random.choices(
            self.operations, k=self.random.randint(0, 2)
        )
        chosen = [self.bank[operation.label] for operation in [first, *more] if operation.label in self.bank]
        return [self.random.choice(cases).derive() for cases in chosen]

    def _ask(self, case: Case[Any]) -> None:
        self.steering.lead(case)
        cache.clear()
        limits.clear()
        self.raised.clear()
        headers = self.scene.headers(self.letter)
        response = case.call(headers=headers)
        self.report.cases += 1
        self.report.statuses[response.status_code] += 1
        self.report.by_operation.setdefault(case.operation.label, Counter())[response.status_code] += 1
        self.steering.remember(case, response)
        checks: list[Any] = [CHECKS.get_one(name) for name in MEANT]
        try:
            case.validate_response(response, checks=checks, headers=headers)
        except FailureGroup as found:
            for failure in found.exceptions:
                if not _is_meant(failure, case, response.status_code):
                    self._keep(case, response.status_code, failure, headers)

    def _keep(self, case: Case[Any], status: int, failure: Any, headers: dict[str, str]) -> None:
        kind = self.raised[0] if status >= 500 and self.raised else type(failure).__name__
        key = (case.operation.label, kind, status)
        self.report.times[key] += 1
        if key not in self.report.failures:
            asked = case.as_curl_command(headers=headers)
            self.report.failures[key] = f"{str(failure)[:600]}\n    {asked[:1500]}"


def _is_meant(failure: Any, case: Case[Any], status: int) -> bool:
    """Whether this is as it should be, whatever schemathesis thinks: what was wrong is refused, by whatever refusal.

    A parameter of an address without a value is as if it were not there; so is a page size that means nothing.
    """
    if not isinstance(failure, AcceptedNegativeData):
        return False
    if status >= 300:
        return True
    said = str(failure).partition("Invalid component:")[2]
    if re.search(r"positive test case|: Valid ", said):
        return True  # it was led to something that is right
    if re.search(r"in body|body:|header", said):
        return False
    named = {name for pair in _NAMED.findall(said) for name in pair if name}
    return bool(named) and all(
        name == "page_size" or (name in case.query and case.query[name] in ("", [], [""], None)) for name in named
    )


def read_schema() -> Any:
    """Return the document as it is served, with the service behind it."""
    load_all_checks()
    with _by_itself():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
    schema.config.generation.update(with_security_parameters=False)  # who asks is said with each call
    return schema


@contextmanager
def _by_itself() -> Iterator[None]:
    """Keep the connection of the test, as Django's own test client does, and say nothing in the log."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@contextmanager
def _noticed(raised: list[str]) -> Iterator[None]:
    """Note what went wrong behind a 500, and where."""

    def note(**said: Any) -> None:
        error = sys.exc_info()[1]
        frames = traceback.extract_tb(error.__traceback__) if error else []
        place = next((frame for frame in reversed(frames) if ".venv" not in frame.filename), None)
        where = f" ({place.filename}:{place.lineno})" if place else ""
        raised.append(f"{type(error).__name__}: {str(error)[:120]}{where}")

    got_request_exception.connect(note)
    try:
        yield
    finally:
        got_request_exception.disconnect(note)
