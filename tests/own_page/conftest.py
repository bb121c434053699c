"""Rose, who is referred, and the link to her own page."""

import datetime as dt
from dataclasses import dataclass, replace

import pytest

from notifications.templates import link_to_persons_page
from referrals.models import PersonLink, Referral
from referrals.services.own_page_links import open_own_page
from tests.conftest import NOW
from tests.stage import ROSE

BORN = ROSE.date_of_birth
TO_BE_TOLD = replace(ROSE, email="rose@home.example", may_email="yes", may_telephone="yes")
"""Rose as she may be sent an email."""


def link_of(referral) -> PersonLink:
    return PersonLink.objects.select_related("referral").get(referral=referral, ended_at=None)


def token_of_link(link: PersonLink) -> str:
    return link_to_persons_page(link.key).split("/")[-2]


def row(referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


@dataclass(frozen=True)
class Visit:
    """Rose has opened her page."""

    referral: Referral
    key: str
    at: dt.datetime


@pytest.fixture
def visit(referral_at):
    """A visit to the page of a referral at a status, a day after it was made."""

    def make(status: str = "accepted", **changes) -> Visit:
        referral = referral_at(status, **changes)
        at = NOW + dt.timedelta(days=1)
        link = link_of(referral)
        open_own_page(token=token_of_link(link), date_of_birth=BORN, at=at)
        return Visit(referral=row(referral), key=link.key, at=at)

    return make
