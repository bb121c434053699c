"""The index is what it should be after every way of writing: nobody has to remember it."""

import datetime as dt
import threading
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from services_directory.access import access_id
from services_directory.models import (
    Accessibility,
    Address,
    Attribute,
    CostOption,
    Language,
    Location,
    Neighbourhood,
    Organization,
    PlaceEntry,
    Postcode,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCard,
    ServiceEntry,
    TaxonomyTerm,
)
from services_directory.search import index
from services_directory.services import (
    check_search_index,
    import_feed,
    load_demo_directory,
    load_terms,
    reindex,
    reindex_directory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(at):
    """Put records into the directory."""

    def load(*records):
        return import_feed(feed_name="Test", source="test.json", records=records, at=at, licence="OGL v3")

    return load


@pytest.fixture
def service(load, record):
    """One service with everything."""
    load_terms()
    made = record()
    made["service_at_locations"][0]["location"]["accessibility"] = [{"id": str(uuid.uuid4()), "description": "Lift."}]
    load(made)
    return Service.objects.get()


CHANGES = {
    "name": lambda s: Service.objects.filter(pk=s.pk).update(name="Table tennis"),
    "status": lambda s: Service.objects.filter(pk=s.pk).update(status="inactive"),
    "withdrawn": lambda s: Service.objects.filter(pk=s.pk).update(withdrawn_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
    "capacity": lambda s: Service.objects.filter(pk=s.pk).update(capacity="full"),
    "trust": lambda s: Service.objects.filter(pk=s.pk).update(trust_score=5, is_stale=True),
    "ages": lambda s: Service.objects.filter(pk=s.pk).update(maximum_age=99),
    "genders": lambda s: Service.objects.filter(pk=s.pk).update(genders=["female"]),
    "delivery": lambda s: Service.objects.filter(pk=s.pk).update(delivery="posted"),
    "organization": lambda s: Organization.objects.update(name="Shakers"),
    "place": lambda s: Location.objects.update(latitude=53.5, longitude=-2.0),
    "off the map": lambda s: Location.objects.update(latitude=None, longitude=None),
    "address": lambda s: Address.objects.update(city="Marple"),
    "address gone": lambda s: Address.objects.all().delete(),
    "accessibility": lambda s: Accessibility.objects.update(description="No lift."),
    "schedule": lambda s: Schedule.objects.update(byday="SU"),
    "schedule of the place": lambda s: Schedule.objects.create(
        service_at_location=s.service_at_locations.get(), byday="SA", opens_at="10:00"
    ),
    "schedule moved to the place": lambda s: Schedule.objects.update(
        service=None, service_at_location=s.service_at_locations.get()
    ),
    "schedules gone": lambda s: Schedule.objects.all().delete(),
    "cost": lambda s: CostOption.objects.update(amount=0),
    "area": lambda s: ServiceArea.objects.create(service=s, name="Bredbury"),
    "language": lambda s: Language.objects.create(service=s, name="Urdu"),
    "attribute": lambda s: Attribute.objects.create(service=s, taxonomy_term_id=access_id("parking")),
    "attribute of the place": lambda s: Attribute.objects.create(
        location=Location.objects.get(), taxonomy_term_id=access_id("parking")
    ),
    "attribute gone": lambda s: Attribute.objects.all().delete(),
    "term": lambda s: TaxonomyTerm.objects.filter(name="Exercise").update(name="Sports"),
    "second place": lambda s: ServiceAtLocation.objects.create(
        service=s, location=Location.objects.create(name="Other", latitude=53, longitude=-2)
    ),
    "no place": lambda s: ServiceAtLocation.objects.all().delete(),
    "neighbourhood": lambda s: Neighbourhood.objects.create(code="town", name="Town", sectors=["SK1 3"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_written_the_index_follows(service, change):
    before = _rows()

    CHANGES[change](service)

    assert check_search_index() == []
    assert _rows() != before


def _rows():
    return [list(model.objects.order_by("pk").values_list()) for model in (ServiceEntry, ServiceCard, PlaceEntry)] + [
        list(Service.objects.values_list("capacity", "trust_score"))
    ]


def test_a_service_that_does_not_run_has_no_rows_and_gets_them_back(service):
    Service.objects.update(status="temporarily closed")
    assert (ServiceEntry.objects.count(), ServiceCard.objects.count(), PlaceEntry.objects.count()) == (0, 0, 0)

    Service.objects.update(status="active")
    assert (ServiceEntry.objects.count(), ServiceCard.objects.count(), PlaceEntry.objects.count()) == (1, 1, 1)


def test_a_service_that_is_deleted_leaves_nothing(service):
    service.delete()

    assert (ServiceEntry.objects.count(), ServiceCard.objects.count(), PlaceEntry.objects.count()) == (0, 0, 0)


def test_importing_changing_and_importing_again(load, record, teams, at):
    made = [record(name) for name in ("Chess", "Bowls", "Art")]
    load(*made)
    load(made[0] | {"description": "Now with clocks."}, made[1] | {"schedules": []}, made[2])
    load(made[0] | {"organization": {"id": str(uuid.UUID(int=1)), "name": "Shakers"}}, *made[1:])
    load_demo_directory(teams=teams, at=at)

    assert check_search_index() == []
    assert ServiceEntry.objects.count() == Service.objects.count() == 31


def test_an_organisation_that_a_feed_renames_is_renamed_where_the_feed_changed_nothing_else(load, record):
    first, second = record("Chess"), record("Bowls")
    load(first, second)
    renamed = {"id": str(uuid.UUID(int=1)), "name": "Shakers"}
    load(first | {"organization": renamed}, second)

    assert check_search_index() == []
    assert [Service.objects.with_words("shakers").count(), Service.objects.with_words("movers").count()] == [2, 0]


def test_a_record_that_the_database_refuses_costs_only_itself_in_the_index_too(load, record, monkeypatch):
    bad = record("Too long", id=str(uuid.uuid4()))
    report = load(record("Chess"), bad | {"cost_options": [{"id": str(uuid.uuid4()), "amount": 10**12}]}, record("Art"))

    assert check_search_index() == []
    assert ServiceEntry.objects.count() == report.created


def _change_and_fail():
    with transaction.atomic(), index.held():
        Service.objects.update(name="Chess")
        Service.objects.update(minimum_age=-1)


def test_what_is_held_is_indexed_at_the_end_and_not_at_all_if_it_fails(service):
    with transaction.atomic(), index.held():
        Service.objects.update(name="Table tennis")
        ServiceArea.objects.create(service=service, name="Bredbury")
        assert ServiceEntry.objects.get().name_key == "chair exercises"
    assert ServiceEntry.objects.get().name_key == "table tennis"

    with pytest.raises(IntegrityError):
        _change_and_fail()
    Service.objects.update(name="Bowls")
    assert ServiceEntry.objects.get().name_key == "bowls"
    assert check_search_index() == []


def test_an_index_that_was_spoilt_is_found_out_and_made_anew(service, capsys):
    ServiceEntry.objects.update(name_key="wrong")
    ServiceCard.objects.update(card="{}")
    PlaceEntry.objects.all().delete()

    with pytest.raises(CommandError, match="of 1 services is wrong"):
        call_command("reindex_directory", "--check")
    assert str(service.pk) in capsys.readouterr().out

    call_command("reindex_directory")
    call_command("reindex_directory", "--check")
    assert capsys.readouterr().out == "1 services indexed.\nThe index is what it should be.\n"


def test_postcodes_that_come_later_need_the_index_made_anew(service):
    Neighbourhood.objects.create(code="town", name="Town", wards=["E05000001"])
    Postcode.objects.create(code="SK13XE", latitude=53.41, longitude=-2.157, ward="E05000001")
    assert check_search_index() == [service.pk]

    assert reindex_directory() == 1
    assert "neighbourhood=town" in ServiceEntry.objects.get().keys
    reindex([service.pk])
    assert check_search_index() == []


def test_what_changes_nothing_writes_nothing(service):
    with connection.cursor() as cursor:

        def version():
            cursor.execute("SELECT xmin, ctid FROM services_directory_serviceentry")
            return cursor.fetchall()

        before = version()
        Service.objects.update(name="Chair exercises", url="https://new.example")
        Location.objects.update(name="The Hall")
        assert version() == before


@pytest.mark.django_db(transaction=True)
def test_two_who_change_parts_of_one_service_at_once_are_both_in_the_index(load, record):
    load(record())
    service = Service.objects.get()
    holding, go = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                ServiceArea.objects.create(service=service, name="Bredbury")
                holding.set()
                go.wait(10)
        finally:
            connection.close()

    def quick():
        try:
            holding.wait(10)
            threading.Timer(0.3, go.set).start()
            CostOption.objects.create(service=service, amount=0)
        finally:
            connection.close()

    threads = [threading.Thread(target=each) for each in (slow, quick)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "free=true" in ServiceEntry.objects.get().keys
    assert Service.objects.with_words("bredbury").count() == 1
    assert check_search_index() == []
