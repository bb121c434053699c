"""Who opened the record of a person, for those who answer for it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User
from core.errors import NotVisible
from referrals.models import RecordAccess, Referral
from referrals.selectors.keeping import person_who_asks
from referrals.selectors.visible import referrals_visible_to, the_one


@dataclass(frozen=True, kw_only=True)
class WhoLooked:
    """What is shown of one referral."""

    referral: Referral
    is_restricted: bool
    """Whether everybody who opens the person's record is asked why."""
    is_of_all: bool
    """Whether the rows are of all that there is about the person, and not of what the reader's team sees alone."""
    may_open: bool
    rows: QuerySet[RecordAccess]


def get_who_looked(user: User, reference: str) -> WhoLooked:
    """Return who opened a referral, and what else there is about its person: for a lead of the team that owns it of
    what the lead may see, because what another team does for a person is not theirs to know; for the records and
    privacy officer of all.

    :raises NotVisible: if there is no such referral, or the user is neither.
    """
    is_officer = Role.PRIVACY_OFFICER in user.roles()
    all_there = Referral.objects.filter(forgotten_at=None).select_related("person")
    led = all_there.filter(owner_team__in=user.team_ids(Role.LEAD), sent_at__isnull=False)
    referral: Referral = the_one(all_there if is_officer else led, reference)
    visible = referrals_visible_to(user)
    rows: QuerySet[Any] = RecordAccess.objects.filter(person=referral.person_id)
    if not is_officer:
        rows = rows.filter(referral__in=visible.order_by().values("pk"))
    return WhoLooked(
        referral=referral,
        is_restricted=referral.person.is_restricted,
        is_of_all=is_officer,
        may_open=visible.filter(pk=referral.pk).exists(),
        rows=rows.select_related("reader", "referral").order_by("-id"),
    )


def find_record(user: User, *, reference: str = "", nhs_number: str = "", date_of_birth: dt.date | None = None) -> str:
    """Return the reference by which `get_who_looked` shows all about a person: the one given, else their newest.

    :raises NotVisible: if there is nobody like that, they are forgotten, or the user is no privacy officer.
    """
    person = person_who_asks(user, reference=reference, nhs_number=nhs_number, date_of_birth=date_of_birth)
    kept = Referral.objects.filter(person=person, forgotten_at=None)
    found = kept.filter(reference=reference).first() or kept.order_by("-pk").first()
    if found is None:
        raise NotVisible("It is forgotten: who opened it is kept, and is in no page.")
    return str(found.reference)
