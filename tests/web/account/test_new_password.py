"""A forgotten password: a link by a message of ours, for an hour, and once."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import AccountEvent, User
from accounts.services import EVENTS_KEPT, forget_what_ended, issue_token
from core.throttling import SignInThrottle
from notifications.account_messages import ask_for_new_password, choose_new_password
from notifications.models import OutboxMessage
from notifications.templates import compose
from tests.web.account.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "four ducks under bridges"


def ask(email):
    answer = Client().post("/forgotten-password/", {"email": email})
    return answer.status_code, answer.headers.get("Location")


def link():
    message = OutboxMessage.objects.filter(template="password_reset").latest("occurred_at")
    (address,) = re.findall(r"http\S+(/new-password/\S+)", compose(message.template, message.context).body)
    return address


def choose(path, password=NEW, again=NEW):
    return Client().post(path, {"password": password, "again": again})


def test_a_receptionist_chooses_a_new_password_by_a_link(cast, somebody):
    gita = somebody(cast.gp)
    gita.sign_in()
    issue_token(user=cast.gp)

    # The message is first a row, which opens nothing by itself; nothing is sent on the way.
    assert ask(cast.gp.email.upper()) == (302, "/forgotten-password/sent/")
    row = OutboxMessage.objects.get()
    event = AccountEvent.objects.get()
    assert (row.recipient, row.template, row.context, row.status) == (
        cast.gp.email, "password_reset", {"reference": event.reference}, "pending",
    )  # fmt: skip
    assert mail.outbox == []

    # Opening the link changes nothing. A weak password, and two that differ, are refused in words.
    path = link()
    assert Client().get(path).status_code == 200
    assert "The two passwords are not the same." in choose(path, again="something else").content.decode()
    assert "too short" in choose(path, "duck", "duck").content.decode()
    assert User.objects.get(pk=cast.gp.pk).check_password(PASSWORD)

    # The new one ends all that was open, and she is told.
    assert choose(path).headers["Location"] == "/sign-in/?changed=1"
    assert User.objects.get(pk=cast.gp.pk).check_password(NEW)
    assert gita.client.get("/").status_code == 302
    assert AuthToken.objects.count() == 0
    assert list(AccountEvent.objects.order_by("id").values_list("kind", flat=True)) == [
        "reset_asked", "password_changed",
    ]  # fmt: skip
    assert OutboxMessage.objects.filter(template="account_changed", recipient=cast.gp.email).count() == 1

    # It was for once.
    assert (
        Client().get(path).status_code,
        choose(path, "five ducks over bridges", "five ducks over bridges").status_code,
    ) == (410, 410)
    assert User.objects.get(pk=cast.gp.pk).check_password(NEW)
    assert EmailAddress.objects.count() == 0  # an address stands in one place


def test_the_link_is_for_an_hour_and_nobody_else_can_make_one(cast, somebody, time_machine):
    somebody(cast.gp)
    ask(cast.gp.email)
    path = link()
    start, _, signature = path.removesuffix("/").rpartition("/")
    for wrong in (f"{start}/{'x' * len(signature)}/", path.replace("A-", "R-", 1), f"{start}/{signature[:-1]}/"):
        assert (Client().get(wrong).status_code, choose(wrong).status_code) == (404, 404)
    time_machine.shift(3601)
    answer = choose(path)
    assert (answer.status_code, "Ask for a new link" in answer.content.decode()) == (410, True)
    assert User.objects.get(pk=cast.gp.pk).check_password(PASSWORD)


def test_whoever_asks_is_not_told_who_has_an_account_and_fills_no_mailbox(cast, somebody, settings):
    somebody(cast.gp)
    machine = User.objects.create(email="machine@work.example", full_name="A system")
    machine.set_unusable_password()
    machine.save()
    User.objects.filter(pk=cast.lead.pk).update(is_active=False)
    same = {ask(each) for each in (cast.gp.email, "nobody@work.example", machine.email, cast.lead.email)}
    assert same == {(302, "/forgotten-password/sent/")}
    for _ in range(5):
        ask_for_new_password(email=cast.gp.email, at=timezone.now())
    assert list(OutboxMessage.objects.values_list("recipient", flat=True)) == [cast.gp.email] * 3


def test_asking_is_counted_with_the_tries_at_a_password(cast, somebody, monkeypatch):
    monkeypatch.setitem(SignInThrottle.THROTTLE_RATES, "sign-in", "1/minute")
    assert [ask("a@work.example")[0], ask("b@work.example")[0]] == [302, 429]


def test_of_two_who_press_at_once_one_is_too_late(cast, somebody):
    somebody(cast.gp)
    ask(cast.gp.email)
    _, _, reference, signature, _ = link().split("/")
    at = timezone.now()
    choose_new_password(reference=reference, signature=signature, password=NEW, at=at)
    assert choose(link(), "other ducks elsewhere", "other ducks elsewhere").status_code == 410
    assert User.objects.get(pk=cast.gp.pk).check_password(NEW)
    assert AccountEvent.objects.filter(used_at=at).count() == 1


def test_the_second_step_stays_as_it_is(cast, somebody):
    gita = somebody(cast.gp)
    gita.set_up_app()
    ask(cast.gp.email)
    choose(link())
    assert gita.sign_in(password=NEW).headers["Location"] == "/sign-in/code/"
    assert SESSION_KEY not in gita.client.session


def test_a_password_is_changed_by_who_knows_it_and_every_other_session_ends(cast, somebody):
    here, there = somebody(cast.gp), somebody(cast.gp)
    here.sign_in()
    there.sign_in()
    wrong = here.client.post("/me/password/", {"oldpassword": "a guess", "password1": NEW, "password2": NEW})
    assert "The password that you have now is not right." in wrong.content.decode()
    right = here.client.post("/me/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert right.headers["Location"] == "/me/"
    assert (here.client.get("/").status_code, there.client.get("/").status_code) == (200, 302)
    assert AccountEvent.objects.get().kind == "password_changed"


def test_sessions_are_listed_and_the_others_ended(cast, somebody, read):
    here, there = somebody(cast.gp), somebody(cast.gp)
    here.sign_in()
    there.sign_in()
    assert read(here.client, "/me/sessions/").text.count("127.0.0.1") == 2
    assert here.client.post("/me/sessions/").status_code == 302
    assert (here.client.get("/").status_code, there.client.get("/").status_code) == (200, 302)
    assert "You are signed in nowhere else." in read(here.client, "/me/sessions/").text


def test_what_happened_to_an_account_is_known_for_a_year(cast, somebody):
    somebody(cast.gp)
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")  # its own clock says what is a year
        (at,) = cursor.fetchone()
    a_year_ago = at - EVENTS_KEPT
    for asked_at in (a_year_ago - dt.timedelta(minutes=1), a_year_ago + dt.timedelta(hours=2)):
        ask_for_new_password(email=cast.gp.email, at=asked_at)
    AccountEvent.objects.update(used_at=at)  # a link is used once

    def rows():
        return list(AccountEvent.objects.order_by("at").values())

    before = rows()
    for statement in (
        "DELETE FROM accounts_accountevent",
        "DELETE FROM accounts_accountevent WHERE at > now() - interval '8759 hours'",
        "UPDATE accounts_accountevent SET used_at = NULL",
        "UPDATE accounts_accountevent SET at = now() - interval '2 years'",
        "UPDATE accounts_accountevent SET kind = 'joined', used_at = NULL",
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE accounts_accountevent ENABLE TRIGGER account_event_no_truncate; "
        "TRUNCATE accounts_accountevent",
    ):
        with pytest.raises(IntegrityError, match="is kept for a year"), transaction.atomic():
            connection.cursor().execute(statement)
        assert rows() == before, statement
    forget_what_ended(at=at)
    assert rows() == before[1:]
