"""Importing from an address: a real HTTP server on this machine, in the shapes in which feeds are served."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from services_directory.models import Feed, Service
from services_directory.open_referral import sources
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
    monkeypatch.setattr(sources._RETRIES, "total", 0)

    with pytest.raises(SourceUnreadable, match=r"There was no answer \(ConnectionError\)\."):
        read("http://127.0.0.1:9/services")
