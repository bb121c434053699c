"""A link worker's telephone rings: one request opens the case, with what happened and who was spoken with.

It tells what the three lists tell, and refuses what they refuse.
"""

import datetime as dt

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.actors import Actor
from accounts.enums import Role, Scope
from accounts.machines import give_token, register_machine
from referrals.models import RecordAccess
from referrals.services.contacts import ContactDetails, log_contact
from tests.stage import fresh

LIST = "/api/v1/referrals/"
BOTH = "?include=events,contacts"


def log(referral, cast, now, *, times):
    for number in range(times):
        log_contact(
            referral=referral, actor=Actor(fresh(cast.link_worker)), at=now + dt.timedelta(minutes=number),
            given=ContactDetails(mechanism="02", outcome="spoke", note=f"Call {number}."),
        )  # fmt: skip


def test_lena_opens_a_case_once_and_reads_all_three(cast, referral_at, as_user, now):
    referral, client = referral_at("active"), as_user(cast.link_worker)
    log(referral, cast, now, times=2)
    alone = client.get(f"{LIST}{referral.reference}/")
    whole = client.get(f"{LIST}{referral.reference}/{BOTH}")
    assert alone.json().keys().isdisjoint({"events", "contacts"})
    assert whole.headers["ETag"] == alone.headers["ETag"]
    assert whole.json() == alone.json() | {
        name: client.get(f"{LIST}{referral.reference}/{name}/").json() for name in ("events", "contacts")
    }
    assert [each["note"] for each in whole.json()["contacts"]["results"]] == ["Call 1.", "Call 0."]


def test_a_long_list_goes_on_where_the_list_itself_does(cast, referral_at, as_user, now):
    referral, client = referral_at("active"), as_user(cast.link_worker)
    log(referral, cast, now, times=26)
    told = client.get(f"{LIST}{referral.reference}/?include=contacts").json()["contacts"]
    listed = client.get(f"{LIST}{referral.reference}/contacts/").json()
    assert told == listed
    assert [each["note"] for each in client.get(told["next"]).json()["results"]] == ["Call 0."]


def test_it_is_one_reading_in_the_access_log(cast, referral_at, as_user):
    referral = referral_at("active")
    as_user(cast.link_worker).get(f"{LIST}{referral.reference}/{BOTH}")
    assert [(row.reader_id, row.route) for row in RecordAccess.objects.filter(referral=referral)] == [
        (cast.link_worker.pk, "get referral-detail")
    ]


@pytest.mark.parametrize(("include", "status"), [("events", 200), ("contacts", 403), ("events,contacts", 403)])
def test_the_surgery_that_referred_reads_what_happened_and_not_the_teams_calls(
    cast, referral_at, as_user, now, include, status
):
    referral = referral_at("active")
    log(referral, cast, now, times=1)
    answer = as_user(cast.gp).get(f"{LIST}{referral.reference}/?include={include}")
    assert answer.status_code == status
    assert "Call 0." not in answer.content.decode()
    if status == 403:
        assert referral.family_name not in answer.content.decode()
        assert not RecordAccess.objects.filter(referral=referral, reader=cast.gp).exists()


def test_what_the_provider_writes_to_the_team_is_no_more_the_surgerys_than_in_the_list(cast, onward_at, as_user):
    onward = onward_at("information_requested")
    said = onward.events.exclude(note="").values_list("note", flat=True).get()
    for user, is_theirs in ((cast.link_worker, True), (cast.gp, False)):
        told = as_user(user).get(f"{LIST}{onward.referral.reference}/?include=events").json()["events"]["results"]
        assert (said in [event["note"] for event in told]) is is_theirs


def test_somebody_elsewhere_is_told_that_there_is_none(cast, referral_at, as_user):
    answer = as_user(cast.outsider).get(f"{LIST}{referral_at('active').reference}/{BOTH}")
    assert answer.status_code == 404


@pytest.mark.parametrize("include", ["notes", "events,notes", "EVENTS", "contacts events"])
def test_what_there_is_not_is_refused_by_name(cast, referral_at, as_user, include):
    answer = as_user(cast.link_worker).get(f"{LIST}{referral_at('active').reference}/?include={include}")
    assert answer.status_code == 400
    assert answer.json()["errors"].keys() == {"include"}


def test_nothing_asked_along_is_nothing_told_along(cast, referral_at, as_user):
    referral, client = referral_at("active"), as_user(cast.link_worker)
    alone = client.get(f"{LIST}{referral.reference}/").json()
    assert client.get(f"{LIST}{referral.reference}/?include=").json() == alone
    assert client.get(f"{LIST}{referral.reference}/?include=,events,,events").json().keys() - alone.keys() == {"events"}


def test_a_surgerys_machine_gets_by_no_way_what_is_not_for_machines(cast, referral_at):
    """The contact log is for people alone, whatever the machine's account may see."""
    referral = referral_at("active")
    machine, secret = register_machine(
        team=cast.practice, name="Surgery system", contact="system@practice.example", roles=[Role.REFERRER],
        scopes=[Scope.REFERRALS_READ], at=timezone.now(),
    )  # fmt: skip
    given = give_token(client_id=machine.client_id, secret=secret, scopes=[], at=timezone.now())
    client = APIClient(headers={"Authorization": f"Bearer {given.token}"})
    assert client.get(f"{LIST}{referral.reference}/?include=events").status_code == 200
    answer = client.get(f"{LIST}{referral.reference}/{BOTH}")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_for_machines")
