"""The directory over REST: find a service, read one, and the needs they are described by."""

from typing import Any

from rest_framework import mixins
from rest_framework.viewsets import GenericViewSet

from accounts.selectors import signed_in
from services_directory import selectors
from services_directory.api.listings import KeepingViewSet
from services_directory.api.serializers import DirectoryNeedSerializer, ServiceSerializer, ServiceSummarySerializer
from services_directory.api.trust import VerifyMixin
from services_directory.filters import ServiceFilter
from services_directory.models import Service, TaxonomyTerm


class ServiceViewSet(VerifyMixin, mixins.ListModelMixin, KeepingViewSet):
    """Services that run."""

    serializer_class = ServiceSerializer
    filterset_class = ServiceFilter
    ordering = ("name", "id")

    def get_serializer_class(self) -> Any:
        return ServiceSummarySerializer if self.action == "list" else ServiceSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Service.objects.none()
        return selectors.services_visible_to(signed_in(self.request.user))


class NeedViewSet(mixins.ListModelMixin, GenericViewSet[TaxonomyTerm]):
    """The needs that services are described by."""

    serializer_class = DirectoryNeedSerializer
    ordering = ("name", "id")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return TaxonomyTerm.objects.none()
        return selectors.needs()
