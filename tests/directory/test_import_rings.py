"""Parents that lead back to where they began: the last one read goes without, and nothing that is published loops."""

import uuid

import pytest

from services_directory.models import Organization, TaxonomyTerm
from services_directory.open_referral.items import Described
from services_directory.open_referral.report import Remark
from services_directory.services import import_feed
from tests.directory.site import Site

pytestmark = pytest.mark.django_db

NOTE = "parent_organization_id leads back to itself, or too far up, and was left out."


def key(number):
    return str(uuid.UUID(int=number))


@pytest.fixture
def load(at):
    def load(*records, feed="Test"):
        return import_feed(feed_name=feed, source="x", records=records, at=at)

    return load


@pytest.fixture
def owned(record):
    """A service of the organisation of a number, which is owned by another."""

    def make(number, parent, **changes):
        organization = {"id": key(number), "name": f"Company {number}", "description": "x"}
        organization |= {"parent_organization_id": parent if isinstance(parent, str) else key(parent)}
        return record(f"Service {number}", organization=organization, **changes)

    return make


def parents():
    return {row.name: row.parent_organization_id for row in Organization.objects.order_by("name")}


def no_parent_leads_back():
    above = {one["id"]: one.get("parent_organization_id") for one in Site().walk("organizations", full="true")}
    for begin in above:
        seen, at = set(), begin
        while at is not None:
            assert at not in seen
            seen.add(at)
            at = above.get(at)
    return True


def test_one_that_owns_itself_has_no_parent(load, owned):
    report = load(owned(1, 1))

    assert (report.created, report.notes) == (1, [Remark(key(1), NOTE)])
    assert parents() == {"Company 1": None}


@pytest.mark.parametrize("size", [2, 3, 19])
def test_a_ring_is_broken_at_the_last_one_read(load, owned, size):
    report = load(*(owned(number, number % size + 1) for number in range(1, size + 1)))

    assert (report.created, report.notes) == (size, [Remark(key(size), NOTE)])
    assert parents()[f"Company {size}"] is None
    assert str(parents()["Company 1"]) == key(2)
    assert no_parent_leads_back()


@pytest.mark.parametrize("together", [True, False])
def test_a_ring_that_closes_in_a_later_batch_or_run_is_broken_there(load, owned, monkeypatch, together):
    monkeypatch.setattr("services_directory.open_referral.importing.BATCH_SIZE", 1)
    records = [owned(1, 2), owned(2, 3), owned(3, 1)]

    reports = [load(*records)] if together else [load(record) for record in records]

    assert reports[-1].notes == [Remark(key(3), NOTE)]
    assert parents()["Company 3"] is None
    assert no_parent_leads_back()


def test_a_ring_through_two_feeds_is_broken(load, owned):
    load(owned(1, 2), feed="First")

    report = load(owned(2, 1), feed="Second")

    assert report.notes == [Remark(key(2), NOTE)]
    assert no_parent_leads_back()


def test_who_changes_parents_is_judged_by_what_is_said_now(load, owned):
    load(owned(1, 2), owned(2, 9))

    report = load(owned(1, 9), owned(2, 1))

    assert (report.changed, report.notes) == (2, [])
    assert [str(parent) for parent in parents().values()] == [key(9), key(1)]


def test_organisations_that_an_api_lists_are_judged_too(load, owned):
    listed = [
        Described(
            "organization",
            {"id": f"org-{number}", "name": f"Company {number}", "parent_organization_id": f"org-{3 - number}"},
        )
        for number in (1, 2)
    ]

    report = load(owned(7, 8), *listed)

    assert report.notes == [Remark("org-2", NOTE)]
    assert no_parent_leads_back()


def test_terms_that_lie_within_each_other_are_taken_apart(load, record):
    attributes = [
        {
            "id": key(20 + number),
            "taxonomy_term": {"id": key(number), "name": f"Term {number}", "parent_id": key(number % 3 + 1)},
        }
        for number in (1, 2, 3)
    ]

    report = load(record(attributes=attributes))

    assert report.notes == [Remark(key(3), "parent_id leads back to itself, or too far up, and was left out.")]
    assert list(TaxonomyTerm.objects.filter(parent_id=None).values_list("name", flat=True)) == ["Term 3"]
