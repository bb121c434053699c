"""Postcodes that come after the places that bear them: listings are found where they lie by the newest edition."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection

from services_directory.models import Neighbourhood, Service, ServiceEntry
from services_directory.services import check_search_index, import_feed, load_postcodes
from services_directory.services import postcodes as loading
from tests.directory.onspd import line, write

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
MARPLE, REDDISH = "E05000001", "E05000002"


@pytest.fixture
def town(record):
    """Two listings, one at a postcode of each of two wards; no postcode is known yet."""
    for code, name, ward in (("marple", "Marple", MARPLE), ("reddish", "Reddish", REDDISH)):
        Neighbourhood.objects.create(code=code, name=name, wards=[ward])
    records = []
    for number, (name, postcode) in enumerate((("Chess", "SK6 1AA"), ("Walks", "SK5 1AA"))):
        made = record(name)
        place = made["service_at_locations"][0]["location"]
        place |= {"id": f"hall-{number}", "name": f"Hall {number}"}
        place["addresses"][0] |= {"id": f"address-{number}", "postal_code": postcode}
        records.append(made)
    import_feed(feed_name="Test", source="x", records=records, at=AT)


@pytest.fixture
def edition(tmp_path):
    """Write an edition in which postcodes lie in these wards."""

    def make(name, **wards):
        rows = (line(code=f"{code[:3]} {code[3:]}", ward=ward) for code, ward in wards.items())
        return write(tmp_path / f"{name}.csv", *rows)

    return make


def lies_in():
    """Return by listing the neighbourhoods under which the search has it."""
    rows = ServiceEntry.objects.values_list("service__name", "keys")
    return {
        name: [key.removeprefix("neighbourhood=") for key in keys if key.startswith("neighbourhood=")]
        for name, keys in rows
    }


def row_versions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT service.name, entry.ctid::text FROM services_directory_serviceentry AS entry "
            "JOIN services_directory_service AS service ON service.id = entry.service_id"
        )
        return dict(cursor.fetchall())


def test_listings_are_found_in_the_neighbourhood_that_new_postcodes_put_them_in(town, edition):
    assert lies_in() == {"Chess": [], "Walks": []}

    loaded = load_postcodes(path=edition("first", SK61AA=MARPLE, SK51AA=REDDISH), at=AT)

    assert loaded.reindexed == 2
    assert lies_in() == {"Chess": ["marple"], "Walks": ["reddish"]}
    assert list(Service.objects.with_words("marple").values_list("name", flat=True)) == ["Chess"]
    assert check_search_index() == []


def test_only_listings_that_have_moved_are_written(town, edition):
    load_postcodes(path=edition("first", SK61AA=MARPLE, SK51AA=REDDISH), at=AT)
    before = row_versions()

    loaded = load_postcodes(path=edition("second", SK61AA=REDDISH, SK51AA=REDDISH), at=AT)

    assert loaded.reindexed == 1
    assert lies_in() == {"Chess": ["reddish"], "Walks": ["reddish"]}
    assert row_versions()["Walks"] == before["Walks"]
    assert check_search_index() == []


def test_a_load_that_was_killed_before_the_index_was_mended_mends_it_when_it_is_run_again(
    town, edition, monkeypatch, capsys
):
    file = edition("first", SK61AA=MARPLE, SK51AA=REDDISH)

    def killed():
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading, "mend_search_index", killed)
        with pytest.raises(KeyboardInterrupt):
            load_postcodes(path=file, at=AT)
    assert lies_in() == {"Chess": [], "Walks": []}

    call_command("load_postcodes", str(file))

    assert capsys.readouterr().out.splitlines() == [
        "first.csv is already loaded, with 2 postcodes: nothing was done. --restart loads it again.",
        "The search index of 2 listings was made anew: they lie elsewhere by it.",
    ]
    assert lies_in() == {"Chess": ["marple"], "Walks": ["reddish"]}
