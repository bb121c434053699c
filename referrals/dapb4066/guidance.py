"""The rules of the standard's guidance that can be checked (field notes 2.3, by number)."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.identifiers import NO_PRACTICE_CODES
from referrals.dapb4066.findings import Finding, error, warning
from referrals.dapb4066.values import date_of

NO_KNOWN_RISKS = "No known risks"
NO_KNOWN_PRACTICE = "No known GP practice"
PLAN = "Plan and requested actions"
_ENTRY = "Risks > Risks record entry"


def findings_of_guidance(document: Mapping[str, Any], *, is_message: bool) -> Iterator[Finding]:
    """Return what breaks the guidance. What has not its form is passed over: the form's own rule says so."""
    person = _group(document, "Person demographics")
    yield from _of_identity(person)
    yield from _of_practice(document)
    yield from _of_dates(document)
    yield from _of_risks(document)
    yield from _of_scores(document)
    if "Looked after child" in _group(document, "Safeguarding"):
        yield warning("Safeguarding > Looked after child", "rule 5", "Children are not referred by this standard.")
    pregnancy = _group(document, "Pregnancy status")
    if pregnancy and pregnancy.get("Pregnancy state") is not True:
        yield error("Pregnancy status", "rule 16", "A pregnancy is told only while the person is pregnant.")
    if is_message:
        if PLAN not in document:
            yield error(PLAN, "rule 13", "A message says what is to be done, or that nothing is.")
        elif next(iter(document)) != PLAN:
            yield error(PLAN, "rule 13", "What is to be done comes first in a message.")


def _of_identity(person: Mapping[str, Any]) -> Iterator[Finding]:
    where = "Person demographics"
    status = person.get("NHS number status indicator")
    if "NHS number" in person and status == "07":
        yield error(f"{where} > NHS number status indicator", "rule 1", "The number is there, and said not to be.")
    elif "NHS number" not in person and status in {"01", "02"}:
        yield error(f"{where} > NHS number", "rule 1", "The number is said to be present, and is missing.")
    elif "NHS number status indicator" not in person:
        yield warning(f"{where} > NHS number status indicator", "rule 1", "Say how far the number was traced.")
    if "Sex" in person and "Gender" in person:
        said = "Both together may disclose a gender history (Gender Recognition Act 2004, s.22): leave out Sex."
        yield warning(f"{where} > Sex", "rule 4", said)


def _of_practice(document: Mapping[str, Any]) -> Iterator[Finding]:
    for number, entry in _entries(_group(document, "GP practice"), "GP practice record entry"):
        details = entry.get("GP practice details")
        if entry.get("GP practice identifier") in NO_PRACTICE_CODES and details not in {None, NO_KNOWN_PRACTICE}:
            where = f"GP practice > GP practice record entry[{number}] > GP practice details"
            yield error(where, "rule 2", f"Where there is no practice it reads “{NO_KNOWN_PRACTICE}”.")


def _of_dates(document: Mapping[str, Any]) -> Iterator[Finding]:
    for section, group, begins, ends in (
        ("Risks", "Risks record entry", "Start date of risk", "End date of risk"),
        ("Safeguarding", "Safeguarding concerns", "Safeguarding concerns date", "Safeguarding concerns end date"),
        ("Problem list", "Problem list record entry", "Onset date", "End Date"),
        ("Services and care", "Services and care record entry", "Service start date", "Service end date"),
    ):
        for number, entry in _entries(_group(document, section), group):
            begun, ended = date_of(entry.get(begins)), date_of(entry.get(ends))
            exact = min(len(begun), len(ended))
            if exact and ended[:exact] < begun[:exact]:
                yield error(f"{section} > {group}[{number}] > {ends}", "dates", "It ends before it begins.")


def _of_risks(document: Mapping[str, Any]) -> Iterator[Finding]:
    current = [
        (number, _group(entry, "Risk").get("Free text"))
        for number, entry in _entries(_group(document, "Risks"), "Risks record entry")
        if "End date of risk" not in entry
    ]
    for number, said in current:
        if said == NO_KNOWN_RISKS and len(current) > 1:
            yield error(f"{_ENTRY}[{number}]", "risks", "It says that none is known, beside a risk that has not ended.")


def _of_scores(document: Mapping[str, Any]) -> Iterator[Finding]:
    for number, entry in _entries(_group(document, "Assessments"), "Assessments record entry"):
        structured = _group(entry, "Structured assessment")
        where = f"Assessments > Assessments record entry[{number}] > Structured assessment"
        results = [("Assessment result", "Assessment score", _group(structured, "Assessment result"))]
        results += [
            (f"Subscale result[{place}]", "Subscale score", result)
            for place, result in _entries(structured, "Subscale result")
        ]
        for name, score, result in results:
            if "Coded value" in _group(result, score) and "Value" not in result:
                yield error(f"{where} > {name} > Value", "scores", "A coded score has its value.")


def _group(outer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the group of this name, or an empty one where there is none or something else."""
    inner = outer.get(name)
    return inner if isinstance(inner, dict) else {}


def _entries(outer: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the groups of a list with their numbers."""
    inner = outer.get(name)
    rows = inner if isinstance(inner, list) else []
    return [(number, row) for number, row in enumerate(rows, start=1) if isinstance(row, dict)]
