"""Several people keep one listing at the same moment, on real PostgreSQL with real transactions."""

from collections import Counter

import pytest

from notifications.models import OutboxMessage
from services_directory.models import ListingChange, ListingProposal, Service
from tests import stage
from tests.scenario.test_two_at_once import EIGHT, all_at_once, client_of

PROPOSALS = "/api/v1/directory/proposals/"


@pytest.fixture
def town(transactional_db):
    return stage.build_cast()


@pytest.fixture
def proposed(town):
    client_of(town.provider).patch(f"/api/v1/services/{town.walking.pk}/", {"minimum_age": 50})
    return ListingProposal.objects.get().reference


def test_eight_times_approved_at_once_is_approved_once(town, proposed):
    answers = all_at_once(lambda _: client_of(town.editor).post(f"{PROPOSALS}{proposed}/approve/"))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"decided"}
    assert list(ListingChange.objects.values_list("version", "kind")) == [(2, "approval")]
    assert OutboxMessage.objects.filter(template="listing_decided").count() == 1


def test_approved_declined_and_withdrawn_at_once_is_one_of_them(town, proposed):
    steps = [("editor", "approve", {}), ("editor", "decline", {"reason": "No."}), ("provider", "withdraw", {})]

    def decide(number):
        who, step, body = steps[number % 3]
        return client_of(getattr(town, who)).post(f"{PROPOSALS}{proposed}/{step}/", body)

    answers = all_at_once(decide)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    status = ListingProposal.objects.get().status
    assert Service.objects.get(pk=town.walking.pk).minimum_age == (50 if status == "approved" else None)


def test_eight_changes_of_one_page_are_one(town):
    url = f"/api/v1/services/{town.walking.pk}/"
    tag = {"If-Match": '"1"'}

    answers = all_at_once(lambda number: client_of(town.provider).patch(url, {"alert": f"{number}"}, headers=tag))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}
    assert ListingChange.objects.count() == 1


def test_eight_changes_without_a_tag_follow_each_other_and_each_is_told(town):
    url = f"/api/v1/services/{town.walking.pk}/"

    answers = all_at_once(lambda number: client_of(town.provider).patch(url, {"alert": f"No walk in week {number}."}))

    assert [answer.status_code for answer in answers] == [200] * EIGHT
    changes = list(ListingChange.objects.order_by("id").values_list("version", "changes"))
    assert [version for version, _ in changes] == list(range(2, EIGHT + 2))
    words = [(change["alert"]["before"], change["alert"]["after"]) for _, change in changes]
    assert [before for before, _ in words[1:]] == [after for _, after in words[:-1]]


def test_eight_wishes_at_once_leave_one_that_waits(town):
    url = f"/api/v1/services/{town.walking.pk}/"

    answers = all_at_once(lambda number: client_of(town.provider).patch(url, {"minimum_age": 20 + number}))

    assert [answer.status_code for answer in answers] == [202] * EIGHT
    assert Counter(ListingProposal.objects.values_list("status", flat=True)) == {"pending": 1, "superseded": 7}


def test_eight_change_what_one_organisation_says_from_its_two_listings(town):
    def change(number):
        service = town.walking if number % 2 else town.leaflet
        return client_of(town.editor).patch(
            f"/api/v1/services/{service.pk}/", {"organization": {"description": f"Version {number}"}}
        )

    answers = all_at_once(change)

    assert [answer.status_code for answer in answers] == [200] * EIGHT
    told = Counter(ListingChange.objects.values_list("service__name", flat=True))
    assert told == dict.fromkeys(("Walking group", "Visiting", "Exercise on referral", "Library"), EIGHT)
