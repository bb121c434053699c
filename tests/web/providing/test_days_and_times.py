"""The walking group moves to Thursdays: whoever keeps the listing says so on one page."""

import datetime as dt

import pytest

from services_directory.models import ListingChange, Location, Schedule, Service, ServiceAtLocation
from tests.stage import fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def tuesday(cast):
    """Tuesdays from ten to half past eleven at The Hall, and a tea on the second Monday of each month, anywhere."""
    hall = Location.objects.create(name="The Hall", location_type="physical")
    at = ServiceAtLocation.objects.create(service=cast.walking, location=hall)
    Schedule.objects.create(
        service=cast.walking, freq="MONTHLY", byday="2MO", opens_at=dt.time(15), notes="Bring cake."
    )
    return Schedule.objects.create(
        service_at_location=at, freq="WEEKLY", byday="TU", opens_at=dt.time(10), closes_at=dt.time(11, 30),
        valid_from=dt.date(2026, 1, 6), notes="Ring the bell.",
    )  # fmt: skip


def times_of(service):
    found = Schedule.objects.filter(service=service) | Schedule.objects.filter(service_at_location__service=service)
    return [
        (row.byday, row.interval, row.opens_at, row.closes_at, row.notes, row.service is None)
        for row in found.order_by("byday", "opens_at")
    ]


def test_pat_moves_the_walk_to_thursdays_and_adds_a_second_one(browser_of, cast, tuesday, read):
    pat, address = browser_of(cast.provider), f"/providing/listings/{cast.walking.pk}/"
    assert f"{address}times/" in read(pat, address).links
    page = read(pat, f"{address}times/")
    monthly = Schedule.objects.get(byday="2MO")
    assert "second Monday, every month, 3:00pm" in page.text
    assert "Tuesday, every week, 10:00am to 11:30am" in page.text
    assert f"t{monthly.pk}-days" not in page.html  # the page cannot say it: it stays
    version, place = Service.objects.get(pk=cast.walking.pk).version, tuesday.service_at_location_id
    form = {
        "version": version,
        f"t{monthly.pk}-opens_at": "3pm", f"t{monthly.pk}-closes_at": "",
        f"t{tuesday.pk}-days": ["TH"], f"t{tuesday.pk}-every": "1", f"t{tuesday.pk}-opens_at": "2pm",
        f"t{tuesday.pk}-closes_at": "3:30pm",
        "t2-days": ["SA", "SU"], "t2-every": "2", "t2-opens_at": "10.15", "t2-closes_at": "", "t2-place": str(place),
    }  # fmt: skip
    # Something is wrong: it is said where, and nothing is changed.
    before = times_of(cast.walking)
    refused = pat.post(f"{address}times/", form | {f"t{tuesday.pk}-opens_at": "2", f"t{tuesday.pk}-days": []})
    assert refused.status_code == 400
    assert "Choose the days." in refused.content.decode()
    refused = pat.post(f"{address}times/", form | {"t2-opens_at": "", "t2-closes_at": "noon"})
    assert refused.status_code == 400
    refused = pat.post(f"{address}times/", form | {"t2-opens_at": "", "t2-closes_at": "12:00"})
    assert "Say when it begins, too." in refused.content.decode()
    assert times_of(cast.walking) == before

    assert pat.post(f"{address}times/", form).headers["Location"] == address
    assert times_of(cast.walking) == [
        ("2MO", None, dt.time(15), None, "Bring cake.", False),
        ("SA,SU", 2, dt.time(10, 15), None, "", True),
        ("TH", None, dt.time(14), dt.time(15, 30), "Ring the bell.", True),
    ]
    assert Schedule.objects.get(byday="TH").valid_from == dt.date(2026, 1, 6)
    change = ListingChange.objects.filter(service_id=cast.walking.pk).latest("id")
    assert (change.actor, list(change.changes)) == (fresh(cast.provider), ["service_at_locations"])
    assert "Thursday, every week, 2:00pm to 3:30pm" in read(pat, address).text

    # What she sends a second time was already said; what she sends from the old page is not written over the new one.
    late = pat.post(f"{address}times/", form | {f"t{tuesday.pk}-days": ["FR"]})
    assert (late.status_code, times_of(cast.walking)[2][0]) == (409, "TH")


def test_an_editor_takes_a_time_away_and_nothing_changed_is_nothing_written(browser_of, cast, tuesday, read):
    edie, address = browser_of(cast.editor), f"/directory/listings/{cast.walking.pk}/"
    assert f"{address}times/" in read(edie, address).links
    monthly = Schedule.objects.get(byday="2MO")
    same = {
        f"t{monthly.pk}-opens_at": "15:00", f"t{tuesday.pk}-days": ["TU"], f"t{tuesday.pk}-every": "1",
        f"t{tuesday.pk}-opens_at": "10am", f"t{tuesday.pk}-closes_at": "11:30",
    }  # fmt: skip
    before, written = times_of(cast.walking), ListingChange.objects.count()
    assert edie.post(f"{address}times/", same).status_code == 302
    assert (times_of(cast.walking), ListingChange.objects.count()) == (before, written)

    assert edie.post(f"{address}times/", same | {f"t{monthly.pk}-gone": "on"}).status_code == 302
    assert times_of(cast.walking) == [("TU", None, dt.time(10), dt.time(11, 30), "Ring the bell.", True)]


def test_nobody_else_changes_them(browser_of, cast, tuesday):
    before = times_of(cast.walking)
    for who in ("befriender", "link_worker", "manager"):
        answer = browser_of(getattr(cast, who)).post(
            f"/providing/listings/{cast.walking.pk}/times/", {f"t{tuesday.pk}-gone": "on"}
        )
        assert answer.status_code in (403, 404)
    assert times_of(cast.walking) == before
