"""Reads of the figures. What a user gets depends on who they are: their own side's exactly, everybody's rounded."""

import datetime as dt
from typing import Any, Literal

from django.db.models import Case, CharField, F, Max, Q, QuerySet, Sum, Value, When

from accounts.enums import Role
from accounts.models import User
from insights.disclosure import safe_count, share
from insights.models import UptakeCount, UptakeTotal
from insights.neighbourhoods import ELSEWHERE
from referrals.enums import ReferralSource

Grouping = Literal["programme", "referring_organization", "source", "neighbourhood"]
STAGES = ("referred", "accepted", "started", "completed", "left_early")

DEFINITIONS = {
    "referred": "Referrals sent on to the programme in the period; entered in error are left out.",
    "accepted": "Of those, accepted by the provider at any time since, also from the waiting list.",
    "started": "Of those, the person came to the first assessment or session and the provider recorded the start.",
    "completed": "Of those started, the provider recorded the programme as completed.",
    "left_early": "Of those started, the provider recorded that the person left before the end.",
    "uptake": "Started / accepted. Others divide by all referred: ReferAll's mean by that reading is 57%.",
    "completion": "Completed / started. People who still take part count as started, so recent months read low.",
    "small_numbers": (
        "For readers who do not see the referrals themselves, counts of 1 to 7 are not shown, all others are "
        "rounded to the nearest 5, and shares are those of the rounded counts."
    ),
}


def answers_for_the_pathway(user: User) -> bool:
    """Whether the user is told what is late, lost or not delivered: a manager, or the lead of a team."""
    return bool(user.roles() & {Role.MANAGER, Role.LEAD})


def sees_rounded_figures_only(user: User) -> bool:
    """Whether the user sees everybody's figures, and so none that is small."""
    return Role.MANAGER in user.roles()


def uptake_visible_to(user: User, *, by: Grouping) -> QuerySet[UptakeCount] | QuerySet[UptakeTotal]:
    """Return the counts that a user may see, told apart by something: a manager's all, over all teams; others' those of
    their own side of the pathway.
    """
    if sees_rounded_figures_only(user):
        return UptakeTotal.objects.filter(by=by)
    return UptakeCount.objects.filter(
        Q(referring_team__in=user.team_ids(Role.REFERRER))
        | Q(owner_team__in=user.team_ids(Role.LINK_WORKER, Role.LEAD))
        | Q(provider_team__in=user.team_ids(Role.PROVIDER))
    )


def uptake(user: User, *, since: dt.date, until: dt.date, by: Grouping, source: str = "") -> QuerySet[Any, Any]:
    """Return counts by one of `Grouping`, in the order of the names, for the months from `since` to `until`.

    With a source, those of that source only.
    """
    rows = _between(user, since, until, source, by=by)
    key, name = (_TOTALS_BY if rows.model is UptakeTotal else _GROUPED_BY)[by]
    groups: QuerySet[Any, Any] = rows.values(key=key, name=name).annotate(**{stage: Sum(stage) for stage in STAGES})
    return groups.order_by("name", "key")


def uptake_total(user: User, *, since: dt.date, until: dt.date, source: str = "") -> dict[str, Any]:
    """Return the same counts over everything the user may see, and when they were counted."""
    rows = _between(user, since, until, source, by="source")
    totals = rows.aggregate(**{stage: Sum(stage, default=0) for stage in STAGES})
    # Of the totals every row is made anew each night, and there are few.
    return totals | UptakeTotal.objects.filter(by="source").aggregate(counted_at=Max("counted_at"))


def _between(user: User, since: dt.date, until: dt.date, source: str, *, by: Grouping) -> QuerySet[Any]:
    rows = uptake_visible_to(user, by=by).filter(month__gte=since.replace(day=1), month__lte=until)
    return rows.filter(source=source) if source else rows


_NAME_OF_SOURCE = Case(
    *[When(source=value, then=Value(label)) for value, label in ReferralSource.choices], output_field=CharField()
)


_NAME_OF_NEIGHBOURHOOD = Case(
    When(neighbourhood="", then=Value(ELSEWHERE)), default=F("neighbourhood"), output_field=CharField()
)

_GROUPED_BY: dict[Grouping, tuple[F, F | Case]] = {
    "programme": (F("service_id"), F("service__name")),
    "referring_organization": (F("referring_team__organization_id"), F("referring_team__organization__name")),
    "source": (F("source"), _NAME_OF_SOURCE),
    "neighbourhood": (F("neighbourhood"), _NAME_OF_NEIGHBOURHOOD),
}

_TOTALS_BY: dict[Grouping, tuple[F, F | Case]] = _GROUPED_BY | {
    "referring_organization": (F("organization_id"), F("organization__name")),
}


def presented(user: User, counts: dict[str, Any]) -> dict[str, Any]:
    """Return counts as the user may see them, with the shares made of what is shown."""
    shown = {stage: safe_count(counts[stage]) if sees_rounded_figures_only(user) else counts[stage] for stage in STAGES}
    return (
        counts
        | shown
        | {
            "uptake": share(shown["started"], shown["accepted"]),
            "completion": share(shown["completed"], shown["started"]),
        }
    )
