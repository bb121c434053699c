"""Filters of the lists. An unknown value is a 400."""

import datetime as dt

import django_filters
from django.db.models import QuerySet

from referrals.enums import OnwardStatus, ReferralSource, ReferralStatus
from referrals.models import OnwardReferral, Referral
from referrals.querysets import person_is_away


class ReferralFilterSet(django_filters.FilterSet):
    """Which referrals."""

    status = django_filters.MultipleChoiceFilter(choices=ReferralStatus.choices)
    due_by = django_filters.DateFilter(field_name="next_action_on", lookup_expr="lte", label="Next action on or before")
    source = django_filters.MultipleChoiceFilter(choices=ReferralSource.choices)
    owner = django_filters.UUIDFilter(field_name="owner_id", label="The person who has it in hand")

    class Meta:
        model = Referral
        fields: list[str] = []


class OnwardReferralFilterSet(django_filters.FilterSet):
    """Which onward referrals."""

    status = django_filters.MultipleChoiceFilter(choices=OnwardStatus.choices)
    service = django_filters.UUIDFilter(field_name="service_id")
    due_by = django_filters.DateFilter(field_name="next_action_on", lookup_expr="lte", label="Next action on or before")
    review_due_by = django_filters.DateFilter(
        method="filter_review_due", label="Takes part, and a review is due on or before"
    )

    follow_up_due_by = django_filters.DateFilter(
        method="filter_follow_up_due", label="The person is to be asked how they are, on or before"
    )

    class Meta:
        model = OnwardReferral
        fields: list[str] = []

    def filter_review_due(self, rows: QuerySet[OnwardReferral], name: str, value: dt.date) -> QuerySet[OnwardReferral]:
        return rows.filter(next_review_on__lte=value, status__in=OnwardStatus.TAKING_PART)

    def filter_follow_up_due(
        self, rows: QuerySet[OnwardReferral], name: str, value: dt.date
    ) -> QuerySet[OnwardReferral]:
        return rows.filter(follow_up_clock__due_on__lte=value).exclude(person_is_away())
