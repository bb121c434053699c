"""What takes the messages of a fault run: a signature that is wrong is seen, and what a mood loses is noted."""

import http.client
import json
from collections.abc import Iterator

import pytest
from standardwebhooks.webhooks import Webhook

from standalone.ports import LOCALHOST, any_free_port
from tests.conftest import NOW
from tests.faults.moods import Mood
from tests.faults.receiver import Receiver, is_signed, said_in

SECRET, OTHER = "whsec_" + "QUFB" * 8, "whsec_" + "QkJC" * 8
BODY = '{"type":"referral.accepted","timestamp":"2026-11-02T09:30:00Z","data":{"referral":"R-1"}}'


def headers(body: str = BODY, secret: str = SECRET, **more: str) -> dict[str, str]:
    """Return the headers of a webhook, signed by the library of the standard."""
    signature = Webhook(secret).sign("m1", NOW, body)
    return {"webhook-id": "m1", "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": signature} | more


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    front = Receiver(any_free_port())
    front.secrets = {"/link-workers": SECRET}
    front.open()
    try:
        yield front
    finally:
        front.close()


def told(receiver: Receiver, path: str = "/link-workers") -> int:
    """Send a webhook; return the status of the answer, 0 if there is none."""
    connection = http.client.HTTPConnection(LOCALHOST, receiver.port, timeout=10)
    try:
        connection.request("POST", path, body=BODY, headers=headers())
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def test_a_right_signature_is_right_among_others_too():
    assert is_signed(SECRET, headers(), BODY)
    among = f"v1,abc {headers()['webhook-signature']}"
    assert is_signed(SECRET, {**headers(), "webhook-signature": among}, BODY)


@pytest.mark.parametrize(
    ("secret", "sent", "body"),
    [
        (OTHER, headers(), BODY),
        (SECRET, headers(), BODY.replace("accepted", "rejected")),
        (SECRET, {**headers(), "webhook-id": "m2"}, BODY),
        (SECRET, {**headers(), "webhook-timestamp": str(int(NOW.timestamp()) + 1)}, BODY),
        (SECRET, {**headers(), "webhook-signature": ""}, BODY),
        ("", headers(), BODY),
    ],
    ids=["another secret", "another body", "another id", "another time", "none", "a path of nobody"],
)
def test_a_signature_of_anything_else_is_wrong(secret, sent, body):
    assert not is_signed(secret, sent, body)


def test_what_is_taken_is_kept_as_it_came(receiver):
    assert told(receiver) == 200
    [arrival] = receiver.arrivals
    assert (arrival.message, arrival.recipient, arrival.is_signed) == ("m1", "/link-workers", True)
    assert said_in(arrival.body) == ("referral.accepted", {"referral": "R-1"})
    assert arrival.skew < -300  # it was signed on the 2nd of November 2026
    assert receiver.lost_answers == {}


@pytest.mark.parametrize(
    ("mood", "status", "taken", "lost"),
    [
        (Mood.TAKES, 200, 1, {}),
        (Mood.REFUSES, 500, 0, {}),
        (Mood.IS_BUSY, 429, 0, {}),
        (Mood.TAKES_AND_CUTS, 0, 1, {"m1": 1}),
        (Mood.HANGS, 0, 1, {"m1": 1}),
    ],
)
def test_each_mood_does_what_it_says_and_notes_whose_answer_was_lost(receiver, mood, status, taken, lost):
    receiver.mood, receiver.hangs_for = mood, 0.0
    assert told(receiver) == status
    assert (len(receiver.arrivals), receiver.lost_answers, receiver.met) == (taken, lost, {mood: 1})


def test_a_system_that_is_gone_takes_nothing_and_the_others_do(receiver):
    receiver.gone.add("/tests-only")
    assert (told(receiver, "/tests-only"), told(receiver)) == (410, 200)
    assert [arrival.recipient for arrival in receiver.arrivals] == ["/link-workers"]


def test_what_is_closed_refuses_connections_until_it_is_open_again(receiver):
    receiver.close()
    assert told(receiver) == 0
    receiver.open()
    assert told(receiver) == 200


def test_a_body_says_its_type_and_references():
    assert said_in(json.dumps({"type": "a", "data": {"b": "c"}})) == ("a", {"b": "c"})
