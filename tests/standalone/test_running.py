# ruff: noqa: S603 - these tests start programs, that is their point
"""`make run` and `make test` with the real PostgreSQL, Valkey, granian and celery, around a stand-in project."""

import http.client
import os
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
import redis

from standalone.binaries import system_postgres
from standalone.leftovers import command_line, leftovers
from standalone.ports import answers
from tests.standalone.stub_project import (
    Start,
    child_of,
    environment,
    home_of,
    make_project,
    own_ports,
    processes_of,
    wait_until,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="counts processes by /proc"),
]
NONE_INSTALLED = pytest.mark.skipif(not system_postgres(), reason="no PostgreSQL is installed")


def status_of(port: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def is_another(folder: Path, name: str, before: int) -> bool:
    """Say whether a child runs under another id than before."""
    return child_of(folder, name) != before and bool(command_line(child_of(folder, name)))


def are_all(folder: Path, word: str) -> bool:
    """Say whether there are processes of the folder and all have the word in their command line."""
    lines = processes_of(folder).values()
    return bool(lines) and all(word in line for line in lines)


@pytest.fixture(params=["open", "private"])
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give a project in a folder that everybody can enter, and in one that only its owner can, as CI may clone it."""
    outer = Path(tempfile.mkdtemp())
    if request.param == "open":
        outer.chmod(0o755)
    folder = outer / "a project with spaces"
    folder.mkdir()
    yield make_project(folder)
    home = home_of(folder)
    shutil.rmtree(outer)
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.parametrize("kind", ["wheel", pytest.param("system", marks=NONE_INSTALLED)])
@pytest.mark.parametrize("folder", ["private"], indirect=True)
def test_what_is_killed_comes_back_and_what_is_stopped_leaves_nothing(folder: Path, kind: str) -> None:
    mode = folder.parent.stat().st_mode
    ports = own_ports()
    with Start(folder, "run", extra={**ports, "STANDALONE_POSTGRES": kind}) as started:
        said = started.said("Ready in ")
        assert f"http://127.0.0.1:{ports['WEB_PORT']}/" in said
        assert f"http://127.0.0.1:{ports['MAIL_WEB_PORT']}/" in said
        started.said("starts seen: 1")

        before = {name: child_of(folder, name) for name in ("postgres", "valkey", "mail", "web", "worker", "beat")}
        log = folder / "var/log/worker.log"
        logged = len(log.read_text())
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        for name, pid in before.items():
            started.said(f"{name} was ended by SIGKILL: starting it again in 0.5 s.")
            wait_until(partial(is_another, folder, name, pid))

        wait_until(lambda: status_of(ports["WEB_PORT"]) == 200)
        wait_until(lambda: answers(int(ports["SMTP_PORT"])))
        wait_until(lambda: " ready." in log.read_text()[logged:], otherwise=log.read_text)
        with smtplib.SMTP("127.0.0.1", int(ports["SMTP_PORT"]), timeout=10) as client:
            client.sendmail("a@example.org", ["b@example.org"], "Subject: still caught\n\nyes")
        assert len(list((folder / "var/mail").glob("*.eml"))) == 1
        wait_until(lambda: "password authentication failed" in refusal_of_postgres(ports, "wrong"))
        assert_servers_ask_for_a_password(folder, ports)

        assert started.stop(signal.SIGTERM) == 0

    assert processes_of(folder, home_of(folder)) == {}
    assert "Traceback" not in started.output.read_text()
    assert folder.parent.stat().st_mode == mode

    path = home_of(folder) / "secrets.json"
    path.write_text(path.read_text().replace('postgres_admin": "', 'postgres_admin": "not'))
    with Start(folder, "run", extra={**ports, "STANDALONE_POSTGRES": kind}) as again:
        assert again.process.wait(timeout=90) == 1
    assert "have another password than" in again.output.read_text()
    assert processes_of(folder, home_of(folder)) == {}


def refusal_of_postgres(ports: dict[str, str], password: str) -> str:
    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect(
            host="127.0.0.1", port=ports["POSTGRES_PORT"], user="postgres", password=password, dbname="postgres"
        )
    return str(refused.value)


def assert_servers_ask_for_a_password(folder: Path, ports: dict[str, str]) -> None:
    assert "no password supplied" in refusal_of_postgres(ports, "")
    assert "password authentication failed" in refusal_of_postgres(ports, "wrong")
    broker = redis.Redis(host="127.0.0.1", port=int(ports["REDIS_PORT"]))
    with broker, pytest.raises(redis.exceptions.AuthenticationError):
        broker.ping()
    # And whoever can list processes cannot read it there.
    secrets = [word for word in (home_of(folder) / "secrets.json").read_text().split('"') if len(word) == 64]
    lines = processes_of(folder, home_of(folder)).values()
    assert len(secrets) == 5
    assert len(lines) >= 8
    assert not [line for line in lines if any(secret in line for secret in secrets)]


@pytest.mark.parametrize("folder", ["open"], indirect=True)
def test_data_are_kept_a_second_start_is_refused_and_a_killed_supervisor_leaves_no_orphans(folder: Path) -> None:
    ports = own_ports()
    with Start(folder, "run", extra=ports) as first:
        first.said("starts seen: 1")
        refused = subprocess.run(
            [sys.executable, "-m", "standalone", "run"],
            cwd=folder,
            env=environment(ports),
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 1
        assert refused.stderr == (
            f"The service of this folder is already running (process {first.process.pid}): "
            f'stop it first, with Ctrl-C where it runs or with "kill {first.process.pid}".\n'
        )
        # Killed together with the web server: its workers keep the port, and nobody is left to end them.
        web = child_of(folder, "web")
        os.kill(first.process.pid, signal.SIGSTOP)
        os.kill(web, signal.SIGKILL)
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
        if sys.platform == "linux":  # whoever was a child of the supervisor goes with it
            wait_until(partial(are_all, folder, "granian"), otherwise=lambda: str(processes_of(folder)))

    begun = time.monotonic()
    with Start(folder, "run", extra=ports) as second:
        second.said("starts seen: 2")
        assert time.monotonic() - begun < 60  # it does not wait for the port until it gives up
        assert "that an earlier start left behind" in second.output.read_text()
        assert status_of(ports["WEB_PORT"]) == 200
        assert second.stop(signal.SIGINT) == 0
    assert processes_of(folder) == {}


@pytest.mark.parametrize("folder", ["open"], indirect=True)
def test_data_of_another_postgresql(folder: Path) -> None:
    data = folder / "var" / "pg"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    (folder / "var" / "secrets.json").write_text('{"postgres_admin": "a", "postgres": "b", "redis": "c"}')
    with Start(folder, "run", extra=own_ports()) as started:
        assert started.process.wait(timeout=90) == 1

    said = started.output.read_text()
    assert said.startswith(f"The data in {data} were made by PostgreSQL 9 and this machine offers ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("folder", ["open"], indirect=True)
def test_a_code_that_does_not_load_ends_the_start_with_its_last_words(folder: Path) -> None:
    (folder / "config/celery.py").write_text("raise RuntimeError('no such thing')")
    with Start(folder, "run", extra=own_ports()) as started:
        said = started.said("worker does not stay up")
        assert started.process.wait(timeout=90) == 1
    assert "no such thing" in said
    assert processes_of(folder) == {}


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("private", "wheel"), pytest.param("open", "system", marks=NONE_INSTALLED)],
    indirect=["folder"],
)
def test_a_command_beside_servers_of_its_own(folder: Path, kind: str) -> None:
    (folder / "command.py").write_text(
        """
import os, psycopg, redis, sys
connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
connection.execute("CREATE EXTENSION pg_trgm")
connection.execute("CREATE DATABASE test_of_django")
print("superuser:", connection.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone()[0])
print("sorted by:", connection.execute("SHOW server_encoding").fetchone()[0])
print("broker:", redis.Redis.from_url(os.environ["REDIS_URL"]).ping(), os.environ["DEPLOYMENT"], sys.argv[1:])
sys.exit(7)
"""
    )
    command = ["exec", "--", sys.executable, "command.py", "-k", "a or b"]
    extra = {"STANDALONE_POSTGRES": kind}
    with Start(folder, *command, extra=extra) as one:
        assert one.process.wait(timeout=90) == 7, one.output.read_text()

    assert one.output.read_text().splitlines() == [
        "superuser: False",
        "sorted by: UTF8",
        "broker: True test ['-k', 'a or b']",
    ]
    assert list((folder / "var/test").iterdir()) == []
    assert processes_of(folder) == {}


@pytest.mark.parametrize("folder", ["open"], indirect=True)
def test_an_interrupted_command_leaves_nothing_and_a_killed_one_is_cleared_away_later(folder: Path) -> None:
    command = ["exec", "--", sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
    with Start(folder, *command) as one:
        one.said("here")
        assert one.stop(signal.SIGTERM) == 128 + signal.SIGTERM
    assert processes_of(folder) == {}

    with Start(folder, *command) as other:
        other.said("here")
        other.stop(signal.SIGKILL)
    left = list((folder / "var/test").iterdir())
    assert len(left) == 1
    wait_until(lambda: not processes_of(folder), otherwise=lambda: str(processes_of(folder)))
    os.utime(left[0], (1, 1))

    with Start(folder, "exec", "--", sys.executable, "-c", "") as last:
        assert last.process.wait(timeout=90) == 0, last.output.read_text()
    assert list((folder / "var/test").iterdir()) == []


@pytest.mark.parametrize("folder", ["open"], indirect=True)
def test_servers_named_in_the_environment_are_used(folder: Path) -> None:
    urls = {"DATABASE_URL": "postgres://elsewhere/one", "REDIS_URL": "redis://elsewhere/0"}
    show = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"
    with Start(folder, "exec", "--", sys.executable, "-c", show, extra=urls) as started:
        assert started.process.wait(timeout=90) == 0

    assert started.output.read_text() == "postgres://elsewhere/one redis://elsewhere/0\n"


def test_only_what_was_noted_is_ended() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(command, env={"STANDALONE_RUN": "ours"}) as process:
        wait_until(lambda: "time.sleep" in command_line(process.pid))
        other = {"mark": "theirs", "processes": [{"pid": process.pid, "command": ["postgres", "-D", "elsewhere"]}]}
        assert process.pid not in leftovers(other)
        assert process.pid in leftovers({**other, "processes": [{"pid": process.pid, "command": command}]})
        assert process.pid in leftovers({"mark": "ours", "processes": []})
        process.kill()
