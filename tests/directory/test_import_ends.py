"""An import ends by itself, whatever a server does, and what it has cut is no reason to withdraw anything."""

import gzip
import itertools
import json
import time
import uuid
from typing import Any

import pytest

from services_directory.models import Service
from services_directory.open_referral import fetching, sources, streaming
from services_directory.open_referral.items import Listed, Unreadable, Written
from services_directory.open_referral.sources import SourceUnreadable, records_from
from services_directory.services import import_feed


def read(source) -> list[Any]:
    """Return what a source gives, each record as itself."""
    items = list(records_from(source))
    return [item.read() if isinstance(item, Listed | Written) else item for item in items]


def entry(number):
    return {"id": str(uuid.UUID(int=number)), "name": f"Service {number}", "status": "active"}


@pytest.fixture
def quick(monkeypatch):
    """A server that is let down is not asked again, and has a second for an answer."""
    monkeypatch.setattr(fetching._RETRIES, "total", 0)
    monkeypatch.setattr(fetching, "SECONDS_OF_ANSWER", 1)


def drip(piece=b" ", seconds=0.05, begin=b""):
    yield begin
    for _ in range(10_000):
        time.sleep(seconds)
        yield piece


def pages_without_end(page_size=2, **envelope):
    """Answer with ever new entries, and with no details."""

    def answer(path, query):
        if path != "/services":
            return 404, {}
        number = int(query["page"])
        entries = [entry(number * page_size + each) for each in range(page_size)]
        return 200, {"contents": entries, "last_page": False, "total_pages": 10**6} | envelope

    return answer


def test_a_list_of_ever_new_records_ends_where_it_has_become_too_long(publisher, monkeypatch):
    monkeypatch.setattr(sources, "MOST_RECORDS", 7)
    publisher.answer = pages_without_end()

    *taken, cut = list(records_from(f"{publisher.address}/services"))

    assert len(taken) == 7
    assert cut == Unreadable("(the list)", sources._TOO_MANY, loses_more=True)
    assert publisher.asked.count("/services") == 4


def test_a_list_of_ever_more_pages_ends(publisher, monkeypatch):
    monkeypatch.setattr(sources, "MOST_PAGES", 3)
    publisher.answer = pages_without_end(page_size=1)

    *taken, cut = read(f"{publisher.address}/services")

    assert (len(taken), cut.loses_more) == (3, True)
    assert cut.reason == "It has more than 3 pages; the others were not read."


def test_a_list_that_always_has_the_same_is_read_once(publisher):
    publisher.answer = lambda path, query: (
        (200, {"contents": [entry(1)], "last_page": False}) if path == "/services" else (404, {})
    )

    assert len(list(records_from(f"{publisher.address}/services"))) == 1
    assert publisher.asked.count("/services") == 2


def test_terms_and_organisations_without_end_end_too_and_it_is_said(publisher, monkeypatch, record):
    monkeypatch.setattr(sources, "MOST_RECORDS", 3)

    def answer(path, query):
        if path == "/organizations":
            return 200, {"contents": [entry(int(query["page"]))], "last_page": False}
        return (200, {"contents": [record()], "last_page": True}) if path == "/services" else (404, {})

    publisher.answer = answer

    assert read(f"{publisher.address}/services")[-1] == Unreadable(
        "(organizations)", sources._TOO_MANY, loses_more=True
    )


def test_a_run_that_takes_too_long_ends(publisher, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS_OF_RUN", 1)
    api = pages_without_end()

    def answer(path, query):
        time.sleep(0.03)
        return api(path, query)

    publisher.answer = answer

    begun = time.monotonic()
    last = read(f"{publisher.address}/services")[-1]

    assert last.loses_more
    assert time.monotonic() - begun < 5


@pytest.mark.django_db
def test_a_run_that_was_cut_withdraws_nothing_and_says_so(publisher, monkeypatch, record, at):
    import_feed(feed_name="Test", source="x", records=[record(name) for name in ("Bowls", "Chess", "Darts")], at=at)
    monkeypatch.setattr(sources, "MOST_RECORDS", 1)
    publisher.answer = lambda path, query: (
        (200, {"contents": [record("Bowls"), record("Chess")], "last_page": True}) if path == "/services" else (404, {})
    )

    records = records_from(f"{publisher.address}/services")
    report = import_feed(feed_name="Test", source="x", records=records, at=at, allow_withdrawals=True)

    assert (report.withdrawn, [remark.reason for remark in report.refused]) == (0, [sources._TOO_MANY])
    assert report.warnings == ["Not the whole feed was read: nothing was withdrawn of 2 services that were not met."]
    assert Service.objects.filter(withdrawn_at=None).count() == 3


@pytest.mark.parametrize("begin", [b"", b'{"contents": [', b'[{"id": "1", "name": "'])
def test_an_answer_that_comes_byte_by_byte_is_not_waited_for(publisher, quick, begin):
    publisher.answer = lambda path, query: (200, drip(begin=begin))

    begun = time.monotonic()
    with pytest.raises(SourceUnreadable, match="It took too long"):
        read(f"{publisher.address}/services")
    assert time.monotonic() - begun < 10


def test_a_document_that_comes_byte_by_byte_is_not_waited_for_and_what_came_counts(publisher, quick, record):
    records = [record(name, description="x" * 40_000) for name in ("Bowls", "Chess", "Darts", "Walks")]
    begin = json.dumps(records).encode().removesuffix(b"]")
    publisher.answer = lambda path, query: (200, drip(begin=begin))

    *came, broken, why = read(f"{publisher.address}/feed.json")

    assert came == records[: len(came)] != []
    assert broken.loses_more
    reason = "It breaks off (ReadTimeoutError). The rest was not read."
    assert why == Unreadable("(the document)", reason, loses_more=True)


def test_headers_that_never_end_are_not_waited_for(publisher, quick):
    publisher.answer = lambda path, query: (200, [])
    publisher.headers_of_all = {f"X-{number}": "x" for number in range(50)}

    def answer(path, query):
        time.sleep(30 if path == "/services" else 0)
        return 200, []

    publisher.answer = answer

    begun = time.monotonic()
    with pytest.raises(SourceUnreadable):
        read(f"{publisher.address}/services")
    assert time.monotonic() - begun < 10


def test_an_answer_without_end_is_not_read_on(publisher, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_OF_ANSWER", 1_000_000)
    publisher.answer = lambda path, query: (200, itertools.repeat(b" " * 65536))

    with pytest.raises(SourceUnreadable, match="The answer is larger than 1,000,000 bytes"):
        read(f"{publisher.address}/services")


def test_a_document_without_end_is_not_read_on(publisher, monkeypatch, record):
    monkeypatch.setattr(fetching, "MOST_OF_RUN", 1_000_000)
    begin = b"[" + json.dumps(record()).encode()
    publisher.answer = lambda path, query: (200, itertools.chain([begin], itertools.repeat(b" " * 65536)))

    first, _, cut = read(f"{publisher.address}/feed.json")

    reason = "It has given more than 1,000,000 bytes. The rest was not read."
    assert (first, cut) == (record(), Unreadable("(the document)", reason, loses_more=True))


def test_a_document_of_ever_new_records_ends(publisher, monkeypatch, record):
    monkeypatch.setattr(sources, "MOST_RECORDS", 2)
    publisher.answer = lambda path, query: (200, [record(), record("Walks"), record("Chess")])

    assert read(f"{publisher.address}/feed.json") == [
        record(),
        record("Walks"),
        Unreadable("(the document)", sources._TOO_MANY, loses_more=True),
    ]


def test_a_small_answer_that_unpacks_to_a_great_one_is_not_unpacked_to_its_end(publisher, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_OF_ANSWER", 5_000_000)
    publisher.headers_of_all = {"Content-Encoding": "gzip"}
    publisher.answer = lambda path, query: (200, gzip.compress(b" " * 200_000_000, 1))

    with pytest.raises(SourceUnreadable, match="The answer is larger than 5,000,000 bytes"):
        read(f"{publisher.address}/services")


def test_an_answer_that_is_packed_in_layers_is_not_unpacked(publisher):
    publisher.headers_of_all = {"Content-Encoding": "gzip, gzip"}
    publisher.answer = lambda path, query: (200, gzip.compress(gzip.compress(b" " * 1_000_000)))

    with pytest.raises(SourceUnreadable, match=r"There was no answer \(ContentDecodingError\)"):
        read(f"{publisher.address}/services")


def test_an_answer_that_is_packed_as_was_asked_for_is_read(publisher, record):
    publisher.headers_of_all = {"Content-Encoding": "gzip"}
    publisher.answer = lambda path, query: (
        (200, gzip.compress(json.dumps([record()]).encode())) if path in {"/services", "/feed.json"} else (404, b"")
    )

    assert read(f"{publisher.address}/services") == [record()]
    assert read(f"{publisher.address}/feed.json") == [record()]


def test_a_feed_that_moves_in_a_circle_is_given_up_and_what_it_says_on_the_way_is_not_read(publisher, quick):
    publisher.headers = {"Location": "/services"}
    publisher.answer = lambda path, query: (302, itertools.repeat(b" " * 65536))

    with pytest.raises(SourceUnreadable, match=r"There was no answer \(TooManyRedirects\)"):
        read(f"{publisher.address}/services")
    assert publisher.asked.count("/services") <= 18


def test_a_server_that_has_gone_is_given_up(publisher, quick, monkeypatch):
    monkeypatch.setattr(fetching, "FAILURES", 3)
    listed = [entry(number) for number in range(1, 11)]

    def answer(path, query):
        if path == "/services":
            return 200, {"contents": listed, "last_page": True}
        if path.startswith("/services/"):
            raise ConnectionAbortedError
        return 404, {}

    publisher.answer = answer

    found = read(f"{publisher.address}/services")

    reasons = [item.reason for item in found if isinstance(item, Unreadable)]
    assert len(reasons) >= 10
    assert "Its detail cannot be read. The server did not answer 3 times in a row." in reasons


def test_a_record_that_is_too_large_costs_only_itself(file_of, record, monkeypatch):
    monkeypatch.setattr(streaming, "MOST_RECORD", 20_000)
    large = record("Large", description="x" * 20_001)

    first, passed_over, last = read(file_of([record(), large, record("Walks")]))

    assert (first, last) == (record(), record("Walks"))
    assert passed_over == Unreadable(large["id"], "It is larger than 20,000 characters.")


def test_a_value_that_never_ends_is_not_held(tmp_path, monkeypatch, record):
    monkeypatch.setattr(streaming, "MOST_HELD", 1_000_000)
    path = tmp_path / "feed.json"
    path.write_text("[" + json.dumps(record()) + ', {"id": "1", "name": "' + "x" * 5_000_000)

    first, broken = read(str(path))

    assert first == record()
    assert broken.reason == "The document breaks off here: a value in it is larger than 1,000,000 characters."
