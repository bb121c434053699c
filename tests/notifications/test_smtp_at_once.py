"""An email is handed over in two ways there and back, and what a mail server refuses is told as `smtplib` tells it."""

import smtplib
import socket
import threading
from contextlib import contextmanager

import pytest

from notifications.channels.smtp_at_once import Smtp
from tests.notifications.post_office import OK, Letterbox, mail_server

TEXT = b"Subject: News\r\nMessage-ID: <1@work.example>\r\n\r\nFrom here on.\r\n.\r\n..\r\nTo there."
FROM, TO = "no-reply@work.example", "reader@work.example"


def told_by(connection):
    """Hand two emails over, and return what was said of each: an error's class and all that it holds, or nothing."""
    told = []
    for _ in range(2):
        try:
            told.append(connection(FROM, [TO], TEXT))
        except smtplib.SMTPException as refusal:
            told.append((type(refusal), refusal.args))
    return told


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", [OK, "250 as you like", "450 busy", "550 5.1.1 nobody", "421 goodbye", "hang up"])
def test_each_answer_to_each_command_is_told_as_smtplib_tells_it_and_the_next_email_goes_on(command, answer):
    found = []
    for takes_at_once in (True, False):
        box = Letterbox(
            lambda said, number: answer if said == command and number == 1 else OK, takes_at_once=takes_at_once
        )
        with mail_server(box) as port, smtplib_closing(Smtp("127.0.0.1", port, timeout=5)) as smtp:
            found.append((told_by(smtp.sendmail), [mail.as_bytes() for mail in box.taken]))
            assert smtp.has_extn("pipelining") is takes_at_once
    at_once, one_by_one = found
    assert at_once == one_by_one
    is_taken = answer.startswith("250")
    assert (at_once[0][0] == {}) is is_taken
    if answer[0] in "25":
        assert at_once[0][1] == {}


def test_several_recipients_are_told_one_by_one():
    box = Letterbox()
    with mail_server(box) as port, smtplib_closing(Smtp("127.0.0.1", port, timeout=5)) as smtp:
        assert smtp.sendmail(FROM, [TO, "other@work.example"], TEXT) == {}
    assert len(box.taken) == 1


def test_no_line_of_an_address_becomes_a_command():
    box = Letterbox()
    with mail_server(box) as port, smtplib_closing(Smtp("127.0.0.1", port, timeout=5)) as smtp:
        for sender, recipient in ((FROM, "<>\r\nRCPT TO:<b@work.example>"), ("<>\r\nRSET", TO)):
            with pytest.raises(ValueError, match="one line"):
                smtp.sendmail(sender, [recipient], TEXT)
        assert smtp.sendmail(FROM, [TO], TEXT) == {}
    assert [mail["Message-ID"] for mail in box.taken] == ["<1@work.example>"]


def test_three_commands_come_in_one_go_and_the_text_in_another():
    with scripted("220 here", "250-here\r\n250 PIPELINING", "250 a\r\n250 b\r\n354 go on", "250 taken") as (
        port,
        heard,
    ):
        smtp = Smtp("127.0.0.1", port, timeout=5)
        assert smtp.sendmail(FROM, [TO], TEXT) == {}
        smtp.close()
    assert heard[1:] == [
        f"MAIL FROM:<{FROM}>\r\nRCPT TO:<{TO}>\r\nDATA\r\n".encode(),
        TEXT.replace(b"\r\n.\r\n..\r\n", b"\r\n..\r\n...\r\n") + b"\r\n.\r\n",
    ]


def test_a_server_that_waits_for_a_text_for_nobody_gets_an_empty_one():
    answers = ("250-here\r\n250 PIPELINING", "250 a\r\n550 5.1.1 nobody\r\n354 go on", "554 nobody at all", "250 reset")
    with scripted("220 here", *answers) as (port, heard):
        smtp = Smtp("127.0.0.1", port, timeout=5)
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            smtp.sendmail(FROM, [TO], TEXT)
        smtp.close()
    assert refusal.value.recipients == {TO: (550, b"5.1.1 nobody")}
    assert heard[2:] == [b".\r\n", b"rset\r\n"]


@contextmanager
def smtplib_closing(smtp):
    try:
        yield smtp
    finally:
        smtp.close()


@contextmanager
def scripted(greeting, *answers):
    """A server that says what it is to say, one answer to what comes in one go; yield its port and what it heard."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            line, _ = listening.accept()
            with line:
                line.sendall(f"{greeting}\r\n".encode())
                for answer in answers:
                    heard.append(line.recv(65536))
                    line.sendall(f"{answer}\r\n".encode())
                line.recv(1)

        serving = threading.Thread(target=serve)
        serving.start()
        yield listening.getsockname()[1], heard
        serving.join(timeout=5)
        assert not serving.is_alive()
