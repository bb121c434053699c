"""Where a postcode is, and the neighbourhoods of the place: the answers, over the API, and the made-up sample."""

import json
import re

import pytest
from django.core.management import CommandError, call_command

from core.errors import Invalid
from demo.named_people import NAMED_PEOPLE
from demo.places import NEIGHBOURHOODS
from demo.seeding import seed
from referrals.models import Referral
from services_directory.demo import postcodes as sample
from services_directory.models import Address, Neighbourhood, Postcode, PostcodeEdition
from services_directory.selectors import Located, UnknownPostcode, locate, locate_many
from services_directory.services import load_demo_places, load_neighbourhoods
from tests.stage import ROSE

pytestmark = pytest.mark.django_db

BRINNINGTON = {"code": "brinnington", "name": "Brinnington & Reddish", "sectors": ["SK5 6", "SK5 8"]}
HEATONS = {"code": "heatons", "name": "Heatons", "wards": ["E05999006"]}


@pytest.fixture
def heron_walk():
    """A postcode of Brinnington."""
    return Postcode.objects.create(
        code="SK58BS", latitude=53.427, longitude=-2.131, lsoa="E01999031", ward="E05999015",
        local_authority="E08000007", imd_rank=310,
    )  # fmt: skip


@pytest.fixture
def places(heron_walk):
    load_neighbourhoods([BRINNINGTON, HEATONS])


# Where a postcode is


@pytest.mark.parametrize("written", ["SK5 8BS", "sk58bs", " sk5  8bs "])
def test_a_postcode_is_found_however_it_is_written(places, written):
    assert locate(written) == Located(
        postcode="SK5 8BS", latitude=53.427, longitude=-2.131, lsoa="E01999031", ward="E05999015",
        local_authority="E08000007", imd_rank=310, neighbourhood="brinnington",
        neighbourhood_name="Brinnington & Reddish", terminated=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("SK5", "Enter a full UK postcode, like SK1 3XE."),
        ("SK5 8BT", "SK5 8BT is not a postcode we know. Check it, or try one nearby."),
        ("ZZ99 3VZ", "ZZ99 3VZ stands for no place: give a postcode nearby, or a point."),
    ],
)
def test_what_cannot_be_found_says_why(places, given, sentence):
    with pytest.raises(Invalid) as refused:
        locate(given, field="near")
    assert refused.value.extra["errors"] == {"near": [sentence]}
    assert isinstance(refused.value, UnknownPostcode) == (given != "SK5")


def test_an_lsoa_counts_before_a_ward_and_a_ward_before_a_sector(heron_walk):
    def found(*made_of):
        names = ["by-lsoa", "by-ward", "by-sector"]
        load_neighbourhoods({"code": code, "name": code} | areas for code, areas in made_of if code in names)
        return locate("SK5 8BS").neighbourhood

    lsoa = ("by-lsoa", {"lsoas": ["E01999031"]})
    ward = ("by-ward", {"wards": ["E05999015"]})
    sector = ("by-sector", {"sectors": ["SK5 8"]})
    assert found(sector) == "by-sector"
    assert found(sector, ward) == "by-ward"
    assert found(sector, ward, lsoa) == "by-lsoa"


def test_many_are_found_with_one_query(places, django_assert_num_queries):
    Postcode.objects.create(code="SK41AA", ward="E05999006", terminated=True)
    Postcode.objects.create(code="M11AA")
    with django_assert_num_queries(1):
        found = locate_many(["sk5 8bs", "SK58BS", "SK4 1AA", "M1 1AA", "SK9 9ZZ", "ZZ99 3VZ", "no postcode", "\0", ""])
    assert {given: (located.postcode, located.neighbourhood) for given, located in found.items()} == {
        "sk5 8bs": ("SK5 8BS", "brinnington"),
        "SK58BS": ("SK5 8BS", "brinnington"),
        "SK4 1AA": ("SK4 1AA", "heatons"),
        "M1 1AA": ("M1 1AA", ""),
    }
    assert found["SK4 1AA"].terminated
    with django_assert_num_queries(0):
        assert locate_many([]) == {}


# Over the API


def test_a_postcode_over_the_api(places, as_link_worker, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = as_link_worker.get("/api/v1/postcodes/sk58bs/")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "postcode": "SK5 8BS",
            "latitude": 53.427,
            "longitude": -2.131,
            "lsoa": "E01999031",
            "ward": "E05999015",
            "local_authority": "E08000007",
            "imd_rank": 310,
            "neighbourhood": {"code": "brinnington", "name": "Brinnington & Reddish"},
            "terminated": False,
        },
    )
    assert as_link_worker.get("/api/v1/postcodes/SK5%208BS/").json() == answer.json()


def test_what_the_directory_leaves_open_is_open(as_link_worker):
    Postcode.objects.create(code="JE23XX")
    assert as_link_worker.get("/api/v1/postcodes/JE2 3XX/").json() == {
        "postcode": "JE2 3XX", "latitude": None, "longitude": None, "lsoa": "", "ward": "", "local_authority": "",
        "imd_rank": None, "neighbourhood": None, "terminated": False,
    }  # fmt: skip


def test_what_is_no_postcode_is_a_400_and_one_that_is_unknown_a_404_with_a_sentence(places, as_link_worker):
    wrong = as_link_worker.get("/api/v1/postcodes/SK5/")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid")
    assert wrong.json()["errors"] == {"postcode": ["Enter a full UK postcode, like SK1 3XE."]}
    unknown = as_link_worker.get("/api/v1/postcodes/SK58BT/")
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["detail"]) == (
        404, "not_found", "SK5 8BT is not a postcode we know. Check it, or try one nearby.",
    )  # fmt: skip
    nowhere = as_link_worker.get("/api/v1/postcodes/ZZ993VZ/")
    assert (nowhere.status_code, nowhere.json()["detail"]) == (
        404, "ZZ99 3VZ stands for no place: give a postcode nearby, or a point.",
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/api/v1/postcodes/SK58BS/", "/api/v1/neighbourhoods/"])
def test_only_who_has_signed_in_may_ask(places, client, path):
    assert client.get(path).status_code == 401


@pytest.mark.parametrize("count", [1, 3])
def test_the_neighbourhoods_over_the_api(as_link_worker, django_assert_num_queries, count):
    load_neighbourhoods([BRINNINGTON, HEATONS, {"code": "bramhall", "name": "Bramhall", "sectors": ["SK7 2"]}][:count])
    with django_assert_num_queries(1):
        answer = as_link_worker.get("/api/v1/neighbourhoods/").json()
    everybody = [
        {"code": "bramhall", "name": "Bramhall"},
        {"code": "brinnington", "name": "Brinnington & Reddish"},
        {"code": "heatons", "name": "Heatons"},
    ]
    assert answer == {"next": None, "previous": None, "results": everybody if count == 3 else everybody[1:2]}


def test_the_neighbourhoods_come_in_pages(places, as_link_worker):
    first = as_link_worker.get("/api/v1/neighbourhoods/?page_size=1").json()
    second = as_link_worker.get(first["next"]).json()
    assert [page["results"][0]["code"] for page in (first, second)] == ["brinnington", "heatons"]
    assert second["next"] is None


# Loading neighbourhoods


def rows():
    return list(Neighbourhood.objects.order_by("code").values_list("code", "name", "lsoas", "wards", "sectors"))


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_the_command_says_what_became_of_each(tmp_path, capsys, kind):
    load_neighbourhoods(
        [
            {"code": "same", "name": "Same", "sectors": ["SK1 2"]},
            {"code": "first", "name": "First", "sectors": ["SK2 5"]},
            {"code": "second", "name": "Second", "sectors": ["SK3 9"]},
            {"code": "gone", "name": "Gone", "lsoas": ["E01999001"]},
        ]
    )
    path = tmp_path / f"neighbourhoods.{kind}"
    wanted = [
        {"code": "same", "name": "Same", "sectors": ["SK1 2"]},
        {"code": "first", "name": "Second", "sectors": ["SK2 5"]},  # the two exchange their names
        {"code": "second", "name": "First", "sectors": ["SK3 9"]},
        {"code": "new", "name": "New", "lsoas": ["E01999002", "E01999001"], "wards": ["E05999001"]},
    ]
    if kind == "json":
        path.write_text(json.dumps(wanted), encoding="utf-8")
    else:
        path.write_text(
            "\ufeffcode,name,sectors,lsoas,wards\r\nsame,Same,sk1 2,,\r\nfirst,Second,SK2 5;SK2  5,,\r\n"
            "second,First,SK3 9,,\r\nnew,New,,E01999002; E01999001,E05999001\r\n",
            encoding="utf-8",
        )

    call_command("load_neighbourhoods", str(path))

    assert capsys.readouterr().out.splitlines() == [
        "created: new", "changed: first", "changed: second", "removed: gone",
        "1 created, 2 changed, 1 unchanged, 1 removed.",
    ]  # fmt: skip
    assert rows() == [
        ("first", "Second", [], [], ["SK2 5"]),
        ("new", "New", ["E01999001", "E01999002"], ["E05999001"], []),
        ("same", "Same", [], [], ["SK1 2"]),
        ("second", "First", [], [], ["SK3 9"]),
    ]


@pytest.mark.parametrize(
    ("records", "errors"),
    [
        (
            [BRINNINGTON, {"code": "reddish", "name": "Reddish", "sectors": ["SK5 6", "SK5 7"]}],
            {"reddish": ["SK5 6 belongs to brinnington too."]},
        ),
        ([HEATONS, HEATONS | {"code": "h2", "name": "H2"}], {"h2": ["E05999006 belongs to heatons too."]}),
        (
            [BRINNINGTON, BRINNINGTON | {"sectors": ["SK1 2"]}],
            {"brinnington": ["Another one has this code.", "brinnington has this name too."]},
        ),
        (
            [{"code": "Bad Code", "name": " ", "sectors": ["SK5"], "wards": "all"}],
            {
                "Bad Code": [
                    "The code should be small letters, digits and hyphens.",
                    "The name should have 1 to 100 characters.",
                    "The wards should be a list.",
                    "'SK5' is not a postcode sector like SK5 6.",
                ]
            },
        ),
        ([{"name": "Nowhere"}], {"number 1": [
            "The code should be small letters, digits and hyphens.", "It needs LSOAs, wards or postcode sectors.",
        ]}),
        ([], {"file": ["There is no neighbourhood in it."]}),
    ],
    ids=["sector of two", "ward of two", "code of two", "bad form", "no area", "none"],
)  # fmt: skip
def test_neighbourhoods_that_cannot_stand_are_refused_and_nothing_changes(records, errors):
    load_neighbourhoods([HEATONS])
    with pytest.raises(Invalid) as refused:
        load_neighbourhoods(records)
    assert refused.value.extra["errors"] == errors
    assert rows() == [("heatons", "Heatons", [], ["E05999006"], [])]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.json", "{", "a.json is neither JSON nor CSV"),
        ("a.json", '{"code": "x"}', "a.json should be a list of objects."),
        ("a.json", '["x"]', "a.json should be a list of objects."),
        ("a.csv", "id,title\n1,x", "a.csv needs the columns code, name, and lsoas, wards or sectors."),
        (
            "a.json",
            json.dumps([BRINNINGTON, HEATONS | {"sectors": ["SK5 6"]}]),
            "heatons: SK5 6 belongs to brinnington",
        ),
    ],
)
def test_the_command_ends_with_sentences_where_a_file_cannot_be_used(tmp_path, name, text, why):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=re.escape(why)):
        call_command("load_neighbourhoods", str(tmp_path / name))
    assert rows() == []
    with pytest.raises(CommandError, match=r"absent\.csv cannot be opened"):
        call_command("load_neighbourhoods", str(tmp_path / "absent.csv"))


# The sample


def test_the_sample_is_what_its_script_makes():
    assert sample.FILE.read_text(encoding="ascii").splitlines() == list(sample.lines())


def test_the_sample_loads_whole_and_says_that_brinnington_is_poor_and_bramhall_is_not(at):
    load_demo_places(neighbourhoods=[BRINNINGTON], at=at)

    edition = PostcodeEdition.objects.get()
    assert (edition.rows, edition.refused) == (len(list(sample.lines())) - 1, 0)
    assert (locate("SK5 8AA").imd_rank or 99_999) < 1_000
    assert (locate("SK7 2AA").imd_rank or 0) > 30_000
    assert locate(sample.TERMINATED).terminated
    codes = set(Postcode.objects.values_list("lsoa", flat=True)) | set(Postcode.objects.values_list("ward", flat=True))
    assert {code[:6] for code in codes} == {"E01999", "E05999"}
    assert set(Postcode.objects.values_list("local_authority", flat=True)) == {"E08000007"}


def test_real_postcodes_and_neighbourhoods_are_not_replaced_by_made_up_ones(places, at):
    load_demo_places(neighbourhoods=[{"code": "other", "name": "Other", "sectors": ["SK1 2"]}], at=at)
    assert Postcode.objects.get().code == "SK58BS"
    assert [row[0] for row in rows()] == ["brinnington", "heatons"]


def test_everybody_and_every_place_of_the_demonstration_can_be_found(at):
    seed(seed=7, now=at, size=25)

    living = set(Referral.objects.exclude(postcode="").values_list("postcode", flat=True))
    meeting = set(Address.objects.exclude(postal_code="").values_list("postal_code", flat=True))
    assert len(living) > 15
    assert len(meeting) > 8
    everywhere = living | meeting | {ROSE.postcode} | {person.postcode for person in NAMED_PEOPLE if person.postcode}
    found = locate_many(everywhere)
    assert everywhere - found.keys() == set()
    assert {found[postcode].neighbourhood for postcode in living} == set(NEIGHBOURHOODS)
