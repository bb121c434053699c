"""Importing from an address: a real HTTP server on this machine, in the shapes in which feeds are served."""

import json
import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from services_directory.models import Feed, Organization, Service, Taxonomy
from services_directory.open_referral import fetching
from services_directory.open_referral.items import Listed, Unreadable, Written
from services_directory.open_referral.sources import SourceUnreadable, records_from


def read(source: str) -> list[Any]:
    """Return what a source gives, each record as itself."""
    items = list(records_from(source))
    return [item.read() if isinstance(item, Listed | Written) else item for item in items]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/services", "/api/services/"])
def test_an_api_is_read_page_by_page_and_service_by_service(publisher, record, capsys, path):
    publisher.serve_api([record(name) for name in ("Bowls", "Chess", "Darts", "Singing", "Walks")])

    call_command("import_open_referral", publisher.address + path)
    call_command("import_open_referral", publisher.address + path)

    assert capsys.readouterr().out.splitlines() == [
        "5 created, 0 changed, 0 unchanged, 0 withdrawn, 0 refused.",
        "0 created, 0 changed, 5 unchanged, 0 withdrawn, 0 refused.",
    ]
    assert publisher.asked.count("/api/services") == 6
    assert sorted(Service.objects.values_list("name", flat=True)) == ["Bowls", "Chess", "Darts", "Singing", "Walks"]
    assert Feed.objects.get().name == publisher.address.removeprefix("http://")


def test_an_api_without_a_root_is_found_at_its_services(publisher, record):
    publisher.serve_api([record()], root=404)

    assert read(f"{publisher.address}/api") == [record()]


@pytest.mark.parametrize("wrap", [lambda records: records, lambda records: {"contents": records}], ids=["list", "page"])
def test_a_document_at_an_address_is_read_as_it_is(publisher, record, wrap):
    publisher.answer = lambda path, query: (200, wrap([record(), record("Walks")]))

    assert read(f"{publisher.address}/feed.json") == [record(), record("Walks")]
    assert publisher.asked == ["/feed.json"]


def test_a_service_whose_detail_cannot_be_read_is_named_and_the_others_come(publisher, record):
    publisher.serve_api([record(), record("Walks"), record("Chess")])
    api = publisher.answer

    def answer(path, query):
        if path.endswith(record()["id"]):
            return 500, {}
        return (200, b"<html>") if path.endswith(record("Chess")["id"]) else api(path, query)

    publisher.answer = answer

    assert read(f"{publisher.address}/api") == [
        Unreadable(record()["id"], "Its detail cannot be read. The answer was 500."),
        record("Walks"),
        Unreadable(record("Chess")["id"], "Its detail cannot be read. The answer is not JSON."),
    ]


def test_a_page_that_fails_later_is_named_and_what_came_before_it_stays(publisher, record):
    publisher.serve_api([record(), record("Walks"), record("Chess")])
    api = publisher.answer
    publisher.answer = lambda path, query: (500, {}) if query.get("page") == "2" else api(path, query)

    assert read(f"{publisher.address}/api/services") == [
        record(),
        record("Walks"),
        Unreadable("(page 2)", "The answer was 500. The pages after it were not read.", loses_more=True),
    ]


def test_a_server_that_does_not_heed_the_page_number_is_read_once(publisher, record):
    publisher.serve_api([record()])
    api = publisher.answer

    def answer(path, query):
        if path != "/api/services":
            return api(path, query)
        return 200, {"contents": [{"id": record()["id"]}, {"name": "Without an id"}]}

    publisher.answer = answer

    assert read(f"{publisher.address}/api/services") == [
        record(),
        Unreadable("(an entry of the list)", "It has no id."),
    ]
    assert publisher.asked.count("/api/services") == 2


def test_ids_with_odd_characters_are_asked_for_as_they_are(publisher, record):
    odd = record(id="a/b c?d")
    publisher.serve_api([odd])

    assert read(f"{publisher.address}/api/services") == [odd]


def test_a_busy_server_is_asked_again(publisher, record):
    publisher.serve_api([record()])
    api = publisher.answer
    publisher.answer = lambda path, query: (503, {}) if len(publisher.asked) == 1 else api(path, query)

    assert read(f"{publisher.address}/api/services") == [record()]


@pytest.mark.django_db
def test_an_address_where_nothing_can_be_read_leaves_no_trace(publisher):
    with pytest.raises(CommandError, match=r"/nothing/services: The answer was 404\."):
        call_command("import_open_referral", f"{publisher.address}/nothing")

    publisher.answer = lambda path, query: (200, {"hello": "there"})
    with pytest.raises(CommandError, match=r"/services: The answer is no page with contents\."):
        call_command("import_open_referral", f"{publisher.address}/services")

    assert (Feed.objects.count(), Service.objects.count()) == (0, 0)


def test_an_address_that_does_not_answer_is_said_so(monkeypatch):
    monkeypatch.setattr(fetching._RETRIES, "total", 0)

    with pytest.raises(SourceUnreadable, match=r"There was no answer \(ConnectionError\)\."):
        read("http://127.0.0.1:9/services")


# --- Feeds as they are --------------------------------------------------------------------------------------------


def entries_of(records, *, last_modified=True):
    names = ("id", "name", "status", "description", *(("last_modified",) if last_modified else ()))
    return [{name: record[name] for name in names} for record in records]


def two_tiers(records, entries):
    """Answer with a list of entries on one page, and with details."""
    by_id = {record["id"]: record for record in records}

    def answer(path, query):
        if path == "/services":
            return 200, {"contents": entries, "last_page": True, "total_items": len(entries)}
        found = by_id.get(path.removeprefix("/services/"))
        return (404, {}) if found is None else (200, found)

    return answer


def test_a_list_of_whole_services_is_believed_after_one_detail_was_the_same(publisher, record):
    records = [record(name) for name in ("Bowls", "Chess", "Darts")]
    publisher.answer = two_tiers(records, records)

    assert read(f"{publisher.address}/services") == records
    assert [path for path in publisher.asked if path.startswith("/services/")] == [f"/services/{records[0]['id']}"]


def test_a_list_that_gives_only_some_of_a_service_is_not_believed(publisher, record):
    records = [record(name) for name in ("Bowls", "Chess")]
    publisher.answer = two_tiers(records, [one | {"schedules": [], "contacts": one["contacts"]} for one in records])

    assert read(f"{publisher.address}/services") == records


def test_a_list_of_whole_services_without_details_is_taken_as_it_is(publisher, record):
    records = [record(name) for name in ("Bowls", "Chess")]
    publisher.answer = two_tiers([], records)

    assert read(f"{publisher.address}/services") == records


def test_a_server_that_wants_a_slash_gets_one(publisher, record):
    by_path = {"/services/": (200, [{"id": record()["id"]}]), f"/services/{record()['id']}/": (200, record())}
    publisher.exact = lambda path: by_path.get(path, (404, {}))

    assert read(f"{publisher.address}/services") == [record()]


def test_a_server_that_knows_no_full_is_asked_without(publisher, record):
    api = two_tiers([record()], entries_of([record()]))
    publisher.answer = lambda path, query: (400, {}) if "full" in query else api(path, query)

    assert read(f"{publisher.address}/services") == [record()]


def test_a_list_that_promises_more_than_it_gives_was_not_read_whole(publisher, record):
    publisher.answer = lambda path, query: (
        (200, {"contents": [{"id": record()["id"]}], "total_items": 5}) if path == "/services" else (200, record())
    )

    assert read(f"{publisher.address}/services") == [
        record(),
        Unreadable("(the list)", "It says that it has 5 records and gives 1.", loses_more=True),
    ]


def test_an_envelope_that_always_says_it_is_the_last_is_not_believed(publisher, record):
    records = [record(name) for name in ("Bowls", "Chess", "Darts")]
    publisher.serve_api(records, per_page=1)
    api = publisher.answer

    def answer(path, query):
        status, page = api(path, query)
        return status, page | {"last_page": True, "total_pages": 1} if "contents" in page else page

    publisher.answer = answer

    assert read(f"{publisher.address}/api/services") == records


def test_an_envelope_without_totals_is_walked_until_nothing_new_comes(publisher, record):
    records = [record(name) for name in ("Bowls", "Chess", "Darts")]
    publisher.serve_api(records, per_page=1)
    api = publisher.answer

    def answer(path, query):
        status, page = api(path, query)
        return status, {"contents": page["contents"]} if "contents" in page else page

    publisher.answer = answer

    assert read(f"{publisher.address}/api/services") == records


def test_a_detail_of_something_else_is_not_taken(publisher, record):
    publisher.answer = lambda path, query: (
        (200, {"contents": [{"id": "1"}]}) if path == "/services" else (200, record())
    )

    assert read(f"{publisher.address}/services") == [
        Unreadable("1", "Its detail cannot be read. The answer is another record.")
    ]


@pytest.mark.django_db
def test_a_feed_with_every_untidiness_at_once(publisher, record, capsys):
    """HTML, -1 years, no offset, serviceId, numbers for ids, placeholders, vendor keys, a detail that fails."""
    untidy = record(
        "Untidy",
        id=7,
        description="<p>Tea &amp; talk</p>",
        minimum_age=-1,
        last_modified="2026-03-15T10:30:45",
        url="http://www.example.com",
        email="x@noemail.invalid",
        pc_metadata={"a": 1},
        organization={"id": 3, "name": "Movers", "description": "x"},
    )
    untidy["service_at_locations"][0]["serviceId"] = 7
    publisher.answer = lambda path, query: {
        "/services": (200, {"contents": [{"id": 7}, {"id": 8}], "totalPages": 1}),
        "/services/7": (200, untidy),
    }.get(path, (500, {}))

    call_command("import_open_referral", f"{publisher.address}/services")

    assert capsys.readouterr().out.splitlines() == [
        "Refused: 8: Its detail cannot be read. The answer was 500.",
        "Not read, because the standard does not know it: service.pc_metadata (1 times)",
        "1 created, 0 changed, 0 unchanged, 0 withdrawn, 1 refused.",
    ]
    service = Service.objects.get()
    assert (service.external_id, service.description, service.minimum_age) == ("7", "Tea & talk", None)
    assert (service.url, service.email, service.service_at_locations.count()) == ("", "", 1)


@pytest.mark.django_db
def test_what_lies_beside_the_services_comes_too(publisher, record, capsys):
    api = two_tiers([record()], entries_of([record()]))
    beside = {
        "/taxonomies": [{"id": str(uuid.UUID(int=5)), "name": "Topics", "description": "All", "version": "3"}],
        "/taxonomy_terms": [{"id": str(uuid.UUID(int=9)), "name": "Unused", "taxonomy_id": str(uuid.UUID(int=5))}],
        "/organizations": [{"id": str(uuid.UUID(int=8)), "name": "Lonely"}, {"name": "Nobody"}],
    }
    publisher.answer = lambda path, query: (200, {"contents": beside[path]}) if path in beside else api(path, query)

    call_command("import_open_referral", f"{publisher.address}/services", "--feed", "Test")
    Organization.objects.filter(name="Lonely").update(description="Still here")
    call_command("import_open_referral", f"{publisher.address}/services", "--feed", "Test")

    topics = Taxonomy.objects.get()
    assert (topics.name, topics.description, topics.version) == ("Topics", "All", "3")
    assert sorted(topics.taxonomy_terms.values_list("name", flat=True)) == ["Exercise", "Unused"]
    # Unchanged, and so not written again.
    assert Organization.objects.get(name="Lonely").description == "Still here"
    assert Organization.objects.count() == 2
    assert capsys.readouterr().out.splitlines()[-1] == "0 created, 0 changed, 1 unchanged, 0 withdrawn, 0 refused."


@pytest.mark.django_db
def test_entries_that_are_as_they_were_need_not_be_asked_for_again(publisher, record, capsys):
    records = [record("Bowls"), record("Chess"), record("Darts", last_modified=None)]
    publisher.answer = two_tiers(records, entries_of(records[:2]) + entries_of(records[2:], last_modified=False))
    command = ("import_open_referral", f"{publisher.address}/services", "--trust-last-modified")
    call_command(*command)
    changed = [records[0], records[1] | {"last_modified": "2026-04-01T00:00:00Z"}, records[2]]
    publisher.answer = two_tiers(changed, entries_of(changed[:2]) + entries_of(changed[2:], last_modified=False))
    publisher.asked.clear()

    call_command(*command)

    assert [path for path in publisher.asked if path.startswith("/services/")] == [
        f"/services/{one['id']}" for one in changed[1:]
    ]
    assert capsys.readouterr().out.splitlines() == [
        "3 created, 0 changed, 0 unchanged, 0 withdrawn, 0 refused.",
        "0 created, 1 changed, 2 unchanged, 0 withdrawn, 0 refused.",
    ]


@pytest.mark.django_db
def test_asking_only_for_what_changed_since_the_last_time_withdraws_nothing(publisher, record, capsys):
    records = [record("Bowls"), record("Chess")]
    publisher.answer = two_tiers(records, entries_of(records))
    call_command("import_open_referral", f"{publisher.address}/services", "--feed", "Test")
    since = []

    def answer(path, query):
        if path == "/services":
            since.append(query.get("modified_after"))
            return 200, {"contents": []}
        return 404, {}

    publisher.answer = answer
    last = Feed.objects.get().last_imported_at
    call_command("import_open_referral", f"{publisher.address}/services", "--feed", "Test", "--since", "last")

    assert last is not None
    assert since == [last.isoformat()]
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Take care: Not the whole feed was read: nothing was withdrawn of 2 services that were not met.",
        "0 created, 0 changed, 0 unchanged, 0 withdrawn, 0 refused.",
    ]


def test_a_long_document_at_an_address_that_breaks_off_says_so(publisher, record):
    publisher.answer = lambda path, query: (200, json.dumps([record(), record("Walks")]).encode()[:-400])

    first, broken = read(f"{publisher.address}/feed.json")

    assert first == record()
    assert broken.loses_more


def test_a_feed_that_has_moved_on_its_own_host_is_followed(publisher, record):
    publisher.headers = {"Location": "/new.json"}
    publisher.answer = lambda path, query: (200, [record()]) if path == "/new.json" else (301, {})

    assert read(f"{publisher.address}/old.json") == [record()]


@pytest.mark.parametrize("host", ["localhost", "169.254.169.254", "10.0.0.1", "[::1]"])
def test_a_feed_that_leads_into_our_own_network_is_not_followed(publisher, record, host):
    publisher.serve_api([record()])
    port = publisher.address.rpartition(":")[2]
    publisher.headers = {"Location": f"http://{host}:{port}/api/services"}
    publisher.answer = lambda path, query: (302, {})

    with pytest.raises(SourceUnreadable, match="There was no answer"):
        read(f"{publisher.address}/feed/services")

    assert "/api/services" not in publisher.asked


def test_a_server_that_asks_for_a_day_s_patience_is_waited_for_a_minute_at_most(publisher, record, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waited.append)
    publisher.serve_api([record()])
    api = publisher.answer
    publisher.headers = {"Retry-After": "86400"}
    publisher.answer = lambda path, query: (503, {}) if len(publisher.asked) == 1 else api(path, query)

    assert read(f"{publisher.address}/api/services") == [record()]
    assert waited == [60]


@pytest.mark.parametrize("wrong", [-3, 0, None, "2"])
def test_a_list_whose_envelope_counts_no_pages_is_read_to_its_end(publisher, record, wrong):
    names = ["Bowls", "Chess", "Darts"]
    publisher.serve_api([record(name) for name in names])
    api = publisher.answer

    def answer(path, query):
        status, body = api(path, query)
        counted = path == "/api/services"
        return status, body | {"total_pages": wrong, "total_items": -1, "last_page": False} if counted else body

    publisher.answer = answer

    assert [found["name"] for found in read(f"{publisher.address}/api")] == names
