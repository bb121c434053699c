"""The documents that say why this is safe: each test and file that they name exists, and nothing is left out of them.

Read as text and by its grammar: nothing is run.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from referrals.holdings.register import HOLDINGS
from tests.architecture.test_boundaries import APPS, lines_with, python_files

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("security", "hazards", "data-protection", "penetration", "threats")
ASVS: dict[str, int | tuple[int, ...]] = {
    "1.1": 7, "1.2": 4, "1.4": (1, 4, 5), "1.5": 4, "1.6": 4, "1.7": 2, "1.8": 2, "1.9": 2, "1.10": 1, "1.11": 2,
    "1.12": (2,), "1.14": 6, "2.1": 12, "2.2": 3, "2.3": 3, "2.4": 5, "2.5": 7, "2.6": 3, "2.7": 6, "2.8": 7, "2.9": 3,
    "2.10": 4, "3.1": 1, "3.2": 4, "3.3": 4, "3.4": 5, "3.5": 3, "3.7": 1, "4.1": (1, 2, 3, 5), "4.2": 2, "4.3": 3,
    "5.1": 5, "5.2": 8, "5.3": 10, "5.4": 3, "5.5": 4, "6.1": 3, "6.2": 6, "6.3": 2, "6.4": 2, "7.1": 4, "7.2": 2,
    "7.3": (1, 3, 4), "7.4": 3, "8.1": 4, "8.2": 3, "8.3": 8, "9.1": 3, "9.2": 4, "10.2": 2, "10.3": 3, "11.1": 8,
    "12.1": 3, "12.2": 1, "12.3": 6, "12.4": 2, "12.5": 2, "12.6": 1, "13.1": (1, 3, 4, 5), "13.2": (1, 2, 3, 5, 6),
    "13.3": 2, "13.4": 2, "14.1": 4, "14.2": 6, "14.3": (2, 3), "14.4": 7, "14.5": 4,
}  # fmt: skip
"""The requirements of level 2 in OWASP ASVS 4.0.3, by section: how many, or which, where some are of level 3."""
STATES = {"met", "not applicable", "NOT MET", "theirs"}


def text_of(document: str) -> str:
    return (ROOT / "docs" / f"{document}.md").read_text(encoding="utf-8")


def rows_of(document: str) -> list[list[str]]:
    """The cells of each row of each table, without the lines that make it a table."""
    rows = re.findall(r"^\| (.*) \|$", text_of(document), flags=re.MULTILINE)
    return [[cell.strip() for cell in row.split(" | ")] for row in rows]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_test_and_file_that_is_named_exists(document: str) -> None:
    text = text_of(document)
    tests = re.findall(r"`([\w/]+\.py)::(\w+)`", text)
    assert [f"{path}::{name}" for path, name in tests if name not in names_in(path)] == []
    assert len(re.findall("::", text)) == len(tests)  # none is written so that it is not looked at
    files = re.findall(r"`((?:[.\w-]+/)+[\w.-]+|[\w-]+\.(?:toml|lock|yml))`", text)
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_no_requirement_of_level_2_is_left_out_and_each_is_judged_once() -> None:
    wanted = {
        f"{section}.{number}"
        for section, numbers in ASVS.items()
        for number in (range(1, numbers + 1) if isinstance(numbers, int) else numbers)
    }
    rows = [row for row in rows_of("security") if re.match(r"\d+\.\d+\.\d+", row[0])]
    judged = [number for row in rows for number in row[0].split(", ")]

    assert len(wanted) == 259
    assert sorted(judged) == sorted(wanted)
    assert {row[2] for row in rows} <= STATES
    assert [row[0] for row in rows if row[2] == "met" and "::" not in row[3]] == []


def test_what_is_not_met_is_counted_where_the_document_begins() -> None:
    rows = [row for row in rows_of("security") if re.match(r"\d+\.\d+\.\d+", row[0])]
    counted = {state: sum(len(row[0].split(", ")) for row in rows if row[2] == state) for state in STATES}

    found = re.search(r"met (\d+), not applicable (\d+), theirs (\d+), NOT MET (\d+)", text_of("security"))

    assert found is not None
    assert {
        "met": int(found[1]), "not applicable": int(found[2]), "theirs": int(found[3]), "NOT MET": int(found[4])
    } == counted  # fmt: skip


def test_each_hazard_has_its_number_its_risk_before_and_after_and_a_test() -> None:
    hazards = [row for row in rows_of("hazards") if re.match(r"H\d+", row[0])]

    assert [row[0] for row in hazards] == [f"H{number}" for number in range(1, len(hazards) + 1)]
    for row in hazards:
        assert len(row) == 7, row[0]
        for judged in row[4:6]:
            severity, likelihood, risk = judged.split(", ")
            assert risk == risk_of(severity, likelihood), row[0]
        assert "::" in row[6] or row[6].startswith("NOT YET"), row[0]


def risk_of(severity: str, likelihood: str) -> str:
    """The table of the document: the words of both, and what the two come to."""
    rows = {row[0]: row[1:] for row in rows_of("hazards") if row[0] in LIKELIHOODS}
    return rows[likelihood][SEVERITIES.index(severity)]


SEVERITIES = ("minor", "significant", "considerable", "major", "catastrophic")
LIKELIHOODS = ("very low", "low", "medium", "high", "very high")


def test_every_kind_of_record_about_a_person_is_named() -> None:
    text = text_of("data-protection")
    assert [holding.title for holding in HOLDINGS if holding.title not in text] == []


def test_nothing_that_runs_here_starts_a_program_unpickles_or_reads_xml() -> None:
    files = [path for app in APPS for path in python_files(f"{app}/**/*.py") if path.name != "vendoring.py"]
    dangerous = r"^\s*(?:import|from) (?:subprocess|pickle|marshal|shelve|xml|lxml)\b|\bos\.system\(|\b(?:eval|exec)\("
    assert lines_with(dangerous, files) == []


def test_every_spreadsheet_is_written_where_no_cell_becomes_a_formula() -> None:
    files = [path for app in APPS for path in python_files(f"{app}/**/*.py")]
    writers = {line.split(":")[0] for line in lines_with(r"csv\.(?:Dict)?[Ww]riter\(", files)}
    assert writers == {"services_directory/spreadsheets/sheets.py"}


def test_nothing_takes_a_file() -> None:
    files = [path for app in APPS for path in python_files(f"{app}/**/*.py")]
    assert lines_with(r"\b(?:File|Image)Field\(|request\.FILES|MultiPartParser|FileUploadParser", files) == []
