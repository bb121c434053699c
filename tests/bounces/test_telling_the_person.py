"""A message to the person: by which way, whether they may still be told when it goes, and where."""

import datetime as dt

import pytest

from notifications.delivery import deliver_batch
from notifications.models import OutboxMessage
from referrals.models import Person, Referral
from tests.bounces.conftest import NOON

pytestmark = pytest.mark.django_db


def change(referral, **values):
    Referral.objects.filter(pk=referral.pk).update(**values)


def became_of(message):
    message.refresh_from_db()
    return message.status, message.failure


def test_rose_is_told_by_text_at_the_number_that_she_has_when_it_goes(rose, tell, book):
    channel, message = tell(rose)
    assert (channel, message.recipient) == ("sms", f"person:{rose.reference}")

    change(rose, telephone="07700 900456")  # corrected before it goes
    deliver_batch(at=NOON)

    (row,) = book.rows
    assert (row["to"], row["reference"]) == ("+447700900456", str(message.id))
    assert became_of(message) == ("sent", "")
    assert "Rose" not in row["body"]


@pytest.mark.parametrize("said", ["no", "not_asked"])
def test_who_has_withdrawn_the_permission_meanwhile_is_not_told(rose, tell, book, said):
    _, message = tell(rose)
    change(rose, may_sms=said)
    deliver_batch(at=NOON)
    assert book.rows == []
    assert became_of(message) == ("stopped", "The person is not to be reached this way.")


def test_to_the_dead_nothing_is_sent(rose, tell, book):
    _, message = tell(rose)
    Person.objects.filter(pk=rose.person_id).update(died_on=dt.date(2026, 11, 4), is_deceased=True)
    deliver_batch(at=NOON)
    assert book.rows == []
    assert became_of(message)[0] == "stopped"


def test_who_has_been_forgotten_is_not_told(referral_at, tell, book):
    rose = referral_at("closed")
    change(rose, may_sms="yes", telephone="07700 900123")
    _, message = tell(rose)
    change(rose, forgotten_at=NOON)
    deliver_batch(at=NOON)
    assert book.rows == []
    assert became_of(message) == ("stopped", "Nothing is known any more of whom it was for.")


def test_one_event_tells_once_also_where_the_way_would_be_another_by_now(rose, tell, book):
    assert tell(rose)[0] == "sms"
    change(rose, preferred_contact="4")  # by email, from now on
    assert tell(rose)[0] == "sms"
    assert OutboxMessage.objects.filter(event_key="test:1").count() == 1
    assert tell(rose, event=2)[0] == "email"


@pytest.mark.parametrize(
    ("values", "channel"),
    [
        ({}, "sms"),
        ({"telephone": "0161 496 0000"}, "email"),  # no text arrives at a landline
        ({"may_sms": "no"}, "email"),
        ({"may_sms": "no", "may_email": "no"}, None),
        ({"may_sms": "no", "may_email": "no", "may_letter": "yes", "address": "1 Vale Road\nStockport"}, "letter"),
        ({"telephone_rule": "phone_only"}, None),
    ],
)
def test_the_way_is_one_that_they_allow_and_have(rose, tell, book, values, channel):
    change(rose, **values)
    assert tell(rose)[0] == channel


def test_where_texts_are_not_set_up_it_is_an_email(rose, tell):
    assert tell(rose)[0] == "email"
