"""Where a postcode is."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

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
    row = Postcode.objects.filter(pk=written.replace(" ", "")).first()
    if row is None:
        raise UnknownPostcode({field: [f"{written} is not a postcode we know. Check it, or try one nearby."]})
    return Located(
        postcode=written,
        latitude=row.latitude,
        longitude=row.longitude,
        lsoa=row.lsoa,
        ward=row.ward,
        local_authority=row.local_authority,
        imd_rank=row.imd_rank,
        neighbourhood=_neighbourhood_of(row),
    )


def _neighbourhood_of(row: Postcode) -> str:
    sector = f"{row.code[:-3]} {row.code[-3]}"
    fits = Q(sectors__contains=[sector])
    order = [When(sectors__contains=[sector], then=Value(3))]
    if row.ward:
        fits |= Q(wards__contains=[row.ward])
        order.insert(0, When(wards__contains=[row.ward], then=Value(2)))
    if row.lsoa:
        fits |= Q(lsoas__contains=[row.lsoa])
        order.insert(0, When(lsoas__contains=[row.lsoa], then=Value(1)))
    found = (
        Neighbourhood.objects.filter(fits)
        .order_by(Case(*order, output_field=IntegerField()), "code")
        .values_list("code", flat=True)
        .first()
    )
    return found or ""
