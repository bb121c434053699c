"""Who am I, sign in a machine, and which teams can be referred to."""

from typing import Any
from uuid import UUID

import django_filters
from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts import selectors, services
from accounts.api.serializers import (
    EmailLinkInputSerializer,
    EmailLinkSerializer,
    MeSerializer,
    OrganizationSerializer,
    TeamSerializer,
    TokenRequestSerializer,
    TokenSerializer,
)
from accounts.enums import OrganizationKind
from accounts.models import Organization, Team, User
from core.errors import Conflict, TooOften
from core.throttling import SignInThrottle


class TokensView(APIView):
    """Exchange an email and password for a token."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_classes = (SignInThrottle,)
    throttle_scope = "sign-in"
    problem_codes = {None: {"403"}}

    @extend_schema(request=TokenRequestSerializer, responses={201: TokenSerializer}, operation_id="tokens_create")
    def post(self, request: Request) -> Response:
        form = TokenRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        tries = get_adapter(request._request)  # the tries at one account are counted with those of the pages
        try:
            tries.pre_authenticate(request._request, email=form.validated_data["email"])
        except ValidationError:
            raise TooOften("There were too many wrong tries at this account. Wait five minutes.", wait=300) from None
        _, token, expires_at = services.exchange_password_for_token(**form.validated_data, at=timezone.now())
        tries._rollback_login_failed_rl_usage()
        return Response(
            TokenSerializer({"token": token, "expires_at": expires_at}).data, status=status.HTTP_201_CREATED
        )


class CurrentTokenView(APIView):
    """The token that this request came with."""

    problem_codes = {None: {"409"}}

    @extend_schema(responses={204: None}, operation_id="tokens_revoke")
    def delete(self, request: Request) -> Response:
        if request.auth is None:
            raise Conflict("Send the token that is to end: this request came with a session.", code="no_token")
        services.revoke_token(token=request.auth)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    """The signed-in user, and their roles."""

    @extend_schema(responses=MeSerializer, operation_id="me")
    def get(self, request: Request) -> Response:
        user = selectors.signed_in(request.user)
        return Response(MeSerializer(selectors.profile_of(user)).data)


class TeamViewSet(mixins.ListModelMixin, GenericViewSet[Team]):
    """Teams that take referrals."""

    serializer_class = TeamSerializer
    ordering = ("name", "id")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Team.objects.none()
        return selectors.teams_to_refer_to(selectors.signed_in(self.request.user))


class EmailLinkView(APIView):
    """Whether a provider's team works by email link: for a provider of it with an account, and for a manager."""

    @extend_schema(responses=EmailLinkSerializer, operation_id="teams_email_link")
    def get(self, request: Request, pk: UUID) -> Response:
        """What was decided last."""
        return self._answer(selectors.signed_in(request.user), pk)

    @extend_schema(
        request=EmailLinkInputSerializer, responses=EmailLinkSerializer, operation_id="teams_decide_email_link"
    )
    def put(self, request: Request, pk: UUID) -> Response:
        """Allow it, or take it back: then every link and every visit ends at once. The same again changes nothing."""
        user = selectors.signed_in(request.user)
        team = selectors.get_email_link(user, pk)
        form = EmailLinkInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.decide_email_link(team=team, user=user, at=timezone.now(), **form.validated_data)
        return self._answer(user, pk)

    def _answer(self, user: User, pk: UUID) -> Response:
        return Response(EmailLinkSerializer(selectors.get_email_link(user, pk)).data)


class OrganizationFilterSet(django_filters.FilterSet):
    """Which organisations."""

    kind = django_filters.MultipleChoiceFilter(choices=OrganizationKind.choices)
    ods_code = django_filters.CharFilter(label="The organisation with this ODS code")

    class Meta:
        model = Organization
        fields: list[str] = []


class OrganizationViewSet(mixins.ListModelMixin, GenericViewSet[Organization]):
    """Organisations that work with this service."""

    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilterSet
    ordering = ("name", "id")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Organization.objects.none()
        return selectors.organizations_to_name(selectors.signed_in(self.request.user))
