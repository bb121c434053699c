"""Shapes of this app's requests and answers."""

import datetime as dt
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from rest_framework import serializers

from insights.selectors import DEFINITIONS
from referrals.enums import ReferralSource

REASONABLE = [MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2100, 1, 1))]
"""Days that a period may begin or end with."""


class UptakeQuerySerializer(serializers.Serializer[Any]):
    """The period and the grouping."""

    since = serializers.DateField(
        required=False, validators=REASONABLE, help_text="A day in the first month. Default: twelve months ago."
    )
    until = serializers.DateField(
        required=False, validators=REASONABLE, help_text="A day in the last month. Default: this month."
    )
    by = serializers.ChoiceField(
        choices=["programme", "referring_organization", "source", "neighbourhood"], default="programme"
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=ReferralSource.choices, required=False, allow_blank=True, default="", help_text="Only of this source."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("until", self.context["today"])
        attrs.setdefault("since", attrs["until"] - dt.timedelta(days=365))
        if attrs["until"] < attrs["since"]:
            raise serializers.ValidationError({"until": ["The period ends before it begins."]})
        return attrs


class CountsSerializer(serializers.Serializer[Any]):
    """The stages. Null: too small to show."""

    referred = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["referred"])
    accepted = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["accepted"])
    started = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["started"])
    completed = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["completed"])
    left_early = serializers.IntegerField(allow_null=True, help_text=DEFINITIONS["left_early"])
    uptake = serializers.FloatField(allow_null=True, help_text=DEFINITIONS["uptake"])
    completion = serializers.FloatField(allow_null=True, help_text=DEFINITIONS["completion"])


class UptakeRowSerializer(CountsSerializer):
    """One programme, one referring organisation, one source or one neighbourhood."""

    id = serializers.CharField(
        source="key", help_text="A UUID; of a source its code, of a neighbourhood its name, empty outside all of ours."
    )
    name = serializers.CharField()


class UptakeSerializer(serializers.Serializer[Any]):
    """A page of uptake figures, with what they mean."""

    since = serializers.DateField()
    until = serializers.DateField()
    counted_at = serializers.DateTimeField(allow_null=True, help_text="When the nightly count ran last.")
    definitions = serializers.DictField(child=serializers.CharField())
    total = CountsSerializer()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = UptakeRowSerializer(many=True)
