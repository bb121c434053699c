"""Where a postcode is, and which neighbourhoods there are."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from core.errors import Invalid
from core.identifiers import clean_postcode
from core.statements import ask
from services_directory.models import Neighbourhood


class UnknownPostcode(Invalid):
    """A postcode that has the right form and is in no directory that was loaded, or is no place (ZZ99)."""


@dataclass(frozen=True)
class Located:
    """A postcode with what is known of it. GSS codes; `neighbourhood` is a code of ours; empty where not known."""

    postcode: str
    latitude: float | None
    longitude: float | None
    lsoa: str
    ward: str
    local_authority: str
    imd_rank: int | None
    neighbourhood: str
    neighbourhood_name: str
    terminated: bool


def locate(postcode: str, *, field: str = "postcode") -> Located:
    """Return where a postcode is.

    :param field: the name of the input, for the error.
    :raises Invalid: if it has not the form of a postcode.
    :raises UnknownPostcode: if it is not in the directory of postcodes, or is a pseudo-postcode such as ZZ99 3VZ.
    """
    try:
        written = clean_postcode(postcode)
    except ValueError:
        raise Invalid({field: ["Enter a full UK postcode, like SK1 3XE."]}) from None
    if written.startswith("ZZ99"):
        raise UnknownPostcode({field: [f"{written} stands for no place: give a postcode nearby, or a point."]})
    found = locate_many([written]).get(written)
    if found is None:
        raise UnknownPostcode({field: [f"{written} is not a postcode we know. Check it, or try one nearby."]})
    return found


def locate_many(postcodes: Iterable[str]) -> dict[str, Located]:
    """Return where many postcodes are, by each as it was given, with one query.

    Those that are unknown, are no place (ZZ99) or have not the form of a postcode are not in the answer.
    """
    codes = {given: "".join(given.split()).upper() for given in postcodes}
    wanted = sorted({code for code in codes.values() if code.isalnum()})
    if not wanted:
        return {}
    located = {code: Located(f"{code[:-3]} {code[-3:]}", *known) for code, *known in ask(_WHERE, [wanted])}
    return {given: located[code] for given, code in codes.items() if code in located}


_WHERE = """
SELECT postcode.code, latitude, longitude, lsoa, ward, local_authority, imd_rank, coalesce(area.code, ''),
    coalesce(area.name, ''), terminated
FROM services_directory_postcode AS postcode
LEFT JOIN LATERAL (
    SELECT code, name FROM services_directory_neighbourhood,
        LATERAL (VALUES (1, nullif(lsoa, '') = ANY (lsoas)), (2, nullif(ward, '') = ANY (wards)),
            (3, left(postcode.code, -3) || ' ' || left(right(postcode.code, 3), 1) = ANY (sectors))) AS by (rank, fits)
    WHERE fits ORDER BY rank, code LIMIT 1
) AS area ON true
WHERE postcode.code = ANY (%s)
"""
"""With the neighbourhood by LSOA before ward before sector ("SK5 6"), and of two that claim it the first by code."""


def neighbourhoods() -> QuerySet[Neighbourhood]:
    """Return the neighbourhoods of the place, for every signed-in person."""
    return Neighbourhood.objects.all()
