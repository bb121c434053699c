"""Documents read record by record: their shapes, what is wrong with them, and how little of them is held."""

import io
import json
import uuid

import pytest

from services_directory.open_referral import streaming
from services_directory.open_referral.ids import Ids
from services_directory.open_referral.items import Unreadable, Written
from services_directory.open_referral.streaming import NotRecords, records_in


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    """Read so little at a time that everything is cut somewhere."""
    monkeypatch.setattr(streaming, "CHUNK", 7)


RECORDS = [
    {"id": "1", "name": 'Quo"tes, [brackets] {braces} \\ and é ☃ \U0001f600', "n": [1.5e3, -2, True, None, [[]], {}]},
    {"id": 2, "long": "x" * 5000, "nested": {"contents": [1], "services": [{"id": "no"}]}},
    "not a record",
    {"id": "1"},
]


def read(text):
    return [item.read() if isinstance(item, Written) else item for item in records_in(io.StringIO(text))]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda records: records,
        lambda records: {"contents": records},
        lambda records: {"total_items": 4, "more": {"contents": [1]}, "contents": records, "last_page": True},
        lambda records: {"services": records, "organizations": [{"id": "o"}]},
    ],
    ids=["a list", "a page", "a page with more", "a package"],
)
def test_records_come_as_they_are_in_whatever_pieces(wrap, indent, ascii_only):
    text = json.dumps(wrap(RECORDS), indent=indent, ensure_ascii=ascii_only)

    assert read(f"\ufeff {text}\n") == RECORDS


def test_a_record_comes_with_its_own_text_and_id():
    (item,) = records_in(io.StringIO('[ {"id": "a",  "name":1} ]'))

    assert item == Written("a", '{"id": "a",  "name":1}')


def test_one_service_by_itself_is_one_record():
    assert read('{"id": "a", "name": "Walks"}') == [{"id": "a", "name": "Walks"}]


@pytest.mark.parametrize("text", ["[]", '{"contents": []}'])
def test_nothing_is_no_record(text):
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not JSON: it ends too early."),
        ("<html>", "is not JSON: Expecting value after '<html>'."),
        ('"words"', "is neither a list of services nor a page with contents."),
        ("12", "is neither a list of services nor a page with contents."),
        ('{"version": "HSDS-UK-3.0"}', "is neither a list of services nor a page with contents."),
        ('{"contents": 5}', "is neither a list of services nor a page with contents."),
        ("[{'id': 1}]", "is not JSON: "),
        ('{"contents": [', "is not JSON: it ends too early."),
    ],
)
def test_what_holds_no_records_is_said(text, reason):
    with pytest.raises(NotRecords) as refusal:
        read(text)

    assert str(refusal.value).startswith(reason)


@pytest.mark.parametrize(
    "end", ["", ",", ', {"id": "2", "name": "Wa', ', {"id": 2 "x"}]', ", nothing]", " {}]", ", [[[["]
)
def test_what_breaks_off_later_is_said_and_what_came_before_stays(end):
    first, broken = read('[{"id": "1"}' + end)

    assert first == {"id": "1"}
    assert isinstance(broken, Unreadable)
    assert (broken.id, broken.loses_more) == ("(record 2)", True)


def test_one_page_of_several_says_that_there_is_more():
    document = {"total_pages": 3, "contents": [{"id": "1"}]}

    assert read(json.dumps(document)) == [
        {"id": "1"},
        Unreadable("(the document)", "It is one page of several.", loses_more=True),
    ]
    assert read(json.dumps(document | {"total_pages": 1})) == [{"id": "1"}]


def test_a_document_nested_without_end_is_refused():
    with pytest.raises(NotRecords):
        read("[" + '{"a":[' * 100_000)


def test_what_is_held_does_not_grow_with_the_document(monkeypatch):
    monkeypatch.setattr(streaming, "CHUNK", 1000)
    most = 0
    text = json.dumps([{"id": str(number), "x": "y" * 100} for number in range(5000)])
    original = streaming._Text._read_on

    def watched(self):
        nonlocal most
        found = original(self)
        most = max(most, len(self.buffer))
        return found

    monkeypatch.setattr(streaming._Text, "_read_on", watched)
    assert len(read(text)) == 5000
    assert most < 3000 < len(text) / 100


def test_ids_are_known_again_and_no_others():
    ids = Ids()
    some = [uuid.UUID(int=number) for number in range(0, 20_000, 2)]
    for key in some:
        ids.add(str(key))
        ids.add(key.bytes)

    assert all(str(key) in ids and key.bytes in ids for key in some)
    assert not any(str(uuid.UUID(int=number)) in ids for number in range(1, 20_000, 2))
    assert sum(map(len, ids._buckets)) == 16 * len(some)


def test_an_id_that_two_neighbours_make_up_between_them_is_not_there(monkeypatch):
    monkeypatch.setattr("services_directory.open_referral.ids.BUCKETS", 1)
    ids = Ids()
    ids.add(b"a" * 8 + b"b" * 8)
    ids.add(b"c" * 8 + b"d" * 8)

    assert b"b" * 8 + b"c" * 8 not in ids
    assert b"c" * 8 + b"d" * 8 in ids
