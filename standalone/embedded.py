"""Choose, make and start the servers that the environment does not name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from standalone.account import servers_account
from standalone.binaries import (
    choose_postgres,
    choose_valkey,
    postgres_within_reach,
    system_postgres,
    wheel_postgres,
    within_reach,
)
from standalone.console import say
from standalone.folders import secrets_in, servers_home
from standalone.servers import Postgres, Valkey
from standalone.supervisor import Supervisor


@dataclass(frozen=True)
class Services:
    """Where the database and the broker are, and the key that goes with the data."""

    database_url: str
    owner_url: str
    """The database by the role that owns the tables: for what changes them, not for what serves people."""
    redis_url: str
    secret_key: str
    admin_url: str = ""
    """The database by the server's own administrator; empty where the server is not ours."""


def start_servers(
    supervisor: Supervisor,
    ports: tuple[int, int],
    *,
    durable: bool,
    environ: Mapping[str, str] = os.environ,
) -> Services:
    """Start PostgreSQL and Valkey on the given ports, except what DATABASE_URL and REDIS_URL already name."""
    database_url, redis_url = environ.get("DATABASE_URL", ""), environ.get("REDIS_URL", "")
    owner_url = environ.get("MIGRATION_DATABASE_URL") or database_url
    if database_url and redis_url:
        return Services(database_url, owner_url, redis_url, secrets_in(supervisor.folder)["secret_key"])
    folder = supervisor.folder
    account = servers_account(folder / "pg")
    home = servers_home(folder, account)
    secrets = secrets_in(home)
    postgres = valkey = None
    if not database_url:
        only = environ.get("STANDALONE_POSTGRES", "")
        candidates = system_postgres() + wheel_postgres()
        binaries = choose_postgres(candidates, data=home / "pg", only=only)
        binaries = postgres_within_reach(binaries, account, home)
        postgres = Postgres(binaries, home, ports[0], account, secrets, durable)
        database_url, owner_url = postgres.url, postgres.owner_url
    if not redis_url:
        valkey = Valkey(within_reach(choose_valkey(), account, home), home, ports[1], account, secrets, durable)
        redis_url = valkey.url
    if durable:
        names = [str(postgres.binaries)] if postgres else []
        say(f"Starting {' and '.join([*names, 'Valkey'] if valkey else names)}; data in {shown(home)}")
    _start(supervisor, postgres, valkey)
    admin_url = postgres.admin_url if postgres else ""
    return Services(database_url, owner_url, redis_url, secrets["secret_key"], admin_url)


def _start(supervisor: Supervisor, postgres: Postgres | None, valkey: Valkey | None) -> None:
    environment = supervisor.servers_environment()
    waiting = []
    for name, server in (("postgres", postgres), ("valkey", valkey)):
        if server:
            server.create()
            child = supervisor.start(server.child(environment, supervisor.logs / f"{name}.log"))
            waiting.append((child, server))
    for child, server in waiting:
        supervisor.wait_for(child, server.is_ready)
    if postgres:
        postgres.prepare()


def shown(path: Path) -> str:
    """Return a path as somebody in the project's folder would name it."""
    return f"{os.path.relpath(path)}/" if path.is_relative_to(Path.cwd()) else f"{path}/"
