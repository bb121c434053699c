"""Teams, people and records for tests of the directory. Records are whole Open Referral services, to be changed."""

import copy
import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from accounts.enums import OrganizationKind, Role
from accounts.models import Organization, Team, User
from accounts.services import register_user
from services_directory.demo.listings import PROVIDER_KEYS
from tests.directory.publisher import Publisher, running_publisher

AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
DATA = Path(settings.BASE_DIR).parent / "shared" / "data"


@pytest.fixture
def at() -> dt.datetime:
    """Now, for these tests."""
    return AT


@pytest.fixture
def feed_file() -> Callable[[str], Path]:
    """Find one of the real feeds that lie beside the project."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            pytest.skip(f"{path} is not here: this test reads that real feed")
        return path

    return find


@pytest.fixture
def record() -> Callable[..., dict[str, Any]]:
    """Make a record of a feed: a full Open Referral service, with other values where given (None: without)."""

    def make(name: str = "Chair exercises", **changes: Any) -> dict[str, Any]:
        def uid(kind: str) -> str:
            return str(uuid.uuid5(uuid.NAMESPACE_URL, f"test:{kind}:{name}"))

        made: dict[str, Any] = {
            "id": uid("service"),
            "name": name,
            "status": "active",
            "description": "Gentle movement, sitting down.",
            "minimum_age": 50,
            "last_modified": "2026-03-15T10:30:45Z",
            "organization": {"id": str(uuid.UUID(int=1)), "name": "Movers", "description": "A charity"},
            "schedules": [
                {
                    "id": uid("schedule"),
                    "freq": "WEEKLY",
                    "interval": 1,
                    "byday": "MO,TH",
                    "dtstart": "2026-01-05",
                    "opens_at": "10:00",
                    "closes_at": "11:00",
                }
            ],
            "cost_options": [{"id": uid("cost"), "option": "Everybody", "amount": 2.5}],
            "service_areas": [{"id": uid("area"), "name": "Stockport"}],
            "contacts": [
                {"id": uid("contact"), "title": "Desk", "phones": [{"id": uid("p"), "number": "0161 496 0001"}]}
            ],
            "service_at_locations": [
                {
                    "id": uid("at"),
                    "location": {
                        "id": str(uuid.UUID(int=2)),
                        "location_type": "physical",
                        "name": "The Hall",
                        "latitude": 53.41,
                        "longitude": -2.157,
                        "addresses": [
                            {
                                "id": str(uuid.UUID(int=3)),
                                "address_1": "1 High Street",
                                "city": "Stockport",
                                "state_province": "Greater Manchester",
                                "postal_code": "SK1 3XE",
                                "country": "GB",
                                "address_type": "physical",
                            }
                        ],
                    },
                }
            ],
            "attributes": [
                {
                    "id": uid("attribute"),
                    "link_type": "topic",
                    "taxonomy_term": {
                        "id": str(uuid.UUID(int=4)),
                        "name": "Exercise",
                        "description": "Exercise",
                        "taxonomy": "Topics",
                        "taxonomy_id": str(uuid.UUID(int=5)),
                    },
                }
            ],
        }
        made |= copy.deepcopy(changes)
        return {key: value for key, value in made.items() if value is not None}

    return make


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[[object], str]:
    """Write a JSON document to a file; return where."""

    def write(document: object) -> str:
        path = tmp_path / "feed.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def teams(db: None) -> dict[str, Team]:
    """The demonstration's provider teams, by provider key."""
    return {
        key: Team.objects.create(
            organization=Organization.objects.create(name=f"{key} (demonstration)", kind=OrganizationKind.PROVIDER),
            name=key,
            inbox_email=f"{key}@provider.example",
        )
        for key in PROVIDER_KEYS
    }


@pytest.fixture
def link_worker(db: None) -> User:
    """Somebody who looks for services."""
    host = Organization.objects.create(name="Link workers", kind=OrganizationKind.LINK_WORKER_HOST)
    team = Team.objects.create(organization=host, name="Link workers", inbox_email="lou@host.example")
    return register_user(email="lou@host.example", full_name="Lou", password=None, roles=[(team, Role.LINK_WORKER)])


@pytest.fixture
def as_link_worker(link_worker: User) -> APIClient:
    """The API, as that person."""
    client = APIClient()
    client.force_authenticate(link_worker)
    return client


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A server of a directory, on this machine."""
    with running_publisher() as published:
        yield published
