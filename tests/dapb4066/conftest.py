"""A referral with every item that is held here, one with the mandatory ones only, and the standard's own table."""

import copy
import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.enums import Role
from accounts.models import User
from accounts.services import register_user
from referrals.dapb4066.conformance import check, conforms
from referrals.models import Referral
from tests.stage import Cast

TABLE = "dapb4066_v1.1_items.csv"


@pytest.fixture(autouse=True)
def _the_next_morning(time_machine: Any, now: dt.datetime) -> None:
    time_machine.move_to(now + dt.timedelta(days=1), tick=False)


@pytest.fixture(scope="session")
def table() -> list[dict[str, str]]:
    """The standard's own table, a row for each node."""
    beside = [parent / "shared" / "data" / TABLE for parent in Path(settings.BASE_DIR).parents]
    path = next((path for path in beside if path.exists()), None)
    if path is None:
        pytest.skip(f"shared/data/{TABLE} is not beside the project: this test reads the standard's own table")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def guardian(cast: Cast) -> User:
    """The safeguarding lead of the town's team, who is a link worker too."""
    return register_user(
        email="sana.guard@work.example", full_name="Sana Guard", password=None,
        roles=[(cast.team, Role.LINK_WORKER), (cast.team, Role.SAFEGUARDING)],
    )  # fmt: skip


@pytest.fixture
def mandatory(cast: Cast) -> dict[str, Any]:
    """No more than a referral can be sent with."""
    return {
        "person": {
            "first_name": "Ivo", "family_name": "Marsh", "date_of_birth": "1960-02-29", "gp_practice_code": "V81997",
        },
        "team": str(cast.team.pk),
        "reason": "Wants to be more active.",
        "no_known_risks": True,
    }  # fmt: skip


def _entry(section: str, code: str = "", display: str = "", **said: Any) -> dict[str, Any]:
    return {"section": section, "code": code, "display": display, **said}


RECORD: dict[str, Any] = {
    "preferred_name": "Rosie",
    "title": "Mrs",
    "name_suffix": "MBE",
    "alias": "Rose Bello",
    "pronouns": "she/her",
    "gender": "2",
    "ethnic_category": "N",
    "relevant_contacts": "Daughter and next of kin: Ada Okafor, 07700 900123. Neighbour who cares: Mr Lund.",
    "gp_name": "Dr Gita Gill",
    "gp_practice_name": "Vale Practice, Vale Road",
    "supported_by": "Lou Marsh, link worker",
    "is_pregnant": True,
    "expected_delivery_on": "2027-03-01",
    "entries": [
        _entry("religion", "871731000000106", "made-up religion"),
        _entry("carer_status", "224484003", "Carer"),
        _entry("sexual_orientation", "413350009", "made-up orientation"),
        _entry("most_important", text="My garden and my grandchildren."),
        _entry("important_people", text="Ada, my daughter."),
        _entry("communication", text="Speak slowly, on my left side."),
        _entry("wellness", text="A good day is one outside."),
        _entry("do_and_dont", text="Please do ring first."),
        _entry("how_to_support", text="Walk with me to the first session."),
        _entry("worth_knowing", text="I used to run the allotments."),
        _entry("reasonable_adjustment", text="A chair at each stop.", comment="Hip, since spring."),
        _entry("accessible_information", "1108111000000107", "made-up format", text="Large print.", comment="18 pt."),
        _entry("impairment", "300738008", "made-up impairment", text="Hard of hearing.", comment="Left worse."),
        _entry("mobility", "390893007", "made-up mobility", text="Walks with a stick."),
        _entry("other_requirement", text="Needs the toilet nearby."),
        _entry("complaint", "105542008", "made-up need", text="Lonely since spring."),
        _entry("reported_complaint", text="“I miss people.”"),
        _entry(
            "problem", "219006", "made-up condition", text="Sore hip.", comment="Waits for surgery.",
            started_on="2026-03-01", ended_on="2026-10-31",
        ),
        _entry("household", "160625004", "made-up household", text="Lives alone."),
        _entry("occupation", "1092961000000104", "made-up occupation", text="Retired gardener."),
        _entry("education", text="Left school at 15."),
        _entry("lifestyle", text="Outdoors when she can."),
        _entry("smoking", "413350009", "made-up smoking", text="Stopped.", comment="20 a day.", ended_on="1999-01-01"),
        _entry("alcohol", "219006", "Current drinker of alcohol", text="A sherry on Sundays."),
        _entry("drugs", "783241000000102", "Declined to give substance misuse history", text="Not asked further."),
        _entry("circumstances", text="Widowed in spring."),
        _entry("access", text="Key safe."),
        _entry("dependants", text="None."),
        _entry("accommodation", text="Rents from the council."),
        _entry("household_environment", text="Cold in winter."),
        _entry("care", text="Carer visits.", comment="Home care", started_on="2026-04-01", ended_on="2026-12-31"),
    ],
}  # fmt: skip
"""Every field and every topic once. The names of the codes are made up: only their form is checked."""


@pytest.fixture
def everything(cast: Cast) -> dict[str, Any]:
    """A referral with every item of the standard that is held here."""
    return {
        "person": {
            "first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
            "gp_practice_code": "Z90001", "nhs_number": "999 000 0018", "nhs_number_status": "01",
            "address": "Flat 2\n11 Allotment Row\nReddish\nStockport", "postcode": "SK5 8BS",
            "telephone": "0161 496 0111", "email": "rose@people.example", "preferred_contact": "3",
            "communication_needs": "Hearing loop.",
        },
        "team": str(cast.team.pk),
        "reason": "Lives alone since her husband died, and has stopped going out.",
        "needs": [
            {
                "term": str(cast.loneliness.pk), "note": "misses company", "code": "413350009",
                "display": "made-up need",
            }
        ],
        "risks": ["A dog that bites."],
        "consent": {"decision": "given", "note": "Agreed in the consultation."},
        "record": {
            **copy.deepcopy(RECORD),
            "risks": [
                {
                    "description": "May fall on stairs.", "code": "871691000000100", "display": "made-up risk",
                    "comment": "Two falls in spring.", "started_on": "2026-04-01",
                }
            ],
        },
    }  # fmt: skip


@pytest.fixture
def refer(cast: Cast, as_user: Callable[[User], Any]) -> Callable[[dict[str, Any]], str]:
    """Send a referral as the GP, and return its address."""

    def send(body: dict[str, Any]) -> str:
        answer = as_user(cast.gp).post("/api/v1/referrals/", body)
        assert answer.status_code == 201, answer.json()
        return f"/api/v1/referrals/{answer.json()['reference']}/"

    return send


@pytest.fixture
def tell(as_user: Callable[[User], Any]) -> Callable[[User, Referral], dict[str, Any]]:
    """Return the document of a referral for a reader; it always conforms."""

    def read(user: User, referral: Referral) -> dict[str, Any]:
        document: dict[str, Any] = as_user(user).get(f"/api/v1/referrals/{referral.reference}/dapb4066/").json()
        findings = check(document)
        assert conforms(findings), findings
        return document

    return read


@pytest.fixture
def post(as_user: Callable[[User], Any]) -> Callable[..., Any]:
    """Send something about a referral, and demand that it was taken."""

    def send(user: User, referral: Referral, what: str, body: Any, method: str = "post", **headers: str) -> Any:
        answer = getattr(as_user(user), method)(
            f"/api/v1/referrals/{referral.reference}/{what}/", body, headers=headers
        )
        assert answer.status_code in {200, 201}, answer.json()
        return answer.json()

    return send
