"""Whatever stands in a record, it costs at most that record, and what is published of it is what the standard says."""

import gzip
import itertools
import json
import uuid
from typing import Any

import pytest
from django.core.management import call_command

from accounts.actors import SYSTEM
from services_directory.limits import MOST_LINK, MOST_PARTS, MOST_ROWS, MOST_SHAPE, MOST_TEXT
from services_directory.models import CostOption, Schedule, Service, ServiceArea
from services_directory.open_referral.items import Described
from services_directory.open_referral.reading import parse
from services_directory.open_referral.sources import SourceUnreadable, records_from
from services_directory.services import import_feed, import_spreadsheet
from tests.directory.rich import RICH, term, uid
from tests.directory.site import Site

LARGE = 10_000_000


def nested(depth: int) -> Any:
    found: Any = {"name": "the innermost"}
    for _ in range(depth):
        found = {"within": [found]}
    return found


HOSTILE: list[Any] = [
    None, True, 0, -1, 1e308, float("nan"), float("inf"), 10**400, "", " ", "\x00", "a\x00b", "\ud800", "x" * 300,
    [], [None], [[]], [1, "a", None, {}], {}, {"id": 1}, [{}], [{"id": "a"}, {"id": "A"}, {"id": "a"}], nested(200),
    "9999-12-31", "0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "24:00", "10:00+99:99",
    "5MO", "0MO", "MO;UNTIL=2020", "MONTHLY", "-31", "http://[", "http://a:99999/", "javascript:alert(1)", "a@b..c",
    "<p>a", "&lt;" * 99, "\ufeffx", "\u202ex", "\u0663", 2**31, 2**63, "{" + str(uuid.UUID(int=7)) + "}",
    {"type": "Polygon", "coordinates": [[1, float("nan")]]},
]  # fmt: skip


def paths(value: Any, at: tuple[Any, ...] = ()) -> Any:
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, more in inner:
        yield from paths(more, (*at, name))


def hostile_records() -> list[Any]:
    """Return a record for each place in one that uses every field, with something hostile there, and of other kinds."""
    made = []
    places = [path for path in paths(RICH) if path and len(path) < 8]
    for number, (path, value) in enumerate(zip(places, itertools.cycle(HOSTILE), strict=False)):
        record = json.loads(json.dumps(RICH))
        record |= {"id": uid("hostile", str(number)), "name": f"Service {number}"}
        inner = record
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = value
        made.append(record | {"\ud800\x00vendor": 1})
    kinds = {"taxonomy": term("x")["taxonomy_detail"], "taxonomy_term": term("x"), "organization": RICH["organization"]}
    for kind, source in kinds.items():
        made += [Described(kind, value) for value in HOSTILE]
        made += [Described(kind, source | {name: value}) for name, value in zip(source, HOSTILE, strict=False)]
    return made


def wrong(value: Any, at: tuple[str, ...] = ()) -> list[Any]:
    """Return what must not be published, and where: nothing, no number, no UUID for an id."""
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in wrong(inner, (*at, name))]
    if isinstance(value, list):
        return [found for inner in value for found in wrong(inner, at)]
    is_id = at[-1] == "id" or (at[-1].endswith("_id") and at[-1] != "tax_id")
    if is_id and str(uuid.UUID(value)) != value:
        return [(at, value)]
    return [(at, value)] if value in (None, "") or value != value else []


@pytest.mark.django_db
def test_whatever_stands_in_a_record_costs_at_most_that_record(at, capsys, tmp_path):
    records = hostile_records()

    report = import_feed(feed_name="Test", source="x", records=records, at=at)

    assert [remark for remark in report.refused if "database" in remark.reason] == []
    assert report.created > 400
    assert wrong(Site().walk("services", full="true")) == []
    path = tmp_path / "feed.json"
    path.write_text(json.dumps([record for record in records if isinstance(record, dict)]))
    call_command("import_open_referral", str(path), "--feed", "Test")
    assert (
        capsys.readouterr()
        .out.encode()
        .decode()
        .splitlines()[-1]
        .startswith(f"0 created, 0 changed, {report.created} unchanged")
    )


@pytest.mark.django_db
def test_a_record_that_is_nested_too_deeply_costs_only_itself(at, record, file_of, tmp_path):
    deep = record("Deep") | {"program": nested(400)}
    path = tmp_path / "feed.json"
    path.write_text(json.dumps([record(), deep, record("Walks")]))

    report = import_feed(feed_name="Test", source="x", records=records_from(str(path)), at=at)

    assert report.created + len(report.refused) == 3
    assert sorted(Service.objects.exclude(name="Deep").values_list("name", flat=True)) == ["Chair exercises", "Walks"]
    assert Site().walk("services", full="true")


def test_what_is_nested_more_deeply_than_anybody_reads_is_cut_and_said(record):
    parsed = parse(record(program={"name": "All", "more": nested(50)}), feed="test")

    assert parsed.service["more"]["program"]["name"] == "All"
    assert "the innermost" not in str(parsed.service["more"])
    assert parsed.notes == ("program holds more than can be kept and was cut.",)


def test_ids_in_what_has_no_columns_are_uuids_too_and_still_name_each_other(record):
    parsed = parse(
        record(program_id=7, program={"id": 7, "name": "All"}, required_documents=[{"id": "a", "document": "A towel"}]),
        feed="test",
    )

    more = parsed.service["more"]
    assert more["program_id"] == more["program"]["id"] == str(uuid.UUID(more["program_id"]))
    assert uuid.UUID(more["required_documents"][0]["id"])


@pytest.mark.parametrize(("name", "value"), [("program", "All"), ("capacities", {"a": 1}), ("programs", "x")])
def test_what_is_not_what_the_standard_has_there_is_left_out_and_said(record, name, value):
    made = record()
    (made["organization"] if name == "programs" else made)[name] = value

    parsed = parse(made, feed="test")

    assert parsed.organization is not None
    assert (parsed.service["more"], parsed.organization.fields["more"]) == ({}, {})
    assert parsed.notes == (f"{name} is not what the standard has there and was left out.",)


# --- What is too large ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "length", "notes"),
    [
        ("x" * MOST_TEXT, MOST_TEXT, ()),
        ("<p>" * MOST_TEXT + "x" * 10, 10, ()),
        ("x" * (MOST_TEXT + 1), MOST_TEXT, ("description is longer than 50,000 characters and was cut.",)),
        (
            "<b>x</b>" * (LARGE // 8),
            MOST_TEXT,
            (
                "description is longer than 1,000,000 characters: the rest was not read.",
                "description is longer than 50,000 characters and was cut.",
            ),
        ),
    ],
)  # fmt: skip
def test_a_text_is_cut_after_its_markup_was_taken_away(record, written, length, notes):
    parsed = parse(record(description=written), feed="test")

    assert (len(parsed.service["description"]), parsed.notes) == (length, notes)


def test_a_text_in_what_has_no_columns_is_cut_too(record):
    parsed = parse(record(program={"name": "All", "description": "x" * LARGE}), feed="test")

    assert len(parsed.service["more"]["program"]["description"]) == MOST_TEXT
    assert parsed.notes == ("program holds more than can be kept and was cut.",)


@pytest.mark.django_db
def test_a_record_of_ten_megabytes_is_refused_and_the_others_load(record, file_of, at):
    large = record("Large", description="x" * LARGE)
    sources = (records_from(file_of([record(), large])), [record("Walks"), large | {"name": "Larger"}])

    reports = [import_feed(feed_name="Test", source="x", records=records, at=at) for records in sources]

    assert [(report.created, [remark.reason for remark in report.refused]) for report in reports] == [
        (1, ["It is larger than 5,000,000 characters."])
    ] * 2


def test_parts_are_counted(record):
    sessions = [{"byday": "MO"} for _ in range(10 * MOST_PARTS)]

    parsed = parse(record(schedules=sessions, cost_options=sessions), feed="test")

    assert [len(parsed.children[name]) for name in ("Schedule", "CostOption")] == [MOST_PARTS] * 2
    assert parsed.notes[:1] == ("schedules has 10,000 entries; only the first 1,000 were read.",)


def test_parts_within_parts_are_counted_too(record):
    places = [{"id": f"at {number}", "location_id": "x", "schedules": [{"byday": "MO"}] * 900} for number in range(50)]

    parsed = parse(record(service_at_locations=places), feed="test")

    assert sum(map(len, parsed.children.values())) <= MOST_ROWS
    assert "It has more than 20,000 parts; the others were not read." in parsed.notes


def test_a_report_has_not_more_to_say_of_a_record_than_anybody_reads(record):
    rules = [{"freq": "WEEKLY", "byday": f"{week}{day},{other}"} for week in "12345" for day in ("MO", "TU", "WE", "TH")
             for other in ("FR", "1SA")]  # fmt: skip

    parsed = parse(record(schedules=rules), feed="test")

    assert (len(parsed.notes), parsed.notes[-1]) == (21, f"And {len(rules) - 20} more of this kind.")


def test_what_cannot_be_cut_is_left_out(record):
    shape = {"type": "Polygon", "coordinates": [[[1.25, 2.25]] * (MOST_SHAPE // 10)]}
    link = "https://movers.example/" + "x" * MOST_LINK

    parsed = parse(record(url=link, service_areas=[{"id": uid("a"), "name": "All", "extent": shape}]), feed="test")

    assert (parsed.service["url"], parsed.children["ServiceArea"][0]["extent"]) == ("", "")
    assert parsed.notes == (
        "extent is longer than 500,000 characters and was left out.",
        "url is longer than 2,000 characters and was left out.",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "at", "sentence"),
    [
        ({"description": "x" * 50_001}, "description", "Ensure this field has no more than 50000 characters."),
        ({"cost_options": [{"amount": 1}] * 51}, "cost_options", "Ensure this field has no more than 50 elements."),
    ],
)
def test_a_person_s_edit_has_its_bounds(cast, as_user, sent, at, sentence):
    answer = as_user(cast.editor).patch(f"/api/v1/services/{cast.walking.pk}/", sent)

    assert (answer.status_code, sentence in str(answer.json()["errors"][at])) == (400, True)
    assert CostOption.objects.count() == 0


@pytest.mark.django_db
def test_a_spreadsheet_has_the_same_bounds_as_a_feed(cast, at):
    from_a_sheet = (
        f"id,description,schedules\n{cast.walking.pk},{'x' * 50_001},\n{cast.visiting.pk},,{'MO; ' * 1_001}\n"
    )

    report = import_spreadsheet(content=from_a_sheet.encode(), actor=SYSTEM, at=at)

    assert [remark.reason for remark in report.refused] == [
        "description: It has 50,001 characters; 50,000 are the most.",
        "schedules: There are 1,001 of them; 1,000 are the most.",
    ]
    assert (Schedule.objects.count(), ServiceArea.objects.count()) == (0, 0)


# --- Answers in odd letters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "kind"),
    [
        ("utf-8-sig", "application/json"),
        ("utf-16", "application/json"),
        ("iso-8859-1", "application/json; charset=iso-8859-1"),
        ("utf-8", "text/html; charset=nonsense"),
    ],
)
def test_answers_in_odd_letters_are_read(publisher, record, encoding, kind):
    made = record("Café")
    publisher.headers_of_all = {"Content-Type": kind}
    publisher.answer = lambda path, query: (
        (200, json.dumps([made], ensure_ascii=False).encode(encoding)) if path == "/services" else (404, b"")
    )

    assert list(records_from(f"{publisher.address}/services")) == [made]


def test_letters_that_are_none_cost_themselves(publisher, record):
    body = json.dumps([record("Cafe")]).encode().replace(b"Cafe", b"Caf\xe9")
    publisher.answer = lambda path, query: (200, body) if path == "/services" else (404, b"")

    (found,) = records_from(f"{publisher.address}/services")

    assert found["name"] == "Caf\ufffd"  # type: ignore[index]


def test_a_page_that_is_nested_without_end_is_no_json(publisher):
    publisher.headers_of_all = {"Content-Encoding": "gzip"}
    publisher.answer = lambda path, query: (200, gzip.compress(b"[" * 1_000_000))

    with pytest.raises(SourceUnreadable, match="The answer is not JSON"):
        list(records_from(f"{publisher.address}/services"))
