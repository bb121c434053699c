"""What the documents and the Makefile say about running is what the code does."""

import ast
import os
import re
import sys

import pytest

from standalone.ports import choose_ports
from tests.standalone.stub_project import PROJECT

OURS = {"standalone"}
# In requirements-dev.lock, as the group `embedded` or as what the service itself uses.
PACKAGES = {"psycopg", "redis", "aiosmtpd"}
BEFORE_INSTALLATION = {"environment.py", "console.py", "__init__.py"}


def test_the_default_ports_are_the_documented_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("standalone.ports.is_free", lambda _port: True)
    text = (PROJECT / "docs" / "running.md").read_text()
    documented = {name: int(port) for name, port in re.findall(r"^\| `(\w+_PORT)` \| (\d+) \|", text, re.MULTILINE)}

    ports = choose_ports({})

    assert documented == {
        "WEB_PORT": ports.web,
        "MAIL_WEB_PORT": ports.mail_web,
        "SMTP_PORT": ports.smtp,
        "NOTIFY_PORT": ports.notify,
        "POSTGRES_PORT": ports.postgres,
        "REDIS_PORT": ports.redis,
    }


def test_it_imports_neither_django_nor_an_app() -> None:
    for path in (PROJECT / "standalone").glob("*.py"):
        tree = ast.parse(path.read_text())
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        foreign = {name.split(".")[0] for name in imported} - sys.stdlib_module_names - OURS
        allowed = set() if path.name in BEFORE_INSTALLATION else PACKAGES
        # `journey.py` is a client of the service, over HTTP.
        assert path.name == "journey.py" or foreign <= allowed, path.name


def test_the_makefile_lists_its_commands() -> None:
    text = (PROJECT / "Makefile").read_text()
    listed = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))

    assert {"run", "test", "check", "journey", "format", "schema", "lock"} <= listed


def test_ci_does_what_people_do() -> None:
    script = PROJECT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert re.findall(r'^make [a-z-]+(?: ARGS="[^"]*")?', script.read_text(), re.MULTILINE) == [
        "make test",
        "make check",
        'make test-faults ARGS="--short"',
    ]
    assert script.read_text().rstrip().endswith('exit "$ended"')  # of what runs side by side, too, each failure counts
