"""Gita is signed in for twelve hours, and for half an hour in which she does nothing; she is warned before either is
over, and stays if she says so.
"""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.web.account.conftest import Somebody

pytestmark = pytest.mark.django_db


def told_to_the_script(html):
    found = re.search(r'<template id="ending" data-seconds="(\d+)" data-warned="(\d+)" data-life="(\d+)">', html)
    return [int(number) for number in found.groups()] if found else None


def test_it_ends_when_it_was_said_to_whatever_is_done_meanwhile_unless_she_stays(cast, somebody, read, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False)
    gita = somebody(cast.gp)
    gita.sign_in()
    page = read(gita.client, "/")
    assert told_to_the_script(page.html) == [1800, 600, 1800]
    assert "You will be signed out in less than 10 minutes" in page.text
    work_for(23.5 * 1800, gita, time_machine)
    form = gita.fields_of("/me/messages/")
    gita.client.post("/typed/", form | {"quiet_from": "6pm"})  # the session changes, and ends no later for it
    assert told_to_the_script(read(gita.client, "/").html) == [900, 600, 1800]
    assert gita.client.get("/still-here/").json() == {"seconds": 900}
    assert gita.client.get("/stay-signed-in/").status_code == 405
    assert gita.client.post("/stay-signed-in/").status_code == 204
    work_for(43_199, gita, time_machine)
    assert told_to_the_script(read(gita.client, "/").html) == [1, 600, 1800]
    time_machine.shift(2)
    assert gita.client.get("/").headers["Location"] == "/sign-in/?next=/"
    answer = gita.client.post("/stay-signed-in/")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in/")


def work_for(seconds, somebody, time_machine):
    """Ask for something every quarter of an hour or so."""
    for part in [900] * int(seconds // 900) + [seconds % 900]:
        time_machine.shift(part)
        assert somebody.client.get("/still-here/").status_code == 200


def test_who_does_nothing_for_half_an_hour_is_signed_out_and_finds_what_she_typed(cast, somebody, read, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False)
    gita, at_home = somebody(cast.gp), Somebody(cast.gp)
    gita.sign_in()
    at_home.sign_in()
    form = gita.fields_of("/me/messages/")
    time_machine.shift(1800)
    assert gita.client.get("/still-here/").json() == {"seconds": 1800}
    time_machine.shift(1801)
    answer = gita.client.post("/me/messages/", form | {"quiet_from": "18:00"})
    assert answer.headers["Location"] == "/sign-in/?next=/me/messages/"
    assert gita.client.get("/api/v1/me/").status_code in {401, 403}
    gita.sign_in()
    page = read(gita.client, "/me/messages/")
    assert "You were signed out. What you had typed is still here" in page.text
    assert 'value="18:00"' in page.html
    # Each session is idle by itself: hers at home has been so for an hour.
    assert at_home.client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_what_waited_for_her_still_does_where_she_is_signed_out_sooner(cast, somebody, read, time_machine, settings):
    """Signed out twice: what she typed before the first time waits half an hour, through the second."""
    read(Client(), "/about/")  # the templates learn the usual time with the first page
    settings.SESSION_IDLE_AGE = 600
    time_machine.move_to(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False)
    gita = somebody(cast.gp)
    gita.sign_in()
    form = gita.fields_of("/me/messages/")
    time_machine.shift(601)
    gita.client.post("/me/messages/", form | {"quiet_from": "18:00"})
    gita.sign_in(next_page="/inbox/")
    time_machine.shift(601)
    assert gita.client.get("/inbox/").headers["Location"] == "/sign-in/?next=/inbox/"
    gita.sign_in()
    page = read(gita.client, "/me/messages/")
    assert "What you had typed is still here" in page.text
    assert 'value="18:00"' in page.html


def test_while_nobody_can_say_when_she_was_last_seen_she_stays(cast, somebody, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False)
    gita = somebody(cast.gp)
    gita.sign_in()
    gita.client.get("/")
    cache.clear()  # Redis was emptied, or is down
    time_machine.shift(3600)
    assert gita.client.get("/").status_code == 200


def test_who_is_not_signed_in_is_warned_of_nothing(read):
    for path in ("/sign-in/", "/directory/", "/about/"):
        assert told_to_the_script(read(Client(), path).html) is None
