"""Measures over HTTP: the catalogue, what was taken, what is due, what changed, and the licences."""

from typing import Any

from django.utils import timezone
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.actors import Actor
from accounts.selectors import find_team, signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from core.clocks import local_day
from core.errors import Invalid, NotPermitted
from referrals import policies, selectors
from referrals.api.outputs import Output
from referrals.enums import MeasureMode
from referrals.measures import Direction, Meaning
from referrals.models import MeasureLicence, MeasureResponse
from referrals.services import measures

# --- The catalogue --------------------------------------------------------------------------------------------------


class MeasureItemSerializer(Output):
    """One question. `text` is empty where the licence does not let us carry it."""

    code = serializers.CharField()
    name = serializers.CharField()
    text = serializers.CharField()
    kind = serializers.CharField()
    lowest = serializers.IntegerField()
    highest = serializers.IntegerField()
    choices = serializers.SerializerMethodField()
    only_after = serializers.CharField()
    may_be_left_out = serializers.BooleanField()
    is_scored = serializers.BooleanField()

    @extend_schema_field(serializers.ListField(child=serializers.DictField(child=serializers.CharField())))
    def get_choices(self, item: Any) -> list[dict[str, str]]:
        """What can be answered, of several."""
        return [{"code": code, "name": name} for code, name in item.choices]


class MeasureBandSerializer(Output):
    """One part of a score's range."""

    code = serializers.CharField()
    name = serializers.CharField()
    lowest = serializers.FloatField(allow_null=True)


class MeasureScoreKindSerializer(Output):
    """One score of a measure; its bands in rising order."""

    code = serializers.CharField()
    name = serializers.CharField()
    direction = serializers.ChoiceField(choices=Direction.choices, allow_null=True)
    unit = serializers.CharField()
    lowest = serializers.FloatField(allow_null=True)
    highest = serializers.FloatField(allow_null=True)
    bands = MeasureBandSerializer(many=True)


class MeasureSourceSerializer(Output):
    """Where something is from; `to_be_checked`: no source at hand confirmed it."""

    what = serializers.CharField()
    says = serializers.CharField()
    to_be_checked = serializers.BooleanField()


class MeasureSerializer(Output):
    """One measure, whole."""

    code = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    items = MeasureItemSerializer(many=True)
    scores = MeasureScoreKindSerializer(many=True)
    scoring = serializers.ListField(child=serializers.CharField())
    ages = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    licence = serializers.CharField()
    needs_licence = serializers.BooleanField()
    sources = MeasureSourceSerializer(many=True)


class ListedMeasureSerializer(Output):
    """A measure, and whether the asker's organisation may use it today."""

    measure = MeasureSerializer()
    is_usable = serializers.BooleanField()


class MeasureCatalogueSerializer(Output):
    """Every measure: a handful, on one page."""

    measures = ListedMeasureSerializer(many=True)


class MeasureCatalogueView(ViewSet):
    """What can be measured."""

    @extend_schema(responses=forced_singular_serializer(MeasureCatalogueSerializer))  # type: ignore[no-untyped-call]
    def list(self, request: Request) -> Response:
        """Every measure with its questions, its scoring in words, and whether your organisation may use it."""
        found = selectors.catalogue_for(signed_in(request.user), on=local_day(timezone.now()))
        rows = [{"measure": measure, "is_usable": is_usable} for measure, is_usable in found]
        return Response(MeasureCatalogueSerializer({"measures": rows}, context={"request": request}).data)


# --- What was taken -------------------------------------------------------------------------------------------------


class MeasureInputSerializer(StrictSerializer):
    """One taking."""

    measure = serializers.CharField(max_length=40, help_text="A code of /measures/.")
    mode = serializers.ChoiceField(choices=MeasureMode.choices)
    answers = serializers.DictField(help_text="By item; null: not answered.", allow_empty=True)
    point = serializers.IntegerField(
        min_value=0, max_value=measures.LATEST_POINT, required=False, allow_null=True, default=None,
        help_text="Weeks since the start, as planned: 0 is the baseline. Null: at no such point.",
    )  # fmt: skip
    taken_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="Null: today.")
    replaces = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="The one that this corrects."
    )


class MeasureScoreSerializer(Output):
    """One score: a value, a band or both; or neither, and the reason."""

    code = serializers.CharField()
    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    band = serializers.CharField()
    band_name = serializers.CharField()
    reason = serializers.CharField()


class MeasureResponseSerializer(Output):
    """One taking. `answers` is null for who referred the person: they read the scores."""

    id = serializers.UUIDField()
    measure = serializers.CharField()
    measure_version = serializers.CharField()
    onward_referral = serializers.SerializerMethodField()
    point = serializers.IntegerField(allow_null=True)
    taken_on = serializers.DateField()
    mode = serializers.ChoiceField(choices=MeasureMode.choices)
    scores = MeasureScoreSerializer(many=True)
    remarks = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()
    replaces = serializers.UUIDField(source="replaces_id", allow_null=True)
    is_replaced = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_remarks(self, response: MeasureResponse) -> list[str]:
        """What the rules did to the answers; empty for whoever does not read those."""
        return list(response.remarks) if self.context["reads_answers"] else []

    def get_onward_referral(self, response: MeasureResponse) -> str:
        """The onward referral on which it was recorded, or empty."""
        return response.onward_referral.reference if response.onward_referral else ""

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, response: MeasureResponse) -> list[str]:
        """What to know when reading it: that the measure was not made for people of this age."""
        return list(measures.warnings_of(response))

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_answers(self, response: MeasureResponse) -> Any:
        return response.answers if self.context["reads_answers"] else None

    def get_is_replaced(self, response: MeasureResponse) -> bool:
        """Whether a correction has taken its place."""
        return hasattr(response, "replaced_by")


class DueMeasureSerializer(Output):
    """One measure at one point, not taken yet."""

    measure = serializers.CharField()
    name = serializers.CharField()
    onward_referral = serializers.CharField(help_text="Where to record it; empty: on the referral.")
    point = serializers.IntegerField()
    due_on = serializers.DateField()
    is_overdue = serializers.BooleanField()
    is_usable = serializers.BooleanField(help_text="False: its licence is not recorded.")


class DueMeasuresSerializer(Output):
    """All that is due, and to come: as many as the scheme has points."""

    due = DueMeasureSerializer(many=True)


class MeasureChangeSerializer(Output):
    """One score, before and after. `improvement` is counted so that more is better."""

    code = serializers.CharField()
    name = serializers.CharField()
    meaning = serializers.ChoiceField(choices=Meaning.choices)
    words = serializers.CharField()
    difference = serializers.FloatField(allow_null=True)
    improvement = serializers.FloatField(allow_null=True)
    moved_from = serializers.CharField()
    moved_to = serializers.CharField()


class MeasureFollowUpSerializer(Output):
    """One taking after the baseline."""

    point = serializers.IntegerField(allow_null=True)
    taken_on = serializers.DateField()
    changes = MeasureChangeSerializer(many=True)


class PairingSerializer(Output):
    """One measure: its baseline, and what changed since."""

    measure = serializers.CharField()
    name = serializers.CharField()
    onward_referral = serializers.CharField()
    baseline_taken_on = serializers.DateField(source="baseline.taken_on")
    is_planned_baseline = serializers.BooleanField(help_text="False: none was taken at point 0, so the first counts.")
    scores = MeasureScoreSerializer(many=True, source="baseline.scores")
    follow_ups = MeasureFollowUpSerializer(many=True)


class MeasureChangesSerializer(Output):
    """What changed, by measure."""

    changes = PairingSerializer(many=True)


class MeasureActions:
    """Three actions of a pathway's view, in a file of their own: `self` is that view."""

    def measured_row(self: Any, reference: str) -> Any:
        """Return the row, for who reads its measures."""
        row = self.row(reference)
        if not policies.may_read_measures(self.actor, row, on=local_day(timezone.now())):
            raise NotPermitted("What was measured is read by who supports the person, as long as they agree to it.")
        return row

    @extend_schema(methods=["GET"], responses=MeasureResponseSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=MeasureInputSerializer, parameters=[IF_MATCH],
        responses={201: MeasureResponseSerializer},
    )  # fmt: skip
    @action(
        detail=True, methods=["get", "post"], url_path="measures", ordering=("-recorded_at", "-id"),
        filterset_class=None,
    )  # fmt: skip
    def measures(self: Any, request: Request, reference: str) -> Response:
        """What was measured, the newest first; record one more. What cannot be scored says why."""
        row = self.measured_row(reference)
        reads = policies.reads_answers(self.actor, row)
        if request.method == "GET":
            page: Response = self.paged(selectors.measures_of(row), MeasureResponseSerializer, reads_answers=reads)
            return page
        form = MeasureInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        recorded = measures.record_measure(
            subject=row, actor=self.actor, at=timezone.now(), taken=measures.TakenMeasure(**form.validated_data),
            expected_version=expected_version(request),
        )  # fmt: skip
        context = {**self.get_serializer_context(), "reads_answers": reads}
        body = MeasureResponseSerializer(recorded.response, context=context).data
        on = recorded.response.onward_referral or recorded.response.referral
        return Response(body, status=status.HTTP_201_CREATED, headers={"ETag": etag(on.version)})

    @extend_schema(responses=DueMeasuresSerializer, filters=False)
    @action(detail=True, url_path="measures/due", filterset_class=None, pagination_class=None)
    def measures_due(self: Any, request: Request, reference: str) -> Response:
        """What is to be measured, from the day on which the person started: overdue, due, and to come."""
        row = self.measured_row(reference)
        due = selectors.due_measures(row, today=local_day(timezone.now()))
        return Response(DueMeasuresSerializer({"due": due}, context=self.get_serializer_context()).data)

    @extend_schema(responses=MeasureChangesSerializer, filters=False)
    @action(detail=True, url_path="measures/change", filterset_class=None, pagination_class=None)
    def measures_change(self: Any, request: Request, reference: str) -> Response:
        """What changed since the baseline, and whether that is better. No smallest change that matters is named."""
        row = self.measured_row(reference)
        found = selectors.measured_changes(row)
        return Response(MeasureChangesSerializer({"changes": found}, context=self.get_serializer_context()).data)


# --- Licences -------------------------------------------------------------------------------------------------------


class MeasureLicenceInputSerializer(StrictSerializer):
    """A licence that an organisation holds."""

    team = serializers.UUIDField(help_text="A team of the organisation.")
    measure = serializers.CharField(max_length=40)
    reference = serializers.CharField(max_length=200)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(required=False, allow_null=True, default=None, help_text="The last day.")


class MeasureLicenceSerializer(Output):
    """A licence that was recorded. Of each measure the latest counts."""

    organization = serializers.CharField(source="organization.name")
    measure = serializers.CharField()
    reference = serializers.CharField()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()


class MeasureLicenceViewSet(mixins.ListModelMixin, GenericViewSet[MeasureLicence]):
    """Licences of your organisations to use measures."""

    serializer_class = MeasureLicenceSerializer
    ordering = ("-id",)
    problem_codes = {"create": {"403"}}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return MeasureLicence.objects.none()
        return selectors.licences_visible_to(signed_in(self.request.user))

    @extend_schema(request=MeasureLicenceInputSerializer, responses={201: MeasureLicenceSerializer})
    def create(self, request: Request) -> Response:
        """Record that an organisation may use a measure. To end it early, record it again with its last day."""
        form = MeasureLicenceInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        team = find_team(said.pop("team"))
        if team is None:
            raise Invalid({"team": ["There is none with this id."]})
        row = measures.record_licence(
            organization=team.organization, actor=Actor(signed_in(request.user)), at=timezone.now(), **said
        )
        body = MeasureLicenceSerializer(row, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)
