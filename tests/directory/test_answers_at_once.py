"""Colleagues press at once, and rounds run at once, on real PostgreSQL: one answer counts, one email goes out."""

import datetime as dt
import threading
import time
from collections import Counter

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor
from notifications.models import OutboxMessage
from notifications.templates.bodies import link_to_check
from services_directory.models import CheckRequest, ListingCheck, Service, Verification
from services_directory.services.rounds import check_listings
from services_directory.services.verifications import note_edit
from tests import stage

MONDAY = dt.datetime(2026, 11, 2, 6, 0, tzinfo=dt.UTC)
EIGHT = 8


@pytest.fixture
def town(transactional_db, time_machine):
    time_machine.move_to(MONDAY + dt.timedelta(hours=3))
    return stage.build_cast()


def all_at_once(attempt):
    barrier = threading.Barrier(EIGHT)
    answers = []

    def run(number):
        try:
            barrier.wait()
            answers.append(attempt(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(EIGHT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_eight_colleagues_press_at_once_and_one_of_them_answers(town):
    check_listings(at=MONDAY)
    request = CheckRequest.objects.get(checks__service=town.walking)
    path = f"{link_to_check(request.reference).partition('/check/')[2]}{town.walking.pk}/"
    said = ("still_right", "closed")

    pressed = all_at_once(lambda number: Client().post(f"/check/{path}", {"answer": said[number % 2]}).status_code)

    assert Counter(pressed) == {200: 1, 410: 7}
    verification = Verification.objects.get()
    town.walking.refresh_from_db()
    standing = {"still_right": ("open", ""), "closed": ("paused", "closed")}[verification.answer]
    assert (town.walking.capacity, town.walking.reported) == standing


def test_who_presses_the_link_while_a_colleague_saves_an_edit_waits_for_it_and_is_told(town):
    check_listings(at=MONDAY)
    request = CheckRequest.objects.get(checks__service=town.walking)
    path = f"{link_to_check(request.reference).partition('/check/')[2]}{town.walking.pk}/"
    pressed = []

    def press():
        try:
            pressed.append(Client().post(f"/check/{path}", {"answer": "still_right"}).status_code)
        finally:
            connection.close()

    with transaction.atomic():
        Service.objects.select_for_update(no_key=True).get(pk=town.walking.pk)
        pressing = threading.Thread(target=press)
        pressing.start()
        wait_until_somebody_waits_for_a_lock()
        note_edit(service=town.walking, actor=Actor(user=town.provider), at=timezone.now())
    pressing.join()

    assert pressed == [410]
    assert [(each.source, each.by) for each in Verification.objects.all()] == [("provider_edit", town.provider)]


def wait_until_somebody_waits_for_a_lock():
    ends = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone() == (True,):
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waits.")


def test_eight_rounds_at_once_ask_once(town):
    all_at_once(lambda _: check_listings(at=MONDAY))
    assert (CheckRequest.objects.count(), ListingCheck.objects.count(), OutboxMessage.objects.count()) == (3, 3, 3)
