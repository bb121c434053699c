"""Places of a service: taken by acceptance, given back by whatever ends it, and what a service without room means.

How a provider says its capacity is in `tests/directory/test_capacity.py`; many at once in `tests/scenario/`.
"""

import datetime as dt
from importlib import import_module
from typing import Any
from typing import cast as cast_to

import pytest
from django.db import connection

from accounts.actors import Actor
from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, Referral, ReferralEvent
from referrals.services.onward import expire_unanswered
from referrals.services.places import Miscount, miscounted_services, places_held
from services_directory.models import CapacityReport, Service
from services_directory.services.capacity import CapacitySaid, set_capacity
from tests import stage

HOLDING = {"accepted", "assessment_booked", "started", "paused"}
WAYS_OUT = {
    "record-not-started": ("assessment_booked", "provider", {"reason": "travel"}),
    "complete": ("started", "provider", {"outcome": "goals_met"}),
    "leave-early": ("started", "provider", {"reason": "transport"}),
    "withdraw": ("paused", "link_worker", {"reason": "moved"}),
}
"""By step: where it is taken from, who takes it and what is said."""


def counts(service):
    """Return the places taken and the people waiting, as the service counts them."""
    return Service.objects.values_list("places_taken", "people_waiting").get(pk=service.pk)


def standing(service):
    """Return the capacity, and the places that are left."""
    row = Service.objects.get(pk=service.pk)
    return row.capacity, row.places_left


def said(cast, service, now, **values: Any):
    """Let a directory editor say something of a service."""
    set_capacity(service=service, actor=Actor(cast.editor), at=now, said=cast_to(CapacitySaid, values))


def everything_written():
    models = (OnwardReferral, Referral, ReferralEvent, Service, CapacityReport, OutboxMessage)
    return [list(model.objects.order_by("pk").values()) for model in models]


def step(client, onward, name, said=None):
    return client.post(f"/api/v1/onward-referrals/{onward.reference}/{name}/", said or {})


def send(client, referral, service):
    return client.post(f"/api/v1/referrals/{referral.reference}/onward-referrals/", {"service": str(service.pk)})


# --- Taken and given back -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", list(stage.ONWARD_PATHS))
def test_a_place_is_held_from_the_acceptance_to_the_end_and_in_a_pause(status, cast, onward_at):
    onward_at(status)
    assert counts(cast.walking) == (int(status in HOLDING), int(status == "waitlisted"))
    assert places_held(cast.walking.pk) == int(status in HOLDING)
    assert miscounted_services() == []


@pytest.mark.parametrize("way", list(WAYS_OUT))
def test_every_way_out_gives_the_place_back_and_opens_what_was_full_by_count(way, cast, onward_at, as_user, now):
    status, who, with_what = WAYS_OUT[way]
    said(cast, cast.walking, now, places=1)
    onward = onward_at(status)
    assert (counts(cast.walking), standing(cast.walking)) == ((1, 0), ("full", 0))
    assert step(as_user(getattr(cast, who)), onward, way, with_what).status_code == 200
    assert (counts(cast.walking), standing(cast.walking)) == ((0, 0), ("open", 1))
    counted = CapacityReport.objects.filter(reported_by=None).order_by("id")
    assert list(counted.values_list("kind", "capacity", "places_taken")) == [
        ("counted", "full", 1), ("counted", "open", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("way", "who", "with_what"),
    [("withdraw", "gp", {"reason": "person_changed_mind"}), ("enter-in-error", "lead", {"reason": "wrong_person"})],
)
def test_the_end_of_a_referral_gives_back_every_place_that_hangs_on_it(
    way, who, with_what, cast, referral_at, onward_at, as_user
):
    referral = referral_at("active")
    onward_at("started", referral=referral)
    waiting = onward_at("sent", referral=Referral.objects.get(pk=referral.pk), service=cast.visiting)
    assert step(as_user(cast.befriender), waiting, "waitlist").status_code == 200
    assert (counts(cast.walking), counts(cast.visiting)) == ((1, 0), (0, 1))
    answer = as_user(getattr(cast, who)).post(f"/api/v1/referrals/{referral.reference}/{way}/", with_what)
    assert answer.status_code == 200
    assert (counts(cast.walking), counts(cast.visiting)) == ((0, 0), (0, 0))
    assert miscounted_services() == []


def test_a_hub_that_rejects_the_referral_gives_back_the_place_that_it_gave(cast, referral_at, as_user):
    referral = referral_at("submitted", team_id=None, service_id=cast.scheme.pk)
    hub = as_user(cast.hub_worker)
    assert step(hub, OnwardReferral.objects.get(), "accept").status_code == 200
    assert counts(cast.scheme) == (1, 0)
    url = f"/api/v1/referrals/{referral.reference}/reject/"
    assert hub.post(url, {"reason": "criteria_not_met"}).status_code == 200
    assert (OnwardReferral.objects.get().status, counts(cast.scheme)) == ("withdrawn", (0, 0))


@pytest.mark.parametrize("way", ["decline", "expire"])
def test_who_was_never_accepted_gives_no_place_back(way, cast, onward_at, as_user, now):
    onward = onward_at("sent")
    if way == "expire":
        assert expire_unanswered(at=now + dt.timedelta(days=30)) == 1
    else:
        assert step(as_user(cast.provider), onward, way, {"reason": "at_capacity"}).status_code == 200
    assert counts(cast.walking) == (0, 0)


def test_who_waits_and_is_accepted_waits_no_more(cast, onward_at, as_user):
    onward = onward_at("waitlisted")
    assert counts(cast.walking) == (0, 1)
    assert step(as_user(cast.provider), onward, "accept").status_code == 200
    assert counts(cast.walking) == (1, 0)


def test_people_are_counted_before_their_provider_counts_places(cast, onward_at, now):
    onward_at("started")
    assert standing(cast.walking) == ("open", None)
    said(cast, cast.walking, now, places=1)
    assert standing(cast.walking) == ("full", 0)


def test_a_service_that_miscounts_is_found(cast, onward_at):
    onward_at("started")
    Service.objects.filter(pk=cast.walking.pk).update(places_taken=4)
    Service.objects.filter(pk=cast.visiting.pk).update(people_waiting=1)
    walks = Miscount(service_id=cast.walking.pk, places_taken=4, people_waiting=0, holding=1, waiting=0)
    visits = Miscount(service_id=cast.visiting.pk, places_taken=0, people_waiting=1, holding=0, waiting=0)
    assert miscounted_services() == sorted([walks, visits], key=lambda found: found.service_id)


def test_the_migration_counts_the_people_who_were_there_before_it(cast, onward_at):
    onward_at("paused")
    onward_at("completed")
    onward_at("waitlisted")
    Service.objects.update(places_taken=0, people_waiting=0)
    with connection.cursor() as cursor:
        cursor.execute(import_module("referrals.migrations.0003_places_held").COUNT)
    assert (counts(cast.walking), miscounted_services()) == ((1, 1), [])


# --- No place left ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "keeps", "advice"),
    [
        ("sent", False, "It keeps no waiting list: decline, or say first that there are more places."),
        ("sent", True, "Put the person on the waiting list."),
        ("waitlisted", True, "The person stays on the waiting list until somebody leaves."),
    ],
)
def test_who_is_accepted_where_no_place_is_left_is_not_and_nothing_happens(
    status, keeps, advice, cast, onward_at, as_user, now
):
    onward = onward_at(status)
    said(cast, cast.walking, now, places=1, keeps_waiting_list=keeps)
    Service.objects.filter(pk=cast.walking.pk).update(places_taken=1)
    before = everything_written()
    answer = step(as_user(cast.provider), onward, "accept")
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        409, "no_place_left", f"No place is left: 1 of 1 are taken. {advice}",
    )  # fmt: skip
    assert everything_written() == before


def test_a_provider_who_says_more_places_can_then_accept(cast, onward_at, as_user, now):
    onward = onward_at("sent")
    said(cast, cast.walking, now, places=1)
    Service.objects.filter(pk=cast.walking.pk).update(places_taken=1)
    client = as_user(cast.provider)
    assert step(client, onward, "accept").status_code == 409
    client.patch(f"/api/v1/services/{cast.walking.pk}/capacity/", {"places": 2})
    assert step(client, onward, "accept").status_code == 200
    assert (counts(cast.walking), standing(cast.walking)) == ((2, 0), ("full", 0))


@pytest.mark.parametrize("own_word", ["full", "waiting_list", "paused"])
def test_a_providers_own_word_is_not_overwritten_by_the_count(own_word, cast, onward_at, as_user, now):
    onward = onward_at("accepted")
    said(cast, cast.walking, now, capacity=own_word, places=1)
    assert step(as_user(cast.provider), onward, "record-not-started", {"reason": "travel"}).status_code == 200
    assert standing(cast.walking) == (own_word, 1)
    assert CapacityReport.objects.count() == 1


def test_a_provider_that_says_full_may_still_accept_who_was_sent_before(cast, onward_at, as_user, now):
    onward = onward_at("sent")
    said(cast, cast.walking, now, capacity="full", places=5)
    assert step(as_user(cast.provider), onward, "accept").status_code == 200
    assert standing(cast.walking) == ("full", 4)


# --- Sending to a service without room --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("capacity", "code", "detail"),
    [
        ({"capacity": "full"}, "service_full", "This service is full, and keeps no waiting list."),
        ({"capacity": "paused"}, "service_paused", "This service takes nobody at the moment."),
        ({"capacity": "paused", "paused_until": dt.date(2027, 3, 1)}, "service_paused",
         "This service takes nobody until 1 March 2027."),
    ],
)  # fmt: skip
def test_a_service_that_takes_nobody_gets_nobody_and_says_so(capacity, code, detail, cast, referral_at, as_user, now):
    said(cast, cast.walking, now, **capacity)
    referral = referral_at("active")
    before = everything_written()
    answer = send(as_user(cast.link_worker), referral, cast.walking)
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (409, code, detail)
    assert everything_written() == before


@pytest.mark.parametrize("capacity", [{"capacity": "full", "keeps_waiting_list": True}, {"capacity": "waiting_list"}])
def test_a_full_service_that_keeps_a_waiting_list_gets_people_who_wait(capacity, cast, referral_at, as_user, now):
    said(cast, cast.walking, now, **capacity)
    answer = send(as_user(cast.link_worker), referral_at("active"), cast.walking)
    assert answer.status_code == 201
    onward = OnwardReferral.objects.get()
    assert step(as_user(cast.provider), onward, "waitlist").status_code == 200
    assert counts(cast.walking) == (0, 1)


def test_a_service_that_the_count_has_filled_gets_nobody_until_somebody_leaves(
    cast, onward_at, referral_at, as_user, now
):
    said(cast, cast.walking, now, places=1)
    taken = onward_at("accepted")
    client, referral = as_user(cast.link_worker), referral_at("active")
    assert send(client, referral, cast.walking).json()["code"] == "service_full"
    assert step(client, taken, "withdraw", {"reason": "moved"}).status_code == 200
    assert send(client, referral, cast.walking).status_code == 201


def test_a_pause_that_is_over_is_no_pause_also_before_the_clock_has_said_so(
    cast, referral_at, as_user, now, time_machine
):
    said(cast, cast.walking, now, capacity="paused", paused_until=dt.date(2026, 11, 9))
    referral, client = referral_at("active"), as_user(cast.link_worker)
    time_machine.move_to(dt.datetime(2026, 11, 8, 23, 59, tzinfo=dt.UTC))
    assert send(client, referral, cast.walking).json()["code"] == "service_paused"
    time_machine.move_to(dt.datetime(2026, 11, 9, 0, 1, tzinfo=dt.UTC))
    assert send(client, referral, cast.walking).status_code == 201


def test_a_referral_straight_to_a_full_scheme_is_refused_while_the_referrer_is_there(cast, as_user, now):
    said(cast, cast.scheme, now, capacity="full")
    before = everything_written()
    body = {
        "person": {"first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
                   "gp_practice_code": "Z90001"},
        "service": str(cast.scheme.pk), "reason": "Wants to be stronger.", "no_known_risks": True,
        "consent": {"decision": "given"},
    }  # fmt: skip
    answer = as_user(cast.gp).post("/api/v1/referrals/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "service_full")
    assert everything_written() == before


def test_a_person_who_comes_home_is_with_the_hub_even_if_the_scheme_is_full(cast, referral_at, as_user, now):
    waiting = referral_at(
        "deferred", team_id=None, service_id=cast.scheme.pk, planned_discharge_on=dt.date(2026, 11, 10)
    )
    said(cast, cast.scheme, now, capacity="full")
    url = f"/api/v1/referrals/{waiting.reference}/"
    home = as_user(cast.gp).post(f"{url}confirm-discharge/", {"discharged_on": "2026-11-03"})
    assert (home.status_code, home.json()["status"], home.json()["onward_referrals"]) == (200, "submitted", [])
    said(cast, cast.scheme, now, capacity="open")
    hub = as_user(cast.hub_worker)
    assert hub.post(f"{url}accept/", {}).status_code == 200
    assert send(hub, waiting, cast.scheme).status_code == 201
