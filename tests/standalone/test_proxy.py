# ruff: noqa: S603 - these tests start programs, that is their point
"""config/nginx.conf, under a real nginx: clients who are slow on purpose stop nobody, and say nothing of themselves."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from standalone import processes
from standalone.children import tied_to_this_process
from standalone.ports import LOCALHOST, any_free_port
from tests.standalone.stub_project import PROJECT

NGINX = Path("/usr/sbin/nginx")
SLOW = 12
"""Clients who never send what they promised: more than the web server has threads."""
ECHO = """
import json
def application(environ, start_response):
    body = environ["wsgi.input"].read()
    said = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    answer = json.dumps(said | {"body": len(body)}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("ETag", '"3"')])
    return [answer + b" " * int(said.get("HTTP_X_SPACES", 0))]
"""


def until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((LOCALHOST, port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing answers at {port}")


@contextlib.contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    with (folder / "said.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, preexec_fn=tied_to_this_process(signal.SIGTERM)
        )
        try:
            until_it_answers(port, process)
            yield
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the web server as the service starts it, with an application that tells what it was asked."""
    folder, port = tmp_path_factory.mktemp("web"), any_free_port()
    (folder / "config").mkdir()
    (folder / "config" / "wsgi.py").write_text(ECHO)
    with running([sys.executable, "-m", *processes.web(LOCALHOST, port)], folder, port):
        yield port


@pytest.fixture(scope="module")
def proxied(bare: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the proxy before it. Only where things are differs from the file that compose mounts."""
    if not NGINX.exists():
        why = f"there is no nginx at {NGINX} (Debian: apt-get install nginx-light)"
        pytest.fail(why) if os.environ.get("E2E") == "required" else pytest.skip(why)
    folder, port = tmp_path_factory.mktemp("proxy"), any_free_port()
    conf = (PROJECT / "config" / "nginx.conf").read_text()
    kept = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    for there, here in (
        ("listen 8000;", f"listen {LOCALHOST}:{port};"),
        ("http://web:8000", f"http://{LOCALHOST}:{bare}"),
        ("pid /tmp/nginx.pid;", f"pid {folder}/nginx.pid;"),
        ("worker_processes auto;", "worker_processes 1; daemon off;"),
        ("access_log off;", f"access_log off; {kept}"),
    ):  # fmt: skip
        assert conf.count(there) == 1, there
        conf = conf.replace(there, here)
    (folder / "nginx.conf").write_text(conf)
    with running([str(NGINX), "-c", f"{folder}/nginx.conf", "-p", str(folder), "-e", "stderr"], folder, port):
        yield port


@contextlib.contextmanager
def slow_clients(port: int) -> Iterator[list[socket.socket]]:
    """Each has sent one byte of a thousand."""
    head = b"POST /refer/ HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\nx"
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection((LOCALHOST, port), timeout=30)) for _ in range(SLOW)]
        for client in clients:
            client.sendall(head)
        time.sleep(0.5)  # until each has been taken up
        yield clients


def ask(
    port: int, *, timeout: float = 30, body: bytes = b"", headers: dict[str, str] | None = None
) -> requests.Response:
    address = f"http://{LOCALHOST}:{port}/"
    return requests.request("POST" if body else "GET", address, data=body, headers=headers, timeout=timeout)


def test_without_the_proxy_slow_clients_stop_everybody(bare):
    """Why it stands there. If this ever fails, the web server reads requests whole by itself, and ADR 52 can go."""

    def ask_on() -> None:
        for _ in range(10):  # a busy machine may not have taken all of the slow ones up yet
            ask(bare, timeout=2)

    with slow_clients(bare), pytest.raises(requests.ReadTimeout):
        ask_on()


def test_behind_it_everybody_else_is_answered_and_the_slow_ones_too_once_they_have_said_all(proxied):
    with slow_clients(proxied) as clients:
        assert ask(proxied, body=b"a referral").json()["body"] == 10
        clients[0].sendall(b"x" * 999)
        answer = clients[0].recv(10_000)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b'"body": 1000' in answer


def test_nobody_says_from_where_they_come_by_whatever_name(proxied):
    headers = {
        "X-Forwarded-For": "8.8.8.8", "X_Forwarded_For": "8.8.8.8", "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "elsewhere.example", "Host": "here.example",
    }  # fmt: skip
    said = ask(proxied, headers=headers).json()
    told = {name: value for name, value in said.items() if "FORWARDED" in name or name == "HTTP_HOST"}
    assert told == {
        "HTTP_X_FORWARDED_FOR": LOCALHOST, "HTTP_X_FORWARDED_PROTO": "http", "HTTP_HOST": "here.example",
    }  # fmt: skip


def test_what_is_far_too_large_never_gets_there(proxied):
    assert ask(proxied, body=b"x" * 1_100_000).status_code == 200  # the service says itself what is a little too large
    assert ask(proxied, body=b"x" * 3_000_000).status_code == 413


def test_an_answer_is_compressed_and_its_tag_comes_back_in_a_form_that_the_service_takes(proxied):
    answer = ask(proxied, headers={"Accept-Encoding": "gzip", "X-Spaces": "9000"})
    assert (answer.headers["Content-Encoding"], answer.headers["ETag"]) == ("gzip", 'W/"3"')
    assert answer.content.endswith(b" " * 9000)


def test_no_address_is_written_down(proxied):
    """That of a person's page lets its reader in."""
    conf = (PROJECT / "config" / "nginx.conf").read_text()
    assert re.findall(r"^\s*(access_log|error_log) (.*);", conf, flags=re.MULTILINE) == [
        ("error_log", "stderr crit"), ("access_log", "off"),
    ]  # fmt: skip
