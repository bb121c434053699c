"""Uptake as a table: the nightly counts of `selectors`, with no small number for whoever sees everybody's."""

from typing import Final

from accounts.models import User
from insights import selectors
from insights.disclosure import share
from insights.figures import Figure, Row, Table, Value, reader_of
from insights.periods import Period

BY: Final[dict[str, tuple[selectors.Grouping, str]]] = {
    "source": ("source", "Source"),
    "practice": ("referring_organization", "Practice or other referrer"),
    "neighbourhood": ("neighbourhood", "Neighbourhood"),
    "programme": ("programme", "Programme"),
}
_TITLES = {
    "referred": "Referred on", "accepted": "Accepted", "started": "Started", "completed": "Completed",
    "left_early": "Left early", "uptake": "Uptake", "completion": "Completion",
}  # fmt: skip
FIGURES: Final = tuple(
    Figure(
        key=key, title=title, definition=selectors.DEFINITIONS[key],
        unit="count" if key in selectors.STAGES else "share",
    )
    for key, title in _TITLES.items()
)  # fmt: skip


def uptake_table(user: User, *, period: Period, by: str) -> Table:
    """Return what became of the referrals on to services in a period, by one of `BY`. Two queries.

    :raises NotPermitted: if the user is neither a manager nor the lead of a team.
    :raises KeyError: if they cannot be told apart by that.
    """
    reader = reader_of(user)
    grouping, title = BY[by]
    groups = list(selectors.uptake(user, since=period.starts_on, until=period.ends_on, by=grouping))
    total = selectors.uptake_total(user, since=period.starts_on, until=period.ends_on)
    shown = {stage: reader.counts([group[stage] for group in groups], total=total[stage]) for stage in selectors.STAGES}
    rows = [Row(key="", name="All", values=_values({each: reader.count(total[each]) for each in selectors.STAGES}))]
    rows += [
        Row(key=str(group["key"]), name=group["name"], values=_values({each: shown[each][at] for each in shown}))
        for at, group in enumerate(groups)
    ]
    return Table(
        key="uptake", title="What becomes of referrals on to services", of=title,
        about="Referrals on to services that were sent in the period, as they were counted last night.",
        figures=FIGURES, rows=rows, period=period, is_rounded=reader.is_rounded,
    )  # fmt: skip


def _values(counts: dict[str, int | None]) -> dict[str, Value]:
    return counts | {
        "uptake": share(counts["started"], counts["accepted"]),
        "completion": share(counts["completed"], counts["started"]),
    }
