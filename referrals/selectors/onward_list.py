"""A page of the onward referrals that a user may see."""

from typing import Any, ClassVar

from django.db.models import QuerySet

from accounts.models import User
from core.merged import Merged
from core.statements import Keyset
from referrals.models import OnwardReferral
from referrals.selectors.turns import with_last_moves
from referrals.selectors.visible import onward_referrals_visible_to, onward_teams_of


class OnwardList(Keyset[OnwardReferral]):
    """Those chosen of the onward referrals that a user may see, to be paged by their id, each with all that it shows.

    Of each side and team no more is read than a page: with the sides in one condition no index would lead to any.
    """

    model: ClassVar = OnwardReferral

    def __init__(self, user: User, *, chosen: QuerySet[OnwardReferral]) -> None:
        self._user, self._chosen = user, chosen

    def read(self, *, limit: int, order: str, lookup: str | None, beyond: Any) -> list[OnwardReferral]:
        """Read the first rows in an order, beyond an id."""
        chosen = self._chosen.filter(**{lookup: beyond}) if lookup else self._chosen
        sides = onward_teams_of(self._user).items()
        parts = [chosen.filter(**{side: team}).values_list("id", flat=True) for side, teams in sides for team in teams]
        ids = Merged(OnwardReferral, parts, may_overlap=True).order_by(order)[:limit]
        rows = with_last_moves(onward_referrals_visible_to(self._user)).filter(pk__in=ids)
        return list(rows.order_by(order)) if ids else []
