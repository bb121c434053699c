"""What a hospital says of a discharge, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import IF_MATCH, expected_version
from referrals.api.discharge_shapes import DischargeEditSerializer, details_of
from referrals.api.outputs import ReferralSerializer
from referrals.services import discharge


class DischargeActions:
    """The operation on a referral that is about its discharge."""

    @extend_schema(request=DischargeEditSerializer, responses=ReferralSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["put"])
    def discharge(self: Any, request: Request, reference: str) -> Response:
        """Replace what is known of the discharge, and move its day, while the person waits for it."""
        referral = self.row(reference)
        form = DischargeEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        discharge.edit_discharge(
            referral=referral, actor=self.actor, at=timezone.now(), details=details_of(form.validated_data),
            planned_on=form.validated_data["planned_on"], expected_version=expected_version(request),
        )  # fmt: skip
        answer: Response = self.answer(self.whole(reference))
        return answer
