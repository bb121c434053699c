"""What an import does beside the database: it fetches and reads ahead, and lets Python tidy up less often."""

import gc

import pytest

from services_directory.models import Service
from services_directory.open_referral import importing
from services_directory.services import import_feed

pytestmark = pytest.mark.django_db


class Unreachable(Exception):
    """The source is gone."""


@pytest.mark.parametrize("given", [1, 2, 3, 4, 5])
def test_a_source_that_fails_later_has_given_the_batches_before(at, record, monkeypatch, given):
    monkeypatch.setattr(importing, "BATCH_SIZE", 2)
    usual = gc.get_threshold()
    met = []

    def source():
        for number in range(given):
            met.append(gc.get_threshold()[0])
            yield record(f"Number {number}")
        raise Unreachable

    with pytest.raises(Unreachable):
        import_feed(feed_name="Test", source="test.json", records=source(), at=at)

    assert Service.objects.count() == given // 2 * 2
    assert gc.get_threshold() == usual
    assert max(met) == (usual[0] if given == 1 else 200_000)
