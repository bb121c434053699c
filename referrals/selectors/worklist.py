"""A page of the referrals that a user may see, as their list shows it: one statement (docs/adr/0050)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from core.merged import Merged
from core.statements import Keyset, ask, constants, direction_of, text_of
from referrals.models import Referral, TeamPolicy
from referrals.selectors.turns import JOIN_LAST_MOVE
from referrals.selectors.visible import SIDES, Side, teams_of
from referrals.turns import Turn, move_at, turn_of_referral

_MADE: Final = SIDES[0]
ALL_OF_THEM: Final = Q()


class ListedReferral(NamedTuple):
    """A referral as a line of a list, with what is judged of it there. Personal data: the name."""

    id: int
    reference: str
    status: str
    version: int
    first_name: str
    family_name: str
    source: str
    referring_team_id: UUID
    referring_team: str
    owner_team_id: UUID
    owner_team: str
    owner_id: UUID | None
    owner: str | None
    next_action_on: dt.date | None
    planned_discharge_on: dt.date | None
    reached_at: dt.datetime | None
    failed_tries: int
    asks_to_close_at: dt.datetime | None
    submitted_at: dt.datetime | None
    ended_at: dt.datetime | None
    outcome: str
    sent_at: dt.datetime | None
    referrer_name: str
    grace: int
    moved_at: dt.datetime | None
    why_moved: str | None

    def turn(self, *, on: dt.date, reads_all: bool) -> Turn:
        """Return whose turn it is with it on a day, as `turns.turn_of` does."""
        moved = move_at(self.moved_at, self.why_moved)
        return turn_of_referral(self, on=on, moved=moved, grace=self.grace, reads_all=reads_all)


class Worklist(Keyset[ListedReferral]):
    """The referrals that a user may see, or those chosen of them, to be paged by their id."""

    model: ClassVar = Referral

    def __init__(self, user: User, *, chosen: QuerySet[Referral] | None = None) -> None:
        self._user, self._chosen = user, chosen

    def read(self, *, limit: int, order: str, lookup: str | None, beyond: Any) -> list[ListedReferral]:
        """Read the first lines in an order, beyond an id."""
        values: dict[str, Any] = {"grace": TeamPolicy().breach_working_days}
        if self._chosen is None:
            teams = teams_of(self._user)
            if not any(teams.values()):
                return []
            text = _statement(tuple(map(len, teams.values())), limit=limit, order=order, lookup=lookup)
            values |= {f"{side}_{number}": team for side, ids in teams.items() for number, team in enumerate(ids)}
            values["beyond"] = beyond
        else:
            text = _of_ids()
            rows = Merged(
                Referral,
                [
                    self._chosen.filter(side.those, **{side.team: team}).values_list("id", flat=True)
                    for side in SIDES
                    for team in teams_of(self._user)[side.team]
                ],
                may_overlap=True,
            )
            values["ids"] = (rows.filter(**{lookup: beyond}) if lookup else rows).order_by(order)[:limit]
        return [ListedReferral._make(row) for row in ask(text, values)]


class MadeByTeams(Keyset[ListedReferral]):
    """The referrals that a user's teams have made, of some statuses, to be paged by their id."""

    model: ClassVar = Referral

    def __init__(self, user: User, *, statuses: Sequence[str], of_the_user_alone: bool = False) -> None:
        self._user, self._statuses, self._own = user, tuple(map(str, statuses)), of_the_user_alone

    def read(self, *, limit: int, order: str, lookup: str | None, beyond: Any) -> list[ListedReferral]:
        """Read the first lines in an order, beyond an id."""
        teams = teams_of(self._user)[_MADE.team]
        if not teams:
            return []
        text = _made(len(teams), self._statuses, own=self._own, limit=limit, order=order, lookup=lookup)
        values: dict[str, Any] = {"grace": TeamPolicy().breach_working_days, "user": self._user.pk, "beyond": beyond}
        values |= {f"{_MADE.team}_{number}": team for number, team in enumerate(teams)}
        return [ListedReferral._make(row) for row in ask(text, values)]


@lru_cache(maxsize=256)
def _statement(teams: tuple[int, ...], *, limit: int, order: str, lookup: str | None) -> str:
    """Write where the referrals of each side begin.

    :param teams: of each side, how many.
    """
    sides = zip(SIDES, teams, strict=True)
    parts = [part for side, count in sides for part in _begin(side, count, limit=limit, order=order, lookup=lookup)]
    return _first_of(parts, limit=limit, order=order)


@lru_cache(maxsize=256)
def _made(teams: int, statuses: tuple[str, ...], *, own: bool, limit: int, order: str, lookup: str | None) -> str:
    """Write where the referrals begin that some teams have made; of these statuses, and of one referrer alone."""
    somebody = UUID(int=2)
    narrowed = Q(status__in=statuses) & (Q(referrer=somebody) if own else Q())
    stand_ins = constants(statuses) | {somebody: "%(user)s::uuid"}
    parts = _begin(_MADE, teams, limit=limit, order=order, lookup=lookup, narrowed=narrowed, stand_ins=stand_ins)
    return _first_of(parts, limit=limit, order=order)


def _begin(
    side: Side,
    teams: int,
    *,
    limit: int,
    order: str,
    lookup: str | None,
    narrowed: Q = ALL_OF_THEM,
    stand_ins: Mapping[Any, str] = MappingProxyType({}),
) -> list[str]:
    """Write where the referrals of a side begin in its index, team by team: as fast at any depth of any list.

    Ordered by the team first, and the team an array of one, there is one index for it: else the planner would look for
    the few referrals of a small team among all, by their id. For each team its own part: of an array the planner would
    not know beforehand how many are in it, and would plan anew each time.
    """
    team, some_id = UUID(int=1), 1
    beyond = {lookup: some_id} if lookup else {}
    rows = Referral.objects.filter(side.those, narrowed, **{side.team: team}, **beyond)
    rows = rows.order_by(f"{'' if order == '-id' else '-'}{side.team}_id", order)
    this = {**stand_ins, some_id: "%(beyond)s"}
    texts = [
        text_of(rows.values("id")[:limit], this | {team: f"ANY (ARRAY[%({side.team}_{number})s::uuid])"})
        for number in range(teams)
    ]
    return [f"SELECT id FROM ({text}) AS seen" for text in texts]  # noqa: S608 - of `text_of`


def _first_of(parts: Sequence[str], *, limit: int, order: str) -> str:
    direction = direction_of(order)
    return _lines(f"{' UNION '.join(parts)} ORDER BY id {direction} LIMIT {limit}", f"page.id {direction}")


class Lines:
    """Referrals of a queryset as lines of a list, to be paged as the queryset is: only ids are read by it."""

    model: ClassVar = Referral

    def __init__(self, rows: QuerySet[Referral]) -> None:
        self._rows = rows

    def order_by(self, *order: str) -> "Lines":
        """Order them as a queryset does."""
        return Lines(self._rows.order_by(*order))

    def filter(self, *conditions: Q, **more: Any) -> "Lines":
        """Narrow them as a queryset does."""
        return Lines(self._rows.filter(*conditions, **more))

    def __getitem__(self, part: slice) -> list[ListedReferral]:
        ids = list(self._rows.values_list("id", flat=True)[part])
        values = {"ids": ids, "grace": TeamPolicy().breach_working_days}
        return [ListedReferral._make(row) for row in ask(_of_ids(), values)] if ids else []


@cache
def _of_ids() -> str:
    return _lines("SELECT id, place FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place)", "page.place")


def _lines(page: str, order: str) -> str:
    return f"""
        SELECT referral.id, referral.reference, referral.status, referral.version, referral.first_name,
            referral.family_name, referral.source, referring.id, referring.name, owning.id, owning.name, owner.id,
            owner.full_name, referral.next_action_on, referral.planned_discharge_on, referral.reached_at,
            referral.failed_tries, referral.asks_to_close_at, referral.submitted_at, referral.ended_at,
            referral.outcome, referral.sent_at, referral.referrer_name,
            coalesce(policy.breach_working_days, %(grace)s), moved.occurred_at, moved.reason
        FROM ({page}) AS page
        JOIN referrals_referral AS referral ON referral.id = page.id
        JOIN accounts_team AS referring ON referring.id = referral.referring_team_id
        JOIN accounts_team AS owning ON owning.id = referral.owner_team_id
        LEFT JOIN accounts_user AS owner ON owner.id = referral.owner_id
        LEFT JOIN referrals_teampolicy AS policy ON policy.team_id = referral.owner_team_id
        {JOIN_LAST_MOVE}
        ORDER BY {order}
    """  # noqa: S608 - of `text_of`, and of words of this module
