"""Reviews over HTTP: the scheme's points for a person, and what became of each."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from core.clocks import local_day
from core.errors import NotPermitted
from referrals import policies
from referrals.api.outputs import Output
from referrals.enums import ReviewResult
from referrals.models import OnwardReferral, Review
from referrals.selectors.delivery import review_points, reviews_of
from referrals.services.reviews import ReviewDetails, record_review


class ReviewInputSerializer(StrictSerializer):
    """What became of a review."""

    result = serializers.ChoiceField(choices=ReviewResult.choices)
    weeks = serializers.IntegerField(
        min_value=1, max_value=520, required=False, allow_null=True, default=None,
        help_text="The scheme's point, in weeks since the start. Null: between the points.",
    )  # fmt: skip
    reviewed_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="When it was held, or should have been. Null: today."
    )
    note = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, default="", help_text="For the link worker."
    )


class ReviewSerializer(Output):
    """What was recorded of a review. `note` is null for who referred the person."""

    weeks = serializers.IntegerField(allow_null=True)
    result = serializers.ChoiceField(choices=ReviewResult.choices)
    reviewed_on = serializers.DateField()
    note = serializers.SerializerMethodField()
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_note(self, review: Review) -> str | None:
        return review.note if self.context["reads_note"] else None


class ReviewPointSerializer(Output):
    """One of the scheme's points. `review`: what was recorded of it last, or null."""

    weeks = serializers.IntegerField()
    due_on = serializers.DateField()
    is_overdue = serializers.BooleanField()
    review = ReviewSerializer(allow_null=True)


class ReviewPointsSerializer(Output):
    """All of the scheme's points for a person; before the start, as if it were today."""

    points = ReviewPointSerializer(many=True)


class ReviewActions:
    """Two actions of the onward referrals' view: `self` is that view."""

    def reviewed_row(self: Any, reference: str) -> tuple[OnwardReferral, dict[str, Any]]:
        """Return the row, for who reads its reviews, and whether they read the notes."""
        row, today = self.row(reference), local_day(timezone.now())
        if not policies.may_read_measures(self.actor, row, on=today):
            raise NotPermitted("Reviews are read by who supports the person, as long as they agree to it.")
        return row, {"reads_note": policies.sees_notes_between_team_and_provider(self.actor, row, on=today)}

    @extend_schema(methods=["GET"], responses=ReviewSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=ReviewInputSerializer, parameters=[IF_MATCH], responses={201: ReviewSerializer}
    )
    @action(detail=True, methods=["get", "post"], ordering=("-id",), filterset_class=None)
    def reviews(self: Any, request: Request, reference: str) -> Response:
        """What was recorded of reviews, the newest first; record one that was held or missed. Of a point, the last
        counts.
        """
        row, context = self.reviewed_row(reference)
        if request.method == "GET":
            page: Response = self.paged(reviews_of(row), ReviewSerializer, **context)
            return page
        form = ReviewInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        review = record_review(
            onward=row, actor=self.actor, at=timezone.now(), given=ReviewDetails(**form.validated_data),
            expected_version=expected_version(request),
        )  # fmt: skip
        body = ReviewSerializer(review, context={**self.get_serializer_context(), **context}).data
        version = etag(review.onward_referral.version)
        return Response(body, status=status.HTTP_201_CREATED, headers={"ETag": version})

    @extend_schema(responses=ReviewPointsSerializer, filters=False)
    @action(detail=True, url_path="reviews/points", filterset_class=None, pagination_class=None)
    def review_points(self: Any, request: Request, reference: str) -> Response:
        """The scheme's review points for the person: when each is due, and what became of it."""
        row, context = self.reviewed_row(reference)
        points = review_points(row, today=local_day(timezone.now()))
        body = ReviewPointsSerializer({"points": points}, context={**self.get_serializer_context(), **context}).data
        return Response(body)
