"""A person asks what is held on them: the privacy officer takes it out as one file, and nobody else can."""

import hashlib
import json
from html.parser import HTMLParser

import pytest

from accounts.enums import OrganizationKind, Role
from accounts.models import Organization, Team
from accounts.services import register_user
from referrals.models import Referral, SubjectAccess

URL = "/api/v1/subject-access/"
WHY = "By letter of 1 November; came in with a passport."


@pytest.fixture
def officer(cast):
    council = Organization.objects.create(name="Vale Council", kind=OrganizationKind.COMMISSIONER)
    team = Team.objects.create(organization=council, name="Information governance", inbox_email="ig@inbox.example")
    return register_user(
        email="ola.record@work.example", full_name="Ola Record", password=None, roles=[(team, Role.PRIVACY_OFFICER)]
    )


class Headings(HTMLParser):
    """The headings of a page, in order, and everything that it says."""

    def __init__(self):
        super().__init__()
        self.headings, self.text, self.lang = [], [], ""

    def handle_starttag(self, tag, attributes):
        if tag == "html":
            self.lang = dict(attributes)["lang"]
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("by", ["reference", "number"])
def test_everything_is_taken_out_as_json_and_that_it_was_is_kept(by, cast, officer, onward_at, as_user):
    onward = onward_at("started")
    who = {"reference": onward.referral.reference}
    if by == "number":
        who = {"nhs_number": "999 000 0018", "date_of_birth": "1951-03-27"}
    answer = as_user(officer).post(URL, who | {"request": WHY})
    assert answer.status_code == 201
    file = answer.json()
    assert (file["made_by"], file["person"]["family name"]) == ("Ola Record", "Okafor")
    assert file["sections"][0]["title"] == "Referrals"
    record = SubjectAccess.objects.get()
    assert (record.person, record.made_by, record.request) == (onward.referral.person, officer, WHY)
    assert record.digest == hashlib.sha256(json.dumps(file, sort_keys=True).encode()).hexdigest()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="everything-held-{record.id}"'
    assert answer.headers["Cache-Control"] == "no-store"
    listed = as_user(officer).get(URL).json()["results"]
    assert [(row["made_by"], row["request"], row["digest"]) for row in listed] == [("Ola Record", WHY, record.digest)]


def test_the_page_says_what_the_json_says(cast, officer, onward_at, as_user):
    onward = onward_at("started")
    body = {"reference": onward.referral.reference, "request": WHY}
    file = as_user(officer).post(URL, body).json()
    answer = as_user(officer).post(URL, body, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "text/html; charset=utf-8")
    page = Headings()
    page.feed(answer.content.decode())
    text = " ".join(page.text)
    assert (page.lang, page.headings[0], page.headings.count("h1")) == ("en-GB", "h1", 1)
    for section in file["sections"]:
        assert section["title"] in text
        for row in section["rows"]:
            for value in row.values():
                if isinstance(value, str) and not value.startswith("20"):
                    assert value in text
    assert "27 March 1951" in text
    assert "NHS number" in text


def test_two_referrals_from_two_practices_are_one_file(cast, officer, referral_at, as_user):
    first = referral_at("closed")
    second = referral_at("submitted", reason="Came back in autumn.")
    assert first.person_id == second.person_id
    file = as_user(officer).post(URL, {"reference": first.reference, "request": WHY}).json()
    referrals = next(section for section in file["sections"] if section["title"] == "Referrals")
    assert [row["reference"] for row in referrals["rows"]] == [first.reference, second.reference]


@pytest.mark.parametrize(
    "who", ["gp", "discharge_nurse", "link_worker", "lead", "provider", "hub_worker", "manager", "editor", "outsider"]
)
def test_nobody_else_takes_anything_out(who, cast, officer, referral_at, as_user):
    referral = referral_at("active")
    answer = as_user(getattr(cast, who)).post(URL, {"reference": referral.reference, "request": WHY})
    assert answer.status_code == 404
    assert "Okafor" not in answer.content.decode()
    assert as_user(getattr(cast, who)).get(URL).json()["results"] == []
    assert SubjectAccess.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({}, 400, "reference"),
        ({"nhs_number": "9990000018"}, 400, "reference"),
        ({"nhs_number": "9990000019", "date_of_birth": "1951-03-27"}, 400, "nhs_number"),
        ({"reference": "R-22222-22222", "nhs_number": "9990000018", "date_of_birth": "1951-03-27"}, 400, "reference"),
        ({"reference": "here", "request": " "}, 400, "request"),
        ({"reference": "R-22222-22222"}, 404, None),
        ({"nhs_number": "9990000018", "date_of_birth": "1951-03-28"}, 404, None),
    ],
)
def test_what_is_not_said_well_takes_nothing_out(said, code, field, cast, officer, referral_at, as_user):
    referral = referral_at("active")
    if said.get("reference") == "here":
        said = said | {"reference": referral.reference}
    answer = as_user(officer).post(URL, {"request": WHY} | said)
    assert answer.status_code == code
    assert field is None or list(answer.json()["errors"]) == [field]
    assert SubjectAccess.objects.count() == 0


def test_a_refusal_to_a_browser_is_a_page(cast, officer, as_user):
    answer = as_user(officer).post(URL, {"reference": "R-22222-22222", "request": WHY}, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Nobody is held here" in answer.content.decode()


def test_an_officer_sees_no_referral_by_being_one(cast, officer, referral_at, as_user):
    referral = referral_at("active")
    assert as_user(officer).get(f"/api/v1/referrals/{referral.reference}/").status_code == 404
    assert as_user(officer).get("/api/v1/referrals/").json()["results"] == []
    assert Referral.objects.count() == 1
