"""Say which neighbourhoods there are, and what they are made of."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from core.errors import Invalid
from services_directory.models import Neighbourhood

_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_AREAS = {
    "lsoas": (re.compile(r"[A-Z][0-9]{8}"), "an LSOA like E01005811"),
    "wards": (re.compile(r"[A-Z][0-9]{8}"), "a ward like E05000781"),
    "sectors": (re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9]"), "a postcode sector like SK5 6"),
}


@dataclass(frozen=True, kw_only=True)
class NeighbourhoodsLoaded:
    """What became of the neighbourhoods, by code."""

    created: Sequence[str]
    changed: Sequence[str]
    unchanged: Sequence[str]
    removed: Sequence[str]


def load_neighbourhoods(records: Iterable[Mapping[str, object]]) -> NeighbourhoodsLoaded:
    """Make these the neighbourhoods that there are; those that are not among them are removed.

    :param records: each with `code` (small letters, digits, hyphens), `name`, and at least one of `lsoas`, `wards`
        and `sectors`, which are lists.
    :raises Invalid: if one cannot stand, or two share a code, a name or an area: nothing is changed. The errors are
        by code.
    """
    wanted: dict[str, Neighbourhood] = {}
    errors: dict[str, list[str]] = {}
    for number, record in enumerate(records, start=1):
        made, wrong = _read(record)
        name = made.code or f"number {number}"
        if made.code in wanted:
            wrong.append("Another one has this code.")
        wrong += _shared(made, wanted.values())
        if wrong:
            errors.setdefault(name, []).extend(wrong)
        wanted[name] = made
    if not wanted:
        errors["file"] = ["There is no neighbourhood in it."]
    if errors:
        raise Invalid(errors, detail="Nothing was changed: correct the neighbourhoods named in errors.")
    return _write(wanted)


def _read(record: Mapping[str, object]) -> tuple[Neighbourhood, list[str]]:
    wrong: list[str] = []
    code, name = (str(record.get(field) or "").strip() for field in ("code", "name"))
    if not (_CODE.fullmatch(code) and len(code) <= 60):
        wrong.append("The code should be small letters, digits and hyphens.")
    if not 0 < len(name) <= 100:
        wrong.append("The name should have 1 to 100 characters.")
    areas: dict[str, list[str]] = {}
    for kind, (form, like) in _AREAS.items():
        given = record.get(kind) or []
        if not isinstance(given, list):
            wrong.append(f"The {kind} should be a list.")
            given = []
        areas[kind] = sorted({" ".join(str(area).upper().split()) for area in given})
        wrong += [f"{area!r} is not {like}." for area in areas[kind] if not form.fullmatch(area)]
    if not any(areas.values()):
        wrong.append("It needs LSOAs, wards or postcode sectors.")
    return Neighbourhood(code=code, name=name, **areas), wrong


def _shared(made: Neighbourhood, others: Iterable[Neighbourhood]) -> list[str]:
    found = []
    for other in others:
        if other.name == made.name:
            found.append(f"{other.code} has this name too.")
        for kind in _AREAS:
            both = sorted(set(getattr(made, kind)) & set(getattr(other, kind)))
            found += [f"{area} belongs to {other.code} too." for area in both]
    return found


@transaction.atomic(durable=True)
def _write(wanted: Mapping[str, Neighbourhood]) -> NeighbourhoodsLoaded:
    fields = ("name", *_AREAS)
    there = {each.code: each for each in Neighbourhood.objects.select_for_update().order_by("code")}
    same = {
        code
        for code, each in wanted.items()
        if code in there and all(getattr(each, field) == getattr(there[code], field) for field in fields)
    }
    changed = sorted(wanted.keys() & there.keys() - same)
    removed = sorted(there.keys() - wanted.keys())
    created = sorted(wanted.keys() - there.keys())
    Neighbourhood.objects.filter(code__in=removed).delete()
    # Two may exchange their names: for a moment each has a name that no other has.
    Neighbourhood.objects.filter(code__in=changed).update(name=Concat(Value("~"), F("code")))
    Neighbourhood.objects.bulk_update([wanted[code] for code in changed], fields)
    Neighbourhood.objects.bulk_create([wanted[code] for code in created])
    return NeighbourhoodsLoaded(created=created, changed=changed, unchanged=sorted(same), removed=removed)
