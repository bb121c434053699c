"""Whose turn it is, in the answers about a referral and an onward referral."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.clocks import local_day, working_days_between
from core.plain_json import as_json
from referrals import policies
from referrals.enums import TurnOf
from referrals.policies import Subject
from referrals.selectors.turns import turn_of
from referrals.turns import Turn


class StandsStillSerializer(serializers.Serializer[Any]):
    """What stands still meanwhile."""

    key = serializers.SerializerMethodField(help_text="Of docs/clocks.md; null: no clock does.")
    since = serializers.DateField(allow_null=True)
    why = serializers.CharField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_key(self, still: Any) -> str | None:
        return still.key or None


class ClockSerializer(serializers.Serializer[Any]):
    """Whose turn it is: the clock that runs, by when, and what stands still meanwhile and why."""

    key = serializers.SerializerMethodField(help_text="Of docs/clocks.md; null: no clock runs.")
    says = serializers.CharField(help_text="What is to be done, in words.")
    turn = serializers.ChoiceField(choices=TurnOf.choices, source="whose")
    due_on = serializers.DateField(allow_null=True)
    is_overdue = serializers.BooleanField()
    is_breached = serializers.BooleanField(help_text="Overdue for more working days than the team's setting allows.")
    waiting_since = serializers.DateField(source="since", allow_null=True)
    working_days_waiting = serializers.SerializerMethodField(help_text="Working days after that, until today.")
    stands_still = StandsStillSerializer(allow_null=True)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_key(self, turn: Turn) -> str | None:
        return turn.key or None

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_working_days_waiting(self, turn: Turn) -> int | None:
        today: dt.date = self.context["today"]
        return working_days_between(turn.since, today) if turn.since is not None else None


class SaysWhoseTurn(serializers.Serializer[Any]):
    """The part of an answer that says whose turn it is. Of a list, `with_last_moves` has read the rows."""

    clock = serializers.SerializerMethodField()

    @extend_schema_field(ClockSerializer)
    def get_clock(self, subject: Subject) -> Any:
        """Whose turn it is, by which clock and until when, and what stands still meanwhile."""
        reads_all = policies.reads_whole_turn(Actor(signed_in(self.context["request"].user)), subject)
        return clock_of(turn_of(subject, on=self._today, reads_all=reads_all), today=self._today)

    @cached_property
    def _today(self) -> dt.date:
        return local_day(timezone.now())


def clock_of(turn: Turn, *, today: dt.date) -> dict[str, Any]:
    """Return what `ClockSerializer` describes: by hand, because a list has one in each of its rows."""
    still = turn.stands_still
    return {
        "key": turn.key or None,
        "says": turn.says,
        "turn": turn.whose,
        "due_on": as_json(turn.due_on),
        "is_overdue": turn.is_overdue,
        "is_breached": turn.is_breached,
        "waiting_since": as_json(turn.since),
        "working_days_waiting": working_days_between(turn.since, today) if turn.since is not None else None,
        "stands_still": still and {"key": still.key or None, "since": as_json(still.since), "why": still.why},
    }
