"""What many of the figures are read of."""

import datetime as dt

import pytest

from accounts.actors import Actor
from referrals.services.contacts import ContactDetails, log_contact
from services_directory.models import Neighbourhood, Postcode
from tests import stage
from tests.conftest import NOW


@pytest.fixture
def november(cast, referral_at, onward_at, scene):
    """Eight referrals of Rose's, each of which came a little further; and what does not count."""
    scene("November of Rose's referrals", lambda: tell_of_november(cast, referral_at, onward_at))
    return cast


def tell_of_november(cast, referral_at, onward_at):
    Postcode.objects.create(code="SK58BS", lsoa="E01000001", imd_rank=310)
    Neighbourhood.objects.create(code="vale", name="=Vale", sectors=["SK5 8"])
    referral_at("submitted")
    reached = referral_at("accepted")
    log_contact(
        referral=reached, actor=Actor(stage.fresh(cast.link_worker)), at=NOW + dt.timedelta(days=2),
        given=ContactDetails(mechanism="02", outcome="spoke"),
    )  # fmt: skip
    referral_at("active")
    for status in ("declined", "not_started", "left_early", "started", "completed"):
        onward_at(status)
    for status in ("draft", "entered_in_error"):
        referral_at(status)
    referral_at("redirected")  # and so there is one next door, in its stead
    referral_at("submitted", team_id=cast.neighbouring_team.pk)
