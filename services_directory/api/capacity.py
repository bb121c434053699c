"""Whether a service has room, over REST: read it, say it in one call, or say that it is still so."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.api import IF_MATCH, etag, expected_version
from services_directory import selectors
from services_directory.api.capacity_shapes import CapacityInputSerializer, ServiceCapacitySerializer
from services_directory.services.capacity import set_capacity


class CapacityViewSet(ViewSet):
    """The capacity of one service."""

    problem_codes = {"update": {"403"}, "partial_update": {"403"}}

    @extend_schema(responses=ServiceCapacitySerializer)
    def retrieve(self, request: Request, service_id: str) -> Response:
        """Whether it has room, and what was last said of it."""
        service, reports = selectors.get_capacity(signed_in(request.user), service_id)
        body = ServiceCapacitySerializer(service, context={"reports": reports}).data
        return Response(body, headers={"ETag": etag(reports[0].pk if reports else 0)})

    @extend_schema(request=CapacityInputSerializer, responses=ServiceCapacitySerializer, parameters=[IF_MATCH])
    def update(self, request: Request, service_id: str) -> Response:
        """Say all of it: what is left out is not said any more. For the receiving team and directory editors."""
        return self._say(request, service_id, partial=False)

    @extend_schema(request=CapacityInputSerializer, responses=ServiceCapacitySerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, service_id: str) -> Response:
        """Say a part: what is left out stays. An empty object says that it is still so."""
        return self._say(request, service_id, partial=True)

    def _say(self, request: Request, service_id: str, *, partial: bool) -> Response:
        user = signed_in(request.user)
        service, _ = selectors.get_capacity(user, service_id)
        form = CapacityInputSerializer(data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        set_capacity(
            service=service, actor=Actor(user), at=timezone.now(), said=form.validated_data,
            expected_version=expected_version(request),
        )  # fmt: skip
        return self.retrieve(request, service_id)
