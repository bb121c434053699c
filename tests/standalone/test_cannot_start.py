# ruff: noqa: S603 - these tests start programs, that is their point
"""What stands in the way of a start is one sentence that says what to do, and nothing has been started."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from standalone import environment as setup
from standalone.binaries import PostgresBinaries, choose_postgres, system_postgres, wheel_postgres
from standalone.console import CannotStart
from standalone.folders import secrets_in, working_folder
from standalone.ports import choose_ports, is_free
from tests.standalone.stub_project import PROJECT, environment, make_project, own_ports


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def start(folder: Path, extra: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "standalone", "run"]
    return subprocess.run(
        command, cwd=folder, env=environment(extra), capture_output=True, text=True, timeout=90, check=False
    )


# --- Ports -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["WEB_PORT", "MAIL_WEB_PORT"])
def test_a_busy_port_of_a_page(tmp_path: Path, busy: int, variable: str) -> None:
    done = start(make_project(tmp_path), {**own_ports(), variable: str(busy)})

    assert done.returncode == 1
    assert done.stderr == (
        f'Port {busy} is in use by another program: choose another, as in "{variable}={busy + 1} make run".\n'
    )
    assert not (tmp_path / "var" / "pg").exists()


def test_a_busy_port_inside_is_stepped_around(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = {1025, 54320, 54321, 63790}
    monkeypatch.setattr("standalone.ports.is_free", lambda port: port not in taken)

    ports = choose_ports({})

    assert (ports.smtp, ports.postgres, ports.redis) == (1026, 54322, 63791)


def test_a_port_inside_that_was_asked_for_is_not_stepped_around(busy: int) -> None:
    with pytest.raises(CannotStart, match=f"Port {busy} is in use by another program"):
        choose_ports({**own_ports(), "POSTGRES_PORT": str(busy)})


def test_one_port_for_two_purposes() -> None:
    ports = own_ports()

    with pytest.raises(CannotStart, match="is already WEB_PORT"):
        choose_ports({**ports, "MAIL_WEB_PORT": ports["WEB_PORT"]})


@pytest.mark.parametrize("text", ["0", "65536", "eighty", "-1", "80.5", "²"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(CannotStart, match="WEB_PORT must be a port number from 1 to 65535"):
        choose_ports({"WEB_PORT": text})


def test_a_port_is_free_again_when_its_server_has_gone() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


# --- Folders -----------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    # A file where the folder should be stops root too, whom a mode would not.
    make_project(tmp_path)
    (tmp_path / "var").write_text("")

    done = start(tmp_path, own_ports())

    assert done.returncode == 1
    assert done.stderr.startswith(f"The folder {tmp_path / 'var'} cannot be written to by this user (")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(CannotStart, match="Permission denied"):
            working_folder(tmp_path / "var")
    finally:
        tmp_path.chmod(0o755)


def test_data_whose_passwords_are_gone(tmp_path: Path) -> None:
    secrets_in(tmp_path)
    (tmp_path / "pg").mkdir()
    assert secrets_in(tmp_path) == secrets_in(tmp_path)

    (tmp_path / "secrets.json").unlink()

    with pytest.raises(CannotStart, match=r"secrets\.json .* is gone"):
        secrets_in(tmp_path)


def test_secrets_are_for_the_owner_only(tmp_path: Path) -> None:
    secrets_in(tmp_path)

    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


# --- PostgreSQL --------------------------------------------------------------------------------------


def a_postgres(major: int, source: str) -> PostgresBinaries:
    return PostgresBinaries(Path(f"/{source}/{major}"), major, source)


def data_of(folder: Path, version: int) -> Path:
    (folder / "PG_VERSION").write_text(f"{version}\n")
    return folder


def test_the_installed_postgresql_comes_first_and_data_decide(tmp_path: Path) -> None:
    offered = [a_postgres(17, "system"), a_postgres(15, "system"), a_postgres(18, "wheel")]

    assert choose_postgres(offered, data=tmp_path / "none yet", only="") == offered[0]
    assert choose_postgres(offered, data=tmp_path / "none yet", only="wheel") == offered[2]
    assert choose_postgres(offered, data=data_of(tmp_path, 15), only="") == offered[1]
    assert choose_postgres(offered, data=data_of(tmp_path, 18), only="") == offered[2]
    with pytest.raises(CannotStart, match="made by PostgreSQL 18 and this machine offers 15 and 17"):
        choose_postgres(offered, data=data_of(tmp_path, 18), only="system")
    with pytest.raises(CannotStart, match="made by PostgreSQL 16 and this machine offers 15 and 17 and 18"):
        choose_postgres(offered, data=data_of(tmp_path, 16), only="")


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="is not a PostgreSQL data folder"):
        choose_postgres([a_postgres(18, "wheel")], data=tmp_path, only="")


def test_no_postgresql_of_the_kind_asked_for(tmp_path: Path) -> None:
    none_yet = tmp_path / "pg"
    with pytest.raises(CannotStart, match="must be system or wheel, not 'sqlite'"):
        choose_postgres([a_postgres(18, "wheel")], data=none_yet, only="sqlite")
    with pytest.raises(CannotStart, match="No PostgreSQL 15 or newer was found in /usr/lib/postgresql"):
        choose_postgres([a_postgres(18, "wheel")], data=none_yet, only="system")
    with pytest.raises(CannotStart, match="No PostgreSQL 15 or newer was found"):
        choose_postgres([], data=none_yet, only="")


def test_old_versions_and_mere_clients_do_not_count(tmp_path: Path) -> None:
    for version, programs in {"9.6": 2, "14": 2, "15": 2, "16": 2, "17": 1, "18": 0}.items():
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        for name in ("initdb", "postgres")[:programs]:
            (folder / name).touch(mode=0o755)

    assert [one.major for one in system_postgres(tmp_path)] == [16, 15]


def test_the_wheel_is_found() -> None:
    assert [(one.source, one.major >= 18) for one in wheel_postgres()] == [("wheel", True)]


# --- The environment ---------------------------------------------------------------------------------


def test_an_old_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 12))

    with pytest.raises(CannotStart, match=r"^Python 3\.11 or newer is needed"):
        setup.prepare(tmp_path)


def test_no_python_on_the_path(tmp_path: Path) -> None:
    for name in ("sh", "make"):
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)

    done = subprocess.run(
        [shutil.which("make") or "make", "run"],
        cwd=PROJECT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("Python 3.11 or newer is needed, and there is none on the PATH: ")


@pytest.mark.parametrize("absent", ["venv", "ensurepip"])
def test_no_venv_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, absent: str) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == absent else find(name))
    (tmp_path / "requirements-dev.lock").write_text("")

    with pytest.raises(CannotStart, match="comes without the venv module: install it"):
        setup.prepare(tmp_path)


def test_an_unwritable_project(tmp_path: Path) -> None:
    (tmp_path / "requirements-dev.lock").write_text("")
    (tmp_path / "var").write_text("")

    with pytest.raises(CannotStart, match=r"The folder .* cannot be written to by this user"):
        setup.prepare(tmp_path)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<x>: Failed to "
            "establish a new connection: [Errno -3] Temporary failure in name resolution')'\n"
            "ERROR: Could not find a version that satisfies the requirement amqp==5.4.2 (from versions: none)\n"
            "ERROR: No matching distribution found for amqp==5.4.2",
            "no package index answers",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement granian==2.8.7 (from versions: none)\n"
            "ERROR: No matching distribution found for granian==2.8.7\n",
            "no ready-made package of granian==2.8.7 for this platform",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "pip could not install the packages: ERROR: THESE PACKAGES DO NOT MATCH",
        ),
        ("", "it gave no reason"),
    ],
)
def test_why_pip_failed(output: str, sentence: str) -> None:
    assert sentence in setup.why_pip_failed(output)


@pytest.mark.slow
def test_no_package_index_answers(tmp_path: Path) -> None:
    # A real environment and a real pip, and an index where nobody listens.
    shutil.copytree(PROJECT / "standalone", tmp_path / "standalone", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "requirements-dev.lock").write_text(f"aiosmtpd==1.4.6 --hash=sha256:{'0' * 64}\n")
    index = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull}

    done = subprocess.run(
        [sys.executable, "-m", "standalone.environment"],
        cwd=tmp_path,
        env=environment(index),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "The packages cannot be fetched: no package index answers; check the network or pip's configuration.\n"
    )
    assert not (tmp_path / ".venv" / "installed-from").exists()
