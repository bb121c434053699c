"""What is due for a team, the most urgent first, read by windows of days."""

import datetime as dt
from typing import Any, Final, Self

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from referrals.enums import ReferralStatus
from referrals.models import CaseTask, DueTask, Referral

WINDOWS: Final = (4, 32, 256)
"""How many times as many as a page has lines lie in the first window, the next, and the last that is tried."""


class DueInOrder:
    """Some of `due_tasks_visible_to` a user, to be paged as a queryset is (`CursorPages`), by their day.

    What is due comes from nine lists, and to find the first lines all would be read and sorted. So a day is looked for
    first, in the indexes of the two long ones (cases, and tasks by hand), up to which there is more than enough, and
    nothing beyond it is read. Where the page is not full then, because most of it was not asked for, it is looked for
    further on.
    """

    model = DueTask

    def __init__(self, user: User, tasks: QuerySet[DueTask]) -> None:
        self._teams, self._tasks = user.team_ids(Role.LINK_WORKER, Role.LEAD), tasks.order_by("due_on", "key")
        self._lists: list[tuple[QuerySet[Any], str, str]] = [
            (Referral.objects.filter(status__in=ReferralStatus.SENT), "next_action_on", "owner_team"),
            (CaseTask.objects.filter(done_at=None), "due_on", "referral__owner_team"),
        ]
        self._backwards = False

    def order_by(self, first: str, *then: str) -> Self:
        """Order by the day, and the key; or backwards, as a page before this one is read."""
        return self._with(self._tasks.order_by(first, *then), self._lists, backwards=first.startswith("-"))

    def filter(self, after: Q, **bound: dt.date) -> Self:
        """Leave out what comes before a day and a key in that order; `bound` says the day (`__gte` or `__lte`)."""
        ((lookup, day),) = bound.items()
        lists = [(rows.filter(**{lookup.replace("due_on", due): day}), due, team) for rows, due, team in self._lists]
        return self._with(self._tasks.filter(after, **bound), lists, backwards=self._backwards)

    def __getitem__(self, part: slice) -> list[DueTask]:
        for times in WINDOWS:
            day = self._day_of(times * part.stop)
            if day is None:
                break
            window = self._tasks.filter(**{f"due_on__{'gte' if self._backwards else 'lte'}": day})
            found = list(window[: part.stop])
            if len(found) == part.stop:
                return found[part.start :]
        return list(self._tasks[part])

    def _day_of(self, place: int) -> dt.date | None:
        """Return the day at a place of a long list of any of the teams; None where none has so many."""
        days = [
            rows.filter(**{team: one})
            .order_by(f"-{due}" if self._backwards else due)
            .values_list(due)[place - 1 : place]
            for one in self._teams
            for rows, due, team in self._lists
        ]
        if not days:
            return None
        first, *others = days
        return (max if self._backwards else min)((day for (day,) in first.union(*others, all=True)), default=None)

    def _with(self, tasks: QuerySet[DueTask], lists: list[tuple[QuerySet[Any], str, str]], *, backwards: bool) -> Self:
        changed = object.__new__(type(self))
        changed._teams, changed._tasks, changed._lists, changed._backwards = self._teams, tasks, lists, backwards
        return changed
