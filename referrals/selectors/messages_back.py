"""Which messages back a user may read, and which are theirs to file."""

from functools import cache
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from accounts.enums import OrganizationKind, Role
from accounts.models import Organization, User
from core.statements import Written
from referrals.models import MessageBack, MessageBackFiling, Referral
from referrals.selectors.visible import referrals_visible_to, the_one


def messages_back_visible_to(user: User) -> QuerySet[MessageBack]:
    """Return the messages back a user may read, the newest first, each with what the user's practices did with it.

    Those who see the referral see its messages back. A registered practice sees those that were addressed to it, and
    nothing else of the referral: the person agreed to that when each was issued. A provider sees none.
    """
    return _with_all_shown(
        MessageBack.objects.filter(
            Q(referral__in=referrals_visible_to(user).order_by().values("pk")) | Q(pk__in=_addressed_to(user))
        ),
        user,
    )


def messages_back_to(user: User) -> QuerySet[MessageBack]:
    """Return the messages back that came to the user's practices and teams: what is theirs to read and to file."""
    return _with_all_shown(MessageBack.objects.filter(pk__in=_addressed_to(user)), user)


def messages_back_of(user: User, reference: str) -> QuerySet[MessageBack]:
    """Return the messages back of one referral that a user may read, the newest first.

    :raises NotVisible: if the user may see neither the referral nor a message of it; it does not say which.
    """
    rows = messages_back_visible_to(user).filter(referral__reference=reference)
    if not rows.exists():
        the_one(referrals_visible_to(user), reference)
    return rows


def messages_back_with(user: User, referral: Referral) -> list[MessageBack]:
    """Return the messages back of a referral that the user may see (`get_referral`), as `messages_back_visible_to`."""
    rows = _of_one().ask(referral=referral.pk)
    prefetch_related_objects(rows, _filings_of(user))
    return rows


@cache
def _of_one() -> Written[MessageBack]:
    some_id = 1
    return Written(_shown(MessageBack.objects.filter(referral=some_id)), {some_id: "%(referral)s"})


def messages_back_about(referral: Referral) -> QuerySet[MessageBack]:
    """Return the messages back of a referral that the user may see (`get_referral`), in order."""
    return referral.messages_back.order_by("id")


def get_message_back(user: User, reference: str, *, of: str | None = None) -> MessageBack:
    """Return the one message back; `of` is the reference of its referral, where the asker named it.

    :raises NotVisible: if there is none, or none that the user may read; it does not say which.
    """
    rows = messages_back_visible_to(user)
    return the_one(rows if of is None else rows.filter(referral__reference=of), reference)


def filed_by(user: User, rows: QuerySet[MessageBack], *, is_filed: bool) -> QuerySet[MessageBack]:
    """Return of the rows those that the user's practices have filed, or have not."""
    mine = MessageBackFiling.objects.filter(message=OuterRef("pk"), organization__in=_my_organizations(user))
    return rows.filter(Exists(mine) if is_filed else ~Exists(mine))


def organization_that_files(user: User, message: MessageBack) -> UUID | None:
    """Return the organisation for which a user may file a message: the referrer's own, or the registered practice."""
    referring = message.referral.referring_team
    if referring.pk in user.team_ids(Role.REFERRER):
        return referring.organization_id
    practice = message.registered_practice_id
    return practice if practice in set(_my_organizations(user)) else None


def _addressed_to(user: User) -> QuerySet[MessageBack, int]:
    teams = user.team_ids(Role.REFERRER)
    return (
        MessageBack.objects.filter(
            Q(referral__referring_team__in=teams) | Q(registered_practice__in=_my_organizations(user))
        )
        .order_by()
        .values_list("pk", flat=True)
    )


def _my_organizations(user: User) -> QuerySet[Organization, UUID]:
    return Organization.objects.filter(teams__in=user.team_ids(Role.REFERRER)).values_list("pk", flat=True)


def _with_all_shown(rows: QuerySet[MessageBack], user: User) -> QuerySet[MessageBack]:
    return _shown(rows).prefetch_related(_filings_of(user))


def _shown(rows: QuerySet[MessageBack]) -> QuerySet[MessageBack]:
    return rows.select_related("referral__referring_team", "event").order_by("-id")


def _filings_of(user: User) -> "Prefetch[str, QuerySet[MessageBackFiling], str]":
    mine = MessageBackFiling.objects.filter(organization__in=_my_organizations(user))
    return Prefetch("filings", mine.select_related("filed_by").order_by("id"), to_attr="my_filings")


def registered_practice_of(referral: Referral) -> Organization | None:
    """Return the practice where the person is registered, if it works with the service and did not itself refer."""
    works_here = Organization.objects.filter(
        ods_code=referral.gp_practice_code, kind=OrganizationKind.GP_PRACTICE, is_active=True,
        teams__is_active=True, teams__memberships__role=Role.REFERRER, teams__memberships__user__is_active=True,
    )  # fmt: skip
    return works_here.exclude(pk=referral.referring_team.organization_id).distinct().first()
