"""Rule sets over HTTP: read them with their versions and sources; for a directory editor, publish.

To which listings a set applies is said with the listing: `rule_sets` of `PATCH /services/{id}/`.
"""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.api import IDEMPOTENCY_KEY, IF_MATCH, StrictSerializer, etag, expected_version
from core.clocks import local_day
from core.idempotency import claim_of
from services_directory import policies, selectors, services
from services_directory.models import EligibilityRule, RuleSetVersion
from services_directory.selectors import rule_of
from services_directory.suitability.kinds import Operator, PeriodUnit, RuleBasis, RuleKind, Severity
from services_directory.suitability.wording import rule_in_words

MOST_RULES = 100


class RuleInputSerializer(StrictSerializer):
    """One rule, as a version has it: it can be sent back as it was read."""

    code = serializers.SlugField(max_length=60, help_text="Its name within the set.")
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    subject = serializers.SlugField(
        max_length=60, help_text="What it looks at: a question (`code` of an observation), or a part of the referral."
    )
    severity = serializers.ChoiceField(choices=Severity.choices)
    operator = serializers.ChoiceField(choices=Operator.choices, required=False, allow_blank=True)
    thresholds = serializers.ListField(
        child=serializers.DecimalField(max_digits=8, decimal_places=2, coerce_to_string=False),
        required=False,
        max_length=4,
        help_text="Of a blood pressure the upper value first; of a band of it both lower ends first.",
    )
    period = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=9999)
    period_unit = serializers.ChoiceField(choices=PeriodUnit.choices, required=False, allow_blank=True)
    values = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=5000)
    clearance_by = serializers.CharField(
        max_length=60, required=False, allow_blank=True, help_text="Who may clear it, to stand in a sentence: a doctor."
    )
    group = serializers.SlugField(
        max_length=60, required=False, allow_blank=True, help_text="Requirements of one group are alternatives."
    )
    valid_for_days = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=3660, help_text="How old an answer may be; null: any."
    )
    source = serializers.CharField(max_length=200, help_text="Who says so.")  # type: ignore[assignment]
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    words = serializers.CharField(required=False, help_text="Made from the rule; what is sent is not looked at.")

    def validate(self, attrs: Any) -> Any:
        attrs.pop("words", None)
        return attrs


class VersionInputSerializer(StrictSerializer):
    """A new version: all of it, because a version is never changed."""

    name = serializers.CharField(max_length=200)
    basis = serializers.ChoiceField(choices=RuleBasis.choices, help_text="Whose rules they are.")
    source = serializers.CharField(  # type: ignore[assignment]  # Field has a source too
        max_length=2000, help_text="What states these rules, and where it is to be found."
    )
    valid_from = serializers.DateField(
        required=False, allow_null=True, help_text="From when it decides; else from today. Not in the past."
    )
    rules = serializers.ListField(child=RuleInputSerializer(), min_length=1, max_length=MOST_RULES)


class RuleSetInputSerializer(VersionInputSerializer):
    """A new rule set, with its first version."""

    key = serializers.SlugField(max_length=60)


class PublishedRuleSerializer(serializers.ModelSerializer[EligibilityRule]):
    """One rule of a version, and what it says in words."""

    kind = serializers.ChoiceField(choices=RuleKind.choices)
    severity = serializers.ChoiceField(choices=Severity.choices)
    operator = serializers.ChoiceField(choices=Operator.choices, allow_blank=True)
    period_unit = serializers.ChoiceField(choices=PeriodUnit.choices, allow_blank=True)
    thresholds = serializers.ListField(child=serializers.FloatField())
    words = serializers.SerializerMethodField()

    class Meta:
        model = EligibilityRule
        fields = [
            "code", "kind", "subject", "severity", "operator", "thresholds", "period", "period_unit", "values",
            "clearance_by", "group", "valid_for_days", "source", "note", "words",
        ]  # fmt: skip
        read_only_fields = fields

    def get_words(self, row: EligibilityRule) -> str:
        """The rule in words."""
        return rule_in_words(rule_of(row))


class RuleSetVersionSerializer(serializers.ModelSerializer[RuleSetVersion]):
    """One version, with its rules. It never changes."""

    key = serializers.CharField(source="rule_set_id")
    version = serializers.IntegerField(source="number")
    basis = serializers.ChoiceField(choices=RuleBasis.choices)
    published_by = serializers.SerializerMethodField(
        help_text="Named to directory editors, empty for others. Null: the service itself."
    )
    rules = PublishedRuleSerializer(many=True)

    class Meta:
        model = RuleSetVersion
        fields = ["key", "name", "version", "basis", "source", "valid_from", "published_at", "published_by", "rules"]
        read_only_fields = fields

    def get_published_by(self, row: RuleSetVersion) -> str | None:
        if row.published_by is None:
            return None
        is_editor = policies.is_editor(Actor(signed_in(self.context["request"].user)))
        return row.published_by.full_name if is_editor else ""


class ListedRuleSetSerializer(RuleSetVersionSerializer):
    """A rule set, by its latest version."""

    version_in_force = serializers.IntegerField(
        source="number_in_force", allow_null=True, help_text="That decides today. Null: none yet."
    )
    services = serializers.IntegerField(read_only=True, help_text="To how many services it applies.")

    class Meta(RuleSetVersionSerializer.Meta):
        fields = [
            "key", "name", "version", "version_in_force", "basis", "source", "valid_from", "published_at",
            "published_by", "services",
        ]  # fmt: skip
        read_only_fields = fields


class RuleSetSerializer(ListedRuleSetSerializer):
    """A rule set, by its latest version, with its rules."""

    class Meta(RuleSetVersionSerializer.Meta):
        fields = [*ListedRuleSetSerializer.Meta.fields, "rules"]
        read_only_fields = fields


NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)


class RuleSetViewSet(mixins.ListModelMixin, GenericViewSet[RuleSetVersion]):
    """Rules of eligibility, by set and version."""

    serializer_class = ListedRuleSetSerializer
    filterset_class: Any = None
    lookup_field = "key"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,60}"
    ordering = ("rule_set_id",)
    problem_codes = {"create": {"403", "409", "422"}, "versions": {"403", "409", "422"}}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return RuleSetVersion.objects.none()
        return selectors.rule_sets(signed_in(self.request.user), on=local_day(timezone.now()))

    @extend_schema(responses=RuleSetSerializer)
    def retrieve(self, request: Request, key: str) -> Response:
        """One rule set in its latest version, which may begin only later: `version_in_force` says which decides."""
        row = selectors.get_rule_set(signed_in(request.user), key, on=local_day(timezone.now()))
        return Response(
            RuleSetSerializer(row, context=self.get_serializer_context()).data, headers={"ETag": etag(row.number)}
        )

    @extend_schema(
        request=RuleSetInputSerializer, responses={201: RuleSetVersionSerializer}, parameters=[IDEMPOTENCY_KEY]
    )
    def create(self, request: Request) -> Response:
        """Make a rule set and publish its first version. For a directory editor."""
        form = RuleSetInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self._publish(request, form.validated_data, expected=0)

    @extend_schema(methods=["GET"], responses=RuleSetVersionSerializer(many=True))
    @extend_schema(
        methods=["POST"],
        request=VersionInputSerializer,
        responses={201: RuleSetVersionSerializer},
        parameters=[IDEMPOTENCY_KEY, IF_MATCH],
    )
    @action(detail=True, methods=["get", "post"], ordering=("-number",))
    def versions(self, request: Request, key: str) -> Response:
        """The versions with their rules, the latest first. POST, for a directory editor: publish the next one, which
        shows in the history of every listing that the set applies to.
        """
        rows: Any = selectors.versions_of(signed_in(request.user), key)
        if request.method == "GET":
            page: Any = self.paginate_queryset(rows)
            return self.get_paginated_response(
                RuleSetVersionSerializer(page, many=True, context=self.get_serializer_context()).data
            )
        form = VersionInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self._publish(request, {**form.validated_data, "key": key}, expected=expected_version(request))

    @extend_schema(responses=RuleSetVersionSerializer, parameters=[NUMBER])
    @action(detail=True, url_path="versions/(?P<number>[0-9]{1,4})", url_name="version")
    def version(self, request: Request, key: str, number: str) -> Response:
        """One version as it was published."""
        row = selectors.get_version(signed_in(request.user), key, int(number))
        return Response(RuleSetVersionSerializer(row, context=self.get_serializer_context()).data)

    def _publish(self, request: Request, said: dict[str, Any], *, expected: int | None) -> Response:
        user = signed_in(request.user)
        claim = claim_of(
            user_id=user.pk,
            operation="publish_rule_set",
            key=request.headers.get("Idempotency-Key"),
            body={"rule_set": said["key"], "sent": request.data},
        )
        done = services.publish_rule_set(
            **(said | {"rules": services.read_rules(said["rules"])}),
            actor=Actor(user),
            at=timezone.now(),
            expected_version=expected,
            claim=claim,
        )
        number = done.version.number
        row = selectors.get_version(user, done.version.rule_set_id, number)
        body = RuleSetVersionSerializer(row, context=self.get_serializer_context()).data
        response = Response(body, status=status.HTTP_201_CREATED, headers={"ETag": etag(number)})
        response.headers["Location"] = self.reverse_action("version", args=[done.version.rule_set_id, number])
        if done.is_replay:
            response.headers["Idempotent-Replayed"] = "true"
        return response
