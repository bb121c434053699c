"""What waits for one recipient goes out as one email, whoever is killed meanwhile."""

import datetime as dt
import smtplib
import threading

import pytest
from django.db import connection, connections, transaction

from notifications import delivery, digests, services
from notifications.channels import EmailSender, PermanentFailure, TemporaryFailure, Unreachable
from notifications.digests import claim_digest, compose_digest, deliver_digest, deliver_digests
from notifications.models import Delivery, OutboxMessage, Preference
from notifications.tasks import deliver_due
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 11, 3, 7, 30, tzinfo=dt.UTC)
ONE, TWO = "R-7K3M9-QXD24", "R-23456-789CD"


class Killed(BaseException):
    """Stands for kill -9: nothing may catch it, and nothing after it runs."""


@pytest.fixture
def three(cast, owe, chooses):
    """Three pieces of news for the GP, of two referrals, in the order in which they happened."""
    chooses(cast.gp, news="daily")
    said = (("referral_accepted", ONE, 1), ("referral_accepted", TWO, 2), ("referral_closed", ONE, 3))
    return [
        owe(cast.gp.email, template, reference=reference, at=NOW + dt.timedelta(minutes=minute))
        for template, reference, minute in said
    ]


def deliver(at=MORNING):
    return deliver_digests(clock=lambda: at)


def settled():
    return list(OutboxMessage.objects.order_by("occurred_at").values_list("status", "attempts", "deferrals", "failure"))


# --- The plain course ---


def test_three_pieces_of_news_are_one_email_by_reference(cast, three, mailoutbox, settings):
    assert deliver(MORNING - dt.timedelta(seconds=1)) == delivery.Report()
    assert deliver() == delivery.Report(claimed=3, sent=3)

    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([cast.gp.email], "Your summary of the day: 3 pieces of news")
    assert mail.body == (
        "Hello,\n"
        "\n"
        "This is what is new for you. You can see each, once you have signed in, at its link.\n"
        "\n"
        f"A link worker has accepted your referral {ONE}.\n"
        f"Your referral {ONE} has been closed. You can read what became of it.\n"
        f"{settings.PUBLIC_URL}/r/{ONE}\n"
        "\n"
        f"A link worker has accepted your referral {TWO}.\n"
        f"{settings.PUBLIC_URL}/r/{TWO}\n"
        "\n"
        "To keep people's details private, this message says nothing about them. You get it once a day because you, or "
        "the lead\n"
        "of your team, chose so. Please do not reply to it: nobody reads this mailbox.\n"
        "\n"
        f"{settings.SERVICE_NAME}\n"
    )
    wire_id = mail.extra_headers["Message-ID"]
    assert set(Delivery.objects.values_list("message_id", "wire_id", "attempts")) == {
        (message.pk, wire_id, 1) for message in three
    }
    assert settled() == [("sent", 1, 0, "")] * 3
    assert deliver(MORNING + dt.timedelta(days=1)) == delivery.Report()


def test_single_messages_do_not_take_them_and_they_take_no_single_ones(cast, three, owe, mailoutbox):
    single = owe(cast.gp.email, "referral_question")
    assert delivery.deliver_batch(at=MORNING) == delivery.Report(claimed=1, sent=1)
    assert deliver() == delivery.Report(claimed=3, sent=3)
    others = set(Delivery.objects.exclude(message=single).values_list("wire_id", flat=True))
    assert len(others) == 1
    assert Delivery.objects.get(message=single).wire_id not in others
    assert len(mailoutbox) == 2


def test_each_recipient_has_an_email_of_their_own(cast, three, owe, chooses, mailoutbox):
    chooses(cast.team, news="daily")
    owe(cast.team.inbox_email, "referral_withdrawn")
    assert deliver() == delivery.Report(claimed=4, sent=4)
    assert sorted(mail.to[0] for mail in mailoutbox) == [cast.gp.email, cast.team.inbox_email]


def test_the_task_of_every_second_sends_them(three, mailoutbox, time_machine):
    time_machine.move_to(MORNING)
    deliver_due()
    assert [mail.subject for mail in mailoutbox] == ["Your summary of the day: 3 pieces of news"]


def test_what_is_too_long_for_one_email_goes_in_the_next(cast, owe, chooses, mailoutbox, monkeypatch):
    monkeypatch.setattr(digests, "LONGEST", 2)
    chooses(cast.gp, news="daily")
    for _ in range(3):
        owe(cast.gp.email)
    assert deliver() == delivery.Report(claimed=3, sent=3)
    assert [mail.subject for mail in mailoutbox] == [
        "Your summary of the day: 2 pieces of news",
        "Your summary of the day: 1 piece of news",
    ]


def test_what_is_written_as_the_email_goes_out_comes_in_another(cast, three, owe, mailoutbox):
    """A step that began before half past seven and ended after: its row is due, and is not left behind."""
    deliver()
    late = owe(cast.gp.email, at=MORNING - dt.timedelta(seconds=1))
    assert late.available_at == MORNING
    assert deliver(MORNING + dt.timedelta(seconds=2)) == delivery.Report(claimed=1, sent=1)
    assert len(mailoutbox) == 2


def test_the_words_take_references_and_dates_only():
    with pytest.raises(ValueError, match="takes exactly"):
        compose_digest([("referral_accepted", {"reference": ONE, "name": "Ada Archer"})])
    with pytest.raises(ValueError, match="The reference has not the form"):
        compose_digest([("referral_accepted", {"reference": "Ada Archer"})])


# --- Killed ---


def test_killed_before_sending_all_of_it_comes_again_after_the_lease(three, mailoutbox):
    assert len(claim_digest(at=MORNING)) == 3
    assert deliver(MORNING + delivery.LEASE - dt.timedelta(seconds=1)) == delivery.Report()
    assert deliver(MORNING + delivery.LEASE) == delivery.Report(claimed=3, sent=3)
    assert len(mailoutbox) == 1
    assert settled() == [("sent", 2, 0, "")] * 3


def test_killed_between_sending_and_settling_it_goes_again_with_the_same_id(three, mailoutbox):
    class KilledAfterwards(EmailSender):
        def send_text(self, *args, **kwargs):
            super().send_text(*args, **kwargs)
            raise Killed

    with pytest.raises(Killed), KilledAfterwards() as sender:
        deliver_digest(at=MORNING, sender=sender)
    assert Delivery.objects.count() == 0

    assert deliver(MORNING + delivery.LEASE) == delivery.Report(claimed=3, sent=3)
    first, second = (mail.extra_headers["Message-ID"] for mail in mailoutbox)
    assert first == second
    assert set(Delivery.objects.values_list("wire_id", flat=True)) == {first}
    assert Delivery.objects.count() == 3


def test_another_set_of_messages_is_another_email(cast, three, owe):
    """A receiver that drops repetitions by their id must not drop news."""
    more = [*three, owe(cast.gp.email)]
    assert digests.id_of(three) == digests.id_of(three[::-1])
    assert digests.id_of(three) != digests.id_of(more)


def test_it_is_never_sent_inside_a_transaction(three, mailoutbox):
    with EmailSender() as sender, transaction.atomic(), pytest.raises(RuntimeError):
        deliver_digest(at=MORNING, sender=sender)
    assert mailoutbox == []


@pytest.mark.django_db(transaction=True)
def test_two_relays_at_once_make_one_email(cast, three, mailoutbox):
    """The other one looks while the first has the recipient's lock, and when it holds the lease."""
    seen = []

    def other():
        seen.append(claim_digest(at=MORNING))
        connections.close_all()

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [digests._LOCK, cast.gp.email])
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
    assert seen == [[]]
    assert len(claim_digest(at=MORNING)) == 3
    assert claim_digest(at=MORNING) == []


# --- Refused ---


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (TemporaryFailure("Come back later."), ("pending", 1, 1, "Come back later.")),
        (PermanentFailure("Nobody there."), ("failed", 1, 0, "Nobody there.")),
        (Unreachable("No server."), ("pending", 1, 0, "")),
    ],
)
def test_refused_every_row_says_so_and_they_stay_together(three, monkeypatch, failure, expected):
    def refuse(*args, **kwargs):
        raise failure

    monkeypatch.setattr(EmailSender, "send_text", refuse)
    with EmailSender() as sender:
        deliver_digest(at=MORNING, sender=sender)
    assert settled() == [expected] * 3
    assert len(set(OutboxMessage.objects.values_list("available_at", flat=True))) == 1
    assert Delivery.objects.count() == 0


def test_given_up_after_as_many_tries_as_a_single_message(three, monkeypatch):
    def refuse(*args, **kwargs):
        raise smtplib.SMTPDataError(451, b"later")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    at = MORNING
    for _ in range(delivery.MAX_DEFERRALS + 1):
        deliver(at)
        at += delivery.LONGEST_DEFERRAL
    assert {row[0] for row in settled()} == {"failed"}
    message = OutboxMessage.objects.order_by("pk")[0]
    assert services.try_again(message, at=at)
    monkeypatch.undo()
    assert deliver(at) == delivery.Report(claimed=1, sent=1)


def test_a_bug_surfaces_and_the_rows_wait(three, monkeypatch):
    monkeypatch.setattr(digests, "compose_digest", lambda messages: 1 / 0)
    report = deliver()
    assert [type(error) for error in report.errors] == [ZeroDivisionError]
    assert settled() == [("pending", 1, 1, "A fault of ours (ZeroDivisionError).")] * 3


def test_a_digest_of_whoever_chose_otherwise_since_still_comes(cast, three, chooses, mailoutbox):
    chooses(cast.gp, news="at_once")
    assert deliver().sent == 3
    assert Preference.objects.get().news == "at_once"
