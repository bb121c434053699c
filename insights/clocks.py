"""The figures of clocks: what is due, late and waiting, by clock and team; and who reads them.

Counted when asked for, from what is open: a figure of last night would send nobody to work. A lead sees their own teams
exactly; whoever sees everybody's sees no small number (`insights.disclosure`).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import Team, User
from core.errors import NotPermitted
from insights.disclosure import SUPPRESS_UP_TO, safe_count
from insights.selectors import answers_for_the_pathway, sees_rounded_figures_only
from referrals.clocks import CLOCKS, Clock
from referrals.selectors.clock_counts import COUNTED_ELSEWHERE, COUNTS, ClockCount, clock_counts

COUNTED: tuple[Clock, ...] = tuple(clock for clock in CLOCKS if clock.key not in COUNTED_ELSEWHERE)
DEFINITIONS = {
    "running": "Things that the clock runs for now, whenever they are due.",
    "due_today": "Of those, due today.",
    "due_soon": "Of those, due in the next five working days; today is not one of them.",
    "overdue": "Of those, due before today; the breached are among them.",
    "breached": "Of those, overdue for more working days than the setting of the team allows.",
    "standing_still": "Things that will be on this clock again: meanwhile it is somebody else's turn.",
    "oldest_due_on": "The earliest day on which one of those that run is due; of those that are late, the oldest.",
    "team": "The link-worker team (or hub) that has the referral, also where it is the provider's turn.",
    "small_numbers": (
        "For readers who do not see the referrals themselves, counts of 1 to 7 are not shown, all others are "
        "rounded to the nearest 5, and a day is not shown where it is that of one of seven things or fewer."
    ),
}


@dataclass(frozen=True, kw_only=True)
class ClockFigures:
    """One clock, of one team or of all that the reader may see. A count is None where it is too small to show."""

    clock: str
    says: str
    turn: str
    running: int | None
    due_today: int | None
    due_soon: int | None
    overdue: int | None
    breached: int | None
    standing_still: int | None
    oldest_due_on: dt.date | None


class ClocksRead:
    """The figures of a day as one reader may see them: of all their teams, and of each."""

    def __init__(self, counts: Collection[ClockCount], *, is_rounded: bool, led: Collection[UUID] | None) -> None:
        self._is_rounded = is_rounded
        self._by_team: dict[UUID, dict[str, ClockCount]] = {}
        self._total: dict[str, ClockCount] = {}
        for count in counts:
            self._by_team.setdefault(count.team, {})[count.clock] = count
            self._total.setdefault(count.clock, ClockCount(clock=count.clock, team=count.team)).add(count)
        self._teams = self._by_team.keys() if led is None else led

    @property
    def teams(self) -> QuerySet[Team]:
        """The teams of which there are figures: a lead's own; of everybody's, those that have anything open."""
        return Team.objects.filter(pk__in=self._teams).order_by("name", "id")

    def total(self) -> list[ClockFigures]:
        """Return every clock, over all the teams."""
        return self._figures(self._total)

    def of_team(self, team: Team) -> list[ClockFigures]:
        """Return every clock of a team."""
        return self._figures(self._by_team.get(team.pk, {}))

    def _figures(self, counts: dict[str, ClockCount]) -> list[ClockFigures]:
        return [self._shown(clock, counts.get(clock.key)) for clock in COUNTED]

    def _shown(self, clock: Clock, count: ClockCount | None) -> ClockFigures:
        exact = {name: getattr(count, name) if count else 0 for name in COUNTS}
        oldest = count.oldest_due_on if count else None
        if self._is_rounded and (exact["overdue"] or exact["running"]) <= SUPPRESS_UP_TO:
            oldest = None  # it would be the day of one of a few: where any is late, of one of those
        shown = {name: safe_count(value) for name, value in exact.items()} if self._is_rounded else exact
        return ClockFigures(clock=clock.key, says=clock.says, turn=clock.turn, oldest_due_on=oldest, **shown)


def clocks_for(user: User, *, on: dt.date) -> ClocksRead:
    """Count what is on each clock on a day: for a lead of their teams, for a manager of all, rounded.

    A bounded number of queries, whatever is open.

    :raises NotPermitted: if the user is neither.
    """
    if not answers_for_the_pathway(user):
        raise NotPermitted("The figures of clocks are for leads and managers.")
    is_rounded = sees_rounded_figures_only(user)
    led = None if is_rounded else user.team_ids(Role.LEAD)
    return ClocksRead(clock_counts(on=on, teams=led), is_rounded=is_rounded, led=led)
