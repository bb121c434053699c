"""Whatever is asked of what is published is answered, with what there is or with a refusal. Never with a fault."""

import uuid
from urllib.parse import quote

import pytest
from django.test import Client

from services_directory.publishing.parameters import PARAMETERS
from services_directory.services import import_feed
from tests.directory.rich import RICH
from tests.directory.site import KINDS, ROOT

pytestmark = pytest.mark.django_db

HOSTILE = [
    "a", "\x00", "0", "-1", "1e309", "nan", "inf", "9" * 30, "9" * 5000, "%", "'", "\"; DROP", "(", "[", "*", ":*",
    "&|!", "a" * 501, "SK1 3XE", "ZZ99 9ZZ", "MO", "XX", "24:00", "25:00", "2026-01-01", "0001-01-01",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "true", "maybe", "ndjson", "xml", str(uuid.UUID(int=7)),
    f"{uuid.UUID(int=7)},x", ",,,", "1_0", "\uff11", "<b>", "\\", "$$", "\u202e", "\U0001f600" * 100,
]  # fmt: skip


@pytest.fixture(autouse=True)
def _something_published(at):
    import_feed(feed_name="Test", source="x", records=[RICH], at=at)


@pytest.mark.parametrize("kind", KINDS)
def test_no_value_of_a_parameter_is_a_fault(kind, settings):
    settings.PUBLIC_READS_PER_MINUTE = len(PARAMETERS) * len(HOSTILE)
    client = Client()

    answers = {
        (name, value): client.get(f"{ROOT}/{kind}", {name: value}).status_code
        for name in PARAMETERS
        for value in HOSTILE
    }

    assert {asked: status for asked, status in answers.items() if status not in {200, 400}} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_no_address_is_a_fault(kind):
    statuses = {value: Client().get(f"{ROOT}/{kind}/{quote(value, safe='')}").status_code for value in HOSTILE}

    assert {value: status for value, status in statuses.items() if status != 404} == {}


@pytest.mark.parametrize("query", ["%FF=%FE", "search=%FF%FE%00", "page=1&page=x", "&&&=&=", "day=MO&day=%00"])
def test_a_query_that_is_no_text_is_no_fault(query):
    assert Client().get(f"{ROOT}/services?{query}").status_code in {200, 400}
