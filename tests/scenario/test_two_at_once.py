"""Eight people press at once, on real PostgreSQL with real transactions: one wins, the others are told."""

import threading
from collections import Counter

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.actors import Actor
from accounts.models import User
from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, Person, Referral, ReferralEvent
from referrals.services.referrals import take_referral_step
from tests import stage

EIGHT = 8


@pytest.fixture
def town(transactional_db):
    return stage.build_cast()


def all_at_once(attempt):
    """Run the attempt eight times at the same moment; return what each got."""
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


def client_of(user):
    client = APIClient()
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client


def test_eight_accept_one_referral(town, now):
    referral = stage.referral_at(town, "submitted", at=now)
    url = f"/api/v1/referrals/{referral.reference}/accept/"
    answers = all_at_once(lambda number: client_of(town.link_worker if number % 2 else town.lead).post(url, {}))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"step_not_allowed"}
    assert list(referral.events.order_by("sequence").values_list("sequence", "kind")) == [(1, "submit"), (2, "accept")]
    assert OutboxMessage.objects.filter(template="referral_accepted").count() == 1


def test_eight_providers_colleagues_accept_one_onward_referral(town, now):
    onward = stage.onward_at(town, "sent", at=now)
    url = f"/api/v1/onward-referrals/{onward.reference}/accept/"
    answers = all_at_once(lambda _: client_of(town.provider).post(url, {}))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert ReferralEvent.objects.filter(onward_referral=onward, kind="accept").count() == 1


def test_two_providers_press_at_once_on_one_referral_and_its_chain_stays_whole(town, now):
    referral = stage.referral_at(town, "active", at=now)
    walk = stage.onward_at(town, "sent", at=now, referral=referral)
    visit = stage.onward_at(town, "sent", at=now, referral=Referral.objects.get(pk=referral.pk), service=town.visiting)
    people = [(town.provider, walk), (town.befriender, visit)]

    def accept(number):
        who, onward = people[number % 2]
        return client_of(who).post(f"/api/v1/onward-referrals/{onward.reference}/accept/", {})

    answers = all_at_once(accept)
    assert Counter(answer.status_code for answer in answers) == {200: 2, 409: 6}
    sequences = list(referral.events.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))


def test_eight_retries_with_one_key_make_one_referral(town):
    body = {
        "person": {"first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
                   "gp_practice_code": "Z90001", "nhs_number": "9990000018"},
        "team": str(town.team.pk), "reason": "Lonely.", "no_known_risks": True,
    }  # fmt: skip
    key = {"Idempotency-Key": "3f0a7c1e-one"}
    answers = all_at_once(lambda _: client_of(town.gp).post("/api/v1/referrals/", body, headers=key))
    assert [answer.status_code for answer in answers] == [201] * EIGHT
    assert len({answer.json()["reference"] for answer in answers}) == 1
    assert (Referral.objects.count(), ReferralEvent.objects.count(), OutboxMessage.objects.count()) == (1, 1, 1)


def test_eight_practices_refer_one_new_person_who_is_made_once(town):
    body = {
        "person": {"first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
                   "gp_practice_code": "Z90001", "nhs_number": "9990000018"},
        "team": str(town.team.pk), "reason": "Lonely.", "no_known_risks": True, "send_anyway": True,
    }  # fmt: skip
    answers = all_at_once(lambda _: client_of(town.gp).post("/api/v1/referrals/", body))
    assert [answer.status_code for answer in answers] == [201] * EIGHT
    assert (Person.objects.count(), Referral.objects.count()) == (1, EIGHT)


def test_eight_offers_to_one_service_are_one(town, now):
    referral = stage.referral_at(town, "active", at=now)
    url = f"/api/v1/referrals/{referral.reference}/onward-referrals/"
    answers = all_at_once(lambda _: client_of(town.link_worker).post(url, {"service": str(town.walking.pk)}))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert OnwardReferral.objects.count() == 1


def test_one_use_case_is_one_transaction(town, now):
    """A use case inside another's transaction would not be durable: it is refused, and that is a fact of the run."""
    referral = stage.referral_at(town, "submitted", at=now)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        take_referral_step(referral=referral, step="accept", actor=Actor(stage.fresh(town.link_worker)), at=now)
    assert Referral.objects.get(pk=referral.pk).status == "submitted"
