"""Where GOV.UK Notify tells what became of a text message that it took."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from notifications import receipts


class NotifyAuthentication(BaseAuthentication):
    """Lets in who presents the token that Notify was given, and nobody where there is none."""

    def authenticate(self, request: Request) -> tuple[Any, str]:
        given = request.headers.get("Authorization", "")
        if not given:
            raise NotAuthenticated
        if not settings.NOTIFY_RECEIPTS_TOKEN or not constant_time_compare(
            given, f"Bearer {settings.NOTIFY_RECEIPTS_TOKEN}"
        ):
            raise AuthenticationFailed("Invalid token.")
        return AnonymousUser(), "notify"

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class NotifyReceiptSerializer(serializers.Serializer[Any]):
    """What Notify tells. It sends more than this, which we do not read."""

    id = serializers.CharField(max_length=100, help_text="Notify's id of the sending.")
    reference = serializers.CharField(
        max_length=100, allow_null=True, allow_blank=True, required=False, help_text="The id of our message."
    )
    to = serializers.CharField(
        max_length=254, allow_null=True, allow_blank=True, required=False, help_text="Where it went. Not kept."
    )
    status = serializers.CharField(max_length=40)


class NotifyReceiptsView(APIView):
    """What became of a message."""

    authentication_classes = (NotifyAuthentication,)
    permission_classes = (AllowAny,)
    problem_codes: ClassVar[dict[None, set[str]]] = {None: {"401"}}

    @extend_schema(
        auth=[], operation_id="notify_receipts_create", request=NotifyReceiptSerializer, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """For GOV.UK Notify, by the bearer token that it was given. The answer is the same whatever it tells."""
        form = NotifyReceiptSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        message_id = _uuid(said.get("reference"))
        if message_id is not None:
            told = receipts.told_by_notify(sending=said["id"], status=said["status"], address=said.get("to") or "")
            receipts.take(told, message_id=message_id, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
