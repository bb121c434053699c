"""The pathway over HTTP. Each operation reads through a selector and makes one call."""

from typing import Any, TypeVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.selectors import find_user, signed_in
from core.api import IDEMPOTENCY_KEY, IF_MATCH, etag, expected_version
from core.clocks import local_day
from core.errors import Invalid
from core.idempotency import claim_of
from core.statements import Keyset
from core.throttling import ReferralThrottle
from referrals import policies, selectors
from referrals.access_log import opened
from referrals.api.case import TIMELINE_ORDER, events_of, whole_of
from referrals.api.casework import CASEWORK_PROBLEMS, CaseworkActions
from referrals.api.consents import ConsentActions
from referrals.api.dapb4066 import StandardActions
from referrals.api.discharge import DischargeActions
from referrals.api.filters import OnwardReferralFilterSet, ReferralFilterSet
from referrals.api.follow_ups import FollowUpActions
from referrals.api.health import HealthActions
from referrals.api.including import INCLUDE, OpenedReferralSerializer, included
from referrals.api.inputs import (
    AllocationInputSerializer,
    AttendanceInputSerializer,
    OnwardInputSerializer,
    ReferralInputSerializer,
)
from referrals.api.measures import MeasureActions
from referrals.api.messages_back import MessagesBackActions
from referrals.api.outputs import (
    AttendanceSerializer,
    EventSerializer,
    OnwardSerializer,
    ReferralSerializer,
    ReferralSummarySerializer,
)
from referrals.api.own_page import OwnPageActions
from referrals.api.person_actions import PersonActions
from referrals.api.record import RecordActions
from referrals.api.reviews import ReviewActions
from referrals.api.safeguarding import SafeguardingActions
from referrals.api.screening import OnwardScreeningActions, ScreeningActions, SentOnwardSerializer, with_warnings
from referrals.api.steps import STEP_PROBLEMS, with_steps
from referrals.api.worklist import lines_of
from referrals.models import OnwardReferral, Referral
from referrals.selectors.case import OpenedReferral, Timeline, open_referral
from referrals.selectors.onward_list import OnwardList
from referrals.selectors.visible import onward_rows_visible_to
from referrals.selectors.worklist import Worklist
from referrals.services import attendance, onward
from referrals.services import referrals as services
from referrals.services.access import Subject
from referrals.services.steps import StepDetails
from services_directory.selectors import get_service

T = TypeVar("T")


class PathwayViewSet(GenericViewSet):
    """What both machines' views share."""

    lookup_field = "reference"
    lookup_value_regex = "[A-Z]-[2-9A-Z]{5}-[2-9A-Z]{5}"
    ordering = ("-id",)

    @property
    def actor(self) -> Actor:
        return Actor(signed_in(self.request.user))

    def answer(self, row: OpenedReferral | OnwardReferral, *, code: int = status.HTTP_200_OK) -> Response:
        """Answer with a row as it now is, and its ETag."""
        body = (
            OnwardSerializer(row, context=self.get_serializer_context()).data
            if isinstance(row, OnwardReferral)
            else whole_of(row, actor=self.actor, today=local_day(timezone.now()))
        )
        return Response(body, status=code, headers={"ETag": etag(row.version)})

    def page_of(self, rows: Keyset[T]) -> list[T]:
        """Return a page of rows that a statement of our own reads."""
        page: Any = self.paginate_queryset(rows)  # type: ignore[arg-type]  # paged as a queryset is
        return list(page)

    def paged(self, rows: Any, serializer: Any, **context: Any) -> Response:
        """Answer with a page of rows."""
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(
            serializer(page, many=True, context={**self.get_serializer_context(), **context}).data
        )


@with_steps(steps=policies.REFERRAL_STEPS, machine="Referral", output=ReferralSerializer, take="take")
class ReferralViewSet(
    CaseworkActions,
    HealthActions,
    ConsentActions,
    DischargeActions,
    MeasureActions,
    MessagesBackActions,
    OwnPageActions,
    PersonActions,
    RecordActions,
    SafeguardingActions,
    ScreeningActions,
    StandardActions,
    mixins.ListModelMixin,
    PathwayViewSet,
):
    """Referrals: what you made, or what your team has been sent."""

    serializer_class = ReferralSummarySerializer
    filterset_class = ReferralFilterSet
    problem_codes = {
        "create": {"403", "409", "422", "429"},
        "update": STEP_PROBLEMS,
        "allocate": STEP_PROBLEMS,
        "consents": {"403", "409"},
        "observations": STEP_PROBLEMS,
        "discharge": STEP_PROBLEMS,
        "clearances": STEP_PROBLEMS,
        "screening": STEP_PROBLEMS,
        "clearance_requests": STEP_PROBLEMS,
        "end_clearance_request": {"403", "409"},
        "measures": STEP_PROBLEMS,
        "own_page_link": STEP_PROBLEMS,
        "record": STEP_PROBLEMS,
        "risks": STEP_PROBLEMS,
        "end_risk": STEP_PROBLEMS,
        "safeguarding": {"403", "409"},
        "end_safeguarding": {"403", "409"},
        "onward_referrals": STEP_PROBLEMS,
        **CASEWORK_PROBLEMS,
        "undo_death": {"403", "409"},
        "correct_nhs_number": STEP_PROBLEMS,
        "change_contact": STEP_PROBLEMS,
        "addresses": STEP_PROBLEMS,
    }

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Referral.objects.none()
        return selectors.referrals_visible_to(signed_in(self.request.user))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        user = signed_in(request.user)
        is_filtered = not request.query_params.keys().isdisjoint(ReferralFilterSet.base_filters)
        chosen = self.filter_queryset(self.get_queryset()) if is_filtered else None
        page = self.page_of(Worklist(user, chosen=chosen))
        return self.get_paginated_response(lines_of(page, actor=self.actor, today=local_day(timezone.now())))

    def get_throttles(self) -> Any:
        return [ReferralThrottle()] if self.action == "create" else super().get_throttles()

    def row(self, reference: str) -> Referral:
        return selectors.get_referral(signed_in(self.request.user), reference)

    def whole(self, reference: str) -> OpenedReferral:
        return open_referral(signed_in(self.request.user), reference)

    def take(self, request: Request, reference: str, step: str, details: StepDetails) -> Response:
        services.take_referral_step(
            referral=selectors.get_bare_referral(signed_in(request.user), reference), step=step, actor=self.actor,
            at=timezone.now(), details=details, expected_version=expected_version(request),
        )  # fmt: skip
        return self.answer(self.whole(reference))

    @extend_schema(responses=OpenedReferralSerializer, parameters=[INCLUDE])
    def retrieve(self, request: Request, reference: str) -> Response:
        """One referral, whole, with what you may do next."""
        response = self.answer(self.whole(reference))
        response.data |= included(request, reference)
        return response

    @extend_schema(request=ReferralInputSerializer, responses={201: ReferralSerializer}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request: Request) -> Response:
        """Refer a person. It is sent at once, unless `draft` is true or a discharge is still to come."""
        form = ReferralInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        claim = claim_of(
            user_id=signed_in(request.user).pk,
            operation="create_referral",
            key=request.headers.get("Idempotency-Key"),
            body=request.data,
        )
        made = services.create_referral(actor=self.actor, at=timezone.now(), content=form.content(), claim=claim)
        response = self.answer(self.whole(made.reference), code=status.HTTP_201_CREATED)
        response.headers["Location"] = self.reverse_action("detail", args=[made.reference])
        if made.is_replay:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    @extend_schema(request=ReferralInputSerializer, responses=ReferralSerializer, parameters=[IF_MATCH])
    def update(self, request: Request, reference: str) -> Response:
        """Replace the content of a draft."""
        referral = self.row(reference)
        form = ReferralInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.edit_draft(
            referral=referral, actor=self.actor, at=timezone.now(), content=form.content(),
            expected_version=expected_version(request),
        )  # fmt: skip
        return self.answer(self.whole(reference))

    @extend_schema(request=AllocationInputSerializer, responses=ReferralSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def allocate(self, request: Request, reference: str) -> Response:
        """Give the referral to a link worker or lead of the team."""
        referral = self.row(reference)
        form = AllocationInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        owner = find_user(form.validated_data["owner"])
        if owner is None:
            raise Invalid({"owner": ["There is none with this id."]})
        services.allocate_referral(
            referral=referral, owner=owner, actor=self.actor, at=timezone.now(),
            next_action_on=form.validated_data["next_action_on"], expected_version=expected_version(request),
        )  # fmt: skip
        return self.answer(self.whole(reference))

    @extend_schema(request=OnwardInputSerializer, responses={201: SentOnwardSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"], url_path="onward-referrals")
    def onward_referrals(self, request: Request, reference: str) -> Response:
        """Send the person to a service. With `rerouted_from`, instead of one that declined or never answered."""
        referral = self.row(reference)
        user = signed_in(request.user)
        form = OnwardInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        earlier = form.validated_data["rerouted_from"]
        sent = onward.send_onward_referral(
            referral=referral,
            service=get_service(user, form.validated_data["service"]),
            actor=self.actor,
            at=timezone.now(),
            handover_note=form.validated_data["handover_note"],
            rerouted_from=selectors.get_onward_referral(user, earlier) if earlier else None,
            expected_version=expected_version(request),
        )
        row = selectors.get_onward_referral(user, sent.reference)
        context = with_warnings(self.get_serializer_context(), sent.referral, [row])
        body = SentOnwardSerializer(row, context=context).data
        return Response(body, status=status.HTTP_201_CREATED, headers={"ETag": etag(row.version)})

    @extend_schema(responses=EventSerializer(many=True))
    @action(detail=True, ordering=TIMELINE_ORDER, filterset_class=None)
    def events(self, request: Request, reference: str) -> Response:
        """The timeline: everything that happened, in order."""
        timeline = Timeline(signed_in(request.user), reference)
        page = self.page_of(timeline)
        return self.get_paginated_response(events_of(page, of=timeline.referral, actor=self.actor))


@with_steps(steps=policies.ONWARD_STEPS, machine="Onward", output=OnwardSerializer, take="take")
class OnwardReferralViewSet(
    FollowUpActions, MeasureActions, OnwardScreeningActions, ReviewActions, mixins.ListModelMixin, PathwayViewSet
):
    """Onward referrals: what was sent to your team, or what became of your referrals."""

    serializer_class = OnwardSerializer
    filterset_class = OnwardReferralFilterSet
    problem_codes = {
        "attendances": {"403", "409"},
        "measures": STEP_PROBLEMS,
        "screening": STEP_PROBLEMS,
        "reviews": STEP_PROBLEMS,
        "follow_ups": STEP_PROBLEMS,
    }

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return OnwardReferral.objects.none()
        return onward_rows_visible_to(signed_in(self.request.user))

    def paginate_queryset(self, queryset: Any) -> Any:
        if self.action != "list":
            return super().paginate_queryset(queryset)
        rows: Any = OnwardList(signed_in(self.request.user), chosen=queryset)
        page: Any = super().paginate_queryset(rows)
        # It says of each person what a provider needs to know.
        opened(self.request, Subject(referrals=tuple(row.referral_id for row in page or ())))
        return page

    def row(self, reference: str) -> OnwardReferral:
        return selectors.get_onward_referral(signed_in(self.request.user), reference)

    def take(self, request: Request, reference: str, step: str, details: StepDetails) -> Response:
        onward.take_onward_step(
            onward=self.row(reference), step=step, actor=self.actor, at=timezone.now(), details=details,
            expected_version=expected_version(request),
        )  # fmt: skip
        return self.answer(self.row(reference))

    @extend_schema(responses=OnwardSerializer)
    def retrieve(self, request: Request, reference: str) -> Response:
        """One onward referral, whole, with what you may do next."""
        return self.answer(self.row(reference))

    @extend_schema(responses=EventSerializer(many=True))
    @action(detail=True, ordering=("sequence",), filterset_class=None)
    def events(self, request: Request, reference: str) -> Response:
        """What happened to this onward referral, in order, and nothing else of its referral."""
        row = self.row(reference)
        return self.paged(
            selectors.timeline_of_onward(row),
            EventSerializer,
            sees_onward_notes=policies.sees_notes_between_team_and_provider(
                self.actor, row, on=local_day(timezone.now())
            ),
        )

    @extend_schema(methods=["GET"], responses=AttendanceSerializer(many=True))
    @extend_schema(methods=["POST"], request=AttendanceInputSerializer, responses={201: AttendanceSerializer})
    @action(detail=True, methods=["get", "post"], ordering=("session_on", "id"), filterset_class=None)
    def attendances(self, request: Request, reference: str) -> Response:
        """The register of one person. A second entry for a day corrects the first."""
        row = self.row(reference)
        if request.method == "GET":
            return self.paged(selectors.attendances_of(row), AttendanceSerializer)
        form = AttendanceInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        entry = attendance.record_attendance(onward=row, actor=self.actor, at=timezone.now(), **form.validated_data)
        return Response(
            AttendanceSerializer(entry, context=self.get_serializer_context()).data, status=status.HTTP_201_CREATED
        )
