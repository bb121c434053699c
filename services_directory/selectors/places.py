"""Where a postcode is, and which neighbourhoods there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from core.errors import Invalid
from core.identifiers import clean_postcode
from services_directory.models import Neighbourhood, Postcode


class UnknownPostcode(Invalid):
    """A postcode that has the right form and is in no directory that was loaded, or is no place (ZZ99)."""


@dataclass(frozen=True, kw_only=True)
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
    except ValueError as problem:
        raise Invalid({field: [str(problem)]}) from None
    if written.startswith("ZZ99"):
        raise UnknownPostcode({field: [f"{written} stands for no place: give a postcode nearby, or a point."]})
    found = locate_many([written]).get(written)
    if found is None:
        raise UnknownPostcode({field: [f"{written} is not a postcode we know. Check it, or try one nearby."]})
    return found


def locate_many(postcodes: Iterable[str]) -> dict[str, Located]:
    """Return where many postcodes are, by each as it was given, with two queries.

    Those that are unknown, are no place (ZZ99) or have not the form of a postcode are not in the answer.
    """
    codes = {given: "".join(given.split()).upper() for given in postcodes}
    rows = Postcode.objects.in_bulk({code for code in codes.values() if code.isalnum()})
    areas = _Areas.around(rows.values())
    located = {code: areas.located(row) for code, row in rows.items()}
    return {given: located[code] for given, code in codes.items() if code in located}


def neighbourhoods() -> QuerySet[Neighbourhood]:
    """Return the neighbourhoods of the place, for every signed-in person."""
    return Neighbourhood.objects.all()


@dataclass(frozen=True)
class _Areas:
    """Which neighbourhood each LSOA, ward and sector belongs to, as far as it concerns some postcodes."""

    by_lsoa: dict[str, Neighbourhood]
    by_ward: dict[str, Neighbourhood]
    by_sector: dict[str, Neighbourhood]

    @classmethod
    def around(cls, rows: Iterable[Postcode]) -> "_Areas":
        wanted = {
            "lsoas": sorted({row.lsoa for row in rows} - {""}),
            "wards": sorted({row.ward for row in rows} - {""}),
            "sectors": sorted({_sector(row) for row in rows}),
        }
        fits = [Q(**{f"{kind}__overlap": values}) for kind, values in wanted.items() if values]
        found = list(Neighbourhood.objects.filter(reduce(or_, fits)).order_by("-code")) if fits else []
        return cls(
            by_lsoa={area: each for each in found for area in each.lsoas},
            by_ward={area: each for each in found for area in each.wards},
            by_sector={area: each for each in found for area in each.sectors},
        )

    def located(self, row: Postcode) -> Located:
        area = self.by_lsoa.get(row.lsoa) or self.by_ward.get(row.ward) or self.by_sector.get(_sector(row))
        return Located(
            postcode=f"{row.code[:-3]} {row.code[-3:]}",
            latitude=row.latitude,
            longitude=row.longitude,
            lsoa=row.lsoa,
            ward=row.ward,
            local_authority=row.local_authority,
            imd_rank=row.imd_rank,
            neighbourhood=area.code if area else "",
            neighbourhood_name=area.name if area else "",
            terminated=row.terminated,
        )


def _sector(row: Postcode) -> str:
    """SK5 6 of SK5 6AA."""
    return f"{row.code[:-3]} {row.code[-3]}"
