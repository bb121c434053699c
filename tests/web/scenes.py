"""What several of the page tests set on the stage."""

import datetime as dt
import re

from accounts.actors import Actor
from referrals.models import Referral
from referrals.services.consent import record_consent
from referrals.services.people import PersonDetails
from tests import stage
from tests.conftest import NOW
from tests.web.conftest import Page


def another_person(name: str) -> PersonDetails:
    """Somebody besides Rose."""
    return PersonDetails(
        first_name=name,
        family_name="Else",
        date_of_birth=dt.date(1960, 1, 1),
        gp_practice_code="Z90001",
        is_new=True,
    )


def supported(cast: stage.Cast, name: str) -> Referral:
    """An active referral of another person."""
    return stage.referral_at(cast, "active", at=NOW, person=another_person(name))


def withdraw_consent(cast: stage.Cast, referral: Referral) -> None:
    """The person does not want to be known to services any more."""
    record_consent(
        referral=referral, actor=Actor(stage.fresh(cast.link_worker)), at=NOW + dt.timedelta(hours=8),
        decision="withdrawn",
    )  # fmt: skip


def version_in(page: Page) -> str:
    """The version of the row that the form of a page was shown with."""
    return str(re.findall(r'name="version" value="(\d+)"', page.html)[0])
