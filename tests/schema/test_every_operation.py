"""Schemathesis, signed in as each role: no 5xx, no answer that the document does not know, nothing wrong that is taken.

This is the short one. The long one is `python -m tests.schema --cases 10000 --role lead`.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.authority.routes import every_route
from tests.schema.roles import ROLES
from tests.schema.scene import Scene
from tests.schema.seeds import SEEDS
from tests.schema.walking import Report, Walk, read_schema

SHORT = {"lead": 300, "provider": 150, "nobody": 100}
"""How many cases of whom are asked in the suite."""
pytestmark = pytest.mark.filterwarnings("default")  # of schemathesis, about formats that it does not know


def wanted() -> tuple[dict[str, int], int]:
    """Return how many cases of whom, and the seed: those of the suite, or of the command."""
    if not (roles := os.environ.get("SCHEMA_ROLES", "")):
        return SHORT, 7
    return dict.fromkeys(roles.split(","), int(os.environ["SCHEMA_CASES"])), int(os.environ["SCHEMA_SEED"])


def keep(report: Report, operations: int) -> None:
    """Write down what came back, for the table of the command."""
    if not (folder := os.environ.get("SCHEMA_FOLDER", "")):
        return
    said: dict[str, Any] = {
        "role": report.role, "cases": report.cases, "operations": operations, "asked": sorted(report.by_operation),
        "statuses": dict(report.statuses), "reached": sorted(report.reached), "failures": report.told(),
        "by_operation": {name: dict(seen) for name, seen in report.by_operation.items()},
    }  # fmt: skip
    Path(folder, f"{report.role}.json").write_text(json.dumps(said, indent=1))


def test_every_answer_is_one_that_the_document_knows(full_scene: Scene) -> None:
    schema, (cases, seed) = read_schema(), wanted()
    failures = []
    for role, times in cases.items():
        walk = Walk(schema, full_scene, role=role, letter=ROLES[role], seed=seed)
        report = walk.go(times)
        keep(report, len(walk.operations))
        assert report.cases >= times
        assert role != "lead" or len(report.reached) > 60, "they are led to what is there"
        failures += [f"{role}: {line}" for line in report.told()]
    assert not failures, "\n\n".join(failures)


def test_each_body_that_is_known_to_be_right_is_of_a_route() -> None:
    routes = {f"{method} {route.name}" for route in every_route() for method in route.methods}
    assert SEEDS.keys() - routes == set()
