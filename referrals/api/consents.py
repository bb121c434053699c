"""What the person decided about sharing, over HTTP: a list that is added to and never changed."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.clocks import local_day
from referrals import selectors
from referrals.api.inputs import ConsentInputSerializer, consent_details
from referrals.api.outputs import ConsentSerializer
from referrals.services import consent


class ConsentActions:
    """One action of a referral's view, in a file of its own: `self` is that view."""

    @extend_schema(methods=["GET"], responses=ConsentSerializer(many=True))
    @extend_schema(methods=["POST"], request=ConsentInputSerializer, responses={201: ConsentSerializer})
    @action(detail=True, methods=["get", "post"], ordering=("-id",), filterset_class=None)
    def consents(self: Any, request: Request, reference: str) -> Response:
        """What the person decided about sharing, the newest first; `counts` says which decisions hold now."""
        referral = self.row(reference)
        now = timezone.now()
        if request.method == "POST":
            form = ConsentInputSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            row = consent.record_consent(
                referral=referral, actor=self.actor, at=now, **consent_details(form.validated_data)
            )
        counting = selectors.counting_consents(referral, on=local_day(now))
        if request.method == "GET":
            rows: Response = self.paged(selectors.consents_of(referral), ConsentSerializer, counting=counting)
            return rows
        context = self.get_serializer_context() | {"counting": counting}
        return Response(ConsentSerializer(row, context=context).data, status=status.HTTP_201_CREATED)
