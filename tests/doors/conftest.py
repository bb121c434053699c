"""The place: one postcode of the town, its neighbourhood, and who looks after it."""

import pytest

from referrals.models import TeamArea
from services_directory.models import Postcode


@pytest.fixture
def covered(cast):
    """Who lives at SK5 8BS, or is registered with Vale Practice, is the Vale team's."""
    Postcode.objects.create(code="SK58BS", lsoa="E01005901", ward="E05000781", local_authority="E08000007")
    Postcode.objects.create(code="M11AE", lsoa="E01099999", ward="E05099999", local_authority="E08000003")
    TeamArea.objects.create(team=cast.team, kind="local_authority", code="E08000007")
    return cast


@pytest.fixture
def form():
    """What Rose writes for herself."""
    return {
        "email": "Rose@home.example",
        "person": {
            "first_name": "Rose",
            "family_name": "Okafor",
            "date_of_birth": "1951-03-27",
            "postcode": "sk5 8bs",
            "telephone": "0161 496 0111",
        },
        "reason": "I live alone and would like company.",
        "no_known_risks": True,
        "agrees_to_referral": True,
        "agrees_to_sharing": True,
    }
