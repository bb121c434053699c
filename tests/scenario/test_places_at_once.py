"""Three places and eight people at the same moment, on real PostgreSQL with real transactions."""

import datetime as dt
import random
from collections import Counter

import pytest

from accounts.actors import Actor
from referrals.models import OnwardReferral, Referral, ReferralEvent
from referrals.services.onward import send_onward_referral, take_onward_step
from referrals.services.places import miscounted_services, places_held
from referrals.services.steps import StepDetails
from services_directory.models import CapacityReport, Service
from services_directory.services.capacity import CapacitySaid, NoPlaceLeft, end_pauses, set_capacity
from tests import stage
from tests.scenario.test_two_at_once import EIGHT, all_at_once, client_of

HOLDING = {"accepted", "assessment_booked", "started", "paused"}


@pytest.fixture
def town(transactional_db):
    return stage.build_cast()


@pytest.fixture
def three_places(town, now):
    """The walking group, which has three places and keeps a waiting list."""
    said: CapacitySaid = {"places": 3, "keeps_waiting_list": True}
    return set_capacity(service=town.walking, actor=Actor(stage.fresh(town.provider)), at=now, said=said)


def replayed(service):
    """Return how many places of a service were held after each event, told again from the events alone."""
    events = ReferralEvent.objects.filter(onward_referral__service=service).exclude(to_status="").order_by("id")
    held, course = 0, []
    for before, after in events.values_list("from_status", "to_status"):
        held += (after in HOLDING) - (before in HOLDING)
        course.append(held)
    return course


def test_eight_people_are_accepted_at_once_and_three_have_a_place(town, three_places, now):
    offers = [stage.onward_at(town, "sent", at=now) for _ in range(EIGHT)]
    url = "/api/v1/onward-referrals/{}/accept/"
    answers = all_at_once(lambda number: client_of(town.provider).post(url.format(offers[number].reference), {}))
    told = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert told == {(200, None): 3, (409, "no_place_left"): 5}
    assert Counter(OnwardReferral.objects.values_list("status", flat=True)) == {"accepted": 3, "sent": 5}
    service = Service.objects.get(pk=three_places.pk)
    assert (service.places_left, service.capacity, service.is_full_by_count) == (0, "waiting_list", True)
    assert CapacityReport.objects.filter(kind="counted").count() == 1
    assert miscounted_services() == []


def test_people_come_and_go_at_random_and_the_count_is_never_wrong(town, three_places, now):
    referrals = [stage.referral_at(town, "active", at=now) for _ in range(EIGHT)]
    link_worker, provider = Actor(stage.fresh(town.link_worker)), Actor(stage.fresh(town.provider))
    refused = []

    def come_and_go(number):
        chance = random.Random(number)
        for hour in range(5):
            at = now + dt.timedelta(hours=10 + hour)

            def take(step, by=provider, **said):
                take_onward_step(onward=onward, step=step, actor=by, at=at, details=StepDetails(**said))  # noqa: B023

            onward = send_onward_referral(
                referral=referrals[number], service=town.walking, actor=link_worker, at=at
            )  # fmt: skip
            if chance.random() < 0.3:
                take("waitlist")
            try:
                take("accept")
            except NoPlaceLeft:
                refused.append(number)
                take("decline", reason="at_capacity")
                continue
            if chance.random() < 0.5:
                take("book_assessment", assessment_at=at + dt.timedelta(days=3))
                take("start")
            if hour == 4 and chance.random() < 0.5:
                return  # and stays
            take("withdraw", by=link_worker, reason="moved")

    all_at_once(come_and_go)
    service = Service.objects.get(pk=three_places.pk)
    course = replayed(service)
    assert (min(course), max(course)) == (0, 3)
    assert refused
    assert course[-1] == service.places_taken == places_held(service.pk)
    assert miscounted_services() == []
    assert service.capacity == ("waiting_list" if service.places_taken == 3 else "open")


def test_eight_referrals_end_at_once_that_hold_places_of_two_services_and_nobody_waits_for_each_other(town, now):
    referrals = [stage.referral_at(town, "active", at=now) for _ in range(EIGHT)]
    for number, referral in enumerate(referrals):
        services = [(town.walking, town.provider), (town.visiting, town.befriender)]
        for service, provider in services if number % 2 else reversed(services):
            onward = stage.onward_at(
                town, "sent", at=now, referral=Referral.objects.get(pk=referral.pk), service=service
            )  # fmt: skip
            take_onward_step(
                onward=onward, step="accept", actor=Actor(stage.fresh(provider)), at=now + dt.timedelta(hours=9)
            )
    assert (places_held(town.walking.pk), places_held(town.visiting.pk)) == (EIGHT, EIGHT)
    url = "/api/v1/referrals/{}/enter-in-error/"
    body = {"reason": "test_entry"}
    answers = all_at_once(lambda number: client_of(town.lead).post(url.format(referrals[number].reference), body))
    assert Counter(answer.status_code for answer in answers) == {200: EIGHT}
    assert set(Service.objects.values_list("places_taken", flat=True)) == {0}
    assert miscounted_services() == []


def test_eight_say_the_capacity_at_once_and_those_who_have_read_an_older_one_do_not(town, now):
    url = f"/api/v1/services/{town.walking.pk}/capacity/"
    tag = client_of(town.provider).get(url).headers["ETag"]
    answers = all_at_once(
        lambda number: client_of(town.provider).put(
            url, {"capacity": "open", "places": 1 + number}, headers={"If-Match": tag}
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}
    assert CapacityReport.objects.count() == 1


def test_eight_clocks_end_one_pause_once(town, now):
    Service.objects.filter(pk=town.walking.pk).update(capacity="paused", paused_until=now.date())
    assert sorted(all_at_once(lambda _: end_pauses(at=now))) == [0] * 7 + [1]
    assert CapacityReport.objects.filter(kind="pause_over").count() == 1
