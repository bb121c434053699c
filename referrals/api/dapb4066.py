"""One referral as a document of DAPB4066 v1.1, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import signed_in
from core.clocks import local_day
from referrals import policies
from referrals.dapb4066.document import document_for
from referrals.services import safeguarding


class StandardActions:
    """An action of a referral's view, in a file of its own: `self` is that view."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, filterset_class=None)
    def dapb4066(self: Any, request: Request, reference: str) -> Response:
        """The referral in the structure of the Social Prescribing Information Standard (DAPB4066 v1.1): sections and
        items by the standard's names, what repeats in lists, what is blank left out. Contacts, signposts and the plan
        are told to the owning team alone. To a safeguarding lead also what is recorded about safeguarding; that it
        was read is written down.
        """
        referral, now = self.row(reference), timezone.now()
        may_read = policies.reads_safeguarding(self.actor, referral)
        concerns = (
            safeguarding.read_concerns(referral=referral, actor=self.actor, at=now, way="dapb4066") if may_read else ()
        )
        return Response(document_for(signed_in(request.user), reference, on=local_day(now), concerns=concerns))
