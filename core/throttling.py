"""How often somebody may try."""

import logging
from typing import Any

from redis.exceptions import RedisError
from rest_framework.throttling import ScopedRateThrottle, UserRateThrottle

from core.idempotency import is_settled

logger = logging.getLogger(__name__)


class SignInThrottle(ScopedRateThrottle):
    """Counts tries at a password by address, pages and API together (scope `sign-in` in the settings).

    While Redis is down nothing is counted: whoever works here must be able to sign in.
    """

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError:
            logger.exception("%s tries could not be counted", view.throttle_scope)
            return True


class PublicDoorThrottle(SignInThrottle):
    """Counts what comes from one address without signing in (scopes `self-referral`, `find-team`)."""


class SignedLinkThrottle(SignInThrottle):
    """Counts how often signed links are followed from one address (scope `signed-link`), right ones and wrong ones."""


class ReferralThrottle(UserRateThrottle):
    """Counts what one signed-in user refers (scope `refer`): a machine that runs wild fills no team's list.

    A request that was carried out before, and comes again with its Idempotency-Key, makes nothing and is always
    answered. While Redis is down nothing is counted: whoever works here must be able to refer.
    """

    scope = "refer"
    operation = "create_referral"

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            if super().allow_request(request, view):
                return True
        except RedisError:
            logger.exception("Referrals made could not be counted")
            return True
        key = request.headers.get("Idempotency-Key")
        return is_settled(user_id=request.user.pk, operation=self.operation, key=key) if key else False
