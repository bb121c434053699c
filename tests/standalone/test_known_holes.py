"""Nobody takes silence for safety: an audit says which of three things it is."""

import json
import re
from pathlib import Path

import pytest

from standalone import known_holes

CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
HOLE = {"name": "jinja2", "version": "3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1"]}]}
SKIPPED = {"name": "amqp", "skip_reason": "Dependency not found on PyPI and could not be audited: amqp (5.4.2)"}


@pytest.mark.parametrize(
    ("parts", "ended", "said"),
    [
        ([CLEAN], 0, "Audited, clean: no known hole in 1 parts."),
        ([CLEAN, SKIPPED], 0, "No known hole in 1 parts; NOT AUDITED: amqp."),
        ([SKIPPED], 0, "NOT AUDITED: the list of known holes could not be reached from here."),
        ([CLEAN, HOLE, SKIPPED], 1, "KNOWN HOLES:\n  jinja2 3.0: PYSEC-1, mended in 3.1"),
        (None, 0, "NOT AUDITED"),
    ],
)
def test_clean_holes_and_not_audited_are_three_things(parts, ended, said, monkeypatch, capsys):
    answer = "" if parts is None else json.dumps({"dependencies": parts})
    monkeypatch.setattr("subprocess.run", lambda *args, **kwargs: type("Ran", (), {"stdout": answer}))
    assert known_holes.audit() == ended
    assert said in capsys.readouterr().out


def test_the_bill_of_materials_names_every_part_of_the_lock_with_its_digests():
    lock = Path("requirements.lock").read_text(encoding="utf-8")
    bill = known_holes.bill_of_materials(lock)
    named = {f"{part['name']}=={part['version']}" for part in bill["components"]}
    assert named == {re.split(r"[\s;\\]", line)[0] for line in lock.splitlines() if re.match(r"[\w.-]+==", line)}
    assert sum(len(part["hashes"]) for part in bill["components"]) == lock.count("--hash=sha256:")
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
