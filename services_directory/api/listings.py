"""Keeping listings over HTTP: read one with its ETag, make, edit, and read what was changed."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.api import IDEMPOTENCY_KEY, IF_MATCH, etag, expected_version
from core.idempotency import claim_of
from services_directory import policies, selectors, services
from services_directory.api.inputs import ListingInputSerializer
from services_directory.api.kept import KeptServiceSerializer, ListingChangeSerializer, ProposalSerializer
from services_directory.models import Service


class KeepingViewSet(GenericViewSet[Service]):
    """What keepers do with services, for the viewset of services."""

    problem_codes = {"create": {"403", "422"}, "partial_update": {"403"}}

    def kept(self, request: Request, service_id: UUID | str, *, code: int = status.HTTP_200_OK) -> Response:
        """Answer with a listing as it now is, what of it waits, and its ETag."""
        user = signed_in(request.user)
        service = selectors.get_listing(user, service_id)
        is_keeper = policies.side_of(Actor(user), service) is not None
        pending = selectors.waiting_of(service) if is_keeper else None
        body = KeptServiceSerializer(service, context={**self.get_serializer_context(), "pending": pending}).data
        return Response(body, status=code, headers={"ETag": etag(service.version)})

    @extend_schema(responses=KeptServiceSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One service, whole: one that runs, or any that you keep."""
        return self.kept(request, pk)

    @extend_schema(
        request=ListingInputSerializer,
        responses={201: KeptServiceSerializer, 202: ProposalSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        """Make a listing. 201: it is there. 202, of a provider: it waits for a directory editor."""
        form = ListingInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = signed_in(request.user)
        claim = claim_of(
            user_id=user.pk,
            operation="create_listing",
            key=request.headers.get("Idempotency-Key"),
            body=request.data,
        )
        made = services.create_listing(actor=Actor(user), at=timezone.now(), sent=form.validated_data, claim=claim)
        if made.service_id is not None:
            response = self.kept(request, made.service_id, code=status.HTTP_201_CREATED)
            response.headers["Location"] = self.reverse_action("detail", args=[made.service_id])
        else:
            proposal = selectors.get_proposal(user, made.reference)
            response = Response(ProposalSerializer(proposal).data, status=status.HTTP_202_ACCEPTED)
        if made.is_replay:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    @extend_schema(
        request=ListingInputSerializer(partial=True),
        responses={200: KeptServiceSerializer, 202: KeptServiceSerializer},
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what a listing says. What decides who may be referred waits for a directory editor, if a provider
        changes it: `pending` says what; 202 when nothing else was changed.
        """
        user = signed_in(request.user)
        service = selectors.get_listing(user, pk)
        form = ListingInputSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        done = services.edit_listing(
            service_id=service.pk,
            actor=Actor(user),
            at=timezone.now(),
            sent=form.validated_data,
            expected_version=expected_version(request),
        )
        only_waits = done.proposal is not None and not done.changed
        return self.kept(request, pk, code=status.HTTP_202_ACCEPTED if only_waits else status.HTTP_200_OK)

    @extend_schema(responses=ListingChangeSerializer(many=True))
    @action(detail=True, ordering=("-id",), filterset_class=None)
    def history(self, request: Request, pk: str) -> Response:
        """What was changed of the listing, the latest first. Who changed it is named to those who keep it."""
        user = signed_in(request.user)
        service = selectors.get_listing(user, pk)
        changes: Any = selectors.history_of(service)
        page: Any = self.paginate_queryset(changes)
        is_keeper = policies.side_of(Actor(user), service) is not None
        context = {**self.get_serializer_context(), "is_keeper": is_keeper}
        return self.get_paginated_response(ListingChangeSerializer(page, many=True, context=context).data)
