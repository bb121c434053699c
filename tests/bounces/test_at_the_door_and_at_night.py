"""Who came by the public door is told until they say no; and nobody is told at night, nor by a retry."""

import datetime as dt

import pytest
from django.core import mail
from django.db import transaction

from accounts.actors import Actor
from core.clocks import LONDON
from notifications import selectors
from notifications.delivery import deliver_batch
from notifications.models import OutboxMessage
from referrals.announcements import announce_to_the_person
from referrals.models import Person, Referral
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from tests.bounces.conftest import NOON
from tests.stage import fresh

pytestmark = pytest.mark.django_db
AT_HOME = "rose@home.example"


@pytest.fixture
def herself(cast, rose):
    """Rose came by the public door, and confirmed her address there; nobody has asked her again since."""
    Referral.objects.filter(pk=rose.pk).update(
        source="self",
        referral_method="self_referral",
        confirmed_email=AT_HOME,
        may_email="not_asked",
        may_sms="not_asked",
    )
    return Referral.objects.get(pk=rose.pk)


def close(cast, referral, *, at=NOON):
    take_referral_step(
        referral=referral, step="close", actor=Actor(fresh(cast.link_worker)), at=at,
        details=StepDetails(outcome="goals_met"),
    )  # fmt: skip
    return OutboxMessage.objects.get(template="self_referral_update")


def became_of(message):
    message.refresh_from_db()
    return message.status, message.failure


def london(day, hour, minute=0):
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


def to_rose():
    return [sent for sent in mail.outbox if AT_HOME in sent.to]


# --- At the public door ---------------------------------------------------------------------------------------


def test_who_came_by_the_public_door_hears_at_the_address_that_they_confirmed(cast, herself):
    told = close(cast, herself)
    assert told.recipient == f"door:{herself.reference}"
    deliver_batch(at=NOON)
    assert (became_of(told)[0], len(to_rose())) == ("sent", 1)


@pytest.mark.parametrize("since", [{"may_email": "no"}, {"telephone_rule": "phone_only"}])
def test_who_has_said_no_to_emails_since_gets_none(cast, herself, since):
    """The row is written, so the audit finds what the step owed; it is not sent, and says why."""
    Referral.objects.filter(pk=herself.pk).update(**since)
    told = close(cast, Referral.objects.get(pk=herself.pk))
    deliver_batch(at=NOON)
    assert became_of(told) == ("stopped", "The person is not to be reached this way.")
    assert to_rose() == []


def test_who_says_no_between_the_step_and_the_sending_gets_none(cast, herself):
    told = close(cast, herself)
    Referral.objects.filter(pk=herself.pk).update(may_email="no")
    deliver_batch(at=NOON)
    assert (became_of(told)[0], to_rose()) == ("stopped", [])


def test_a_daughter_hears_at_her_own_address_whatever_her_mother_said_of_hers(cast, herself):
    Referral.objects.filter(pk=herself.pk).update(
        source="family", referral_method="secure_messaging", referrer_relationship="daughter", agreement="She agreed.",
        may_email="no",
    )  # fmt: skip
    told = close(cast, Referral.objects.get(pk=herself.pk))
    deliver_batch(at=NOON)
    assert (became_of(told)[0], len(to_rose())) == ("sent", 1)


def test_what_waits_for_somebody_who_has_died_is_stopped_at_once(cast, herself):
    """Their confirmed address need not be the one that stands in the referral now."""
    Referral.objects.filter(pk=herself.pk).update(email="")
    with transaction.atomic():
        announce_to_the_person(herself, "self_referral_received", at=NOON, actor=Actor(fresh(cast.link_worker)))
    told = OutboxMessage.objects.get(template="self_referral_received")
    take_referral_step(
        referral=Referral.objects.get(pk=herself.pk), step="record_death", actor=Actor(fresh(cast.link_worker)),
        at=NOON, details=StepDetails(note="Her son rang."),
    )  # fmt: skip
    assert became_of(told) == ("stopped", "The person has died.")


def test_one_that_was_already_claimed_when_they_died_does_not_go(cast, herself):
    told = close(cast, herself)
    Person.objects.filter(pk=herself.person_id).update(is_deceased=True)
    deliver_batch(at=NOON)
    assert (became_of(told)[0], to_rose()) == ("stopped", [])


def test_one_at_which_nothing_arrives_is_a_task(cast, herself, letterbox):
    letterbox.rule = lambda command, number: "550 who?" if command == "RCPT" else "250 OK"
    told = OutboxMessage.objects.create(
        event_key="test:1", recipient=f"door:{herself.reference}", channel="email", template="self_referral_update",
        context={"reference": herself.reference}, occurred_at=NOON, available_at=NOON,
    )  # fmt: skip
    deliver_batch(at=NOON)
    assert became_of(told)[0] == "failed"
    assert [row.title for row in herself.tasks.all()] == ["Emails to the person do not arrive: ask for their address."]


# --- At night -------------------------------------------------------------------------------------------------


def test_what_happens_in_the_evening_is_told_in_the_morning(cast, herself):
    evening, morning = london(4, 21), london(5, 8)
    told = close(cast, herself, at=evening)
    assert (told.available_at, told.held_until) == (morning, morning)
    deliver_batch(at=evening)
    assert to_rose() == []
    assert told not in selectors.overdue_messages(since=morning)
    deliver_batch(at=morning)
    assert (became_of(told)[0], len(to_rose())) == ("sent", 1)


def test_the_answer_to_a_form_that_is_filled_in_at_night_goes_at_once(cast, herself):
    with transaction.atomic():
        announce_to_the_person(herself, "self_referral_received", at=london(4, 23), actor=Actor(cast.link_worker))
    deliver_batch(at=london(4, 23))
    assert len(to_rose()) == 1


def test_a_text_that_could_not_go_by_day_does_not_go_at_night(rose, tell, book, settings):
    """GOV.UK Notify is away in the evening and comes back at eleven; meanwhile the audit misses nothing."""
    there, settings.NOTIFY_URL = settings.NOTIFY_URL, "http://127.0.0.1:9"
    _, message = tell(rose, at=london(4, 19, 50))
    deliver_batch(at=london(4, 19, 51))
    settings.NOTIFY_URL = there

    night, morning = london(4, 23), london(5, 8)
    report = deliver_batch(at=night)
    assert (book.rows, report.handed_back) == ([], 1)
    message.refresh_from_db()
    assert (message.status, message.deferrals, message.available_at, message.held_until) == (
        "pending", 0, morning, morning
    )  # fmt: skip
    assert list(selectors.overdue_messages(since=night)) == []
    assert selectors.unsent_since(at=night) is None
    assert [(row.later, row.due) for row in selectors.backlogs(at=night)] == [(1, 0)]

    deliver_batch(at=morning)
    assert [row["reference"] for row in book.rows] == [str(message.id)]


def test_a_letter_is_no_noise_at_night(rose, tell, book):
    Referral.objects.filter(pk=rose.pk).update(
        may_sms="no", may_email="no", may_letter="yes", address="1 High Street\nStockport", postcode="SK5 8BS"
    )
    channel, message = tell(rose, at=london(4, 23))
    deliver_batch(at=london(4, 23))
    assert (channel, became_of(message)[0]) == ("letter", "sent")
