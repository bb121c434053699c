"""Equity beside who lives here: a file is loaded whole or not at all, and is shown with its source."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from insights.models import PopulationCount

pytestmark = pytest.mark.django_db
HEAD = "dimension,group,count,source,as_of\n"
CENSUS = "A made-up census,2021-03-21\n"
PEOPLE = {"under 18": 2000, "18": 2000, "60 to 74": 5000, "75": 1000}  # by the name of a group, or its key
AGES = HEAD + "".join(f"age,{group},{count},{CENSUS}" for group, count in PEOPLE.items())


@pytest.fixture
def load(tmp_path):
    """Load a file of this text."""

    def load_text(text):
        path = tmp_path / "population.csv"
        path.write_text(text)
        call_command("load_population", str(path))

    return load_text


def kept():
    return list(PopulationCount.objects.order_by("dimension", "group").values_list("dimension", "group", "count"))


def test_it_stands_beside_the_referrals_with_its_source(cast, referral_at, browser_of, read, as_user, load):
    referral_at("submitted")
    referral_at("active")
    lena = browser_of(cast.lead)
    assert "population" not in read(lena, "/figures/equity/?by=age").section("table")
    load(AGES)
    table = read(lena, "/figures/equity/?by=age").section("table")
    assert "Of all referred Of population" in table
    assert "75 and over 2 1 1 0 0 0 0 0% None 100% 10%" in table
    assert "the local population is that of A made-up census, 21 March 2021." in table
    assert "population" not in read(lena, "/figures/equity/?by=gender").section("table")
    body = as_user(cast.lead).get("/api/v1/insights/funnel/?by=age").json()
    assert [(row["name"], row["values"]["population_share"]) for row in body["rows"]] == [
        ("All", 1.0), ("75 and over", 0.1)
    ]  # fmt: skip
    # A manager's share is made of what a manager may read.
    body = as_user(cast.manager).get("/api/v1/insights/funnel/?by=age").json()
    assert [(row["values"]["referred_share"], row["values"]["population_share"]) for row in body["rows"]] == [
        (None, 1.0), (None, 0.1)
    ]  # fmt: skip
    assert "Of population" in b"".join(lena.get("/figures/equity/csv/?by=age").streaming_content).decode()


def test_a_file_is_loaded_whole_or_not_at_all(load):
    load(AGES)
    before = kept()
    assert before == [("age", "0", 2000), ("age", "18", 2000), ("age", "60", 5000), ("age", "75", 1000)]
    wrong = HEAD + "".join(
        (
            f"gender,Male,1,{CENSUS}", f"shoe size,9,1,{CENSUS}", f"age,Teens,1,{CENSUS}", f'age,75,"1,200",{CENSUS}',
            "age,75,5,,2021-03-21\n", "age,75,5,A census,March\n", f"gender,Male,1,{CENSUS}",
            "gender,Female,1,Another census,2021-03-21\n",
        )
    )  # fmt: skip
    with pytest.raises(CommandError) as refused:
        load(wrong)
    assert [line.split(":")[0] for line in str(refused.value).splitlines()[1:]] == [f"line {n}" for n in range(3, 10)]
    for text in ("dimension,group\n", HEAD):
        with pytest.raises(CommandError):
            load(text)
    assert kept() == before
    load(HEAD + f"age,75 and over,900,{CENSUS}gender,Female,10,{CENSUS}")
    assert kept() == [("age", "75", 900), ("gender", "2", 10)]
