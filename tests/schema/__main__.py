"""The long walk: `python -m tests.schema --cases 10000 --role lead`, beside a test database of its own.

Each role that is named (all of them, if none is) is asked for so many cases; the table stands in docs/penetration.md.
"""

import argparse
import json
import os
from pathlib import Path

import pytest

from tests.schema.roles import ROLES

FOLDER = Path("var", "schema")


def main() -> int:
    """Walk, and print what came back. Return what the process ends with."""
    asked = argparse.ArgumentParser(prog="python -m tests.schema", description=__doc__)
    asked.add_argument("--role", action="append", choices=ROLES, help="who asks; several times for several")
    asked.add_argument("--cases", type=int, default=10_000, help="how many cases each of them asks")
    asked.add_argument("--seed", type=int, default=7)
    said, rest = asked.parse_known_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "SCHEMA_ROLES": ",".join(said.role or ROLES), "SCHEMA_CASES": str(said.cases), "SCHEMA_SEED": str(said.seed),
        "SCHEMA_FOLDER": str(FOLDER),
    }  # fmt: skip
    tests = "tests/schema/test_every_operation.py::test_every_answer_is_one_that_the_document_knows"
    ended = pytest.main([tests, "-q", "--show-capture=no", "-p", "no:randomly", "-p", "no:cacheprovider", *rest])
    print("\n".join(table()))  # noqa: T201 - what the command is for
    return int(ended)


def table() -> list[str]:
    """Return what the last walk of each role brought, as a table."""
    lines = ["| role | cases | 2xx | 400 | 401, 403 | 404 | other 4xx | 5xx | findings | said yes at least once |"]
    lines.append("|---" * lines[0].count(" | ") + "|---|")
    found = [json.loads(path.read_text()) for role in ROLES if (path := FOLDER / f"{role}.json").exists()]
    reached: set[str] = set()
    for one in found:
        seen = {int(status): times for status, times in one["statuses"].items()}

        def of(*wanted: int, seen: dict[int, int] = seen) -> int:
            return sum(seen.get(status, 0) for status in wanted)

        yes = sum(times for status, times in seen.items() if status < 300)
        faults = sum(times for status, times in seen.items() if status >= 500)
        others = one["cases"] - yes - faults - of(400, 401, 403, 404)
        reached |= set(one["reached"])
        lines.append(
            f"| {one['role']} | {one['cases']:,} | {yes:,} | {of(400):,} | {of(401, 403):,} | {of(404):,} | {others:,} "
            f"| {faults} | {len(one['failures'])} | {len(one['reached'])} of {one['operations']} operations |"
        )
    never = sorted({name for one in found for name in one["asked"]} - reached)
    return [*lines, "", f"Said yes to nobody: {', '.join(f'`{name}`' for name in never) or 'none'}."]


if __name__ == "__main__":
    raise SystemExit(main())
