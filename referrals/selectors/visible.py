"""Which referrals and onward referrals a user may see: the only way to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NoReturn, TypeVar
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from core.errors import NotVisible
from core.statements import Written, ask, hold, text_of
from referrals.models import Consent, OnwardReferral, Referral, ReferralNeed, Risk
from referrals.selectors.consents import OF_A_CONSENT
from referrals.selectors.delivery import with_misses

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a referral: by which team, in which roles there, and which of that team's referrals are seen."""

    team: str
    roles: tuple[Role, ...]
    those: Q


SIDES: Final = (
    Side(team="referring_team", roles=(Role.REFERRER,), those=Q(forgotten_at__isnull=True)),
    Side(
        team="owner_team", roles=(Role.LINK_WORKER, Role.LEAD),
        those=Q(forgotten_at__isnull=True, sent_at__isnull=False),
    ),
)  # fmt: skip
"""Who sees a referral, in the one place that says so. A referrer sees what their team has made; the owning team's link
workers and leads see what was sent to them. Nobody sees what another team drafted and never sent. A provider sees no
referral: only the onward referrals that were sent to it. What has been forgotten is for nobody to see.
"""


_BESIDE: Final = ("person", "referring_team", "owner_team__policy", "owner")


def teams_of(user: User) -> dict[str, list[UUID]]:
    """Return of each side the teams from which a user sees referrals."""
    return {side.team: user.team_ids(*side.roles) for side in SIDES}


def referrals_visible_to(user: User) -> QuerySet[Referral]:
    """Return the referrals a user may see, the newest first: those of their own sides (`SIDES`)."""
    return _seen_from({f"{team}__in": ids for team, ids in teams_of(user).items()}).order_by("-id")


def made_by_teams_of(user: User) -> QuerySet[Referral]:
    """Return of `referrals_visible_to` a user those that their teams have made, drafts too."""
    return _seen_as(SIDES[0], user)


def in_hands_of_teams_of(user: User) -> QuerySet[Referral]:
    """Return of `referrals_visible_to` a user those that their teams own."""
    return _seen_as(SIDES[1], user)


def _seen_as(side: Side, user: User) -> QuerySet[Referral]:
    """Return what is seen from one side: with the other in the condition, no index would lead to it."""
    rows = Referral.objects.filter(side.those, **{f"{side.team}__in": user.team_ids(*side.roles)})
    return rows.select_related(*_BESIDE).order_by("-id")


def _seen_from(teams: Mapping[str, Any]) -> QuerySet[Referral]:
    seen = Q()
    for side, (lookup, ids) in zip(SIDES, teams.items(), strict=True):
        seen |= Q(**{lookup: ids}) & side.those
    return Referral.objects.filter(seen).select_related(*_BESIDE)


def get_referral(user: User, reference: str) -> Referral:
    """Return the one referral, to do something with.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    return _the_one(_one(), user, reference)


def get_bare_referral(user: User, reference: str) -> Referral:
    """Return the same with its id alone, for whoever locks it next and reads it afresh.

    :raises NotVisible: as `get_referral` does.
    """
    return _the_one(_one_bare(), user, reference)


def _the_one(rows: Written[Referral], user: User, reference: str) -> Referral:
    found = None if "\0" in reference else rows.first(reference=reference, **teams_of(user))
    return found if found is not None else not_visible()


@cache
def _one() -> Written[Referral]:
    return Written(*_stand_ins())


@cache
def _one_bare() -> Written[Referral]:
    rows, stand_ins = _stand_ins()
    return Written(rows.select_related(None).only("id"), stand_ins)


def ask_of_the_one(text: str, user: User, reference: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return what a statement around `text_of_the_one` answers: a row at least, where the user may see the referral.

    :raises NotVisible: if there is no such referral, or none that the user may see; it does not say which.
    """
    rows = [] if "\0" in reference else ask(text, {"reference": reference, **values, **teams_of(user)})
    return rows or not_visible()


def text_of_the_one() -> str:
    """Return the statement that finds the id of the referral `%(reference)s`, if it is seen from `teams_of` a user."""
    rows, stand_ins = _stand_ins()
    return text_of(rows.select_related(None).values("id"), stand_ins)


def _stand_ins() -> tuple[QuerySet[Referral], dict[Any, str]]:
    teams = {side.team: UUID(int=number) for number, side in enumerate(SIDES)}
    rows = _seen_from(teams).filter(reference="")
    return rows, {"": "%(reference)s"} | {team: f"ANY (%({side})s::uuid[])" for side, team in teams.items()}


def get_whole_referral(user: User, reference: str) -> Referral:
    """Return the one referral with everything that it holds, to show it.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    referral = _the_one(_whole(), user, reference)
    for name, rows in _what_it_holds().items():
        hold(referral, name, rows.ask(referral=referral.pk))
    return referral


@cache
def _whole() -> Written[Referral]:
    rows, stand_ins = _stand_ins()
    return Written(rows.select_related(*_BESIDE, "service", "redirected_from", "redirected_to", "discharge"), stand_ins)


@cache
def _what_it_holds() -> dict[str, Written[Any]]:
    some_id = 1
    held: dict[str, QuerySet[Any]] = {
        "needs": ReferralNeed.objects.select_related("term"),
        "risks": Risk.objects.filter(ended_on=None),
        "consents": Consent.objects.select_related(*OF_A_CONSENT),
        "onward_referrals": OnwardReferral.objects.select_related(
            "service", "provider_team", "rerouted_to", "follow_up_clock"
        ),
    }
    return {
        name: Written(rows.filter(referral=some_id).order_by("id"), {some_id: "%(referral)s"})
        for name, rows in held.items()
    }


def onward_teams_of(user: User) -> dict[str, list[UUID]]:
    """Return the teams from which a user sees onward referrals, by their side: a provider's team sees what was sent to
    it; the owning team and the referrer see those of their referrals.
    """
    return {
        "provider_team": user.team_ids(Role.PROVIDER),
        "referral__owner_team": user.team_ids(Role.LINK_WORKER, Role.LEAD),
        "referral__referring_team": user.team_ids(Role.REFERRER),
    }


def onward_rows_visible_to(user: User) -> QuerySet[OnwardReferral]:
    """Return the onward referrals a user may see, the newest first, and nothing beside them."""
    seen = Q()
    for side, teams in onward_teams_of(user).items():
        seen |= Q(**{f"{side}__in": teams})
    return OnwardReferral.objects.filter(seen, referral__forgotten_at__isnull=True).order_by("-id")


def onward_referrals_visible_to(user: User) -> QuerySet[OnwardReferral]:
    """Return the onward referrals a user may see, the newest first, each with all that it shows."""
    return with_misses(
        onward_rows_visible_to(user)
        .select_related(
            "referral__person",
            "referral__owner",
            "referral__owner_team__policy",
            "service",
            "provider_team",
            "rerouted_from",
            "rerouted_to",
            "follow_up_clock",
        )
        .prefetch_related(
            Prefetch("referral__risks", Risk.objects.filter(ended_on=None).order_by("id")),
            Prefetch("referral__consents", Consent.objects.order_by("id")),
        )
    )


def get_onward_referral(user: User, reference: str) -> OnwardReferral:
    """Return the one onward referral.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    return the_one(onward_referrals_visible_to(user), reference)


def the_one(rows: QuerySet[Any, Row], reference: str) -> Row:
    """Return the row with this reference.

    :raises NotVisible: if it is not among the rows.
    """
    # PostgreSQL has no text with NUL in it, and would not even look.
    row = None if "\0" in reference else rows.filter(reference=reference).first()
    return row if row is not None else not_visible()


def not_visible() -> NoReturn:
    """Refuse to say whether there is something that is not the user's.

    :raises NotVisible: always.
    """
    raise NotVisible("There is nothing with this reference, or it is not yours to see.")
