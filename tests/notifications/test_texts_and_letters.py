"""Text messages and letters over real HTTP: what is sent, how each refusal is sorted, and that nothing goes twice."""

import time
from uuid import uuid4

import pytest

from notifications.channels import (
    AddressRefused,
    PermanentFailure,
    TemporaryFailure,
    Unreachable,
    can_send_by,
)
from notifications.channels.notify import LetterSender, SmsSender, token
from notifications.enums import Channel
from notifications.models import OutboxMessage
from standalone import notify_catcher
from tests.notifications.notify_office import answering, catching, refusal
from tests.notifications.post_office import AT, REFERENCE, free_port

MOBILE = "+447700900123"
LINES = "Rose Okafor\n1 Vale Road\nStockport\nSK1 3XE"
SENDERS = {"sms": SmsSender, "letter": LetterSender}


def message(channel="sms", recipient=MOBILE, *, attempts=1, template="self_referral_update"):
    """A message that is nowhere written: a channel touches no database."""
    return OutboxMessage(
        event_key="test-event:1", recipient=recipient, channel=channel, template=template,
        context={"reference": REFERENCE}, occurred_at=AT, available_at=AT, attempts=attempts,
    )  # fmt: skip


def send(one):
    with SENDERS[one.channel]() as sender:
        return sender.send(one)


@pytest.fixture(autouse=True)
def _notify_is_set_up(settings):
    settings.NOTIFY_API_KEY = notify_catcher.API_KEY
    settings.NOTIFY_TEMPLATES = notify_catcher.TEMPLATES
    settings.NOTIFY_TIMEOUT = (1.0, 0.3)


@pytest.fixture
def book(settings, tmp_path):
    """What the stand-in took."""
    with catching(tmp_path) as (url, book):
        settings.NOTIFY_URL = url
        yield book


@pytest.fixture
def odd(settings):
    """Starts a Notify that answers as it is told; returns what it was asked."""
    open_ones = []

    def start(rule):
        running = answering(rule)
        url, asked = running.__enter__()
        open_ones.append(running)
        settings.NOTIFY_URL = url
        return asked

    yield start
    for running in open_ones:
        running.__exit__(None, None, None)


# --- What is sent -------------------------------------------------------------------------------------------------


def test_a_text_says_that_there_is_news_and_bears_the_id_of_its_message(book, settings):
    one = message()
    wire_id = send(one)

    (row,) = book.rows
    assert (row["id"], row["reference"], row["type"], row["to"]) == (wire_id, str(one.id), "sms", MOBILE)
    assert row["body"] == (
        f"{settings.SERVICE_NAME}: There is news about your request, {REFERENCE}. "
        "A link worker will tell you, or has done so."
    )


def test_the_code_of_a_self_referral_is_in_its_text(book):
    send(message(template="self_referral_code"))
    (row,) = book.rows
    assert row["body"][-6:].isdigit()


def test_a_letter_goes_to_the_lines_of_its_address(book):
    send(message("letter", LINES))
    (row,) = book.rows
    assert (row["type"], row["to"]) == ("letter", LINES)
    assert row["subject"] == f"There is news about your request: {REFERENCE}"


def test_an_address_of_many_lines_is_put_on_the_seven_that_are_printed(book):
    send(
        message("letter", "Rose Okafor\nRoom 1\nFlat 2\nVale House\n1 Vale Road\nEdgeley\nStockport\nCheshire\nSK1 3XE")
    )
    (row,) = book.rows
    assert row["to"].split("\n") == [
        "Rose Okafor", "Room 1", "Flat 2", "Vale House", "1 Vale Road", "Edgeley, Stockport, Cheshire", "SK1 3XE",
    ]  # fmt: skip


def test_an_address_that_is_too_short_is_none():
    with pytest.raises(AddressRefused, match="too short"):
        send(message("letter", "Rose Okafor\nSK1 3XE"))


def test_without_a_key_there_are_emails_only(settings):
    settings.NOTIFY_API_KEY = ""
    assert [channel for channel in Channel if can_send_by(channel)] == [Channel.EMAIL]
    with pytest.raises(Unreachable, match="not set up"):
        send(message())


def test_a_way_without_a_template_is_not_set_up(settings):
    settings.NOTIFY_TEMPLATES = {"sms": "33333333-3333-4333-8333-333333333333", "letter": ""}
    assert [channel for channel in Channel if can_send_by(channel)] == [Channel.EMAIL, Channel.SMS]


# --- How each refusal is sorted -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (refusal(400, "phone_number Not enough digits", "ValidationError"), AddressRefused, "number or the address"),
        (refusal(400, "Must be a real UK postcode", "ValidationError"), AddressRefused, "number or the address"),
        (
            refusal(400, "Can't send to this recipient using a team-only API key"),
            PermanentFailure,
            "refused the message",
        ),
        (refusal(400, "Template not found"), Unreachable, "has not the template"),
        (refusal(400, "Missing personalisation: text"), Unreachable, "has not the template"),
        (refusal(401), Unreachable, "refused us (401)"),
        (refusal(403, "Invalid token: API key not found", "AuthError"), Unreachable, "refused us (403)"),
        (refusal(404), Unreachable, "refused us (404)"),
        ((301, {}), Unreachable, "refused us (301)"),
        (refusal(429, "Exceeded send limits", "TooManyRequestsError"), Unreachable, "enough messages"),
        (refusal(500, "Internal server error", "Exception"), TemporaryFailure, "failed on the message (500)"),
        ((503, b"<html>"), Unreachable, "is not there (503)"),
        ((400, b"<html>"), PermanentFailure, "refused the message"),
        ((201, b"<html>"), TemporaryFailure, "cannot read"),
        ((201, {}), TemporaryFailure, "cannot read"),
        ("cut", TemporaryFailure, "was lost"),
        ("hang", TemporaryFailure, "was lost (ReadTimeout)"),
    ],
)
def test_each_refusal_is_sorted_and_said_in_our_own_words(odd, answer, kind, reason):
    odd(lambda request: answer)
    with pytest.raises(PermanentFailure if issubclass(kind, PermanentFailure) else TemporaryFailure) as refused:
        send(message())
    assert type(refused.value) is kind
    assert reason in str(refused.value)
    assert MOBILE not in str(refused.value)


def test_where_nobody_listens_nothing_can_have_been_sent(settings):
    settings.NOTIFY_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable, match="could not be reached"):
        send(message())


def test_the_stand_in_refuses_what_notify_refuses(book, settings):
    with pytest.raises(AddressRefused):
        send(message(recipient="0161 496 0000"))
    with pytest.raises(AddressRefused):
        send(message("letter", "Rose Okafor\n1 Vale Road\nNowhere"))
    settings.NOTIFY_TEMPLATES = {"sms": str(uuid4()), "letter": ""}
    with pytest.raises(Unreachable):
        send(message())
    settings.NOTIFY_API_KEY = f"standalone-{uuid4()}-{uuid4()}"
    with pytest.raises(Unreachable, match="refused us"):
        send(message())
    assert book.rows == []


def test_a_token_is_good_for_half_a_minute_and_for_nobody_elses_key():
    now = int(time.time())
    header = f"Bearer {token(notify_catcher.API_KEY, issued_at=now)}"
    notify_catcher.check_token(header, api_key=notify_catcher.API_KEY, now=now + 30)
    for given, at in (
        (header, now + 31),
        (header, now - 31),
        (header[:-2] + "AA", now),
        ("Bearer a.b", now),
        ("", now),
    ):
        with pytest.raises(notify_catcher.Refused):
            notify_catcher.check_token(given, api_key=notify_catcher.API_KEY, now=at)


def test_a_token_is_the_one_of_the_standards_own_example_in_form():
    # The parts of RFC 7515, A.1: a head and a body in base64url without padding, and an HMAC-SHA256 over both.
    head, body, seal = token(f"any-{'1' * 36}-{'2' * 36}", issued_at=0).split(".")
    assert notify_catcher._bytes(head) == b'{"typ": "JWT", "alg": "HS256"}'
    assert notify_catcher._bytes(body) == b'{"iss": "' + b"1" * 36 + b'", "iat": 0}'
    assert (len(seal), "=" in seal) == (43, False)


# --- Nothing is sent twice ------------------------------------------------------------------------------------------


def test_a_first_try_asks_nothing(odd):
    asked = odd(lambda request: (201, {"id": "n1"}))
    assert send(message(attempts=1)) == "n1"
    assert asked == [("POST", "/v2/notifications/sms")]


def test_one_whose_answer_was_lost_is_looked_for_and_not_sent_again(book):
    one = message()
    first = send(one)  # and let its answer be lost
    one.attempts = 2
    assert send(one) == first
    assert len(book.rows) == 1


def test_one_that_never_arrived_there_is_sent(book):
    one = message(attempts=2)
    assert send(one) == book.rows[0]["id"]


def test_one_that_was_taken_and_could_not_be_delivered_is_sent_again_when_asked(book):
    one = message(recipient="07700 900002")
    first = send(one)
    one.attempts = 2
    assert send(one) != first
    assert len(book.rows) == 2


def test_who_cannot_be_asked_is_not_sent_to(odd):
    asked = odd(lambda request: refusal(500))
    one = message(attempts=2)
    with pytest.raises(TemporaryFailure):
        send(one)
    assert asked == [("GET", f"/v2/notifications?reference={one.id}")]


def test_cut_after_taking(odd, book, settings):
    """The worst moment: Notify has it, and the answer is lost. The next try finds it there."""
    taken = settings.NOTIFY_URL
    one = message()
    send(one)  # taken by the stand-in …
    odd(lambda request: "cut")  # … whose answer never comes
    with pytest.raises(TemporaryFailure):
        send(one)
    settings.NOTIFY_URL = taken
    one.attempts = 2
    assert send(one) == book.rows[0]["id"]
    assert len(book.rows) == 1
