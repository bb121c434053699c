"""The town of the browser tests: the cast with passwords, and some of what they have to do."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils import timezone

from accounts.models import User
from referrals.enums import AreaKind
from referrals.models import OnwardReferral, Referral, TeamArea
from referrals.services.people import PersonDetails
from tests import stage

PASSWORD = "walking-group-on-tuesdays"


@dataclass(frozen=True)
class Town:
    """Who is there, and what is under way, by its status."""

    cast: stage.Cast
    referrals: Mapping[str, Referral]
    onward: Mapping[str, OnwardReferral]

    def email_of(self, who: str) -> str:
        """Return the address with which somebody signs in, by what they do."""
        return str(self.cast.everyone[who].email)


def build_town() -> Town:
    """Make the town; everything in it began the day before yesterday."""
    cast, at = stage.build_cast(), timezone.now() - dt.timedelta(days=2)
    for user in cast.everyone.values():
        user.set_password(PASSWORD)
        User.objects.filter(pk=user.pk).update(password=user.password)
    # Who is registered at the practice is looked after by its town's team.
    TeamArea.objects.create(team=cast.team, kind=AreaKind.GP_PRACTICE, code="Z90001")
    people = _people()
    return Town(
        cast,
        {
            status: stage.referral_at(cast, status, at=at, person=next(people))
            for status in ("submitted", "information_requested", "active", "closed")
        },
        {
            status: stage.onward_at(
                cast, status, at=at, referral=stage.referral_at(cast, "active", at=at, person=next(people))
            )
            for status in ("sent", "waitlisted", "started", "completed")
        },
    )


def _people() -> Iterator[PersonDetails]:
    for name in ("Anne", "Bill", "Cora", "Dev", "Elsie", "Frank", "Grace", "Harold", "Iris", "Jack", "Kezia"):
        yield another(name)


def another(name: str) -> PersonDetails:
    """Somebody besides Rose, with no number."""
    return replace(stage.ROSE, first_name=name, family_name="Marlow", nhs_number="", is_new=True)
