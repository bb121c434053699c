"""Look for known holes in what is installed, and say plainly when that could not be done: `make audit`.

pip-audit ends well though it has audited nothing, where its list cannot be reached; with --strict it fails there, which
is no hole either. So its answer is read: clean, holes (that fails), or not audited (that is said, and fails nothing).
A bill of materials (CycloneDX) needs the lock file alone: `make bom`.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

LOCK = Path("requirements.lock")
_PART = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)((?:.|\n    )*)", re.MULTILINE)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Found(NamedTuple):
    """What an audit says."""

    holes: list[str]
    audited: int
    not_audited: list[str]

    @property
    def words(self) -> str:
        """The one sentence that matters."""
        if self.holes:
            return "KNOWN HOLES:\n  " + "\n  ".join(self.holes)
        if not self.audited:
            return "NOT AUDITED: the list of known holes could not be reached from here. Nothing is known of any part."
        if self.not_audited:
            return f"No known hole in {self.audited} parts; NOT AUDITED: {', '.join(self.not_audited)}."
        return f"Audited, clean: no known hole in {self.audited} parts."


def read(said: str) -> Found:
    """Read what pip-audit writes as JSON; nothing at all means that it did not come to it."""
    try:
        parts: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Found([], 0, [])
    holes = [
        f"{part['name']} {part['version']}: {hole['id']}, mended in {', '.join(hole.get('fix_versions', [])) or 'none'}"
        for part in parts
        for hole in part.get("vulns", [])
    ]
    return Found(holes, sum("vulns" in part for part in parts), [part["name"] for part in parts if "vulns" not in part])


def audit() -> int:
    """Audit the lock file; return 1 if there is a hole."""
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off"]
    command += ["--format", "json", "--requirement", str(LOCK)]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False).stdout
    except subprocess.TimeoutExpired:
        said = ""
    found = read(said)
    print(found.words)
    return 1 if found.holes else 0


def bill_of_materials(lock: str) -> dict[str, Any]:
    """Return what the lock file names, as CycloneDX 1.5 writes it."""
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": {"type": "application", "name": "community-referral"}},
        "components": [
            {
                "type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name.lower()}@{version}",
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in _DIGEST.findall(rest)],
            }
            for name, version, rest in _PART.findall(lock)
        ],
    }  # fmt: skip


def main() -> int:
    """Audit, or write the bill."""
    asked = argparse.ArgumentParser(prog="python -m standalone.known_holes", description=__doc__)
    asked.add_argument("what", choices=["audit", "bom"])
    if asked.parse_args().what == "audit":
        return audit()
    print(json.dumps(bill_of_materials(LOCK.read_text(encoding="utf-8")), indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
