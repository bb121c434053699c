"""The directory over REST: find a service, read one, and the needs they are described by."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from accounts.selectors import signed_in
from services_directory import selectors
from services_directory.api.listings import KeepingViewSet
from services_directory.api.search import SEARCH_PARAMETERS, ServicePageSerializer, page_of, page_size_of
from services_directory.api.serializers import DirectoryNeedSerializer, ServiceSerializer
from services_directory.api.trust import VerifyMixin
from services_directory.filters import read_search
from services_directory.models import Service, TaxonomyTerm


class ServiceViewSet(VerifyMixin, KeepingViewSet):
    """Services that run."""

    serializer_class = ServiceSerializer
    filterset_class: Any = None
    ordering: tuple[str, ...] = ("name", "id")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Service.objects.none()
        return selectors.services_visible_to(signed_in(self.request.user))

    @extend_schema(parameters=SEARCH_PARAMETERS, responses=ServicePageSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Search. Every parameter narrows the list; the page says how the words were read (`searched_for`)."""
        found = selectors.search_services(
            signed_in(request.user),
            read_search(request.query_params),
            cursor=request.query_params.get("cursor", ""),
            page_size=page_size_of(request),
        )
        return page_of(request, found, extra=self.extra_for(found.ids))

    def extra_for(self, service_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
        """Return, by service, more fields for the results of the list. For views that know more than the directory."""
        return {}


class NeedViewSet(mixins.ListModelMixin, GenericViewSet[TaxonomyTerm]):
    """The needs that services are described by."""

    serializer_class = DirectoryNeedSerializer
    ordering = ("name", "id")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return TaxonomyTerm.objects.none()
        return selectors.needs()
