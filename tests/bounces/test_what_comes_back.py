"""What is told of a message after it was taken: by Notify, and by mails that come back."""

import io
import json
import mailbox
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from rest_framework.test import APIClient

from notifications import bounces, digests, dsn, services
from notifications.delivery import deliver_batch
from notifications.models import Delivery, OutboxMessage, Receipt, UndeliverableAddress
from referrals.models import CaseTask, Referral
from tests.bounces.conftest import MOBILE, NOON
from tests.notifications.post_office import owe

pytestmark = pytest.mark.django_db
URL = "/api/v1/notify/receipts/"
TOKEN = "the-token-that-notify-was-given"
GP = "gp@practice.example"


@pytest.fixture(autouse=True)
def _token(settings):
    settings.NOTIFY_RECEIPTS_TOKEN = TOKEN


def tell_us(token=TOKEN, **said):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return APIClient().post(URL, said, headers=headers)


def of(message, status, **more):
    """What Notify sends, with what it sends beside."""
    return {
        "id": message.delivery.wire_id, "reference": str(message.id), "to": MOBILE, "status": status,
        "notification_type": "sms", "template_version": 1, "completed_at": "2026-11-04T12:01:00Z", **more,
    }  # fmt: skip


def became_of(message):
    message = OutboxMessage.objects.get(pk=message.pk)
    return message.status, message.failure, Delivery.objects.filter(message=message).count()


def everything():
    return [
        list(model.objects.order_by("pk").values())
        for model in (OutboxMessage, Delivery, Receipt, UndeliverableAddress)
    ]


@pytest.fixture
def text(rose, tell, book):
    """A text to Rose that Notify has taken."""
    _, message = tell(rose)
    deliver_batch(at=NOON)
    assert became_of(message) == ("sent", "", 1)
    return OutboxMessage.objects.get(pk=message.pk)


# --- Notify ---------------------------------------------------------------------------------------------------------


def test_one_that_arrived_changes_nothing(text):
    assert tell_us(**of(text, "delivered")).status_code == 204
    assert became_of(text) == ("sent", "", 1)
    assert [row.status for row in Receipt.objects.all()] == ["delivered"]


def test_a_number_at_which_nobody_is_is_marked_and_the_link_worker_asks(rose, text):
    assert tell_us(**of(text, "permanent-failure")).status_code == 204
    assert became_of(text) == ("failed", "Nobody can be reached at this number or address.", 0)
    assert bounces.is_marked("sms", "+447700900123")
    assert CaseTask.objects.get(referral=rose).title.startswith("Text messages to the person do not arrive")


@pytest.mark.parametrize("status", ["temporary-failure", "technical-failure"])
def test_one_that_failed_otherwise_is_shown_and_marks_nothing(text, status):
    assert tell_us(**of(text, status)).status_code == 204
    assert became_of(text)[0] == "failed"
    assert UndeliverableAddress.objects.count() == CaseTask.objects.count() == 0


def test_the_number_that_is_marked_is_the_one_that_failed_not_the_one_of_today(rose, text):
    Referral.objects.filter(pk=rose.pk).update(telephone="07700 900456")
    tell_us(**of(text, "permanent-failure"))
    assert bounces.is_marked("sms", MOBILE)
    assert not bounces.is_marked("sms", "07700 900456")


def test_where_it_is_not_said_where_it_went_there_is_a_task_and_no_mark(rose, text):
    tell_us(**(of(text, "permanent-failure") | {"to": None}))
    assert became_of(text)[0] == "failed"
    assert (UndeliverableAddress.objects.count(), CaseTask.objects.filter(referral=rose).count()) == (0, 1)


def test_told_again_or_late_it_changes_nothing(text, book):
    said = of(text, "permanent-failure")
    tell_us(**said)
    before = everything()
    assert tell_us(**said).status_code == 204
    assert everything() == before

    services.clear_bounce(text, at=NOON)
    services.try_again(text, at=NOON)
    book.rows[0]["status"] = "permanent-failure"  # Notify knows it, too
    deliver_batch(at=NOON)
    assert became_of(text) == ("sent", "", 1)
    before = everything()
    assert tell_us(**said).status_code == 204  # once more, of the sending before
    tell_us(**(said | {"status": "technical-failure"}))
    assert everything() == before


def test_one_whose_answer_we_lost_is_known_by_its_reference(rose, tell):
    _, message = tell(rose)
    OutboxMessage.objects.filter(pk=message.pk).update(attempts=1, channel="sms")
    said = {"id": "n1", "reference": str(message.id), "to": MOBILE, "status": "permanent-failure"}
    assert tell_us(**said).status_code == 204
    assert became_of(message)[0] == "failed"


@pytest.mark.parametrize("token", ["", "another", f"{TOKEN}x", "ünknown"])
def test_nobody_else_may_tell(text, token):
    before = everything()
    answer = tell_us(token.encode().decode("latin-1"), **of(text, "permanent-failure"))
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert everything() == before


def test_where_no_token_is_set_nobody_may(text, settings):
    settings.NOTIFY_RECEIPTS_TOKEN = ""
    assert tell_us("", **of(text, "permanent-failure")).status_code == 401
    assert APIClient().post(URL, {}, headers={"Authorization": "Bearer "}).status_code == 401
    assert became_of(text)[0] == "sent"


@pytest.mark.parametrize(
    "changes", [{"reference": None}, {"reference": "not ours"}, {"reference": str(uuid4())}, {"id": "another"}]
)
def test_what_is_not_of_ours_is_answered_alike_and_changes_nothing(text, changes):
    before = everything()
    assert tell_us(**(of(text, "permanent-failure") | changes)).status_code == 204
    assert everything() == before


def test_what_is_no_receipt_is_refused(text):
    before = everything()
    assert tell_us(reference=str(text.id)).status_code == 400
    assert everything() == before


# --- Mails that come back -------------------------------------------------------------------------------------------


def came_back(wire_id, *, to=GP, ended_at="", action="failed", status="5.1.1", part="message/rfc822"):
    """A delivery status notification as RFC 3464 has it."""
    head = f"From: us@referral.example\nTo: {to}\nSubject: s\nMessage-ID: {wire_id}\n"
    return f"""\
From: MAILER-DAEMON@practice.example
To: no-reply@referral.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Nobody here of that name: {to}.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.practice.example
Arrival-Date: Wed, 4 Nov 2026 12:00:00 +0000

Final-Recipient: rfc822; {ended_at or to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 who?

--b
Content-Type: {part}

{head}
{"words" if part == "message/rfc822" else ""}
--b--
""".encode()


@pytest.fixture
def email():
    """An email to a practice that its mail server has taken."""
    message = owe(recipient=GP, at=NOON)
    deliver_batch(at=NOON)
    return OutboxMessage.objects.get(pk=message.pk)


def take(content, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    out = io.StringIO()
    call_command("take_bounces", stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize("part", ["message/rfc822", "text/rfc822-headers"])
def test_a_mail_that_comes_back_marks_its_address(email, monkeypatch, part):
    content = came_back(email.delivery.wire_id, part=part)
    assert take(content, monkeypatch) == "Did not arrive: 1."
    assert became_of(email) == ("failed", "The email came back (5.1.1).", 0)
    assert bounces.is_marked("email", GP)

    before = everything()
    assert take(content, monkeypatch) == "Did not arrive: 0."
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "status", "is_marked"),
    [
        ({"status": "5.2.1"}, "failed", True),
        ({"status": "5.7.1"}, "failed", False),  # a policy, not the address
        ({"status": "4.4.7"}, "failed", False),  # given up after days
        ({"action": "delayed", "status": "4.4.7"}, "sent", False),
        ({"action": "delivered", "status": "2.0.0"}, "sent", False),
        ({"status": "nonsense"}, "sent", False),
    ],
)
def test_what_it_says_counts(email, monkeypatch, changes, status, is_marked):
    take(came_back(email.delivery.wire_id, **changes), monkeypatch)
    assert became_of(email)[0] == status
    assert bounces.is_marked("email", GP) is is_marked


@pytest.mark.parametrize(
    "wire_id", ["", "<someone@else.example>", "<f518aa70-cd4e-458a-bcd3-f15c1d9cae2c@referral.example>"]
)
def test_a_mail_that_is_not_about_one_of_ours_changes_nothing(email, monkeypatch, wire_id):
    before = everything()
    assert take(came_back(wire_id), monkeypatch) == "Did not arrive: 0."
    assert everything() == before


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00", b"Subject: hello\n\nI am on holiday.", b"Content-Type: multipart/report\n\n"]
)
def test_whatever_comes_is_read(content):
    assert dsn.read(content) == []


def test_another_address_in_it_is_not_believed(email, monkeypatch):
    take(came_back(email.delivery.wire_id, to="somebody@else.example"), monkeypatch)
    assert bounces.is_marked("email", GP)
    assert not bounces.is_marked("email", "somebody@else.example")


@pytest.mark.parametrize("ended_at", [GP, "GP@Practice.example", "locum@elsewhere.example"])
def test_the_email_of_the_day_takes_all_its_messages_with_it(monkeypatch, ended_at):
    rows = [owe(event=number, recipient=GP, at=NOON) for number in range(3)]
    OutboxMessage.objects.update(in_digest=True, held_until=NOON, available_at=NOON)
    digests.deliver_digests(clock=lambda: NOON)
    (wire_id,) = set(Delivery.objects.values_list("wire_id", flat=True))

    assert take(came_back(wire_id, to="somebody@else.example"), monkeypatch) == "Did not arrive: 0."
    # The practice forwards its mail, or its server writes addresses in capitals.
    assert take(came_back(wire_id, ended_at=ended_at), monkeypatch) == "Did not arrive: 1."
    assert {became_of(row) for row in rows} == {("failed", "The email came back (5.1.1).", 0)}
    assert (bounces.is_marked("email", GP), UndeliverableAddress.objects.count()) == (True, 1)


def test_a_maildir_is_taken_once_and_what_is_no_such_mail_is_left_for_somebody(email, tmp_path):
    box = mailbox.Maildir(tmp_path / "mail")
    box.add(came_back(email.delivery.wire_id))
    box.add(b"Subject: hello\n\nI am on holiday.")
    out = io.StringIO()
    call_command("take_bounces", maildir=tmp_path / "mail", stdout=out)
    assert out.getvalue() == "Did not arrive: 1. Mails of another kind: 1.\n"
    filed = sorted((mail.get_subdir(), mail.get_flags()) for mail in mailbox.Maildir(tmp_path / "mail"))
    assert filed == [("cur", "F"), ("cur", "S")]

    out = io.StringIO()
    call_command("take_bounces", maildir=tmp_path / "mail", stdout=out)
    assert out.getvalue() == "Did not arrive: 0. Mails of another kind: 0.\n"
    with pytest.raises(CommandError, match="no Maildir"):
        call_command("take_bounces", maildir=tmp_path / "nothing")


@pytest.mark.parametrize("to", ["<", "..@[ ", "group:a;=?utf-8?b?!!?=group:", ""])
def test_a_head_that_nobody_can_take_apart_keeps_no_bounce_from_being_taken(email, monkeypatch, to):
    assert take(came_back(email.delivery.wire_id, to=to), monkeypatch) == "Did not arrive: 1."
    assert bounces.is_marked("email", GP)


def test_one_mail_that_cannot_be_read_holds_up_none_behind_it(email, tmp_path, monkeypatch):
    box = mailbox.Maildir(tmp_path / "mail")
    box.add(b"Subject: broken\n\n")
    box.add(came_back(email.delivery.wire_id))
    read = dsn.read
    monkeypatch.setattr(dsn, "read", lambda content: 1 / 0 if b"broken" in content else read(content))
    out = io.StringIO()
    call_command("take_bounces", maildir=tmp_path / "mail", stdout=out)
    assert out.getvalue() == "Did not arrive: 1. Mails of another kind: 1.\n"


def test_no_address_is_kept_of_what_came(text, email, monkeypatch):
    tell_us(**of(text, "permanent-failure"))
    take(came_back(email.delivery.wire_id), monkeypatch)
    kept = json.dumps([list(model.objects.values()) for model in (Receipt, UndeliverableAddress)], default=str)
    assert not any(word in kept for word in ("practice.example", "7700", "Rose"))
