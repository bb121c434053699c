"""The walking group's rules ask something before Rose starts: Pat answers it on her own pages, and starts."""

import datetime as dt
import re

import pytest

from accounts.actors import SYSTEM, Actor
from referrals.models import Observation
from referrals.services.health import ObservationDetails, record_observations
from services_directory.services import apply_rule_set, publish_rule_set
from services_directory.suitability.kinds import Operator
from services_directory.suitability.seed.shape import Source
from tests.stage import fresh
from tests.web.scenes import supported, version_in, withdraw_consent

pytestmark = pytest.mark.django_db
SAYS = Source("the leaflet")


@pytest.fixture
def rose(cast, onward_at):
    """Rose, booked in with a group that rules out high blood pressure and asks about angina; the GP's remark is his."""
    at = dt.datetime(2026, 11, 2, 7, tzinfo=dt.UTC)
    rules = (SAYS.rules_out_pressure(Operator.AT_LEAST, 180, 100), SAYS.rules_out("unstable_angina"),
             SAYS.referred_by("charity"))  # fmt: skip
    publish_rule_set(
        key="leaflet", name="The leaflet", basis="own", source="Its leaflet.", rules=rules, actor=SYSTEM, at=at
    )
    apply_rule_set(service=cast.walking, key="leaflet", actor=SYSTEM, at=at)
    return onward_at("assessment_booked")


def test_pat_is_told_what_is_open_answers_it_and_starts_rose(browser_of, cast, rose, read):
    pat, page = browser_of(cast.provider), f"/providing/{rose.reference}/"
    asks, start = f"{page}screening/", f"{page}do/start/"
    assert "Your rules still ask 2 things of them." in read(pat, page).text
    assert asks in read(pat, page).links
    form = read(pat, start)
    assert asks in form.links
    refused = pat.post(start, {"version": version_in(form)})
    assert (refused.status_code, "Ask what is still open before the person starts." in refused.content.decode()) == (
        409, True,
    )  # fmt: skip

    form = read(pat, asks)
    assert (form.title, "Rose Okafor" in form.text) == ("What the rules ask - Community Referral", True)
    said = {"version": version_in(form), "unstable_angina": "no", "blood_pressure": "400", "blood_pressure_more": "80"}
    wrong = pat.post(asks, said)
    assert (wrong.status_code, "Check it: between 30 and 300 mmHg" in wrong.content.decode()) == (400, True)
    assert Observation.objects.count() == 0
    assert pat.post(asks, said | {"blood_pressure": "130"}).headers["Location"] == page
    assert {(row.code, row.recorded_by.full_name) for row in Observation.objects.all()} == {
        ("blood_pressure", "Pat Active"), ("unstable_angina", "Pat Active"),
    }  # fmt: skip
    assert "Your rules still ask" not in read(pat, page).text
    assert "Now: 130/80 mmHg" in read(pat, asks).text
    form = read(pat, start)
    assert asks not in form.links
    assert pat.post(start, {"version": version_in(form)}).status_code == 302


def test_it_is_asked_of_whom_the_group_sees_and_shows_what_the_group_may_read(browser_of, cast, rose, read, onward_at):
    pat, asks = browser_of(cast.provider), f"/providing/{rose.reference}/screening/"
    record_observations(
        referral=rose.referral, actor=Actor(fresh(cast.gp)), at=dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC),
        observations=[
            ObservationDetails(code="unstable_angina", answer="no", note="Upset about her son."),
            ObservationDetails(code="asthma", answer="yes"),
        ],
    )  # fmt: skip
    html = read(pat, asks).html
    assert [word for word in ("Upset", "sthma", "harity") if re.search(word, html)] == []
    assert "Now: No" in html
    for who in ("gp", "link_worker", "befriender"):
        assert browser_of(getattr(cast, who)).get(asks).status_code in {403, 404}, who
    withdraw_consent(cast, rose.referral)
    assert pat.get(asks).status_code == 404
    assert asks not in read(pat, f"/providing/{rose.reference}/").links
    # Who is sent to a service without rules is asked nothing, and nothing is offered.
    other = onward_at("sent", service=cast.visiting, referral=supported(cast, "Bea"))
    page = read(browser_of(cast.befriender), f"/providing/{other.reference}/")
    assert "screening" not in page.html
