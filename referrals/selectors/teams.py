"""Which team looks after a person: by where they live, and where they are registered."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

from accounts.models import Team
from core.errors import Invalid
from referrals.enums import AreaKind
from referrals.models import TeamArea
from services_directory.selectors import locate
from services_directory.selectors.places import UnknownPostcode


class NoTeamHere(Invalid):
    """No team covers the place."""

    code = "no_team_here"
    title = "No team covers this place yet"


@dataclass(frozen=True, kw_only=True)
class FoundTeam:
    """The team, and by what it was found."""

    team: Team
    found_by: AreaKind


_RANK = Case(
    *[When(kind=kind, then=Value(rank)) for rank, kind in enumerate(AreaKind.values)], output_field=IntegerField()
)


def team_for(*, postcode: str = "", gp_practice_code: str = "", field: str = "team") -> FoundTeam:
    """Return the team that looks after whoever lives there or is registered there; in two queries.

    Of several the lowest priority wins, and of equal ones the narrowest: practice, LSOA, ward, neighbourhood, local
    authority. For everybody: which team covers which place is public.

    :param field: the name of the input, for the error.
    :raises Invalid: if the postcode has not the form of one.
    :raises NoTeamHere: if no team that takes referrals covers it.
    """
    known = {AreaKind.GP_PRACTICE: gp_practice_code.strip().upper()}
    try:
        place = locate(postcode) if postcode.strip() else None
    except UnknownPostcode:
        place = None
    if place is not None:
        known |= {
            AreaKind.LSOA: place.lsoa, AreaKind.WARD: place.ward, AreaKind.NEIGHBOURHOOD: place.neighbourhood,
            AreaKind.LOCAL_AUTHORITY: place.local_authority,
        }  # fmt: skip
    fits = Q(pk__in=[])
    for kind, code in known.items():
        if code:
            fits |= Q(kind=kind, code=code)
    area = (
        TeamArea.objects.filter(
            fits, team__takes_referrals=True, team__is_active=True, team__organization__is_active=True
        )
        .select_related("team__organization")
        .order_by("priority", _RANK, "team_id")
        .first()
    )
    if area is None:
        raise NoTeamHere({field: [_what_to_do(postcode, is_known=place is not None)]})
    return FoundTeam(team=area.team, found_by=AreaKind(area.kind))


def _what_to_do(postcode: str, *, is_known: bool) -> str:
    if not postcode.strip():
        return "Give the postcode of the home or the code of the GP practice, or choose a team: see /api/v1/teams/."
    if not is_known:
        return "We do not know this postcode. Check it, or choose a team: see /api/v1/teams/."
    return "No team covers this place yet. Choose a team (/api/v1/teams/), or ask the GP practice who helps there."
