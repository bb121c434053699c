"""How often somebody may try."""

from typing import Any

from rest_framework.throttling import BaseThrottle, ScopedRateThrottle, UserRateThrottle

from core import limits
from core.addresses import address_of
from core.idempotency import is_settled


class EverybodyThrottle(BaseThrottle):
    """What counts for every operation that says nothing else: a user by their name, anybody else by their address.

    Machines have a limit of their own (`accounts.api.machines`). Pages are counted with it, by a middleware.
    """

    def allow_request(self, request: Any, view: Any) -> bool:
        self.seconds: int | None
        if not request.user.is_authenticated:
            self.seconds = limits.too_much_from(address_of(request))
        else:
            is_machine = hasattr(request.auth, "secret")
            self.seconds = None if is_machine else limits.too_much_by(request.user.pk)
        return self.seconds is None

    def wait(self) -> float | None:
        return self.seconds


class SignInThrottle(ScopedRateThrottle):
    """Counts tries at a password by address, pages and API together (scope `sign-in` in the settings).

    While Redis is down nothing is counted (`core.caches`).
    """

    def get_ident(self, request: Any) -> str:
        return address_of(request)

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
