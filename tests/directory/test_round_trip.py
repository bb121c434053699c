"""Published, imported into an empty directory and published again: nothing is lost and nothing is added."""

import datetime as dt
import json
from typing import Any

import pytest

from services_directory.models import Feed, Organization, Service, TaxonomyTerm
from services_directory.open_referral.items import Described
from services_directory.open_referral.replacing import PARTS
from services_directory.open_referral.sources import records_from
from services_directory.services import import_feed, load_demo_directory
from tests.directory.rich import LONELY, RICH, UNUSED, uid
from tests.directory.site import ROOT, Site, empty_directory

pytestmark = pytest.mark.django_db

OURS = {
    Service: {"referral_route", "takes_direct_referrals", "receiving_team", "capacity", "first_contact_by"}
    | {"programme_length_weeks", "review_points_weeks", "delivery", "life_course_stage", "genders", "trust_score"}
    | {"is_stale", "withdrawn_at", "sources", "made_up", "listed_digest"}
    | {"places", "keeps_waiting_list", "waiting_list_length", "expected_wait_weeks", "paused_until"}
    | {"is_full_by_count", "places_taken", "people_waiting", "capacity_confirmed_at", "capacity_confirmed_by"}
    | {"verified_at", "verified_how", "verified_by", "reported", "trust_label"},
}
"""What other people's records do not say."""
NOT_THE_STANDARD_S = {"external_id", "feed", "source_digest"}
LATER = dt.datetime(2026, 11, 3, tzinfo=dt.UTC)


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def through_the_web(publisher, site):
    """Serve what is published from another machine, empty the directory, and import it from there."""

    def bring(at: dt.datetime) -> Any:
        answers: dict[tuple[str, str], Any] = {}
        for kind in ("services", "taxonomies", "taxonomy_terms", "organizations"):
            asked = {"full": "true"} if kind in {"services", "organizations"} else {}
            for number, page in enumerate(site.pages(kind, per_page=100, **asked), start=1):
                answers[f"/{kind}", str(number)] = page
                answers |= {(f"/{kind}/{entry['id']}", ""): entry for entry in page["contents"]}
        empty_directory()

        def answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
            found = answers.get((path.removeprefix(ROOT), query.get("page", "")))
            return (404, {}) if found is None else (200, found)

        publisher.answer = answer
        return import_feed(feed_name="Ours", source="ours", records=records_from(publisher.address + ROOT), at=at)

    return bring


def load(at: dt.datetime, *records: Any) -> Any:
    return import_feed(feed_name="Theirs", source="theirs", records=records, at=at)


def test_a_service_that_uses_every_field_comes_back_as_it_was(at, site, through_the_web):
    load(at, Described("taxonomy_term", UNUSED), RICH, Described("organization", LONELY))
    before = site.everything()

    report = through_the_web(at)

    assert site.everything() == before
    assert (report.created, report.refused, report.notes, report.not_read, report.warnings) == (1, [], [], {}, [])
    assert Organization.objects.filter(name=LONELY["name"]).exists()
    assert TaxonomyTerm.objects.filter(name=UNUSED["name"]).exists()


def test_that_record_really_uses_every_field(at):
    load(at, RICH)

    models: list[Any] = [Service, Organization, TaxonomyTerm, *PARTS.values()]
    unused = [
        f"{model.__name__}.{column.name}"
        for model in models
        for column in model._meta.concrete_fields
        if column.name not in NOT_THE_STANDARD_S | OURS.get(model, set())
        and not any(value not in (None, "", {}, []) for value in model.objects.values_list(column.name, flat=True))
    ]

    assert unused == []


def test_what_is_published_says_all_that_the_record_said(at, site):
    load(at, RICH)

    published = site.ask(f"/services/{RICH['id']}")

    said = set(values_of(published))
    changed = {path for path in values_of(RICH) if path not in said}
    assert changed == {path for path in values_of(RICH) if path[-1] in {"10:00", "11:30"}}
    # The schedules begin in June, when London is an hour ahead; the record did not say so.
    assert {
        (*path[:-1], f"{path[-1]}+01:00") for path in changed if path[1] != uid("schedule", "with an offset")
    } <= said


def values_of(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return each plain value with the names that lead to it; rows of a list by their ids."""
    if isinstance(document, dict):
        return [found for name, value in document.items() for found in values_of(value, (*path, name))]
    if isinstance(document, list):
        return [found for value in document for found in values_of(value, (*path, value["id"]))]
    return [(*path, document)]


def test_the_demonstration_comes_back_as_it_was(teams, at, site, through_the_web):
    load_demo_directory(teams=teams, at=at)
    before = site.everything()

    report = through_the_web(at)

    assert report.created == len(before["services"]) == 28
    assert site.everything() == before


def test_a_feed_of_36_comes_back_as_it_was(feed_file, at, site, through_the_web):
    load(at, *json.loads(feed_file("oruk_streetsupport_manchester.json").read_bytes()))
    before = site.everything()

    report = through_the_web(at)

    assert (report.created, report.refused) == (36, [])
    assert site.everything() == before


def test_every_eighth_record_of_a_feed_of_2960_comes_back_as_it_was(feed_file, at, site, through_the_web):
    load(at, *json.loads(feed_file("oruk_libraries_england.json").read_bytes())[::8])
    before = site.walk("services", full="true")

    report = through_the_web(at)

    assert (report.created, report.refused) == (370, [])
    assert site.walk("services", full="true") == before


def test_a_second_import_of_the_same_changes_nothing(at, site, through_the_web, publisher):
    load(at, RICH, Described("organization", LONELY))
    through_the_web(at)
    before = site.everything()

    report = import_feed(feed_name="Ours", source="ours", records=records_from(publisher.address + ROOT), at=LATER)

    assert (report.created, report.changed, report.unchanged, report.withdrawn) == (0, 0, 1, 0)
    assert site.everything() == before
    assert Feed.objects.get(name="Ours").last_imported_at == LATER
