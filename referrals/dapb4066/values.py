"""Whether one value of a document can stand in one item of the standard."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from core.identifiers import clean_nhs_number, clean_postcode, clean_practice_code, clean_snomed_code
from referrals.dapb4066.declaration import Node
from referrals.enums import EthnicCategory, NhsNumberStatus, PreferredContact, StatedGender

Problem = tuple[str, str]
"""The rule that is broken, and the sentence that says so."""

CLOSED_LISTS: Mapping[str, tuple[str, ...]] = {
    "dd Person stated gender code": tuple(StatedGender.values),
    "dd NHS Number Code Status Indicator": tuple(NhsNumberStatus.values),
    "dd Preferred Contact Method": tuple(PreferredContact.values),
    "fhir Contact point use": ("home", "work", "temp", "old", "mobile"),
    "list referral method": (
        "Fax", "Phone", "Secure Messaging", "Secure Email", "Letter", "NHS E-Referral Service", "Self referral",
    ),
    "list immigration status": tuple(str(number) for number in range(1, 11)),
}  # fmt: skip
"""Value sets whose members are at hand; of the others only the form is checked."""
CLOSED_CONCEPTS: Mapping[str, tuple[str, ...]] = {
    "GP practice > GP practice record entry > GP opt out indicator": ("1092961000000104", "1092941000000100"),
    "Social context > Smoking status > Date stopped smoking > Coded value": ("160625004",),
}
"""Items for which the standard names each SNOMED CT concept, and no set of them."""
_FORMS: Mapping[str, Callable[[str], str]] = {
    "dd NHS number": clean_nhs_number,
    "dd Postcode of usual address": clean_postcode,
    "dd General medical practice code (patient registration)": clean_practice_code,
}
_PRECISIONS = (
    ("YM", re.compile(r"[0-9]{4}-[0-9]{2}"), "%Y-%m"),
    ("YMD", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "%Y-%m-%d"),
    ("YMDHM", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}.*"), ""),
)


def problems_of(node: Node, value: Any) -> list[Problem]:
    """Return what is wrong with a value that is there and not blank; nothing if it can stand in the item."""
    if node.value_set.startswith("scale "):
        return _problems_of_scale(node, value)
    if node.kind == "boolean":
        return [] if isinstance(value, bool) else [("datatype", "It is a flag: true or false.")]
    if node.kind in {"decimal", "quantity"}:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return [] if is_number else [("datatype", "It is a number.")]
    if node.value_set.startswith("sct") and node.kind == "coded":
        return _problems_of_concept(node, value)
    if not isinstance(value, str):
        return [("datatype", "It is a text.")]
    if node.kind in {"date", "datetime"}:
        return _problems_of_date(node, value)
    return _problems_of_text(node, value)


def date_of(value: Any) -> str:
    """Return the part of a date or time that can be compared as text, as exact as it was given; else empty."""
    return value[:10] if isinstance(value, str) and re.match(r"[0-9]{4}-[0-9]{2}", value) else ""


def _problems_of_text(node: Node, value: str) -> list[Problem]:
    if node.longest is not None and len(value) > node.longest:
        return [("length", f"It has {len(value)} characters; at most {node.longest} are allowed.")]
    if node.shortest is not None and len(value) < node.shortest:
        return [("length", f"It has {len(value)} characters; at least {node.shortest} are needed.")]
    if node.value_set == "dd Ethnic category":
        # The national code, or with a local one behind it (field notes 5, S109).
        is_known = value in EthnicCategory.values or (len(value) == 2 and value[0] in EthnicCategory.values)
        return [] if is_known else [_not_in(value, EthnicCategory.values)]
    if node.value_set in CLOSED_LISTS and value not in CLOSED_LISTS[node.value_set]:
        return [_not_in(value, CLOSED_LISTS[node.value_set])]
    if node.value_set in _FORMS:
        try:
            _FORMS[node.value_set](value)
        except ValueError as problem:
            return [("value set", str(problem))]
    return []


def _problems_of_scale(node: Node, value: Any) -> list[Problem]:
    least, most = (int(end) for end in node.value_set.removeprefix("scale ").split("-"))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [("datatype", "It is a number.")]
    return [] if least <= value <= most else [("value set", f"It is between {least} and {most}.")]


def _problems_of_concept(node: Node, value: Any) -> list[Problem]:
    if not isinstance(value, dict) or not {"code"} <= set(value) <= {"code", "display"}:
        return [("datatype", "It is a SNOMED CT concept: {“code”: “…”, “display”: “…”}.")]
    if not all(isinstance(part, str) for part in value.values()):
        return [("datatype", "The code and the display of a concept are texts.")]
    try:
        code = clean_snomed_code(value["code"])
    except ValueError as problem:
        return [("value set", str(problem))]
    allowed = CLOSED_CONCEPTS.get(node.path)
    return [_not_in(code, allowed)] if allowed and code not in allowed else []


def _problems_of_date(node: Node, value: str) -> list[Problem]:
    for precision, pattern, form in _PRECISIONS:
        if not pattern.fullmatch(value):
            continue
        try:
            if form:
                dt.datetime.strptime(value, form)  # noqa: DTZ007 - only whether there is such a day
            else:
                dt.datetime.fromisoformat(value)
        except ValueError:
            break
        if node.precision.endswith("!") and precision != node.precision.rstrip("!"):
            return [("datatype", "It is a whole day: 2026-11-02.")]
        return []
    return [("datatype", "It is a date or time, like 2026-11, 2026-11-02 or 2026-11-02T09:30.")]


def _not_in(value: str, allowed: Any) -> Problem:
    return ("value set", f"“{value}” is none of: {', '.join(allowed)}.")
