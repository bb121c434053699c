"""Email over a real SMTP conversation: what is sent, and how each refusal is sorted."""

import smtplib
import socket

import pytest

from notifications.channels import AddressRefused, EmailSender, PermanentFailure, TemporaryFailure, Unreachable
from notifications.enums import Channel
from notifications.models import OutboxMessage
from tests.notifications.post_office import AT, OK, REFERENCE, Letterbox, free_port, mail_server


def message_to(recipient="gp@practice.example"):
    """A message that is nowhere written: a channel touches no database."""
    return OutboxMessage(
        event_key="test-event:1",
        recipient=recipient,
        channel=Channel.EMAIL,
        template="referral_accepted",
        context={"reference": REFERENCE},
        occurred_at=AT,
        available_at=AT,
    )


@pytest.fixture
def at_port(settings):
    """Points email at a port of this machine."""

    def choose(port):
        settings.EMAIL_BACKEND = "notifications.channels.plain_email.PlainBackend"
        settings.EMAIL_PORT = port

    return choose


@pytest.fixture
def letterbox(at_port):
    letterbox = Letterbox()
    with mail_server(letterbox) as port:
        at_port(port)
        yield letterbox


def answering(command, *answers):
    """A rule which gives these answers to the first such commands, and takes everything else."""
    return lambda asked, number: answers[number - 1] if asked == command and number <= len(answers) else OK


def test_an_email_carries_the_id_of_its_message_and_says_that_a_machine_wrote_it(letterbox, settings):
    settings.DEFAULT_FROM_EMAIL = "Community Referral <no-reply@northside.example>"
    message = message_to()
    with EmailSender() as sender:
        wire_id = sender.send(message)

    (mail,) = letterbox.taken
    assert wire_id == f"<{message.id}@northside.example>"
    assert {name: mail[name] for name in ["Message-ID", "X-Message-Id", "Auto-Submitted", "From", "To", "Subject"]} == {
        "Message-ID": f"<{message.id}@northside.example>",
        "X-Message-Id": str(message.id),
        "Auto-Submitted": "auto-generated",
        "From": "Community Referral <no-reply@northside.example>",
        "To": "gp@practice.example",
        "Subject": f"Your referral {REFERENCE} has been accepted",
    }
    assert f"{settings.PUBLIC_URL}/r/{REFERENCE}" in mail.get_payload()


def test_a_batch_shares_one_connection(letterbox):
    with EmailSender() as sender:
        for _ in range(5):
            sender.send(message_to())
    assert (len(letterbox.taken), letterbox.connections) == (5, 1)


@pytest.mark.parametrize(
    ("command", "answer", "kind", "reason"),
    [
        ("RCPT", "421 closing", TemporaryFailure, "The mail server refused the recipient for now (421)."),
        ("RCPT", "450 mailbox busy", TemporaryFailure, "The mail server refused the recipient for now (450)."),
        ("RCPT", "451 greylisted", TemporaryFailure, "The mail server refused the recipient for now (451)."),
        ("RCPT", "452 too many", TemporaryFailure, "The mail server refused the recipient for now (452)."),
        ("RCPT", "550 <gp@practice.example>?", AddressRefused, "The mail server refused the recipient (550)."),
        ("RCPT", "551 not local", AddressRefused, "The mail server refused the recipient (551)."),
        ("RCPT", "553 bad name", AddressRefused, "The mail server refused the recipient (553)."),
        ("DATA", "421 closing", TemporaryFailure, "The mail server refused the message for now (421)."),
        ("DATA", "451 local error", TemporaryFailure, "The mail server refused the message for now (451)."),
        ("DATA", "452 disk full", TemporaryFailure, "The mail server refused the message for now (452)."),
        ("DATA", "552 too large", PermanentFailure, "The mail server refused the message (552)."),
        ("DATA", "554 looks like spam", PermanentFailure, "The mail server refused the message (554)."),
        ("MAIL", "421 closing", Unreachable, "The mail server refused us as the sender (421)."),
        ("MAIL", "451 try later", Unreachable, "The mail server refused us as the sender (451)."),
        ("MAIL", "530 sign in first", Unreachable, "The mail server refused us as the sender (530)."),
        ("MAIL", "550 not from here", Unreachable, "The mail server refused us as the sender (550)."),
        ("RCPT", "hang up", TemporaryFailure, "The connection to the mail server was lost (SMTPServerDisconnected)."),
        ("DATA", "hang up", TemporaryFailure, "The connection to the mail server was lost (SMTPServerDisconnected)."),
    ],
)
def test_each_refusal_has_its_kind_and_the_next_message_goes(letterbox, command, answer, kind, reason):
    letterbox.rule = answering(command, answer)
    with EmailSender() as sender:
        with pytest.raises((TemporaryFailure, PermanentFailure)) as refusal:
            sender.send(message_to())
        after = message_to()
        wire_id = sender.send(after)

    assert (type(refusal.value), str(refusal.value)) == (kind, reason)
    assert letterbox.message_ids == [wire_id]


@pytest.mark.parametrize(
    "recipient", ["", "nobody", "gp@practice.example\nBcc: all@elsewhere.example", "gp@practice.example, x@y.example"]
)
def test_what_is_no_address_is_refused_for_good_before_anybody_is_asked(at_port, recipient):
    at_port(free_port())
    with EmailSender() as sender, pytest.raises(PermanentFailure, match=r"^The address is not an email address\.$"):
        sender.send(message_to(recipient))


def test_with_no_server_nobody_can_be_reached(at_port):
    at_port(free_port())
    with EmailSender() as sender, pytest.raises(Unreachable) as failure:
        sender.send(message_to())
    assert str(failure.value) == "The mail server could not be reached (ConnectionRefusedError)."


def test_a_server_that_does_not_know_us_cannot_be_reached(letterbox, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "referral", "wrong"
    with EmailSender() as sender, pytest.raises(Unreachable) as failure:
        sender.send(message_to())
    assert str(failure.value) == f"The mail server could not be reached ({smtplib.SMTPNotSupportedError.__name__})."


def test_a_server_that_says_nothing_is_waited_for_only_so_long(at_port, settings):
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at_port(silent.getsockname()[1])
        with EmailSender() as sender, pytest.raises(Unreachable) as failure:
            sender.send(message_to())
    assert str(failure.value) == "The mail server could not be reached (SMTPServerDisconnected)."


def test_a_server_that_falls_silent_on_the_way_is_waited_for_only_so_long(letterbox, settings):
    settings.EMAIL_TIMEOUT = 0.2
    letterbox.slow = 0.5
    with EmailSender() as sender, pytest.raises(TemporaryFailure) as failure:
        sender.send(message_to())
    assert type(failure.value) is TemporaryFailure
