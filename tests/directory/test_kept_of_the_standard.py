"""Field by field of the standard (HSDS 3.0): what is kept, and that what is not is told from what vendors add."""

import pytest
from django.core.management import call_command

from services_directory.models import Location, Schedule
from services_directory.open_referral.parts import KNOWN
from services_directory.open_referral.reading import KNOWN_OF_ORGANIZATION, KNOWN_OF_SERVICE, parse
from services_directory.open_referral.report import ImportReport
from services_directory.open_referral.values import NOT_KEPT
from services_directory.services import import_feed
from tests.directory.rich import said, term, uid
from tests.directory.site import Site

STANDARD = {
    "organization": (
        "id name alternate_name description email website tax_status tax_id year_incorporated legal_status logo uri"
        " parent_organization_id funding contacts phones locations programs organization_identifiers attributes"
    ),
    "service": (
        "id organization_id program_id name alternate_name description url email status interpretation_services"
        " application_process fees_description wait_time fees accreditations eligibility_description minimum_age"
        " maximum_age assured_date assurer_email licenses alert last_modified phones schedules service_areas"
        " service_at_locations languages organization funding cost_options program required_documents contacts"
        " attributes capacities additional_urls"
    ),
    "service_at_location": (
        "id service_id location_id description contacts phones schedules location attributes service_areas"
    ),
    "location": (
        "id location_type url organization_id name alternate_name description transportation latitude longitude"
        " external_identifier external_identifier_type languages addresses contacts accessibility phones schedules"
        " attributes"
    ),
    "address": (
        "id location_id attention address_1 address_2 city region state_province postal_code country address_type"
        " attributes"
    ),
    "phone": (
        "id location_id service_id organization_id contact_id service_at_location_id number extension type description"
        " languages attributes"
    ),
    "contact": (
        "id organization_id service_id service_at_location_id location_id name title department email phones attributes"
    ),
    "schedule": (
        "id service_id location_id service_at_location_id valid_from valid_to dtstart timezone until count wkst freq"
        " interval byday byweekno bymonthday byyearday description opens_at closes_at schedule_link attending_type"
        " notes attributes"
    ),
    "cost_option": "id service_id valid_from valid_to option currency amount amount_description attributes",
    "funding": "id organization_id service_id source attributes",
    "service_area": (
        "id service_id name description extent extent_type uri service_area attributes service_at_location_id"
    ),
    "language": "id service_id location_id phone_id name code note attributes",
    "accessibility": "id location_id description details url accessibility attributes",
    "attribute": "id link_id taxonomy_term_id link_type link_entity value label taxonomy_term",
    "taxonomy": "id name description uri version",
    "taxonomy_term": ("id code name description parent_id taxonomy taxonomy_detail language taxonomy_id term_uri term"),
    "organization_identifier": "id organization_id identifier_scheme identifier_type identifier attributes",
}
"""By kind of record its fields, `metadata` apart: of HSDS 3.0, of the UK profile, and of HSDS 3.1 as far as known."""
CHANGED = [
    {
        "id": uid("change"),
        "resource_id": uid("service"),
        "resource_type": "service",
        "last_action_date": "2026-01-01",
        "last_action_type": "update",
        "field_name": "email",
        "previous_value": "imelda.quarrington@movers.example",
        "replacement_value": "info@movers.example",
        "updated_by": "Imelda Quarrington",
    }
]
AREA_THERE = [{"id": uid("area there"), "name": "The estate"}]


@pytest.mark.parametrize("kind", STANDARD)
def test_each_field_of_the_standard_is_kept_or_said_not_to_be(kind):
    known = {**KNOWN, "organization": KNOWN_OF_ORGANIZATION, "service": KNOWN_OF_SERVICE}[kind]

    assert set(STANDARD[kind].split()) - known == set(NOT_KEPT.get(kind, ()))


def test_what_the_standard_has_and_we_do_not_keep_is_told_from_what_vendors_add(record):
    made = record(metadata=CHANGED, pc_metadata={"a": 1})
    made["organization"] |= {"metadata": CHANGED, "locations": [{"id": uid("hall")}], "crm_id": 7}
    made["schedules"][0] |= {"metadata": CHANGED, "x_rule": "never"}
    made["service_at_locations"][0] |= {"service_areas": AREA_THERE, "metadata": []}
    made["attributes"][0]["taxonomy_term"]["metadata"] = CHANGED
    made["program"] = {"id": uid("programme"), "name": "All", "metadata": CHANGED, "contacts": [{"name": "Somebody"}]}

    parsed = parse(made, feed="test")

    assert parsed.not_kept == {
        "service.metadata": 1,
        "organization.metadata": 1,
        "organization.locations": 1,
        "schedule.metadata": 1,
        "service_at_location.service_areas": 1,
        "taxonomy_term.metadata": 1,
        "program.metadata": 1,
    }
    assert parsed.not_read == {
        "service.pc_metadata": 1,
        "organization.crm_id": 1,
        "schedule.x_rule": 1,
        "program.contacts": 1,
    }


@pytest.mark.django_db
def test_the_command_says_which_is_which(capsys, file_of, record):
    call_command("import_open_referral", file_of([record(metadata=CHANGED, colour="blue")]))

    assert capsys.readouterr().out.splitlines() == [
        "Not read, because the standard does not know it: service.colour (1 times)",
        "Not kept, though the standard knows it: service.metadata (1 times)",
        "1 created, 0 changed, 0 unchanged, 0 withdrawn, 0 refused.",
    ]


@pytest.mark.django_db
def test_who_changed_a_record_and_what_stood_there_before_is_nowhere_published(record, at):
    import_feed(feed_name="Test", source="x", records=[record(metadata=CHANGED)], at=at)

    assert "quarrington" not in str(Site().everything()).lower()


@pytest.mark.django_db
def test_a_term_said_of_a_session_is_kept_with_its_taxonomy_and_listed(record, at):
    made = record()
    made["schedules"][0]["attributes"] = [{**said("x")[0], "id": "term-1"}]

    report = import_feed(feed_name="Test", source="x", records=[made], at=at)

    site = Site()
    (schedule,) = site.ask(f"/services/{made['id']}")["schedules"]
    (attribute,) = schedule["attributes"]
    assert report == ImportReport(created=1)
    assert attribute == said("x")[0] | {"id": attribute["id"], "link_id": schedule["id"]}
    assert term("Swimming")["id"] in {listed["id"] for listed in site.walk("taxonomy_terms")}


@pytest.mark.django_db
def test_a_term_of_a_session_that_nothing_describes_is_left_out_and_said(record, at):
    made = record()
    made["schedules"][0]["attributes"] = [{"id": uid("a"), "taxonomy_term_id": uid("nowhere")}, {"id": uid("b")}]

    report = import_feed(feed_name="Test", source="x", records=[made], at=at)

    assert [note.reason for note in report.notes] == [
        "An attribute of a schedule comes without its term and was left out."
    ]
    assert Schedule.objects.get().attributes == []


@pytest.mark.django_db
def test_whose_place_it_is_is_kept_also_where_a_feed_s_ids_are_its_own(record, at):
    made = record(organization={"id": "org-1", "name": "Movers", "description": "x"})
    made["service_at_locations"][0]["location"]["organization_id"] = "org-1"

    import_feed(feed_name="Test", source="x", records=[made], at=at)

    service = Site().ask(f"/services/{made['id']}")
    place = Location.objects.get()
    assert str(place.organization_id) == service["organization_id"]
    assert service["service_at_locations"][0]["location"]["organization_id"] == service["organization_id"]
