"""Whether a service has room: who says it and how, what is kept of it, and when a pause ends.

How places are taken and given back by the steps of a referral is in `tests/api/test_places.py`.
"""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.actors import SYSTEM, Actor
from accounts.models import Team
from core.errors import Invalid
from services_directory.models import CapacityReport, Service
from services_directory.services import import_feed
from services_directory.services.capacity import confirm_capacity, end_pauses, set_capacity
from services_directory.tasks import end_pauses as end_pauses_task
from tests import stage

pytestmark = pytest.mark.django_db

TUESDAY = dt.datetime(2026, 11, 3, 10, 15, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _on_tuesday(time_machine):
    time_machine.move_to(TUESDAY, tick=False)


def address(service):
    return f"/api/v1/services/{service.pk}/capacity/"


def row(service):
    """Return all that is stored of a service, and of what was said of it."""
    return Service.objects.filter(pk=service.pk).values().get(), list(CapacityReport.objects.order_by("id").values())


def pretend(service, **values):
    """Put a service in a state without saying so."""
    Service.objects.filter(pk=service.pk).update(**values)


# --- Saying it ------------------------------------------------------------------------------------------------


def test_pat_says_in_one_call_that_the_walks_are_full_with_a_waiting_list(cast, as_user):
    client = as_user(cast.provider)
    said = {
        "capacity": "full", "places": 12, "keeps_waiting_list": True, "waiting_list_length": 4,
        "expected_wait_weeks": 6,
    }  # fmt: skip

    answer = client.put(address(cast.walking), said)

    as_it_stands = {**said, "paused_until": None, "places_taken": 0}
    assert answer.status_code == 200
    assert answer.json() == {
        **as_it_stands,
        "own_word": "full",
        "is_full_by_count": False,
        "places_left": 12,
        "people_waiting": 0,
        "confirmed_at": "2026-11-03T10:15:00Z",
        "reports": [
            {"kind": "said", "reported_at": "2026-11-03T10:15:00Z", "reported_by": "Pat Active", **as_it_stands}
        ],
    }
    service = Service.objects.get(pk=cast.walking.pk)
    assert (service.capacity_confirmed_at, service.capacity_confirmed_by) == (TUESDAY, cast.provider)
    listed = as_user(cast.gp).get(f"/api/v1/services/{service.pk}/").json()
    assert (listed["capacity"], listed["capacity_details"]) == (
        "full",
        {
            "places": 12, "places_left": 12, "is_full_by_count": False, "keeps_waiting_list": True,
            "waiting_list_length": 4, "people_waiting": 0, "expected_wait_weeks": 6, "paused_until": None,
            "confirmed_at": "2026-11-03T10:15:00Z",
        },
    )  # fmt: skip


def test_a_list_says_of_places_that_nobody_counts_what_the_service_itself_says(cast, as_user):
    gp = as_user(cast.gp)
    listed = {row["id"]: row["capacity_details"] for row in gp.get("/api/v1/services/").json()["results"]}
    assert listed[str(cast.walking.pk)]["places_left"] is None
    assert {pk: gp.get(f"/api/v1/services/{pk}/").json()["capacity_details"] for pk in listed} == listed


def test_everybody_who_is_signed_in_reads_it_and_nobody_else(cast, as_user, client):
    set_capacity(service=cast.walking, actor=Actor(cast.provider), at=TUESDAY, said={"places": 3})
    answers = {name: as_user(user).get(address(cast.walking)) for name, user in cast.everyone.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(cast.everyone, 200)
    assert {answer.json()["places"] for answer in answers.values()} == {3}
    assert client.get(address(cast.walking)).status_code == 401


def test_only_the_receiving_team_and_a_directory_editor_say_it(cast, as_user):
    before = row(cast.walking)
    others = set(cast.everyone) - {"provider", "editor"}
    for method in ("put", "patch"):
        answers = [getattr(as_user(cast.everyone[name]), method)(address(cast.walking), {"capacity": "full"})
                   for name in sorted(others)]  # fmt: skip
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "not_permitted")}
    assert row(cast.walking) == before
    for number, name in enumerate(("provider", "editor"), start=1):
        assert as_user(cast.everyone[name]).put(address(cast.walking), {"capacity": "full"}).status_code == 200
        assert CapacityReport.objects.filter(service=cast.walking).count() == number


def test_a_link_worker_of_the_receiving_hub_who_is_no_provider_does_not_say_it(cast, as_user):
    cast.hub_worker.memberships.filter(role="provider").delete()
    answer = as_user(cast.hub_worker).put(address(cast.scheme), {"capacity": "full"})
    assert (answer.status_code, CapacityReport.objects.count()) == (403, 0)


def test_nothing_is_said_for_a_team_that_has_closed(cast, as_user):
    Team.objects.filter(pk=cast.leisure.pk).update(is_active=False)
    assert as_user(cast.provider).put(address(cast.walking), {"capacity": "full"}).status_code == 403
    assert CapacityReport.objects.count() == 0


@pytest.mark.parametrize("service_id", ["00000000-0000-4000-8000-000000000000", "walks"])
def test_a_service_that_does_not_exist_is_not_found(service_id, cast, as_user):
    url = f"/api/v1/services/{service_id}/capacity/"
    client = as_user(cast.provider)
    assert [client.get(url).status_code, client.put(url, {"capacity": "full"}).status_code] == [404, 404]


def test_a_service_that_no_longer_runs_is_not_found(cast, as_user):
    pretend(cast.walking, status="inactive")
    answer = as_user(cast.provider).put(address(cast.walking), {"capacity": "full"})
    assert (answer.status_code, answer.json()["code"], CapacityReport.objects.count()) == (404, "not_found", 0)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, ["capacity"]),
        ({"capacity": "some"}, ["capacity"]),
        ({"capacity": ""}, ["capacity"]),
        ({"capacity": None}, ["capacity"]),
        ({"capacity": "open", "room": 3}, ["room"]),
        ({"capacity": "open", "places": 0}, ["places"]),
        ({"capacity": "open", "places": -1}, ["places"]),
        ({"capacity": "open", "places": 10_000}, ["places"]),
        ({"capacity": "open", "places": "many"}, ["places"]),
        ({"capacity": "full", "keeps_waiting_list": True, "waiting_list_length": -1}, ["waiting_list_length"]),
        ({"capacity": "full", "waiting_list_length": 3}, ["waiting_list_length"]),
        ({"capacity": "full", "expected_wait_weeks": 261}, ["expected_wait_weeks"]),
        ({"capacity": "waiting_list", "keeps_waiting_list": False}, ["keeps_waiting_list"]),
        ({"capacity": "open", "paused_until": "2026-12-01"}, ["paused_until"]),
        ({"capacity": "paused", "paused_until": "2026-11-03"}, ["paused_until"]),
        ({"capacity": "paused", "paused_until": "2028-11-04"}, ["paused_until"]),
        ({"capacity": "paused", "paused_until": "2026-02-30"}, ["paused_until"]),
        ({"capacity": "open", "paused_until": "2026-12-01", "waiting_list_length": 1},
         ["paused_until", "waiting_list_length"]),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_by_field_and_changes_nothing(said, wrong, cast, as_user):
    before = row(cast.walking)
    answer = as_user(cast.provider).put(address(cast.walking), said)
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, wrong)
    assert row(cast.walking) == before


@pytest.mark.parametrize("said", [{"capacity": "some"}, {"places": 0}, {"expected_wait_weeks": 999}, {"status": "x"}])
def test_the_use_case_refuses_it_too_for_whoever_comes_without_a_form(said, cast):
    before = row(cast.walking)
    with pytest.raises(Invalid) as refused:
        set_capacity(service=cast.walking, actor=Actor(cast.editor), at=TUESDAY, said=said)
    assert list(refused.value.extra["errors"]) == list(said)
    assert row(cast.walking) == before


def test_a_put_says_all_and_a_patch_a_part(cast, as_user):
    client = as_user(cast.provider)
    client.put(address(cast.walking), {"capacity": "waiting_list", "places": 9, "waiting_list_length": 2})
    part = client.patch(address(cast.walking), {"expected_wait_weeks": 3}).json()
    assert (part["capacity"], part["places"], part["waiting_list_length"], part["expected_wait_weeks"]) == (
        "waiting_list", 9, 2, 3,
    )  # fmt: skip
    whole = client.put(address(cast.walking), {"capacity": "open"}).json()
    assert (whole["capacity"], whole["places"], whole["waiting_list_length"], whole["expected_wait_weeks"]) == (
        "open", None, None, None,
    )  # fmt: skip


def test_what_goes_with_a_state_goes_when_the_state_goes(cast, as_user):
    client = as_user(cast.provider)
    paused = client.put(address(cast.walking), {"capacity": "paused", "paused_until": "2027-03-01"}).json()
    assert (paused["capacity"], paused["paused_until"]) == ("paused", "2027-03-01")
    listed = client.patch(address(cast.walking), {"capacity": "waiting_list", "waiting_list_length": 2}).json()
    assert (listed["paused_until"], listed["keeps_waiting_list"], listed["waiting_list_length"]) == (None, True, 2)
    gone = client.patch(address(cast.walking), {"capacity": "full", "keeps_waiting_list": False}).json()
    assert (gone["capacity"], gone["keeps_waiting_list"], gone["waiting_list_length"]) == ("full", False, None)


def test_a_pause_may_be_open_ended(cast, as_user):
    answer = as_user(cast.provider).put(address(cast.walking), {"capacity": "paused"}).json()
    assert (answer["capacity"], answer["paused_until"]) == ("paused", None)
    assert end_pauses(at=TUESDAY + dt.timedelta(days=700)) == 0


def test_an_editor_says_it_of_a_listing_that_takes_no_referrals(cast, as_user):
    nobody_has_said = as_user(cast.editor).patch(address(cast.leaflet), {})
    assert (nobody_has_said.status_code, list(nobody_has_said.json()["errors"])) == (400, ["capacity"])
    assert as_user(cast.editor).put(address(cast.leaflet), {"capacity": "full"}).json()["capacity"] == "full"


# --- Still so, stale, and what is kept -------------------------------------------------------------------------


def test_still_so_is_one_empty_call_that_changes_nothing_but_who_said_it_last(cast, as_user, time_machine):
    client = as_user(cast.provider)
    client.put(address(cast.walking), {"capacity": "open", "places": 12})
    time_machine.move_to(TUESDAY + dt.timedelta(days=30), tick=False)
    answer = as_user(cast.editor).patch(address(cast.walking), {}).json()
    assert (answer["capacity"], answer["places"], answer["confirmed_at"]) == ("open", 12, "2026-12-03T10:15:00Z")
    assert [(report["kind"], report["reported_by"]) for report in answer["reports"]] == [
        ("confirmed", "Edie Keeper"), ("said", "Pat Active"),
    ]  # fmt: skip
    again = client.put(address(cast.walking), {"capacity": "open", "places": 12}).json()
    assert again["reports"][0]["kind"] == "confirmed"


def test_the_service_itself_may_be_told_by_a_link_without_a_login(cast):
    service = confirm_capacity(service=cast.walking, actor=SYSTEM, at=TUESDAY)
    assert (service.capacity_confirmed_at, service.capacity_confirmed_by) == (TUESDAY, None)
    report = CapacityReport.objects.get()
    assert (report.kind, report.reported_by) == ("confirmed", None)


def test_who_has_read_an_older_capacity_says_nothing(cast, as_user):
    pat, edie = as_user(cast.provider), as_user(cast.editor)
    tag = pat.get(address(cast.walking)).headers["ETag"]
    newer = edie.put(address(cast.walking), {"capacity": "full"}, headers={"If-Match": tag})
    before = row(cast.walking)
    stale = pat.put(address(cast.walking), {"capacity": "open"}, headers={"If-Match": tag})
    assert (newer.status_code, stale.status_code, stale.json()["code"]) == (200, 412, "stale")
    assert row(cast.walking) == before
    tag = newer.headers["ETag"]
    assert pat.put(address(cast.walking), {"capacity": "open"}, headers={"If-Match": tag}).status_code == 200


def test_the_last_twenty_are_shown_the_newest_first_whatever_came_before(cast, as_user, django_assert_num_queries):
    for days in range(22):
        confirm_capacity(service=cast.walking, actor=Actor(cast.provider), at=TUESDAY + dt.timedelta(days=days))
    client = as_user(cast.link_worker)
    with django_assert_num_queries(2):
        reports = client.get(address(cast.walking)).json()["reports"]
    times = [report["reported_at"] for report in reports]
    assert (len(times), times[0], times) == (20, "2026-11-24T10:15:00Z", sorted(times, reverse=True))


def test_what_was_said_can_be_neither_changed_nor_removed(cast):
    confirm_capacity(service=cast.walking, actor=Actor(cast.provider), at=TUESDAY)
    rows = list(CapacityReport.objects.values())
    table = CapacityReport._meta.db_table
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CapacityReport.objects.update(capacity="full")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CapacityReport.objects.all().delete()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER capacity_report_no_truncate")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")
    assert list(CapacityReport.objects.values()) == rows


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("service_full_by_count_is_counted", {"is_full_by_count": True, "capacity": "full"}),
        ("service_full_by_count_is_counted", {"is_full_by_count": True, "capacity": "open", "places": 3}),
        ("service_waiting_list_length_is_of_a_list", {"waiting_list_length": 3}),
        ("service_paused_until_is_of_a_pause", {"paused_until": "2027-03-01"}),
        ("service_capacity_confirmed_at_a_time", {"capacity_confirmed_by": "provider"}),
        ("places_taken_check", {"places_taken": -1}),
        ("people_waiting_check", {"people_waiting": -1}),
        ("has no place left", {"places": 3, "places_taken": 4}),
        ("has no place left", {"places_taken": 1, "places": 0}),
    ],
)
def test_the_database_refuses_what_makes_no_sense(rule, values, cast):
    values = {name: cast.provider if value == "provider" else value for name, value in values.items()}
    before = row(cast.walking)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        pretend(cast.walking, **values)
    assert row(cast.walking) == before


def test_the_database_lets_places_be_lowered_under_those_taken_and_nobody_in_until_enough_have_left(cast):
    pretend(cast.walking, places=5, places_taken=5)
    pretend(cast.walking, places=3)
    with pytest.raises(IntegrityError, match="has no place left"), transaction.atomic():
        pretend(cast.walking, places_taken=6)
    for left in (4, 3):
        pretend(cast.walking, places_taken=left)
    assert Service.objects.get(pk=cast.walking.pk).places_left == 0


# --- The provider's word and the count -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own_word", "keeps", "taken", "capacity", "is_by_count"),
    [
        ("open", False, 2, "open", False),
        ("open", False, 3, "full", True),
        ("open", True, 3, "waiting_list", True),
        ("full", False, 0, "full", False),
        ("full", True, 3, "full", False),
        ("waiting_list", True, 0, "waiting_list", False),
        ("paused", False, 3, "paused", False),
    ],
)
def test_open_holds_as_far_as_places_are_left_and_every_other_word_stands(
    own_word, keeps, taken, capacity, is_by_count, cast, as_user
):
    pretend(cast.walking, places_taken=taken)
    said = {"capacity": own_word, "places": 3, "keeps_waiting_list": keeps}
    answer = as_user(cast.provider).put(address(cast.walking), said).json()
    assert (answer["capacity"], answer["is_full_by_count"], answer["own_word"]) == (capacity, is_by_count, own_word)


def test_one_that_is_full_by_count_opens_when_its_provider_says_more_places_or_counts_no_more(cast, as_user):
    pretend(cast.walking, places_taken=3)
    client = as_user(cast.provider)
    capacities = [
        client.patch(address(cast.walking), said).json()["capacity"]
        for said in (
            {"places": 3}, {"keeps_waiting_list": True}, {"places": 4}, {"places": 2}, {}, {"places": None},
            {"places": 1, "keeps_waiting_list": False},
        )
    ]  # fmt: skip
    assert capacities == ["full", "waiting_list", "open", "waiting_list", "waiting_list", "open", "full"]
    kinds = CapacityReport.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["said", "said", "said", "said", "confirmed", "said", "said"]


# --- The end of a pause ----------------------------------------------------------------------------------------


def test_a_pause_ends_on_its_day_in_england_and_the_task_writes_so_once(cast, as_user):
    as_user(cast.provider).put(address(cast.walking), {"capacity": "paused", "paused_until": "2027-06-01"})
    confirmed_at = Service.objects.get(pk=cast.walking.pk).capacity_confirmed_at
    before = dt.datetime(2027, 5, 31, 22, 59, tzinfo=dt.UTC)  # a minute to midnight, in summer time
    assert end_pauses(at=before) == 0
    service = Service.objects.get(pk=cast.walking.pk)
    assert [service.effective_capacity(dt.date(2027, 5, 31)), service.effective_capacity(dt.date(2027, 6, 1))] == [
        "paused", "open",
    ]  # fmt: skip
    assert [end_pauses(at=before + dt.timedelta(minutes=1)) for _ in range(2)] == [1, 0]
    answer = as_user(cast.gp).get(address(cast.walking)).json()
    assert (answer["capacity"], answer["paused_until"]) == ("open", None)
    assert [(report["kind"], report["reported_by"]) for report in answer["reports"]] == [
        ("pause_over", ""), ("said", "Pat Active"),
    ]  # fmt: skip
    assert Service.objects.get(pk=cast.walking.pk).capacity_confirmed_at == confirmed_at


def test_the_task_opens_what_is_due_at_the_present_moment(cast, time_machine):
    pretend(cast.walking, capacity="paused", paused_until="2026-11-10")
    pretend(cast.visiting, capacity="paused", paused_until="2026-11-11")
    time_machine.move_to(dt.datetime(2026, 11, 10, 0, 5, tzinfo=dt.UTC))
    end_pauses_task()
    capacities = Service.objects.filter(pk__in=[cast.walking.pk, cast.visiting.pk]).order_by("name")
    assert list(capacities.values_list("name", "capacity")) == [("Visiting", "paused"), ("Walking group", "open")]


@pytest.mark.parametrize(("keeps", "capacity"), [(False, "full"), (True, "waiting_list")])
def test_a_pause_that_is_over_opens_nothing_where_no_place_is_left(keeps, capacity, cast):
    pretend(
        cast.walking, capacity="paused", paused_until="2026-11-03", places=2, places_taken=2, keeps_waiting_list=keeps
    )
    assert Service.objects.get(pk=cast.walking.pk).effective_capacity(TUESDAY.date()) == capacity
    assert end_pauses(at=TUESDAY) == 1
    service = Service.objects.get(pk=cast.walking.pk)
    assert (service.capacity, service.is_full_by_count) == (capacity, True)


# --- A feed touches none of it ----------------------------------------------------------------------------------


def test_the_next_import_leaves_what_was_said_and_counted_as_it_is(record, at, cast):
    def load(**changes):
        report = import_feed(feed_name="Test", source="x", records=[record(**changes)], at=at)
        assert report.refused == []

    load()
    service = Service.objects.get(name="Chair exercises")
    pretend(service, places_taken=2, people_waiting=1)
    set_capacity(
        service=service, actor=Actor(stage.fresh(cast.editor)), at=TUESDAY,
        said={"capacity": "open", "places": 2, "keeps_waiting_list": True, "expected_wait_weeks": 5},
    )  # fmt: skip
    read = {"description", "source_digest", "version"}
    kept = {name: value for name, value in row(service)[0].items() if name not in read}

    load(description="New words")

    after = row(service)[0]
    assert after["description"] == "New words"
    assert {name: after[name] for name in kept} == kept
    assert (kept["capacity"], kept["is_full_by_count"]) == ("waiting_list", True)
