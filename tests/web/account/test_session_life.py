"""Gita is signed in for twelve hours, is warned before they are over, and stays if she says so."""

import datetime as dt
import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def told_to_the_script(html):
    found = re.search(r'<template id="ending" data-seconds="(\d+)" data-warned="(\d+)" data-life="(\d+)">', html)
    return [int(number) for number in found.groups()] if found else None


def test_it_ends_when_it_was_said_to_whatever_is_done_meanwhile_unless_she_stays(cast, somebody, read, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False)
    gita = somebody(cast.gp)
    gita.sign_in()
    page = read(gita.client, "/")
    assert told_to_the_script(page.html) == [43_200, 600, 43_200]
    assert "You will be signed out in less than 10 minutes" in page.text
    time_machine.shift(3600)
    form = gita.fields_of("/me/messages/")
    gita.client.post("/typed/", form | {"quiet_from": "6pm"})  # the session changes, and ends no later for it
    assert told_to_the_script(read(gita.client, "/").html) == [39_600, 600, 43_200]
    time_machine.shift(39_000)
    assert gita.client.get("/stay-signed-in/").status_code == 405
    assert gita.client.post("/stay-signed-in/").status_code == 204
    time_machine.shift(43_199)
    assert told_to_the_script(read(gita.client, "/").html) == [1, 600, 43_200]
    time_machine.shift(2)
    assert gita.client.get("/").headers["Location"] == "/sign-in/?next=/"
    answer = gita.client.post("/stay-signed-in/")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in/")


def test_who_is_not_signed_in_is_warned_of_nothing(read):
    for path in ("/sign-in/", "/directory/", "/about/"):
        assert told_to_the_script(read(Client(), path).html) is None
