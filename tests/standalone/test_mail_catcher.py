# ruff: noqa: S603 - these tests start programs, that is their point
"""The mail catcher, over real SMTP and real HTTP."""

import http.client
import json
import resource
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from standalone.mailbox import Mailbox
from standalone.ports import answers
from tests.standalone.stub_project import PROJECT, environment, own_ports, wait_until


@dataclass
class Catcher:
    smtp: int
    web: int
    folder: Path
    pid: int = 0

    def send(self, message: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=10) as client:
            client.send_message(message)

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.web, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode()
        finally:
            connection.close()

    def list(self, query: str = "") -> Any:
        status, _, body = self.get(f"/api/v1/messages{query}")
        assert status == 200
        return json.loads(body)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catcher]:
    ports = own_ports()
    catcher = Catcher(int(ports["SMTP_PORT"]), int(ports["MAIL_WEB_PORT"]), tmp_path_factory.mktemp("mail"))
    command = [sys.executable, "-m", "standalone.mail_catcher", "--folder", str(catcher.folder)]
    command += ["--smtp-port", str(catcher.smtp), "--web-port", str(catcher.web)]
    with subprocess.Popen(command, cwd=PROJECT, env=environment()) as process:
        catcher.pid = process.pid
        wait_until(lambda: answers(catcher.smtp) and answers(catcher.web))
        yield catcher
        process.terminate()
        assert process.wait(timeout=10) == 0


@pytest.fixture
def catcher(running: Catcher) -> Catcher:
    for path in running.folder.iterdir():
        path.unlink()
    return running


def a_message(subject: str = "News of a referral", text: str = "There is news.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Community Referral <no-reply@referral.example>"
    message["To"] = "Dr Ama Boateng <ama@surgery.example>, nurse@surgery.example"
    message["Subject"] = subject
    message["Message-ID"] = "<the-id@referral.example>"
    message.set_content(text)
    return message


def test_an_accepted_message_is_one_whole_file(catcher: Catcher) -> None:
    catcher.send(a_message())

    files = list(catcher.folder.iterdir())
    assert [path.suffix for path in files] == [".eml"]
    assert b"There is news." in files[0].read_bytes()


def test_the_list_has_what_mailpit_has_newest_first(catcher: Catcher) -> None:
    for subject in ("first", "second € später", "third"):
        catcher.send(a_message(subject))

    answer = catcher.list("?limit=2")

    assert answer["total"] == 3
    assert [message["Subject"] for message in answer["messages"]] == ["third", "second € später"]
    newest = answer["messages"][0]
    assert newest["From"] == {"Name": "Community Referral", "Address": "no-reply@referral.example"}
    assert newest["To"] == [
        {"Name": "Dr Ama Boateng", "Address": "ama@surgery.example"},
        {"Name": "", "Address": "nurse@surgery.example"},
    ]
    assert newest["MessageID"] == "the-id@referral.example"
    assert {"ID", "Created"} <= set(newest)


def test_one_message_has_its_text(catcher: Catcher) -> None:
    message = a_message(text="Es gibt Neues € für Sie.\n")
    message.add_alternative("<p>Es gibt Neues</p>", subtype="html")
    catcher.send(message)
    listed = catcher.list()["messages"][0]

    status, _, body = catcher.get(f"/api/v1/message/{listed['ID']}")

    assert status == 200
    whole = json.loads(body)
    assert whole.pop("Text") == "Es gibt Neues € für Sie.\n"
    assert whole == listed


def test_pages_show_markup_as_text(catcher: Catcher) -> None:
    catcher.send(a_message(subject="<script>alert(1)</script>", text="<img src=x onerror=alert(2)>\n"))
    key = catcher.list()["messages"][0]["ID"]

    for path in ("/", f"/message/{key}"):
        status, headers, body = catcher.get(path)
        assert status == 200
        assert "&lt;script&gt;alert(1)" in body
        assert "<script" not in body
        assert "<img" not in body
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/message/00000000000000000000-00000000", 404),
        ("/message/..%2f..%2fsecrets", 404),
        ("/api/v1/message/../../secrets", 404),
        ("/api/v1/messages?limit=many", 400),
        ("/api/v1/messages?limit=-1", 400),
    ],
)
def test_what_is_not_there_is_refused(catcher: Catcher, path: str, status: int) -> None:
    assert catcher.get(path)[0] == status


def test_a_message_without_headers_or_with_an_unknown_charset_is_still_shown(catcher: Catcher) -> None:
    box = Mailbox(catcher.folder)
    box.add(b"no header at all")
    strange = box.add(b"Subject: strange\nContent-Type: text/plain; charset=x-unknown\n\nstill readable\n")

    assert catcher.get("/")[0] == 200
    assert catcher.list()["total"] == 2
    assert "still readable" in catcher.get(f"/message/{strange}")[2]


def test_a_message_that_cannot_be_stored_is_not_accepted(tmp_path: Path) -> None:
    # The folder has gone: the sender must hear it, and try again later.
    ports = own_ports()
    smtp, web, folder = int(ports["SMTP_PORT"]), int(ports["MAIL_WEB_PORT"]), tmp_path / "mail"
    command = [sys.executable, "-m", "standalone.mail_catcher", "--folder", str(folder)]
    command += ["--smtp-port", str(smtp), "--web-port", str(web)]
    with subprocess.Popen(command, cwd=PROJECT, env=environment()) as process:
        wait_until(lambda: answers(smtp) and answers(web))
        folder.rmdir()
        with pytest.raises(smtplib.SMTPDataError, match="Not kept") as refused:
            Catcher(smtp, web, folder).send(a_message())
        assert refused.value.smtp_code == 451
        process.terminate()


def test_a_full_disk_keeps_no_half_message_and_takes_it_when_there_is_room(catcher: Catcher, running: Catcher) -> None:
    """No message fits into a file of 64 bytes; the limit is lifted while the catcher runs."""
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (64, resource.RLIM_INFINITY))
    with pytest.raises(smtplib.SMTPDataError, match="Not kept") as refused:
        catcher.send(a_message())
    assert refused.value.smtp_code == 451
    assert list(catcher.folder.iterdir()) == []

    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, unlimited)
    catcher.send(a_message())
    assert [path.suffix for path in catcher.folder.iterdir()] == [".eml"]


def test_it_listens_on_this_machine_only(catcher: Catcher) -> None:
    with socket.socket() as probe:
        probe.settimeout(2)
        # 127.0.0.2 reaches whoever listens on every address, and nobody who listens on 127.0.0.1.
        assert probe.connect_ex(("127.0.0.2", catcher.smtp)) != 0
