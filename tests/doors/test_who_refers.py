"""Who refers is worked out, or stated; it stands on the referral and in every figure."""

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import OrganizationKind
from accounts.models import Organization
from demo import seeding
from demo.places import NEIGHBOURHOODS
from insights.services import count_uptake
from referrals.models import Referral, TeamArea
from referrals.selectors import facts_for
from referrals.services.doors import FamilyMember

URL = "/api/v1/referrals/"
FAMILY = {"name": "Ada Okafor", "relationship": "daughter", "contact": "07700 900123", "agreement": "By telephone."}


@pytest.fixture
def body():
    """A referral without a team: it is found."""
    return {
        "person": {
            "first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
            "gp_practice_code": "Z90001", "postcode": "SK5 8BS",
        },
        "reason": "Lives alone.",
        "no_known_risks": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "source", "said_to_rules"),
    [
        ("gp_practice", "gp_practice", "gp"),
        ("nhs_trust", "hospital", "health_professional"),
        ("charity", "charity", "charity"),
        ("link_worker_host", "other_professional", "social_prescriber"),
        ("professional", "other_professional", ""),
        ("provider", "other_professional", ""),
    ],
)
def test_of_a_professional_it_is_known_from_their_organisation(kind, source, said_to_rules, covered, body, as_user):
    Organization.objects.filter(pk=covered.practice.organization_id).update(kind=OrganizationKind(kind))
    body["person"]["gp_practice_code"] = "V81999"
    answer = as_user(covered.gp).post(URL, body)
    assert (answer.status_code, answer.json()["source"]) == (201, source)
    assert facts_for(covered.gp, answer.json()["reference"]).referral_source == said_to_rules


def test_a_practice_takes_down_what_a_daughter_asks_for(covered, body, as_user):
    answer = as_user(covered.gp).post(URL, body | {"source": "family", "family": FAMILY, "referral_method": "phone"})
    said = answer.json()
    assert (answer.status_code, said["source"], said["referral_method"], said["referring_team"]) == (
        201, "family", "phone", "Vale Practice",
    )  # fmt: skip
    assert said["referrer"]["name"] == "Ada Okafor"
    assert facts_for(covered.gp, said["reference"]).referral_source == "family"


BAD = [
    ({"source": "family"}, "family"),
    ({"family": FAMILY}, "family"),
    ({"source": "hospital"}, "source"),
    ({"referral_method": "self_referral"}, "referral_method"),
    ({"source": "self", "referral_method": "phone"}, "referral_method"),
    ({"referral_method": "pigeon"}, "referral_method"),
    ({"source": "family", "family": FAMILY | {"name": " "}}, "family.name"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_what_contradicts_itself_is_refused(change, field, covered, body, as_user):
    answer = as_user(covered.gp).post(URL, body | change)
    assert (answer.status_code, list(answer.json()["errors"]), Referral.objects.count()) == (400, [field], 0)


def test_the_team_is_found_from_the_home(covered, body, as_user):
    answer = as_user(covered.gp).post(URL, body)
    assert (answer.status_code, answer.json()["owner_team"]) == (201, "Vale link workers")


def test_without_a_team_for_the_place_the_error_says_what_to_do(covered, body, as_user):
    TeamArea.objects.all().delete()
    answer = as_user(covered.gp).post(URL, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "no_team_here")
    assert answer.json()["errors"] == {
        "team": [
            "No team covers this place yet. Choose a team (/api/v1/teams/), or ask the GP practice who helps there."
        ]
    }
    del body["person"]["postcode"]
    answer = as_user(covered.gp).post(URL, body)
    assert answer.json()["errors"] == {
        "team": ["Give the postcode of the home or the code of the GP practice, or choose a team: see /api/v1/teams/."]
    }
    assert Referral.objects.count() == 0


AREAS = [
    ("the narrowest wins", [("ward", "E05000781", 100, "hill")], "Hill link workers", "ward"),
    ("the practice is the narrowest", [("gp_practice", "Z90001", 100, "hill")], "Hill link workers", "gp_practice"),
    (
        "a lower priority wins over a narrower place",
        [("ward", "E05000781", 200, "hill")], "Vale link workers", "local_authority",
    ),
    ("another place does not count", [("lsoa", "E01000001", 1, "hill")], "Vale link workers", "local_authority"),
]  # fmt: skip


@pytest.mark.parametrize(("areas", "team", "by"), [row[1:] for row in AREAS], ids=[row[0] for row in AREAS])
def test_of_several_teams_one_is_found(areas, team, by, covered, client, django_assert_num_queries):
    for kind, code, priority, _ in areas:
        TeamArea.objects.create(team=covered.neighbouring_team, kind=kind, code=code, priority=priority)
    with django_assert_num_queries(2):
        answer = client.get("/api/v1/teams/find/?postcode=sk58bs&gp_practice_code=z90001")
    assert (answer.status_code, answer.json()["name"], answer.json()["found_by"]) == (200, team, by)


def test_a_team_that_takes_no_referrals_is_not_found(covered, client):
    covered.team.takes_referrals = False
    covered.team.save()
    answer = client.get("/api/v1/teams/find/?postcode=sk58bs")
    assert (answer.status_code, answer.json()["code"]) == (400, "no_team_here")


@pytest.mark.parametrize("query", ["", "?postcode=", "?postcode=SK5", "?postcode=SK9 9ZZ", "?postcode=ZZ99 3VZ"])
def test_a_place_that_is_none_is_refused(query, covered, client):
    answer = client.get(f"/api/v1/teams/find/{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["postcode"])


def test_figures_are_kept_apart_by_source(covered, onward_at, referral_at, now, as_user, time_machine):
    """Five from the practice, and nine of whom Rose's daughter asked: a commissioner sees only what is not small."""
    time_machine.move_to(now)
    for _ in range(5):
        onward_at("started")
    family = {"source": "family", "family": FamilyMember(**FAMILY)}
    for _ in range(9):
        onward_at("started", referral=referral_at("active", **family))
    count_uptake(at=now)
    uptake = "/api/v1/insights/uptake/?since=2026-11-01&until=2026-11-30"
    by_source = as_user(covered.link_worker).get(f"{uptake}&by=source").json()
    assert [(row["id"], row["name"], row["referred"], row["started"]) for row in by_source["results"]] == [
        ("family", "A family member, with the person's agreement", 9, 9),
        ("gp_practice", "GP practice", 5, 5),
    ]
    shown = as_user(covered.manager).get(f"{uptake}&by=source").json()
    assert [(row["id"], row["referred"]) for row in shown["results"]] == [("family", 10), ("gp_practice", None)]
    only = as_user(covered.link_worker).get(f"{uptake}&source=family").json()
    assert (only["total"]["referred"], [row["referred"] for row in only["results"]]) == (9, [9])


def test_the_list_can_be_asked_for_one_source(covered, body, as_user):
    worker = as_user(covered.link_worker)
    as_user(covered.gp).post(URL, body)
    again = {"source": "self", "person": body["person"] | {"is_new": True}}
    second = as_user(covered.gp).post(URL, body | again)
    assert second.status_code == 201, second.json()
    assert len(worker.get(f"{URL}?source=self").json()["results"]) == 1
    assert len(worker.get(URL).json()["results"]) == 2


def table(path, *rows):
    path.write_text("\n".join(["team,kind,code,priority", *rows]), encoding="utf-8")
    return str(path)


def test_neighbourhood_teams_are_set_in_a_table(covered, client, tmp_path, capsys):
    file = table(
        tmp_path / "areas.csv", f"{covered.neighbouring_team.pk},ward,E05000781,", f"{covered.team.pk},lsoa,E1,5"
    )
    call_command("set_team_areas", file)
    assert capsys.readouterr().out == "2 areas are set.\n"
    assert client.get("/api/v1/teams/find/?postcode=sk58bs").json()["name"] == "Hill link workers"


def test_a_table_that_cannot_be_right_changes_nothing(covered, tmp_path):
    before = list(TeamArea.objects.values())
    hill = covered.neighbouring_team.pk
    file = table(
        tmp_path / "areas.csv", f"{hill},ward,E05000781,1", f"{covered.practice.pk},ward,E1,1", f"{hill},parish,E2,1",
        f"{hill},ward,,1", f"{hill},ward,E05000781,2", f"{hill},lsoa,E3,-1",
    )  # fmt: skip
    with pytest.raises(CommandError) as refusal:
        call_command("set_team_areas", file)
    assert str(refusal.value) == (
        "Nothing was changed.\n"
        "row 2: There is no team with this id that takes referrals.\n"
        "row 3: Choose one of: gp_practice, lsoa, ward, neighbourhood, local_authority.\n"
        "row 4: The code is missing.\n"
        "row 5: This area comes twice.\n"
        "row 6: The priority is a number from 0 to 32767."
    )
    with pytest.raises(CommandError, match=r"row 1: The columns are team, kind, code, priority"):
        call_command("set_team_areas", table(tmp_path / "other.csv", "the hill team,ward,E1,1"))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("set_team_areas", str(tmp_path / "none.csv"))
    assert list(TeamArea.objects.values()) == before


@pytest.mark.django_db
def test_the_demonstration_knows_its_neighbourhood_teams(client, now):
    seeding.seed(seed=7, now=now, size=0)
    found = client.get("/api/v1/teams/find/?gp_practice_code=Z90009").json()
    assert (found["name"], found["found_by"]) == (NEIGHBOURHOODS["bramhall"].team, "gp_practice")
    assert set(TeamArea.objects.values_list("kind", "priority")) == {("neighbourhood", 100), ("gp_practice", 200)}
