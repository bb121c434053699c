"""How many things each clock waits for, by team: a few counts over what is open, whoever is asked about.

A row has a state: which clock it is on now, and, behind a stroke, which other stands still meanwhile. It is what
`referrals.turns` says of one row, as SQL says it of all; a test holds the two to each other. No visibility here: whose
teams a reader may be told of is `insights`'.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import Exact

from core.clocks import add_working_days
from referrals.clocks import BY_KEY
from referrals.enums import HoldReason, OnwardStatus, ReferralStatus
from referrals.models import ConsentClock, FollowUpClock, OnwardReferral, Referral, ReferralEvent
from referrals.querysets import person_is_away
from referrals.selectors.clocks import breached, graces_in_use

SOON_WORKING_DAYS = 5
COUNTED_ELSEWHERE = {"listing_checks"}
"""Clocks of the directory: its keepers have figures of their own (`services_directory.selectors.figures`)."""


@dataclass(kw_only=True)
class ClockCount:
    """How many things are on one clock of one team. Those that run are due on a day; `overdue` has the breached in it,
    `due_soon` neither today nor what is overdue.
    """

    clock: str
    team: UUID
    running: int = 0
    due_today: int = 0
    due_soon: int = 0
    overdue: int = 0
    breached: int = 0
    standing_still: int = 0
    oldest_due_on: dt.date | None = None

    def add(self, other: "ClockCount") -> None:
        """Count the other's too."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        days = [day for day in (self.oldest_due_on, other.oldest_due_on) if day is not None]
        self.oldest_due_on = min(days, default=None)


COUNTS = ("running", "due_today", "due_soon", "overdue", "breached", "standing_still")


def clock_counts(*, on: dt.date, teams: Collection[UUID] | None = None) -> list[ClockCount]:
    """Return what is open on a day, by clock and by the team that has the referral; of these teams, or of all.

    Six queries, however many: the settings of the teams, and five counts.
    """
    found: dict[tuple[str, UUID], ClockCount] = {}
    for state, team, row in _rows(on, teams):
        runs, _, still = state.partition("|")
        counts = []
        if runs:
            named = {name: row[name] for name in ("due_today", "due_soon", "overdue", "breached")}
            if not BY_KEY[runs].can_be_breached:
                named["breached"] = 0
            counts.append(ClockCount(clock=runs, team=team, running=row["all"], oldest_due_on=row["oldest"], **named))
        if still:
            counts.append(ClockCount(clock=still, team=team, standing_still=row["all"]))
        for count in counts:
            found.setdefault((count.clock, team), ClockCount(clock=count.clock, team=team)).add(count)
    return list(found.values())


def _rows(on: dt.date, teams: Collection[UUID] | None) -> Iterator[tuple[str, UUID, dict[str, Any]]]:
    sources: tuple[tuple[QuerySet[Any], Case | Value, str, str], ...] = (
        (Referral.objects.filter(status__in=ReferralStatus.SENT), _STATE_OF_CASE, "next_action_on", "owner_team"),
        (
            # The scheme's own hub has the referral itself to answer: what it sent to itself is on no clock.
            OnwardReferral.objects.filter(
                Q(status=OnwardStatus.SENT) & ~Q(provider_team=F("referral__owner_team"))
                | Q(status__in=[OnwardStatus.INFORMATION_REQUESTED, *OnwardStatus.ANSWERED]),
                next_action_on__isnull=False,
            ),
            _STATE_OF_ONWARD, "next_action_on", "referral__owner_team",
        ),
        (
            OnwardReferral.objects.filter(status__in=OnwardStatus.TAKING_PART, next_review_on__isnull=False),
            Value("review_points"), "next_review_on", "referral__owner_team",
        ),
        (
            FollowUpClock.objects.all(),
            Case(
                When(person_is_away(of="onward_referral__"), then=Value("|follow_ups")),
                default=Value("follow_ups"),
            ),
            "due_on", "onward_referral__referral__owner_team",
        ),
        (
            ConsentClock.objects.filter(due_on__isnull=False, consent__referral__status__in=ReferralStatus.SENT),
            Value("consent_expiry"), "due_on", "consent__referral__owner_team",
        ),
    )  # fmt: skip
    graces = graces_in_use()
    for rows, state, due, team in sources:
        of_teams = rows if teams is None else rows.filter(**{f"{team}__in": teams})
        counted = of_teams.order_by().annotate(state=state).values("state", **{"of_team": F(f"{team}_id")})
        for row in counted.annotate(**_counts(due, team, on, graces)):
            yield row["state"], row["of_team"], row


def _counts(due: str, team: str, on: dt.date, graces: Collection[int]) -> dict[str, Count | Min]:
    soon = add_working_days(on + dt.timedelta(days=1), SOON_WORKING_DAYS - 1)
    return {
        "all": Count("pk"),
        "due_today": Count("pk", filter=Q(**{due: on})),
        "due_soon": Count("pk", filter=Q(**{f"{due}__gt": on, f"{due}__lte": soon})),
        "overdue": Count("pk", filter=Q(**{f"{due}__lt": on})),
        "breached": Count("pk", filter=breached(due=due, team=team, on=on, graces=graces)),
        "oldest": Min(due),
    }


def _when(state: str, *conditions: "Q | Exact[Any]", **fields: Any) -> When:
    return When(Q(*conditions, **fields), then=Value(state))


_MOVES = ReferralEvent.objects.filter(referral=OuterRef("pk"), onward_referral=None).exclude(to_status="")
_LAST_REASON = Subquery(_MOVES.order_by("-sequence").values("reason")[:1])
_STATE_OF_CASE = Case(
    _when("discharge|triage", status=ReferralStatus.DEFERRED),
    _when("triage", status=ReferralStatus.SUBMITTED),
    _when("answer|triage", status=ReferralStatus.INFORMATION_REQUESTED),
    # Who comes home from hospital is asked anew before support goes on.
    _when(
        "hold_end|first_contact", Q(status=ReferralStatus.ON_HOLD), Exact(_LAST_REASON, Value(HoldReason.IN_HOSPITAL))
    ),
    _when("hold_end|case_review", status=ReferralStatus.ON_HOLD),
    _when("contact_attempts", failed_tries__gt=0),
    _when("first_contact", status=ReferralStatus.ACCEPTED, reached_at__isnull=True),
    default=Value("case_review"),
    output_field=CharField(),
)
_IS_HELD = Q(referral__status=ReferralStatus.ON_HOLD)
_OF_ONWARD = {
    OnwardStatus.SENT: "provider_response",
    OnwardStatus.INFORMATION_REQUESTED: "provider_question",
    OnwardStatus.WAITLISTED: "waiting_review",
    OnwardStatus.ACCEPTED: "assessment",
    OnwardStatus.ASSESSMENT_BOOKED: "assessment_outcome",
    OnwardStatus.PAUSED: "pause_end",
}
_STATE_OF_ONWARD = Case(
    *[_when(f"|{clock}", _IS_HELD, status=status) for status, clock in _OF_ONWARD.items()],
    _when("provider_question|provider_response", status=OnwardStatus.INFORMATION_REQUESTED),
    *[_when(clock, status=status) for status, clock in _OF_ONWARD.items()],
    output_field=CharField(),
)
