"""The embedded PostgreSQL and Valkey: their data folders, their commands, and when they are ready.

Both listen on this machine only, ask for a password, and run in the foreground as direct children of the supervisor.
"""

import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from standalone.account import Account, run_as
from standalone.binaries import PostgresBinaries
from standalone.children import Child
from standalone.console import CannotStart
from standalone.folders import write_private
from standalone.ports import LOCALHOST

ADMIN = "postgres"
OWNER = "community_referral"
APPLICATION = f"{OWNER}_app"
DATABASE = OWNER
# What Debian's builds and the wheel both know; glibc before 2.35 and other systems lack the first.
LOCALES = (
    ["--locale=C.UTF-8"],
    ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
    ["--locale=C"],
)
# What a statement that failed was about stays out of the log: the rows of this database are about people.
SILENT = ("log_error_verbosity=terse", "log_min_error_statement=panic")
# For data that live as long as one test run, a crash is no concern.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server with two roles: one owns one database and may create more (tests do), the other is the
    application's and owns nothing.
    """

    binaries: PostgresBinaries
    home: Path
    port: int
    account: Account | None
    secrets: Mapping[str, str]
    durable: bool = True

    @property
    def data(self) -> Path:
        """Return its data folder."""
        return self.home / "pg"

    @property
    def url(self) -> str:
        """Return DATABASE_URL of the application."""
        return self._url(APPLICATION, "postgres_app")

    @property
    def owner_url(self) -> str:
        """Return the same for the owner of the tables."""
        return self._url(OWNER, "postgres")

    @property
    def admin_url(self) -> str:
        """Return the same for the administrator."""
        return self._url(ADMIN, "postgres_admin")

    def _url(self, role: str, secret: str) -> str:
        return f"postgres://{role}:{self.secrets[secret]}@{LOCALHOST}:{self.port}/{DATABASE}"

    def create(self) -> None:
        """Make the data folder if there is none: beside its place, then moved, so that half a one never counts."""
        if self.data.exists():
            return
        draft, password = self.home / "pg.draft", self.home / "pg.password"
        write_private(password, self.secrets["postgres_admin"])
        problem = ""
        try:
            for locale in LOCALES:
                shutil.rmtree(draft, ignore_errors=True)
                draft.mkdir(mode=0o700)
                if self.account:
                    self.account.own(draft, password)
                made = run_as(self.account, [*self._initdb(draft, password), *locale], cwd=draft)
                if made.returncode == 0:
                    draft.rename(self.data)
                    return
                problem = problem or " ".join(made.stderr.split())
        finally:
            password.unlink(missing_ok=True)
        raise CannotStart(f"PostgreSQL could not make its data folder {self.data}: {problem}")

    def _initdb(self, folder: Path, password: Path) -> list[str]:
        command = [str(self.binaries.folder / "initdb"), "-D", str(folder), "-U", ADMIN, f"--pwfile={password}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
        return command if self.durable else [*command, "--no-sync"]

    def child(self, environment: Mapping[str, str], log: Path) -> Child:
        """Return the server as a child; SIGINT is its fast and clean shutdown."""
        command = [str(self.binaries.folder / "postgres"), "-D", str(self.data)]
        command += ["-h", LOCALHOST, "-p", str(self.port)]
        # No socket file: its path must be short, and where the project lies is not ours to choose.
        for setting in (
            "unix_socket_directories=",
            "max_connections=200",
            *SILENT,
            *(() if self.durable else CARELESS),
        ):
            command += ["-c", setting]
        return Child("postgres", command, environment, self.data, log, self.account, stop_signal=signal.SIGINT)

    def is_ready(self) -> bool:
        """Say whether the server takes queries; raise `CannotStart` if it refuses our password."""
        try:
            self._connect().close()
        except psycopg.OperationalError as problem:
            if "password authentication failed" in str(problem):
                raise CannotStart(
                    f"The data in {self.data} have another password than {self.home / 'secrets.json'} says: "
                    "put the right file back, or move the folder away to begin with an empty database."
                ) from None
            return False
        return True

    def prepare(self) -> None:
        """Create the roles and the database where they do not exist yet."""
        with self._connect() as connection:
            # No superusers: what the service may not do in production, it may not do here.
            for role, options, secret in ((OWNER, "CREATEDB", "postgres"), (APPLICATION, "", "postgres_app")):
                if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                    made = sql.SQL(f"CREATE ROLE {{}} LOGIN {options} PASSWORD {{}}")
                    connection.execute(made.format(sql.Identifier(role), sql.Literal(self.secrets[secret])))
            owner, application = sql.Identifier(OWNER), sql.Identifier(APPLICATION)
            # Who owns the tables may do what the application may: tests play its part.
            connection.execute(sql.SQL("GRANT {} TO {}").format(application, owner))
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), owner))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=LOCALHOST,
            port=self.port,
            user=ADMIN,
            password=self.secrets["postgres_admin"],
            dbname="postgres",
            connect_timeout=3,
            autocommit=True,
        )


@dataclass(frozen=True)
class Valkey:
    """A Valkey server, which speaks Redis: the tasks that wait survive a crash of the server."""

    program: Path
    home: Path
    port: int
    account: Account | None
    secrets: Mapping[str, str]
    durable: bool = True

    @property
    def data(self) -> Path:
        """Return its data folder."""
        return self.home / "valkey"

    @property
    def url(self) -> str:
        """Return REDIS_URL."""
        return f"redis://:{self.secrets['redis']}@{LOCALHOST}:{self.port}/0"

    def create(self) -> None:
        """Make its folder and its configuration; a file, because everybody can read a password in a command line."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        settings = {
            "bind": LOCALHOST,
            "port": self.port,
            "dir": f'"{self.data}"',
            "appendonly": "yes" if self.durable else "no",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "requirepass": self.secrets["redis"],
            "set-proc-title": "no",  # so that a leftover is known by its command line
        }
        path = self.data / "valkey.conf"
        write_private(path, "".join(f"{name} {value}\n" for name, value in settings.items()))
        if self.account:
            self.account.own(self.data, path)

    def child(self, environment: Mapping[str, str], log: Path) -> Child:
        """Return the server as a child."""
        command = [str(self.program), str(self.data / "valkey.conf")]
        return Child("valkey", command, environment, self.data, log, self.account)

    def is_ready(self) -> bool:
        """Say whether the server takes commands: not before it has read its data."""
        with redis.Redis(
            host=LOCALHOST, port=self.port, password=self.secrets["redis"], socket_connect_timeout=3
        ) as client:
            try:
                return bool(client.ping())
            except redis.exceptions.RedisError:
                return False
