# ruff: noqa: S603 - these tests start programs, that is their point
"""What the lock names is what is installed, whatever has been published since."""

import hashlib
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from standalone import environment as setup


def publish(shelf: Path, name: str, version: str, *, needs: str = "", extra: str = "") -> str:
    """Put a package without contents on a shelf that pip can look at, and return its line for a lock."""
    shelf.mkdir(exist_ok=True)
    wheel = shelf / f"{name}-{version}-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Requires-Dist: {needs}\n" if needs else ""
    metadata += f"Provides-Extra: {extra}\n" if extra else ""
    about = f"{name}-{version}.dist-info"
    with ZipFile(wheel, "w") as written:
        written.writestr(f"{about}/METADATA", metadata)
        written.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        written.writestr(f"{about}/RECORD", f"{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def test_a_release_younger_than_the_lock_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, lock, venv = tmp_path / "shelf", tmp_path / "some.lock", tmp_path / "venv"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    # As pytest-cov asks for coverage[toml], and the lock names coverage.
    lock.write_text(
        publish(shelf, "measures", "1.0", needs="counts[fast]>=1") + publish(shelf, "counts", "1.0", extra="fast")
    )
    publish(shelf, "counts", "1.1", extra="fast")
    setup.make_venv(venv)

    setup.install(lock, venv)

    shown = "-m pip list --format freeze --exclude pip --exclude setuptools"
    done = subprocess.run([venv / "bin" / "python", *shown.split()], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["counts==1.0", "measures==1.0"]
