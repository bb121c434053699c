"""Importing feeds: what is written, what stays, what is refused."""

import datetime as dt
import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from services_directory.enums import Capacity, ReferralRoute
from services_directory.models import (
    Attribute,
    Contact,
    CostOption,
    Feed,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)
from services_directory.open_referral.items import Unreadable
from services_directory.open_referral.replacing import PARTS
from services_directory.open_referral.report import ImportReport, Remark
from services_directory.services import import_feed

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(at):
    """Import records as the feed "Test" (or another)."""

    def load(*records, feed="Test"):
        return import_feed(feed_name=feed, source="test.json", records=records, at=at)

    return load


def writes(queries):
    """Return the tables that the queries wrote to, the feed's own note of the import apart."""
    words = [query["sql"].split() for query in queries]
    verbs = {"INSERT": 2, "DELETE": 2, "UPDATE": 1, "COPY": 1}
    changed = [(w[0], w[verbs[w[0]]]) for w in words if w[0] in verbs]
    return [change for change in changed if change != ("UPDATE", '"services_directory_feed"')]


# --- The two real feeds ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "oruk_libraries_england.json",
            {Service: 2960, Organization: 149, Location: 2960, Schedule: 8285, CostOption: 2960, TaxonomyTerm: 5},
        ),
        (
            "oruk_streetsupport_manchester.json",
            {Service: 36, Organization: 29, Location: 30, Schedule: 39, CostOption: 0, TaxonomyTerm: 34},
        ),
    ],
)
def test_a_real_feed_loads_whole_and_a_second_time_changes_nothing(feed_file, at, name, rows):
    records = json.loads(feed_file(name).read_bytes())

    first = import_feed(feed_name="Real", source=name, records=records, at=at)

    assert (first.created, first.changed, first.unchanged, first.refused) == (rows[Service], 0, 0, [])
    assert {model: model.objects.count() for model in rows} == rows
    assert {str(pk) for pk in Service.objects.values_list("pk", flat=True)} == {record["id"] for record in records}
    schedules = {schedule["id"] for record in records for schedule in record.get("schedules", [])}
    assert {str(pk) for pk in Schedule.objects.values_list("pk", flat=True)} == schedules

    later = at + dt.timedelta(days=1)
    with CaptureQueriesContext(connection) as captured:
        second = import_feed(feed_name="Real", source=name, records=records, at=later)

    assert second == ImportReport(unchanged=rows[Service])
    assert writes(captured.captured_queries) == []
    assert Feed.objects.get().last_imported_at == later


# --- What is written ----------------------------------------------------------------------------------------


def test_a_record_is_written_with_all_its_parts(load, record, at):
    report = load(record())

    service = Service.objects.get()
    assert report == ImportReport(created=1)
    assert (service.name, service.organization.name, service.status) == ("Chair exercises", "Movers", "active")
    feed = Feed.objects.get(services=service)
    assert (feed.name, feed.source, feed.last_imported_at) == ("Test", "test.json", at)
    assert (service.referral_route, service.receiving_team, service.capacity) == ("signposting", None, "")
    assert (service.delivery, service.minimum_age) == ("in_place", 50)
    assert [(s.byday, s.opens_at, s.closes_at) for s in service.schedules.all()] == [
        ("MO,TH", dt.time(10), dt.time(11))
    ]
    assert [str(cost.amount) for cost in service.cost_options.all()] == ["2.50"]
    assert list(Phone.objects.values_list("number", "contact__title")) == [("0161 496 0001", "Desk")]
    (at_location,) = service.service_at_locations.all()
    assert [address.postal_code for address in at_location.location.addresses.all()] == ["SK1 3XE"]
    terms = service.attributes.values_list("taxonomy_term__name", "taxonomy_term__taxonomy__name")
    assert list(terms) == [("Exercise", "Topics")]


def test_every_kind_of_part_is_written_and_replaced(load, record):
    made = record(
        languages=[{"id": str(uuid.UUID(int=20)), "name": "English"}],
        phones=[{"id": str(uuid.UUID(int=21)), "number": "1", "languages": [{"id": str(uuid.UUID(int=22))}]}],
        funding=[{"id": str(uuid.UUID(int=23)), "source": "Grants"}],
    )
    made["organization"]["organization_identifiers"] = [{"id": str(uuid.UUID(int=24)), "identifier": "1"}]
    place = made["service_at_locations"][0]["location"]
    place["accessibility"] = [{"id": str(uuid.UUID(int=25)), "description": "Ramp"}]
    load(made)
    before = {table: set(model._default_manager.values_list("pk", flat=True)) for table, model in PARTS.items()}

    report = load(made | {"description": "New words"})

    assert report == ImportReport(changed=1)
    assert {table: set(model._default_manager.values_list("pk", flat=True)) for table, model in PARTS.items()} == before
    assert {table: len(ids) for table, ids in before.items()} == dict.fromkeys(PARTS, 1) | {"Phone": 2, "Language": 2}


def test_a_changed_record_changes_its_rows_and_drops_what_it_no_longer_has(load, record):
    made = record()
    load(made, record("Walks"))
    changed = made | {"name": "Chair yoga", "cost_options": [], "service_at_locations": [], "contacts": None}

    report = load(changed, record("Walks"))

    service = Service.objects.get(pk=made["id"])
    assert report == ImportReport(changed=1, unchanged=1)
    assert (service.name, service.cost_options.count(), service.service_at_locations.count()) == ("Chair yoga", 0, 0)
    assert (Contact.objects.count(), Phone.objects.count(), CostOption.objects.count()) == (1, 1, 1)
    assert Location.objects.count() == 1


def test_what_people_here_have_said_of_a_service_outlives_the_next_import(load, record, teams):
    load(record())
    Service.objects.update(
        referral_route=ReferralRoute.REFERRAL,
        receiving_team=teams["walking"],
        capacity=Capacity.FULL,
        first_contact_by="service",
        delivery="online",
    )

    load(record(description="New words"))

    service = Service.objects.get()
    assert (service.description, service.referral_route, service.capacity, service.delivery) == (
        "New words",
        "referral",
        "full",
        "online",
    )
    assert service.receiving_team == teams["walking"]


def test_a_place_that_remains_keeps_its_row(load, record):
    """Others may point to where a service happens, so an import must not take the row away and put it back."""
    load(record())
    with CaptureQueriesContext(connection) as captured:
        load(record(description="New words"))

    deleted = [table for verb, table in writes(captured.captured_queries) if verb == "DELETE"]
    assert '"services_directory_serviceatlocation"' not in deleted


def test_a_shared_row_is_written_once_as_its_first_record_gives_it(load, record):
    other = record("Walks", organization={"id": str(uuid.UUID(int=1)), "name": "Movers & Co", "description": "x"})

    with CaptureQueriesContext(connection) as captured:
        load(record(), other)

    assert [organization.name for organization in Organization.objects.all()] == ["Movers"]
    written = [table for verb, table in writes(captured.captured_queries) if verb == "COPY"]
    assert written.count('"services_directory_organization"') == 1


def test_an_organisation_and_a_place_of_one_id_are_two_things(load, record, monkeypatch):
    monkeypatch.setattr("services_directory.open_referral.importing.BATCH_SIZE", 1)
    place = record()["service_at_locations"][0]["location"]["id"]

    report = load(record(), record("Walks", organization={"id": place, "name": "Hall Trust", "description": "x"}))

    assert report == ImportReport(created=2)
    assert Service.objects.get(name="Walks").organization.name == "Hall Trust"


def test_one_feed_does_not_change_the_rows_of_another(load, record):
    load(record(), feed="First")
    theirs = record("Walks", organization={"id": str(uuid.UUID(int=1)), "name": "Taken over", "description": "x"})

    report = load(theirs, record(description="Taken over"), feed="Second")

    assert report == ImportReport(
        created=1, refused=[Remark(record()["id"], "This id belongs to a service that did not come from this feed.")]
    )
    assert Organization.objects.get().name == "Movers"
    assert Service.objects.get(pk=record()["id"]).description == "Gentle movement, sitting down."
    assert Service.objects.get(name="Walks").organization.name == "Movers"


def test_our_own_terms_can_be_used_by_a_feed_but_not_changed(load, record):
    ours = Taxonomy.objects.create(name="Ours")
    term = TaxonomyTerm.objects.create(taxonomy=ours, name="Company", code="company")
    made = record(
        attributes=[{"id": str(uuid.UUID(int=6)), "taxonomy_term": {"id": str(term.pk), "name": "Taken over"}}]
    )

    load(made)

    term.refresh_from_db()
    assert (term.name, Attribute.objects.get().taxonomy_term) == ("Company", term)


def test_ids_that_are_no_uuids_stay_the_same_and_are_kept(load, record):
    made = record(id="svc-12", organization={"id": "org-1", "name": "Movers", "description": "x"})

    reports = [load(made), load(made)]

    assert reports == [ImportReport(created=1), ImportReport(unchanged=1)]
    assert (Service.objects.get().external_id, Organization.objects.get().external_id) == ("svc-12", "org-1")


def test_a_part_whose_id_another_service_bears_gets_one_of_its_own_and_keeps_it(load, record):
    walks = record("Walks")
    walks["schedules"][0]["id"] = record()["schedules"][0]["id"]
    walks["contacts"] = record()["contacts"]
    walks["service_at_locations"][0]["id"] = record()["service_at_locations"][0]["id"]
    walks["service_at_locations"][0]["schedules"] = [{"id": str(uuid.UUID(int=30)), "byday": "SU"}]

    load(record(), walks)
    ids = set(Schedule.objects.values_list("pk", flat=True))
    load(record(description="New words"), walks | {"description": "New words"})

    assert set(Schedule.objects.values_list("pk", flat=True)) == ids
    assert (Schedule.objects.count(), Contact.objects.count(), ServiceAtLocation.objects.count()) == (3, 2, 2)
    owners = Phone.objects.order_by("contact__service__name").values_list("contact__service__name", flat=True)
    assert list(owners) == ["Chair exercises", "Walks"]
    assert Schedule.objects.get(byday="SU", service_at_location__service__name="Walks").service is None


def test_a_schedule_given_twice_in_one_record_is_one_row(load, record):
    made = record()
    made["service_at_locations"][0]["schedules"] = made["schedules"]

    load(made)

    schedule = Schedule.objects.get()
    assert (str(schedule.service_id), schedule.service_at_location) == (made["id"], ServiceAtLocation.objects.get())


def test_parts_that_name_what_nothing_describes_are_left_out_with_a_note(load, record):
    made = record(
        attributes=[{"id": str(uuid.UUID(int=6)), "taxonomy_term_id": str(uuid.UUID(int=60))}],
        service_at_locations=[{"id": str(uuid.UUID(int=7)), "location_id": str(uuid.UUID(int=70))}],
    )

    report = load(made)

    note = "It names a place or a term that nothing describes; that part was left out."
    assert report == ImportReport(created=1, notes=[Remark(made["id"], note)])
    assert (Attribute.objects.count(), ServiceAtLocation.objects.count(), Schedule.objects.count()) == (0, 0, 1)


def test_an_organisation_may_be_described_by_an_earlier_record(load, record):
    load(record())

    report = load(record(), record("Walks", organization=None, organization_id=str(uuid.UUID(int=1))))

    assert report == ImportReport(created=1, unchanged=1)
    assert Service.objects.get(name="Walks").organization.name == "Movers"


# --- What is refused ------------------------------------------------------------------------------------------


def test_bad_records_are_reported_by_their_ids_while_the_others_load(load, record):
    nameless = record("Nameless")
    del nameless["name"]

    report = load(
        record(),
        nameless,
        record("No status", status="whenever"),
        record("Orphan", organization=None, organization_id=str(uuid.UUID(int=99))),
        "not a record",
        Unreadable("svc-404", "Its detail cannot be read. The answer was 404."),
        record(),
        record("Walks"),
    )

    assert (report.created, report.loaded) == (2, 2)
    assert report.refused == [
        Remark("(record 5)", "It has no id."),
        Remark("svc-404", "Its detail cannot be read. The answer was 404."),
        Remark(record()["id"], "This id comes twice in the feed; the first one counts."),
        Remark(nameless["id"], "It has no name."),
        Remark(record("No status")["id"], "Its status is none of active, inactive, defunct, temporarily closed."),
        Remark(record("Orphan")["id"], "It names an organisation that nothing describes."),
    ]
    assert sorted(Service.objects.values_list("name", flat=True)) == ["Chair exercises", "Walks"]


def test_a_feed_of_one_orphan_writes_no_service(load, record):
    orphan = record(organization=None, organization_id=str(uuid.UUID(int=99)))

    report = load(orphan)

    assert report == ImportReport(refused=[Remark(orphan["id"], "It names an organisation that nothing describes.")])
    assert Service.objects.count() == 0


def test_a_record_that_the_database_refuses_costs_only_itself(load, record):
    bad = record("Bad")
    # The reader knows all that the tables ask, so a refusal by the database has to be provoked.
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE services_directory_service ADD CONSTRAINT for_this_test CHECK (name <> 'Bad') NOT VALID"
        )
    report = load(record(), bad, record("Walks"))

    assert report.created == 2
    assert [remark.id for remark in report.refused] == [bad["id"]]
    assert report.refused[0].reason.startswith("The database refused it: new row for relation")
    assert sorted(Service.objects.values_list("name", flat=True)) == ["Chair exercises", "Walks"]
    assert ServiceAtLocation.objects.count() == 2


def test_a_source_that_fails_at_once_leaves_no_trace(at):
    def broken():
        yield from read()

    def read():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        import_feed(feed_name="Test", source="x", records=broken(), at=at)

    assert Feed.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_each_batch_is_committed_by_itself(at, record, monkeypatch):
    monkeypatch.setattr("services_directory.open_referral.importing.BATCH_SIZE", 1)

    def stops_in_the_middle():
        yield record()
        yield record("Walks")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        import_feed(feed_name="Test", source="x", records=stops_in_the_middle(), at=at)

    assert transaction.get_autocommit()
    assert Service.objects.count() == 2


# --- The command ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrap",
    [lambda records: records, lambda records: {"contents": records, "total_pages": 1}],
    ids=["a list", "a page"],
)
def test_the_command_loads_a_file_and_says_what_became_of_it(capsys, file_of, record, wrap):
    source = file_of(wrap([record(email="none"), record("Bad", status="x")]))

    call_command("import_open_referral", source, "--licence", "OGL v3")

    assert capsys.readouterr().out.splitlines() == [
        f"Taken, but not just as it was: {record()['id']}: email is not an email address and was left out.",
        f"Refused: {record('Bad')['id']}: Its status is none of active, inactive, defunct, temporarily closed.",
        "1 created, 0 changed, 0 unchanged, 0 withdrawn, 1 refused.",
    ]
    feed = Feed.objects.get()
    assert (feed.name, feed.source, feed.licence) == ("feed", source, "OGL v3")


def test_the_command_keeps_a_long_list_short(capsys, file_of, record):
    call_command("import_open_referral", file_of([record(), *([{"id": ""}] * 60)]), "--feed", "Mine")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 52
    assert lines[-2:] == ["Refused: and 10 more.", "1 created, 0 changed, 0 unchanged, 0 withdrawn, 60 refused."]
    assert Feed.objects.get().name == "Mine"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "Nothing could be loaded."),
        ([{"id": "1"}], "Nothing could be loaded."),
        ({"version": "HSDS-UK-3.0"}, "is neither a list of services nor a page with contents."),
        ("words", "is neither a list of services nor a page with contents."),
    ],
)
def test_the_command_fails_when_there_is_nothing_to_load(file_of, document, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("import_open_referral", file_of(document))

    assert Service.objects.count() == 0


def test_the_command_fails_when_there_is_no_such_file_or_no_json(tmp_path):
    (tmp_path / "page.json").write_text("<html>")

    with pytest.raises(CommandError, match="cannot be opened: No such file"):
        call_command("import_open_referral", str(tmp_path / "none.json"))
    with pytest.raises(CommandError, match="is not JSON"):
        call_command("import_open_referral", str(tmp_path / "page.json"))

    assert Feed.objects.count() == 0
