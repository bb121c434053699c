"""Set which team looks after which place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.models import Team
from core.errors import Invalid
from referrals.enums import AreaKind
from referrals.models import TeamArea

COLUMNS = ("team", "kind", "code", "priority")


@dataclass(frozen=True, kw_only=True)
class Area:
    """One place, or one practice, of one team."""

    team_id: UUID
    kind: str
    code: str
    priority: int = 100


@transaction.atomic(durable=True)
def set_team_areas(*, areas: Sequence[Area]) -> int:
    """Let these be the areas of all teams, in place of those before; return how many.

    :raises Invalid: if a team is none that takes referrals, a kind is unknown, a code is empty, or an area comes twice.
        Then all stays as it was.
    """
    teams = set(Team.objects.filter(takes_referrals=True).values_list("pk", flat=True))
    seen: set[tuple[UUID, str, str]] = set()
    errors: dict[str, list[str]] = {}
    for number, area in enumerate(areas, start=1):
        said: list[str] = []
        if area.team_id not in teams:
            said.append("There is no team with this id that takes referrals.")
        if area.kind not in AreaKind.values:
            said.append(f"Choose one of: {', '.join(AreaKind.values)}.")
        if not area.code.strip():
            said.append("The code is missing.")
        if (key := (area.team_id, area.kind, area.code)) in seen:
            said.append("This area comes twice.")
        seen.add(key)
        if not 0 <= area.priority <= 32_767:
            said.append("The priority is a number from 0 to 32767.")
        if said:
            errors[f"row {number}"] = said
    if errors:
        raise Invalid(errors)
    TeamArea.objects.all().delete()
    TeamArea.objects.bulk_create(
        TeamArea(team_id=area.team_id, kind=area.kind, code=area.code.strip(), priority=area.priority) for area in areas
    )
    return len(areas)


def read_areas(rows: Iterable[dict[str, str]]) -> list[Area]:
    """Return the areas of a table with the columns COLUMNS; an empty priority is 100.

    :raises Invalid: if a column is missing, or a value is no id or no number.
    """
    areas = []
    for number, row in enumerate(rows, start=1):
        try:
            areas.append(
                Area(
                    team_id=UUID(row["team"].strip()), kind=row["kind"].strip(), code=row["code"].strip(),
                    priority=int((row.get("priority") or "100").strip()),
                )
            )  # fmt: skip
        except (KeyError, ValueError, AttributeError):
            said = f"The columns are {', '.join(COLUMNS)}: an id, two codes, a number."
            raise Invalid({f"row {number}": [said]}) from None
    return areas
