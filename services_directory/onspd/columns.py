"""The columns of the ONS Postcode Directory, under the names that its editions have given them.

Until 2025 they were called pcds, oslaua, osward, lsoa21, imd; since then their names carry the year of the boundaries:
lad26cd, wd26cd, lsoa21cd, imd25ind. The National Statistics Postcode Lookup calls them laua and ward.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import Invalid

FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "code": ("the postcode (pcds, pcd7, pcd, pcd8 or pcd2)", ("pcds", "pcd7", "pcd", "pcd8", "pcd2")),
    "latitude": ("the latitude (lat)", ("lat",)),
    "longitude": ("the longitude (long)", ("long",)),
    "lsoa": ("the LSOA (lsoa21cd, or another year)", (r"lsoa(\d\d)(?:cd)?",)),
    "ward": ("the ward (wd26cd or another year, osward, ward)", (r"wd(\d\d)cd", "osward", "ward")),
    "local_authority": (
        "the local authority (lad26cd or another year, oslaua, laua)",
        (r"lad(\d\d)cd", "oslaua", "laua"),
    ),
    "imd_rank": ("the IMD rank (imd25ind or another year, imd)", (r"imd(\d\d)(?:ind)?", "imd")),
    "terminated": ("the date of termination (doterm)", ("doterm",)),
}
"""Our name of each field: what it is, and the names it may have, the preferred first. Among years the newest counts."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the columns that are needed stand in one file."""

    width: int
    """How many columns a row has."""
    names: Mapping[str, str]
    """Under which name of the file each of our fields stands."""
    positions: Mapping[str, int]
    """In which column, from 0."""


def layout_of(header: Sequence[str]) -> Layout:
    """Return where the fields stand, from the names in the first row of a file; capitals do not matter.

    :raises Invalid: if a field has no column, naming what is missing.
    """
    cleaned = [name.strip().lower() for name in header]
    found = {field: _best(cleaned, patterns) for field, (_, patterns) in FIELDS.items()}
    missing = [meaning for field, (meaning, _) in FIELDS.items() if found[field] is None]
    if missing:
        raise Invalid({"file": [f"This is not the ONS Postcode Directory: no column for {', '.join(missing)}."]})
    names = {field: name for field, name in found.items() if name is not None}
    return Layout(
        width=len(cleaned), names=names, positions={field: cleaned.index(name) for field, name in names.items()}
    )


def _best(names: Sequence[str], patterns: Sequence[str]) -> str | None:
    for pattern in patterns:
        fits = [(match, name) for name in names if (match := re.fullmatch(pattern, name))]
        if fits:
            return max(fits, key=lambda fit: _year(fit[0]))[1]
    return None


def _year(match: "re.Match[str]") -> int:
    """The year in a name of two digits: 91 is 1991, 21 is 2021."""
    if not match.groups():
        return 0
    year = int(match.group(1))
    return year + (1900 if year > 80 else 2000)
