"""What the operations for everybody have in common."""

from typing import Any

from django.conf import settings
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from core.problems import json_problem
from core.throttling import PublicDoorThrottle


class PublicView(APIView):
    """An operation for everybody: no sign-in, small bodies, and a limit on how often."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_classes = (PublicDoorThrottle,)
    throttle_scope = "self-referral"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse a large body before it is read."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.MAX_PUBLIC_BODY_BYTES:
            return json_problem(413, kind="body_too_large", max_bytes=settings.MAX_PUBLIC_BODY_BYTES)
        return super().dispatch(request, *args, **kwargs)
