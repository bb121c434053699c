"""Proposals over HTTP: what waits for a directory editor, and its decision."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from accounts.selectors import signed_in
from services_directory import selectors, services
from services_directory.api.inputs import DeclineInputSerializer
from services_directory.api.kept import ProposalSerializer
from services_directory.filters import ProposalFilter
from services_directory.models import ListingProposal


class ProposalViewSet(mixins.ListModelMixin, GenericViewSet[ListingProposal]):
    """Changes to who may be referred, and new listings: all of them for an editor, a provider's own for a provider."""

    serializer_class = ProposalSerializer
    filterset_class = ProposalFilter
    lookup_field = "reference"
    lookup_value_regex = "L-[2-9A-Z]{5}-[2-9A-Z]{5}"
    ordering = ("turn",)
    problem_codes = {"approve": {"403", "409"}, "decline": {"403", "409"}, "withdraw": {"403", "409"}}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return ListingProposal.objects.none()
        return selectors.proposals_visible_to(signed_in(self.request.user))

    def row(self, reference: str) -> ListingProposal:
        return selectors.get_proposal(signed_in(self.request.user), reference)

    def answer(self, reference: str) -> Response:
        return Response(ProposalSerializer(self.row(reference), context=self.get_serializer_context()).data)

    def retrieve(self, request: Request, reference: str) -> Response:
        """One proposal."""
        return self.answer(reference)

    @extend_schema(request=None, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, reference: str) -> Response:
        """Carry it out. 409 `listing_changed` when the listing says by now something else than when it was proposed."""
        actor = Actor(signed_in(request.user))
        services.approve_proposal(proposal=self.row(reference), actor=actor, at=timezone.now())
        return self.answer(reference)

    @extend_schema(request=DeclineInputSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, reference: str) -> Response:
        """Leave the listing as it is, and say why."""
        proposal = self.row(reference)
        form = DeclineInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        actor = Actor(signed_in(request.user))
        services.decline_proposal(proposal=proposal, actor=actor, at=timezone.now(), **form.validated_data)
        return self.answer(reference)

    @extend_schema(request=None, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, reference: str) -> Response:
        """Take your team's proposal back."""
        actor = Actor(signed_in(request.user))
        services.withdraw_proposal(proposal=self.row(reference), actor=actor, at=timezone.now())
        return self.answer(reference)
