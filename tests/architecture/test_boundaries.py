"""The rules of the house that no import contract can say (docs/adr/0002). Read as text: nothing is run."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "core", "demo", "insights", "notifications", "referrals", "services_directory", "web")


def python_files(*patterns):
    found = sorted(path for pattern in patterns for path in ROOT.glob(pattern) if "migrations" not in path.parts)
    assert found, patterns
    return found


def lines_with(pattern, files):
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]


def is_adapter(path):
    parts = path.relative_to(ROOT).parts
    by_name = {"access_log.py", "tasks.py", "journey.py"}
    return bool({"api", "management"} & set(parts)) or parts[0] == "web" or parts[-1] in by_name


def test_a_status_changes_in_one_place():
    files = [path for app in APPS for path in python_files(f"{app}/**/*.py")]
    assert lines_with(r"^\s*[\w.]+\.status = ", files) == []
    # The machine's methods are called by name in one function, and once where a redirected referral arrives.
    callers = lines_with(r"getattr\((subject|referral|onward), step", files)
    assert [line.split(":")[0] for line in callers] == ["referrals/services/steps.py"]


def test_adapters_do_not_write_and_do_not_query_by_themselves():
    files = [path for app in APPS if app != "demo" for path in ROOT.glob(f"{app}/**/*.py") if is_adapter(path)]
    empty_for_the_schema = r"\.objects\.none\(\)"
    found = [
        line
        for line in lines_with(r"\.objects\b|\.save\(|\.delete\(\)", files)
        if not re.search(empty_for_the_schema, line)
    ]
    assert found == []


def test_the_domain_does_not_read_the_clock():
    domain = [path for app in APPS for path in python_files(f"{app}/**/*.py") if not is_adapter(path)]
    clock = r"timezone\.now\(|datetime\.now\(|date\.today\(|utcnow\("
    assert lines_with(clock, domain) == []


def test_the_domain_does_not_know_requests():
    files = python_files(
        "*/services.py", "*/services/*.py", "*/pathway/*.py", "*/models/*.py", "*/models.py", "*/policies.py"
    )
    assert lines_with(r"django\.http|rest_framework|request\.", files) == []


def test_everything_that_is_sent_is_first_a_row():
    files = [path for app in APPS for path in python_files(f"{app}/**/*.py")]
    sends = r"send_mail\(|EmailMessage\(|(?<!class )PlainEmail\(|\.delay\(|apply_async\(|delay_on_commit\("
    sending = lines_with(sends, files)
    assert {line.split(":")[0] for line in sending} == {"notifications/channels/email.py"}


def test_tests_and_migrations_aside_no_module_is_too_long():
    files = [path for app in (*APPS, "benchmarks") for path in python_files(f"{app}/**/*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > 420} == {}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_have_hashes_and_name_no_host(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9_.\[\]-]+==\S+", text, flags=re.MULTILINE)
    assert len(pins) > 40
    assert text.count("--hash=sha256:") >= len(pins)
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links", text) == []


def test_every_runtime_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = {re.split(r"[\[<>=]", line)[0].lower() for line in project["dependencies"]}
    pins = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==", lock, flags=re.MULTILINE)
    locked = {name.lower() for name in pins}
    assert wanted - locked == set()


def test_no_secret_has_a_default_in_production():
    settings = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    assert 'SECRET_KEY = env.str("SECRET_KEY") if IS_PRODUCTION' in settings
    assert 'DATABASES = {"default": env.db("DATABASE_URL")}' in settings


def test_every_environment_variable_is_listed():
    settings = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', settings))
    listed = set(
        re.findall(r"^#?\s*([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert read == listed
