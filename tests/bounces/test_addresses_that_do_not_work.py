"""An address that is refused for good is marked: nothing more goes there, it is shown, and of a person it is a task."""

import pytest
from django.core import mail

from accounts.actors import Actor
from notifications import bounces, services
from notifications.delivery import deliver_batch, deliver_due
from notifications.models import OutboxMessage, UndeliverableAddress
from referrals.models import CaseTask, Referral, ReferralEvent
from referrals.services import case_tasks
from standalone.notify_catcher import Refused
from tests.bounces.conftest import NOON
from tests.notifications.post_office import OK, owe

pytestmark = pytest.mark.django_db
GP = "gp@practice.example"


def became_of(message):
    message.refresh_from_db()
    return message.status, message.attempts, message.failure


def refusing(answer, who="RCPT"):
    return lambda command, number: answer if command == who else OK


def tasks_of(referral):
    rows = CaseTask.objects.filter(referral=referral).order_by("id")
    return [(row.title, row.due_on.isoformat(), row.recorded_by) for row in rows]


def test_after_a_mailbox_that_is_none_no_other_message_is_tried(letterbox):
    letterbox.rule = refusing("550 5.1.1 who?")
    first = owe(event=1, recipient=GP, at=NOON)
    deliver_batch(at=NOON)
    assert became_of(first) == ("failed", 1, "The mail server refused the recipient (550).")

    letterbox.rule = lambda command, number: OK
    second = owe(event=2, recipient="GP@Practice.example ", at=NOON)
    other = owe(event=3, recipient="nurse@practice.example", at=NOON)
    deliver_batch(at=NOON)
    assert became_of(second) == (
        "failed", 1, "Nothing arrives at this address: an earlier message was refused or came back."
    )  # fmt: skip
    assert became_of(other)[0] == "sent"
    assert [taken["To"] for taken in letterbox.taken] == ["nurse@practice.example"]


@pytest.mark.parametrize(
    ("answer", "is_marked"),
    [
        ("550 no such user", True),
        ("551 not here", True),
        ("553 bad name", True),
        ("554 5.1.1 unknown", True),
        ("550 5.2.1 closed", True),
        ("550 5.7.1 we do not like you", False),  # about us
        ("552 too full", False),
        ("554 go away", False),
        ("450 4.2.2 full", False),  # for now
    ],
)
def test_only_what_speaks_of_the_address_marks_it(letterbox, answer, is_marked):
    letterbox.rule = refusing(answer)
    owe(recipient=GP, at=NOON)
    deliver_batch(at=NOON)
    assert bounces.is_marked("email", GP) is is_marked
    assert UndeliverableAddress.objects.count() == is_marked


def test_the_address_itself_is_not_kept_and_a_new_key_still_finds_it(letterbox, settings):
    letterbox.rule = refusing("550 who?")
    message = owe(recipient=GP, at=NOON)
    deliver_batch(at=NOON)
    (mark,) = UndeliverableAddress.objects.values()
    assert mark == {
        "id": mark["id"], "channel": "email", "digest": bounces.digest_of("email", GP), "message_id": message.id,
        "reason": "The mail server refused the recipient (550).", "found_at": mark["found_at"],
    }  # fmt: skip
    assert "practice" not in str(mark)

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-" * 8
    assert bounces.is_marked("email", GP)
    assert bounces.clear("email", GP)
    assert not bounces.is_marked("email", GP)


def test_a_number_that_is_none_is_a_task_for_the_link_worker_once(rose, tell, book):
    Referral.objects.filter(pk=rose.pk).update(telephone="07700 900123")
    _, message = tell(rose)
    book.add = refuse_every_number
    deliver_batch(at=NOON)

    assert became_of(message) == ("failed", 1, "GOV.UK Notify refused the number or the address (400).")
    title = "Text messages to the person do not arrive: ask for their number."
    assert tasks_of(rose) == [(title, "2026-11-06", None)]
    event = ReferralEvent.objects.filter(referral=rose).order_by("sequence").last()
    assert event is not None
    assert (event.kind, event.actor_id, event.details) == ("task_added", None, {"due_on": "2026-11-06"})

    assert tell(rose, event=2)[0] == "email"  # the marked number is passed over from now on
    assert len(tasks_of(rose)) == 1


def refuse_every_number(row):
    raise Refused(400, "ValidationError", "phone_number Not a real number")


def test_one_that_was_owed_before_the_mark_fails_at_once_and_makes_no_second_task(rose, tell, book):
    _, first = tell(rose)
    _, second = tell(rose, event=2)
    book.add = refuse_every_number
    deliver_batch(at=NOON)
    assert [became_of(each)[0] for each in (first, second)] == ["failed", "failed"]
    assert len(tasks_of(rose)) == 1


def test_when_the_task_is_done_and_it_happens_again_there_is_a_new_one(cast, rose, tell, book):
    book.add = refuse_every_number
    tell(rose)
    deliver_batch(at=NOON)
    (task,) = CaseTask.objects.filter(referral=rose)
    case_tasks.finish_task(referral=rose, task_id=task.pk, actor=Actor(cast.link_worker), at=NOON)
    Referral.objects.filter(pk=rose.pk).update(telephone="07700 900456")
    tell(rose, event=2)
    deliver_batch(at=NOON)
    assert len(tasks_of(rose)) == 2


def test_a_corrected_number_is_another_address_and_needs_no_clearing(rose, tell, book):
    taking, book.add = book.add, refuse_every_number
    tell(rose)
    deliver_batch(at=NOON)
    book.add = taking
    Referral.objects.filter(pk=rose.pk).update(telephone="07700 900456")
    assert tell(rose, event=2)[0] == "sms"
    deliver_batch(at=NOON)
    assert [row["to"] for row in book.rows] == ["+447700900456"]


def test_a_colleague_s_address_makes_no_task(cast, rose, letterbox):
    letterbox.rule = refusing("550 who?")
    services_message = owe(recipient=cast.gp.email, at=NOON)
    OutboxMessage.objects.filter(pk=services_message.pk).update(
        context={"reference": rose.reference, "due_on": "2026-11-05"}
    )
    deliver_batch(at=NOON)
    assert UndeliverableAddress.objects.count() == 1
    assert tasks_of(rose) == []


def test_the_address_of_who_referred_themself_makes_one(rose, letterbox):
    letterbox.rule = refusing("550 who?")
    Referral.objects.filter(pk=rose.pk).update(confirmed_email="rose@home.example")
    message = owe(recipient="rose@home.example", template="self_referral_update", at=NOON)
    OutboxMessage.objects.filter(pk=message.pk).update(context={"reference": rose.reference})
    deliver_batch(at=NOON)
    assert [title for title, _, _ in tasks_of(rose)] == [
        "Emails to the person do not arrive: ask for their address."
    ]  # fmt: skip


def test_who_says_that_it_works_takes_the_mark_away(letterbox):
    letterbox.rule = refusing("550 who?")
    message = owe(recipient=GP, at=NOON)
    deliver_batch(at=NOON)
    assert services.clear_bounce(message, at=NOON) is True
    assert services.clear_bounce(message, at=NOON) is False
    letterbox.rule = lambda command, number: OK
    services.try_again(message, at=NOON)
    deliver_batch(at=NOON)
    assert became_of(message)[0] == "sent"


def test_at_the_public_door_a_wrong_address_marks_nothing_and_a_marked_one_is_tried(letterbox):
    letterbox.rule = refusing("550 who?")
    code = owe(event=1, recipient=GP, template="self_referral_code", at=NOON)
    deliver_batch(at=NOON)
    assert (became_of(code)[0], UndeliverableAddress.objects.count()) == ("failed", 0)

    owe(event=2, recipient=GP, at=NOON)
    deliver_batch(at=NOON)
    letterbox.rule = lambda command, number: OK
    again = owe(event=3, recipient=GP, template="self_referral_code", at=NOON)
    deliver_batch(at=NOON)
    assert (became_of(again)[0], UndeliverableAddress.objects.count()) == ("sent", 1)


def test_a_bug_in_telling_of_it_gives_the_message_up_all_the_same(letterbox, settings):
    settings.MESSAGE_BOUNCED = "tests.bounces.test_addresses_that_do_not_work.falls"
    letterbox.rule = refusing("550 who?")
    message = owe(recipient=GP, at=NOON)
    report = deliver_batch(at=NOON)
    assert (report.failed, [type(error) for error in report.errors]) == (1, [ZeroDivisionError])
    assert became_of(message)[0] == "failed"
    assert UndeliverableAddress.objects.count() == 0


def falls(message, *, at):
    raise ZeroDivisionError


def test_texts_that_cannot_be_sent_hold_up_no_email(rose, tell, book, settings):
    for number in range(3):
        tell(rose, event=number)
    settings.NOTIFY_URL = "http://127.0.0.1:9"
    email = owe(event=9, recipient=GP, at=NOON)
    report = deliver_due(clock=lambda: NOON)
    assert (report.sent, report.handed_back, report.unreachable) == (1, 3, {"sms"})
    assert became_of(email)[0] == "sent"
    assert [sent.to for sent in mail.outbox] == [[GP]]
