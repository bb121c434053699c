"""A team works on one case at the same moment, on real PostgreSQL with real transactions."""

from collections import Counter

import pytest
from django.utils import timezone

from core.clocks import local_day
from referrals.models import CaseTask, Contact, OnwardReferral, PlanVersion, Referral
from tests import stage
from tests.scenario.test_two_at_once import all_at_once, client_of

EIGHT = 8


@pytest.fixture
def town(transactional_db):
    return stage.build_cast()


def test_eight_colleagues_save_the_same_version_of_a_plan_and_one_does(town, now):
    referral = stage.referral_at(town, "active", at=now)
    plan = {"needs": [{"words": "Company", "goals": [{"in_own_words": "Tea with somebody"}]}],
            "agreement": {"with_whom": "person"}}  # fmt: skip
    url = f"/api/v1/referrals/{referral.reference}/plan/"
    answers = all_at_once(lambda _: client_of(town.link_worker).put(url, plan))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}
    assert list(PlanVersion.objects.values_list("number", flat=True)) == [1]


def test_eight_calls_are_all_logged_and_the_chain_stays_whole(town, now):
    referral = stage.referral_at(town, "accepted", at=now)
    url = f"/api/v1/referrals/{referral.reference}/contacts/"
    call = {"mechanism": "02", "outcome": "no_answer"}
    answers = all_at_once(lambda _: client_of(town.link_worker).post(url, call))
    assert {answer.status_code for answer in answers} == {201}
    assert (Contact.objects.count(), Referral.objects.get().failed_tries) == (EIGHT, 1)
    sequences = list(referral.events.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, EIGHT + 3))


def test_eight_copies_of_one_request_of_a_phone_are_logged_once(town, now):
    referral = stage.referral_at(town, "accepted", at=now)
    url = f"/api/v1/referrals/{referral.reference}/contacts/"
    call = {"mechanism": "02", "outcome": "no_answer"}
    key = {"Idempotency-Key": "phone-1234"}
    answers = all_at_once(lambda _: client_of(town.link_worker).post(url, call, headers=key))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["contact"]["id"] for answer in answers}) == 1
    assert Contact.objects.count() == 1


def test_eight_send_the_same_two_offers_and_one_does(town, now):
    referral = stage.referral_at(town, "active", at=now)
    url = f"/api/v1/referrals/{referral.reference}/offers/"
    body = {"offers": [{"service": str(service.pk)} for service in (town.walking, town.visiting)]}
    answers = all_at_once(lambda _: client_of(town.link_worker).post(url, body))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert OnwardReferral.objects.count() == 2


def test_eight_do_one_task_and_seven_hear_who_was_first(town, now):
    referral = stage.referral_at(town, "active", at=now)
    url = f"/api/v1/referrals/{referral.reference}/tasks/"
    task = client_of(town.lead).post(url, {"title": "Ring", "due_on": str(local_day(timezone.now()))}).json()["id"]
    answers = all_at_once(lambda _: client_of(town.link_worker).post(f"{url}{task}/done/"))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert {answer.json()["detail"][:19] for answer in answers if answer.status_code == 409} == {"Lou Marsh was first"}
    assert CaseTask.objects.get().done_by == town.link_worker
