"""Feeds that nobody would write by hand: a sound record beside the worst is taken, in time and in memory."""

import json
import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services_directory.limits import MOST_TEXT
from services_directory.models import Service
from services_directory.open_referral.reading import parse
from services_directory.open_referral.sources import SourceUnreadable, records_from
from services_directory.services import import_feed
from tests.directory.rich import RICH
from tests.directory.test_import_hostile import HOSTILE, paths

PLACES = [path for path in paths(RICH) if path and len(path) < 8]
ODD = st.one_of(
    st.sampled_from(HOSTILE),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
        max_leaves=12,
    ),
)
FEW = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def changed(changes):
    record = json.loads(json.dumps(RICH))
    for path, value in changes:
        inner = record
        try:
            for name in path[:-1]:
                inner = inner[name]
            inner[path[-1]] = value
        except (KeyError, TypeError, IndexError):  # a change before took the place away
            continue
    return record


@settings(FEW, max_examples=150)
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=5))
def test_a_record_is_read_or_refused_and_never_a_fault(changes):
    began = time.perf_counter()
    with suppress(ValueError):  # with a sentence: it is refused
        parse(changed(changes), feed="fuzz")
    assert time.perf_counter() - began < 2


@pytest.mark.django_db
def test_what_is_taken_can_be_kept_and_the_sound_one_beside_it_is_there(at, record):
    @settings(FEW, max_examples=12)
    @given(batch=st.lists(st.lists(st.tuples(st.sampled_from(PLACES), ODD), max_size=4), min_size=1, max_size=5))
    def take(batch):
        records = [changed(changes) for changes in batch] + [record("Sound")]
        report = import_feed(feed_name="Fuzz", source="x", records=records, at=at)
        assert [remark for remark in report.refused if "database" in remark.reason] == []
        assert Service.objects.filter(name="Sound").count() == 1

    take()


@settings(FEW, max_examples=80)
@given(bytes_=st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(lambda depth, end: b'[{"a":' * depth + b"1" + end, st.integers(1, 3000), st.sampled_from([b"", b"}]"])),
    st.builds(lambda cut: json.dumps([RICH, RICH]).encode()[:cut], st.integers(0, 9000)),
    st.builds(lambda digits: b'[{"id": ' + b"9" * digits + b"}]", st.integers(1, 6000)),
))  # fmt: skip
def test_a_file_of_anything_is_read_or_said_to_be_unreadable(bytes_, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "fuzzed.json"
    path.write_bytes(bytes_)
    with suppress(SourceUnreadable):
        for found in records_from(str(path)):
            with suppress(ValueError):
                parse(found, feed="fuzz")


def test_a_record_of_megabytes_takes_no_more_than_its_share(record):
    large = record(description="x" * 5_000_000, program={"name": "a" * 5_000_000, "more": ["y" * 1000] * 5000})
    tracemalloc.start()
    try:
        parsed = parse(large, feed="fuzz")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(parsed.service["description"]) <= MOST_TEXT
    assert most < 200_000_000
