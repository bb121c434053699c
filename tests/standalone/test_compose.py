# ruff: noqa: S104, S108 - addresses and folders inside a container
"""docker-compose.yml and the Dockerfile say the same as the supervisor."""

import json
import re
import shlex
from itertools import pairwise
from typing import Any

import pytest
import yaml

from standalone import notify_catcher, processes
from standalone.servers import APPLICATION, DATABASE, OWNER, SILENT
from tests.standalone.stub_project import PROJECT

SERVICES = {"proxy", "web", "worker", "webhooks", "beat", "migrate", "postgres", "redis", "mail", "notify"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    return parsed


def test_it_has_the_whole_service(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == SERVICES
    assert "version" not in compose


def test_commands_are_the_supervisors(compose: dict[str, Any]) -> None:
    commands = {
        name: shlex.split(compose["services"][name]["command"]) for name in ("web", "worker", "webhooks", "beat")
    }

    assert commands == {
        "web": processes.web("0.0.0.0", 8000),
        "worker": processes.worker(),
        "webhooks": processes.webhooks(),
        "beat": processes.beat("/tmp/beat-schedule"),
    }


def test_texts_and_letters_go_to_the_stand_in_as_in_make_run(compose: dict[str, Any]) -> None:
    notify, told = compose["services"]["notify"], compose["services"]["worker"]["environment"]

    assert shlex.split(notify["command"]) == [
        "python", "-m", *processes.notify_catcher("/tmp/notify", 8026, host="0.0.0.0")
    ]  # fmt: skip
    assert {name: value for name, value in told.items() if name.startswith("NOTIFY_")} == {
        "NOTIFY_URL": "http://notify:8026",
        "NOTIFY_API_KEY": notify_catcher.API_KEY,
        "NOTIFY_SMS_TEMPLATE": notify_catcher.TEMPLATES["sms"],
        "NOTIFY_LETTER_TEMPLATE": notify_catcher.TEMPLATES["letter"],
    }


def test_the_image_starts_web_by_default() -> None:
    last = re.findall(r"^CMD (.*)$", (PROJECT / "Dockerfile").read_text(), flags=re.MULTILINE)[-1]

    assert json.loads(last) == processes.web("0.0.0.0", 8000)


def test_one_image_serves_web_worker_beat_and_migrate(compose: dict[str, Any]) -> None:
    shared = [compose["services"][name] for name in ("web", "worker", "webhooks", "beat", "migrate")]

    assert {service["image"] for service in shared} == {"community-referral"}
    *others, migrate = (service["environment"] for service in shared)
    assert all(environment == others[0] for environment in others)
    assert {name: value for name, value in migrate.items() if name != "MIGRATION_DATABASE_URL"} == others[0]
    assert "MIGRATION_DATABASE_URL" not in others[0]


def test_nothing_starts_before_what_it_needs(compose: dict[str, Any]) -> None:
    conditions = {
        name: {needed: how["condition"] for needed, how in service.get("depends_on", {}).items()}
        for name, service in compose["services"].items()
    }

    ready = {"migrate": "service_completed_successfully", "redis": "service_healthy"}
    assert conditions == {
        "proxy": {"web": "service_healthy"},
        "web": ready,
        "worker": ready,
        "webhooks": ready,
        "beat": ready,
        "migrate": {"postgres": "service_healthy", "redis": "service_healthy"},
        "postgres": {},
        "redis": {},
        "mail": {},
        "notify": {},
    }
    assert all("healthcheck" in compose["services"][name] for name in ("web", "postgres", "redis"))


def test_waiting_tasks_survive_a_restart_of_redis(compose: dict[str, Any]) -> None:
    command = compose["services"]["redis"]["command"]

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert compose["services"]["redis"]["volumes"] == ["redis:/data"]


def test_the_database_repeats_no_row_in_its_log(compose: dict[str, Any]) -> None:
    said = shlex.split(compose["services"]["postgres"]["command"])

    assert said[0] == "postgres"
    assert [value for flag, value in pairwise(said) if flag == "-c"] == list(SILENT)


def test_passwords_in_addresses_are_the_servers(compose: dict[str, Any]) -> None:
    environment, services = compose["services"]["web"]["environment"], compose["services"]
    database = services["postgres"]["environment"]

    assert "./config/roles.sql:/docker-entrypoint-initdb.d/roles.sql:ro" in services["postgres"]["volumes"]
    made = re.findall(
        r"^CREATE ROLE (\w+) LOGIN PASSWORD :'(\w+)';", (PROJECT / "config/roles.sql").read_text(), re.MULTILINE
    )
    assert made == [(OWNER, "owner_password"), (APPLICATION, "application_password")]
    for url, role, password in (
        (environment["DATABASE_URL"], APPLICATION, database["APPLICATION_PASSWORD"]),
        (services["migrate"]["environment"]["MIGRATION_DATABASE_URL"], OWNER, database["OWNER_PASSWORD"]),
    ):
        assert url == f"postgres://{role}:{password}@postgres:5432/{DATABASE}"
    passwords = {value for name, value in database.items() if name.endswith("_PASSWORD")}
    assert len(passwords) == 3
    password = services["redis"]["command"].split("--requirepass ")[1]
    assert environment["REDIS_URL"] == f"redis://:{password}@redis:6379/0"


def test_people_come_in_by_the_proxy_alone_and_what_stands_behind_it_can_be_multiplied(compose: dict[str, Any]) -> None:
    services = compose["services"]
    published = {name for name, service in services.items() if "ports" in service}

    assert published == {"proxy", "mail", "notify"}
    assert services["proxy"]["volumes"] == ["./config/nginx.conf:/etc/nginx/nginx.conf:ro"]
    assert services["web"]["environment"]["BEHIND_PROXY"] == "1"
    assert not [name for name in ("web", "worker", "webhooks") if "container_name" in services[name]]


def test_only_this_machine_can_reach_it(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_runs_unprivileged_and_checks_hashes() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()

    assert re.search(r"^USER service$", dockerfile, flags=re.MULTILINE)
    assert "--require-hashes --only-binary :all: -c requirements.lock -r requirements.lock" in dockerfile
