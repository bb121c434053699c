"""What every route of the API asks of whoever acts on a record (docs/audit.md)."""

from typing import Any

from rest_framework.permissions import BasePermission


class SaysWhy(BasePermission):
    """Whoever acts on a record that it is unusual for them to open has said why, or says it with the request. Whoever
    only reads is asked once the answer is made (`access_log`).
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        # Not above: REST framework reads this class while it is not whole itself.
        from referrals import access_log  # noqa: PLC0415

        if request.method in access_log.UNSAFE and request.user.is_authenticated:
            access_log.ask_first(request._request, request.user)
        return True
