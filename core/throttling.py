"""How often somebody may try."""

from typing import Any

from rest_framework.throttling import ScopedRateThrottle, UserRateThrottle

from core.idempotency import is_settled


class SignInThrottle(ScopedRateThrottle):
    """Counts tries at a password by address, pages and API together (scope `sign-in` in the settings).

    While Redis is down nothing is counted (`core.caches`).
    """

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether this try is judged. A page has neither a request nor a view of REST framework's: none is needed."""
        return super().allow_request(request, view)


class PublicDoorThrottle(SignInThrottle):
    """Counts what comes from one address without signing in (scopes `self-referral`, `find-team`, `report-listing`)."""


class SignedLinkThrottle(SignInThrottle):
    """Counts how often signed links are followed from one address (scope `signed-link`), right ones and wrong ones."""


class PersonMatchThrottle(SignInThrottle):
    """Counts how often one user asks whether people are known (scope `person-match`), pages and API together."""


class ReferralThrottle(UserRateThrottle):
    """Counts what one signed-in user refers (scope `refer`): a machine that runs wild fills no team's list.

    A request that was carried out before, and comes again with its Idempotency-Key, makes nothing and is always
    answered. While Redis is down nothing is counted (`core.caches`).
    """

    scope = "refer"
    operation = "create_referral"

    def allow_request(self, request: Any, view: Any) -> bool:
        if super().allow_request(request, view):
            return True
        key = request.headers.get("Idempotency-Key")
        return is_settled(user_id=request.user.pk, operation=self.operation, key=key) if key else False
