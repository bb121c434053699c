"""The town on the map: Rose's home, and the hall up the road where the walking group meets."""

import datetime as dt

import pytest

from accounts.actors import SYSTEM
from services_directory.models import CostOption, Location, Postcode, Schedule, Service, ServiceAtLocation
from services_directory.services import apply_rule_set, publish_rule_set
from services_directory.suitability.kinds import Operator, PeriodUnit
from services_directory.suitability.seed.shape import Source

SAYS = Source("the leaflet")


@pytest.fixture
def town(cast):
    """Rose's street is known, the walking group meets a mile and a half from there, and has three places left."""
    Postcode.objects.create(code="SK58BS", latitude=53.43, longitude=-2.14, local_authority="E08000007")
    Postcode.objects.create(code="SK13XE", latitude=53.4101, longitude=-2.157, local_authority="E08000007")
    hall = Location.objects.create(name="The Hall", latitude=53.41, longitude=-2.157)
    place = ServiceAtLocation.objects.create(service=cast.walking, location=hall)
    Schedule.objects.create(
        service_at_location=place, freq="WEEKLY", byday="TU,FR", opens_at=dt.time(10), closes_at=dt.time(11)
    )
    CostOption.objects.create(service=cast.walking, option="Each time", amount=2)
    Service.objects.filter(pk=cast.walking.pk).update(places=12, places_taken=9)
    return cast


@pytest.fixture
def scheme(town):
    """The exercise scheme rules out high blood pressure, and waits 12 weeks after a heart attack."""
    rules = (
        SAYS.rules_out_pressure(Operator.AT_LEAST, 180, 100),
        SAYS.waits("cardiac_event", 12, PeriodUnit.WEEKS),
        SAYS.asks_a_clinician("unstable_diabetes"),
    )
    at = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
    publish_rule_set(
        key="scheme", name="The scheme", basis="own", source="Its leaflet.", rules=rules, actor=SYSTEM, at=at
    )
    apply_rule_set(service=town.scheme, key="scheme", actor=SYSTEM, at=at)
    return town.scheme
