"""Sessions over HTTP: what a provider's team holds, and its registers."""

import datetime as dt
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.api import IF_MATCH, StrictSerializer, etag, expected_version
from core.clocks import local_day, start_of_day
from core.filters import YesOrNoFilter
from referrals import policies
from referrals.api.outputs import AttendanceSerializer, NamedSerializer, Output
from referrals.api.steps import STEP_PROBLEMS
from referrals.enums import AttendanceResult, SessionCancelReason
from referrals.models import Attendance, Session
from referrals.selectors.sessions import Place, expected_at, get_session, sessions_visible_to
from referrals.services.registers import Entry, take_register
from referrals.services.sessions import SessionDetails, cancel_session, make_sessions
from services_directory.selectors import get_service

MOST_ENTRIES = 300
"""People on one register: more is no session, but a slip."""


class SessionFilterSet(django_filters.FilterSet):
    """Which sessions; days as in England."""

    service = django_filters.UUIDFilter(field_name="service_id")
    from_day = django_filters.DateFilter(method="filter_from", label="On or after this day")
    to_day = django_filters.DateFilter(method="filter_to", label="On or before this day")
    register_open = YesOrNoFilter(
        method="filter_open", label="True: whose register is still to be taken, and which are not cancelled"
    )

    class Meta:
        model = Session
        fields: list[str] = []

    def filter_from(self, rows: QuerySet[Session], name: str, value: Any) -> QuerySet[Session]:
        return rows.filter(starts_at__gte=start_of_day(value))

    def filter_to(self, rows: QuerySet[Session], name: str, value: Any) -> QuerySet[Session]:
        return rows.filter(starts_at__lt=start_of_day(value + dt.timedelta(days=1))) if value < dt.date.max else rows

    def filter_open(self, rows: QuerySet[Session], name: str, value: bool) -> QuerySet[Session]:  # noqa: FBT001
        still_open = {"drop_ins": None, "cancelled_at": None}
        return rows.filter(**still_open) if value else rows.exclude(**still_open)


class SessionInputSerializer(StrictSerializer):
    """One session, or one each week."""

    service = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    minutes = serializers.IntegerField(min_value=1, max_value=600)
    place = serializers.CharField(max_length=150)
    places = serializers.IntegerField(
        min_value=1, max_value=32767, required=False, allow_null=True, default=None, help_text="Null: as many as come."
    )
    weekly_until = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="And at the same time of each week until this day."
    )


class SessionCancelInputSerializer(StrictSerializer):
    """Why it does not take place."""

    reason = serializers.ChoiceField(choices=SessionCancelReason.choices)


class RegisterEntryInputSerializer(StrictSerializer):
    """One person of the register."""

    onward_referral = serializers.CharField(max_length=20)
    result = serializers.ChoiceField(choices=AttendanceResult.choices)


class RegisterInputSerializer(StrictSerializer):
    """The whole register. Who is left out is not recorded."""

    entries = serializers.ListField(child=RegisterEntryInputSerializer(), max_length=MOST_ENTRIES)
    drop_ins = serializers.IntegerField(
        min_value=0, max_value=9999, default=0, help_text="How many came whom nobody had referred: no names."
    )


class SessionSerializer(Output):
    """One session. `drop_ins` is null until its register is taken."""

    id = serializers.UUIDField()
    service = NamedSerializer()
    team = serializers.CharField(source="team.name")
    starts_at = serializers.DateTimeField()
    minutes = serializers.IntegerField()
    place = serializers.CharField()
    places = serializers.IntegerField(allow_null=True)
    recorded = serializers.IntegerField(help_text="Of how many referred people the register says something.")
    came = serializers.IntegerField(help_text="How many of them came.")
    drop_ins = serializers.IntegerField(allow_null=True, help_text="How many more came whom nobody had referred.")
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.ChoiceField(choices=SessionCancelReason.choices, allow_blank=True)
    version = serializers.IntegerField()


class MadeSessionsSerializer(Output):
    """The sessions that were made, in the order of time."""

    sessions = SessionSerializer(many=True)


class EarlierEntrySerializer(Output):
    """What an entry said before it was corrected."""

    result = serializers.ChoiceField(choices=AttendanceResult.choices)
    recorded_by = serializers.CharField(source="recorded_by.full_name")
    recorded_at = serializers.DateTimeField()


class RegisterEntrySerializer(AttendanceSerializer):
    """What the register says of one person now, and what it said before, the oldest first."""

    earlier = serializers.SerializerMethodField()

    @extend_schema_field(EarlierEntrySerializer(many=True))
    def get_earlier(self, entry: Attendance) -> Any:
        return EarlierEntrySerializer(entry.superseded.all(), many=True).data


class RegisterPlaceSerializer(Output):
    """One person on the register. `entry` null: nothing is recorded yet."""

    onward_referral = serializers.CharField(source="onward.reference")
    person = serializers.SerializerMethodField()
    is_paused = serializers.BooleanField(help_text="They pause: resume first.")
    is_drop_in = serializers.BooleanField(help_text="They take part in another service of yours, and came to this.")
    entry = RegisterEntrySerializer(allow_null=True)

    def get_person(self, place: Place) -> str:
        """Family name first, as a list is read."""
        return f"{place.onward.referral.family_name.upper()}, {place.onward.referral.first_name}"


class RegisterSerializer(Output):
    """The register of a session: one page, as it would lie on the table."""

    session = SessionSerializer()
    people = RegisterPlaceSerializer(many=True)


class SessionViewSet(mixins.ListModelMixin, GenericViewSet[Session]):
    """The sessions that your team holds, in the order of time."""

    serializer_class = SessionSerializer
    filterset_class = SessionFilterSet
    ordering = ("starts_at", "id")
    lookup_value_regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    problem_codes = {
        "create": {"403", "404", "409"},
        "cancel": STEP_PROBLEMS,
        "register": STEP_PROBLEMS,
    }

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Session.objects.none()
        return sessions_visible_to(signed_in(self.request.user))

    @property
    def actor(self) -> Actor:
        return Actor(signed_in(self.request.user))

    def row(self, pk: str) -> Session:
        return get_session(signed_in(self.request.user), pk)

    def answer(self, session: Session) -> Response:
        body = SessionSerializer(session, context=self.get_serializer_context()).data
        return Response(body, headers={"ETag": etag(session.version)})

    @extend_schema(responses=SessionSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One session."""
        return self.answer(self.row(pk))

    @extend_schema(request=SessionInputSerializer, responses={201: MadeSessionsSerializer})
    def create(self, request: Request) -> Response:
        """Make a session of a service that your team holds, or one each week. Sent again it is a 409: none twice."""
        form = SessionInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        user = signed_in(request.user)
        made = make_sessions(
            service=get_service(user, said.pop("service")), given=SessionDetails(**said), actor=self.actor,
            at=timezone.now(),
        )  # fmt: skip
        rows = sessions_visible_to(user).filter(pk__in=[session.pk for session in made])
        body = MadeSessionsSerializer({"sessions": rows}, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(request=SessionCancelInputSerializer, responses=SessionSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Say that a session does not take place."""
        row = self.row(pk)
        form = SessionCancelInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        cancel_session(
            session=row, actor=self.actor, at=timezone.now(), expected_version=expected_version(request),
            **form.validated_data,
        )  # fmt: skip
        return self.answer(self.row(pk))

    @extend_schema(methods=["GET"], responses=RegisterSerializer, filters=False)
    @extend_schema(
        methods=["PUT"], request=RegisterInputSerializer, responses=RegisterSerializer, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["get", "put"], filterset_class=None, pagination_class=None)
    def register(self, request: Request, pk: str) -> Response:
        """Who is expected, and who came. PUT takes or corrects it whole, or refuses it and names each bad entry."""
        row = self.row(pk)
        if request.method == "PUT":
            form = RegisterInputSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            take_register(
                session=row, entries=[Entry(**each) for each in form.validated_data["entries"]],
                drop_ins=form.validated_data["drop_ins"], actor=self.actor, at=timezone.now(),
                expected_version=expected_version(request),
            )  # fmt: skip
            row = self.row(pk)
        today = local_day(timezone.now())
        people = [place for place in expected_at(row) if policies.sees_person(self.actor, place.onward, on=today)]
        body = RegisterSerializer({"session": row, "people": people}, context=self.get_serializer_context()).data
        return Response(body, headers={"ETag": etag(row.version)})
