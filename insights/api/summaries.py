"""The summaries of weeks and months over HTTP."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.viewsets import GenericViewSet

from accounts.selectors import signed_in
from insights.models import Summary, SummaryKind
from insights.reading import DEFINITIONS, get_summary, summaries_visible_to

REFERENCE = "S-[2-9A-Z]{5}-[2-9A-Z]{5}"


class SummaryQuerySerializer(serializers.Serializer[Any]):
    """Which of them."""

    kind = serializers.ChoiceField(choices=SummaryKind.choices, required=False)


class SummarySerializer(serializers.ModelSerializer[Summary]):
    """That there is a summary, and of what time."""

    team = serializers.CharField(source="team.name", read_only=True)

    class Meta:
        model = Summary
        fields = ["reference", "team", "kind", "starts_on", "ends_on", "made_at"]
        read_only_fields = fields


class SummaryGroupSerializer(serializers.Serializer[Any]):
    """The figures of all, or of one source, neighbourhood or programme."""

    by = serializers.ChoiceField(choices=["total", "source", "neighbourhood", "programme"])
    key = serializers.CharField(help_text="A source's code, a programme's id, a neighbourhood's name; else empty.")
    name = serializers.CharField()
    figures = serializers.DictField(
        child=serializers.FloatField(allow_null=True), help_text="Null: not known, or too small to show."
    )


class WholeSummarySerializer(SummarySerializer):
    """A summary with its figures, each with what it counts."""

    groups = SummaryGroupSerializer(source="figures", many=True, read_only=True)
    definitions = serializers.SerializerMethodField()

    class Meta(SummarySerializer.Meta):
        fields = [*SummarySerializer.Meta.fields, "definitions", "groups"]
        read_only_fields = fields

    def get_definitions(self, row: Summary) -> dict[str, str]:
        return DEFINITIONS[SummaryKind(row.kind)]


class SummaryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Summary]):
    """What your teams were told of weeks and months that have ended, the latest first."""

    serializer_class = SummarySerializer
    lookup_field = "reference"
    lookup_value_regex = REFERENCE
    ordering = ("-ends_on", "-id")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Summary.objects.none()
        query = SummaryQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return summaries_visible_to(signed_in(self.request.user), kind=query.validated_data.get("kind", ""))

    def get_object(self) -> Summary:
        return get_summary(signed_in(self.request.user), self.kwargs["reference"])

    def get_serializer_class(self) -> Any:
        return WholeSummarySerializer if self.action == "retrieve" else SummarySerializer

    @extend_schema(parameters=[OpenApiParameter("kind", str, enum=SummaryKind.values)])
    def list(self, *args: Any, **kwargs: Any) -> Any:
        return super().list(*args, **kwargs)
