"""The figures of the pathway: how far referrals come, how long people wait, what changed; and who reads them."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection, transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Membership
from insights import journeys, totals
from insights.dimensions import _GROUPS, DIMENSIONS
from insights.disclosure import safe_cells, safe_count, safe_parts
from insights.figures import PERIODS, period_of
from insights.journeys import funnel
from insights.outcomes import outcomes
from insights.periods import Period
from insights.services import count_uptake
from insights.tasks import count_pathway as nightly
from insights.uptake_tables import uptake_table
from insights.waits import WAITS, responses, waits
from referrals.enums import EthnicCategory, StatedGender
from referrals.models import Referral
from referrals.services.contacts import ContactDetails, log_contact
from referrals.services.measures import TakenMeasure, record_measure
from tests import stage
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
NOVEMBER = Period(starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 11, 30))
LATER = dt.datetime(2027, 2, 15, 9, tzinfo=dt.UTC)
"""Fifteen weeks after the stage is set."""


def told(table):
    """Rows by name, with their values in the order of the figures."""
    return {row.name: [row.values.get(figure.key) for figure in table.figures] for row in table.rows}


def test_a_lead_reads_how_far_the_referrals_of_her_team_have_come(november, django_assert_num_queries):
    lead = stage.fresh(november.lead)
    lead.roles()
    with django_assert_num_queries(1):
        table = funnel(lead, period=NOVEMBER, at=LATER)
    assert [figure.title for figure in table.figures[:7]] == [
        "Referred", "Reached", "Agreed", "Offered", "Started", "12 weeks", "Finished",
    ]  # fmt: skip
    assert told(table) == {"All": [8, 7, 6, 5, 3, 2, 1, 0.375, 0.333]}
    # On the day itself nobody has taken part for twelve weeks but who has finished.
    assert told(funnel(lead, period=NOVEMBER, at=NOW))["All"][5] == 1
    december = Period(starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2026, 12, 31))
    assert told(funnel(lead, period=december, by="source", at=LATER)) == {"All": [0] * 7 + [None] * 2}


def test_it_is_told_apart_by_whatever_is_held(november):
    lead = stage.fresh(november.lead)
    found = {by: told(funnel(lead, period=NOVEMBER, by=by, at=LATER)) for by in DIMENSIONS}
    assert all(rows.pop("All")[:2] == [8, 7] for rows in found.values())
    all_of_them = [8, 7, 6, 5, 3, 2, 1, 0.375, 0.333]
    assert found == {
        "source": {"GP practice": all_of_them},
        "practice": {"Vale Practice": all_of_them},
        "neighbourhood": {"=Vale": all_of_them},
        "deprivation": {"1: the most deprived": all_of_them},
        "age": {"75 and over": all_of_them},
        "gender": {"Not known": all_of_them},
        "ethnicity": {"Not known": all_of_them},
    }
    Referral.objects.update(postcode="ZZ99 3VZ")
    assert list(told(funnel(lead, period=NOVEMBER, by="neighbourhood", at=LATER))) == ["All", "Elsewhere, or not known"]
    assert list(told(funnel(lead, period=NOVEMBER, by="deprivation", at=LATER))) == ["All", "Not known"]
    by_programme = told(funnel(lead, period=NOVEMBER, by="programme", at=LATER))
    assert by_programme == {"All": [5, 3, 2, 1, 0.333], "Walking group": [5, 3, 2, 1, 0.333]}


def test_every_code_of_a_group_belongs_to_one():
    codes = sorted(code for group in _GROUPS.values() for code in group)
    assert codes == sorted(EthnicCategory.values)
    assert set(DIMENSIONS["gender"].names or ()) == set(StatedGender.values)


def test_a_manager_reads_everybody_s_and_no_small_number(november):
    table = funnel(stage.fresh(november.manager), period=NOVEMBER, at=LATER)
    assert told(table) == {"All": [10, None, None, None, None, None, None, None, None]}
    assert "small_numbers" in table.definitions
    Membership.objects.create(user=november.manager, team=november.team, role=Role.LEAD)
    assert told(funnel(stage.fresh(november.manager), period=NOVEMBER, at=LATER)) == told(table)


@pytest.mark.parametrize("path", ["funnel", "waits", "responses", "outcomes"])
@pytest.mark.parametrize("who", ["gp", "link_worker", "provider", "hub_worker", "editor"])
def test_nobody_else_reads_them(cast, as_user, who, path):
    assert as_user(getattr(cast, who)).get(f"/api/v1/insights/{path}/").status_code == 403


# --- Waits and answers ----------------------------------------------------------------------------------------------


def test_waits_are_in_working_days_and_belong_to_the_period_in_which_they_end(november):
    lead = stage.fresh(november.lead)
    assert told(waits(lead, period=NOVEMBER)) == {
        WAITS["triage"]: [7, 0, 0],  # all on the same Monday
        WAITS["contact"]: [1, 2, 2],
        WAITS["agreement"]: [6, 0, 0],
        WAITS["answer"]: [5, 0, 0],
        WAITS["start"]: [3, 0, 0],
    }
    contact = waits(lead, period=NOVEMBER, wait="contact", by="source")
    assert (contact.title, told(contact)) == (WAITS["contact"], {"All": [1, 2, 2], "GP practice": [1, 2, 2]})
    assert told(waits(lead, period=NOVEMBER, wait="start", by="programme"))["Walking group"] == [3, 0, 0]
    december = Period(starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2026, 12, 31))
    assert told(waits(lead, period=december, wait="start", by="age")) == {"All": [0, None, None]}
    manager = stage.fresh(november.manager)
    assert told(waits(manager, period=NOVEMBER))[WAITS["triage"]] == [None, None, None]
    assert told(waits(manager, period=NOVEMBER, wait="triage", by="source"))["GP practice"] == [None, None, None]
    with pytest.raises(KeyError):
        waits(lead, period=NOVEMBER, wait="triage", by="programme")


def test_over_a_bank_holiday_and_a_weekend_nobody_waits(cast, referral_at):
    referral = stage.created(cast, at=dt.datetime(2026, 12, 24, 9, tzinfo=dt.UTC))
    log_contact(
        referral=referral, actor=Actor(stage.fresh(cast.link_worker)), at=dt.datetime(2026, 12, 29, 9, tzinfo=dt.UTC),
        given=ContactDetails(mechanism="02", outcome="spoke"),
    )  # fmt: skip
    december = Period(starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2026, 12, 31))
    assert told(waits(stage.fresh(cast.lead), period=december))[WAITS["contact"]] == [1, 1, 1]


def test_how_services_answer(november, onward_at):
    onward_at("expired", service=november.visiting)
    onward_at("sent", service=november.visiting)
    assert told(responses(stage.fresh(november.lead), period=NOVEMBER)) == {
        "All": [7, 5, 1, 1, 1, 0.714, 0], "Visiting": [2, 0, 0, 1, 1, 0, None], "Walking group": [5, 5, 1, 0, 0, 1, 0],
    }  # fmt: skip
    assert told(responses(stage.fresh(november.manager), period=NOVEMBER))["All"] == [None] * 7


# --- Counted at night ------------------------------------------------------------------------------------------------


def test_of_how_many_days_each_has_taken_so_many_half_and_nine_in_ten_are_what_postgresql_says():
    days = {0: 3, 2: 1, 5: 4, 6: 1, 30: 1}
    for count in range(1, 11):
        spread, left = {}, count
        for number, most in days.items():
            spread[number] = min(most, left)
            left -= spread[number]
        each = [number for number, times in spread.items() for _ in range(times)]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days), "
                "percentile_disc(0.9) WITHIN GROUP (ORDER BY days) FROM unnest(%s::int[]) AS days",
                [each],
            )
            half, ninth = cursor.fetchone()
        assert (totals.median(spread), totals.ninth(spread)) == (half, ninth)
    assert (totals.median({}), totals.ninth({})) == (None, None)


def test_everybody_s_figures_say_as_of_when_they_are(november, as_user, time_machine):
    assert as_user(november.manager).get("/api/v1/insights/funnel/").json()["counted_at"] is None
    time_machine.move_to(NOW)
    nightly()
    for path in ("funnel", "waits", "responses"):
        assert as_user(november.manager).get(f"/api/v1/insights/{path}/").json()["counted_at"] == "2026-11-02T09:30:00Z"
        assert as_user(november.lead).get(f"/api/v1/insights/{path}/").json()["counted_at"] is None
    table = funnel(stage.fresh(november.manager), period=NOVEMBER, at=NOW)
    assert told(table) == {"All": [10, *[None] * 8]}
    assert table.as_of == "As counted on 2 November 2026 at 9:30am."
    assert table.as_of in "".join(table.csv())


def test_what_takes_longer_than_a_statement_may_is_refused_in_words(november, as_user, client, monkeypatch):
    """As it is before the first night, or of a lead with very much: no error of ours."""
    monkeypatch.setattr(
        journeys, "_of_referrals", lambda dimension: "SET LOCAL statement_timeout = 5; SELECT pg_sleep(1)"
    )
    with transaction.atomic():
        refused = as_user(november.lead).get("/api/v1/insights/funnel/")
        transaction.set_rollback(True)
    assert (refused.status_code, refused.json()["code"]) == (409, "takes_too_long")
    client.force_login(november.lead)
    with transaction.atomic():
        page = client.get("/figures/")
        transaction.set_rollback(True)
    assert page.status_code == 409
    assert "This takes too long to count now. Choose a shorter period" in page.content.decode()


# --- Outcomes -------------------------------------------------------------------------------------------------------


def test_what_changed_is_told_of_those_only_who_were_asked_twice(cast, referral_at, onward_at, as_user, time_machine):
    def take(subject, satisfaction, day, point=None, by=cast.link_worker):
        time_machine.move_to(dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC))
        answers = {"life_satisfaction": satisfaction, "worthwhile": 6, "happiness": None, "anxiety": 8 - day // 10}
        record_measure(
            subject=subject, actor=Actor(stage.fresh(by)),
            at=dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC),
            taken=TakenMeasure(
                measure="ons4", mode="telephone", answers=answers, point=point, taken_on=dt.date(2026, 11, day)
            ),
        )  # fmt: skip

    rose, twice = referral_at("active"), referral_at("active")
    take(rose, 2, 3)
    take(twice, 4, 3)
    take(twice, 9, 10)  # in between
    take(twice, 7, 24)
    assert told(outcomes(stage.fresh(cast.lead), period=NOVEMBER)) == {
        "ONS4: personal wellbeing: Life satisfaction": [1, 1, 0, 0, 4, 7],
        "ONS4: personal wellbeing: Things done are worthwhile": [1, 0, 1, 0, 6, 6],
        "ONS4: personal wellbeing: Anxious yesterday": [1, 1, 0, 0, 8, 6],
    }
    december = Period(starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2026, 12, 31))
    assert told(outcomes(stage.fresh(cast.lead), period=december)) == {}
    everybody_s = told(outcomes(stage.fresh(cast.manager), period=NOVEMBER))
    assert everybody_s["ONS4: personal wellbeing: Life satisfaction"] == [None, None, 0, 0, None, None]

    walks = onward_at("started")
    take(walks, 6, 12, by=cast.provider)
    take(walks, 5, 25, by=cast.provider)
    by_programme = told(outcomes(stage.fresh(cast.lead), period=NOVEMBER, by="programme"))
    ons4 = "ONS4: personal wellbeing"
    assert list(by_programme) == [  # each programme with its measures, and what the team took at the end
        f"{whose}: {ons4}: {score}"
        for whose in ("Walking group", "With the team")
        for score in ("Life satisfaction", "Things done are worthwhile", "Anxious yesterday")
    ]
    assert by_programme[f"Walking group: {ons4}: Life satisfaction"] == [1, 0, 0, 1, 6, 5]
    assert by_programme[f"With the team: {ons4}: Life satisfaction"] == [1, 1, 0, 0, 4, 7]
    everybody_s = outcomes(stage.fresh(cast.manager), period=NOVEMBER, by="programme")
    assert (told(everybody_s), len(everybody_s.notes)) == ({}, 2)  # too few: left out, and it says so
    rows = as_user(cast.lead).get("/api/v1/insights/outcomes/?by=programme").json()
    assert (rows["of"], len(rows["rows"])) == ("Programme", 6)


# --- No figure comes back by subtraction ----------------------------------------------------------------------------


def test_of_parts_beside_their_total_more_is_held_back():
    """13, 8 and 1 of 22 would read 15, 10 and "1 to 7" of 20: only 1 fits. So the 8 is not shown either."""
    assert safe_parts([13, 8, 1], total=22) == [15, None, None]
    assert safe_parts([40, 5], total=45) == [40, None]  # anything from 1 to 7 fits
    assert safe_parts([12, 4, 0, 30], total=46) == [10, None, 0, 30]
    assert safe_parts([8, 20], total=28) == [10, 20]  # nothing is hidden


def test_what_adds_up_both_ways_is_held_back_both_ways():
    """Programmes with their better, same and worse, beside all of them: as for parts, and down the programmes, too."""
    assert safe_cells([[40, 20, 10, 10]], totals=[40, 20, 10, 10]) == [[40, 20, 10, 10]]
    # One of 22 was worse: so who is the same is not shown, in that row; the sums are round enough to hide the rest.
    assert safe_cells([[22, 13, 8, 1], [40, 13, 13, 14]], totals=[62, 26, 21, 15]) == [
        [20, 15, None, None], [40, 15, 15, 15],
    ]  # fmt: skip
    # Of a programme with one person nothing is shown.
    assert safe_cells([[8, 8, 0, 0], [1, 1, 0, 0]], totals=[9, 9, 0, 0]) == [[10, 10, 0, 0], [None] * 4]
    # Nor of the other, where the sum of both would tell of the six.
    assert safe_cells([[6, 3, 0, 3], [22, 1, 3, 18]], totals=[28, 4, 3, 21]) == [[None] * 4, [None] * 4]


def possible(shown, total):
    """Every number that a part which is not shown could be, where the others are what they may be: the long way."""
    lows = [8 if each and each <= 10 else (each or 0) - 2 for each in shown if each]
    highs = [each + 2 for each in shown if each]
    low = total - 2 - sum(highs) if total else 1 - sum(highs)
    high = total + 2 - sum(lows) if total else 7
    hidden = shown.count(None)
    return [one for one in range(1, 8) if one + (hidden - 1) <= high and (hidden > 1 or one >= low)]


def test_whatever_the_parts_each_hidden_one_could_be_several():
    for first in range(0, 24):
        for second in range(0, 24, 3):
            for third in range(0, 24, 5):
                parts = [first, second, third]
                shown = safe_parts(parts, total=sum(parts))
                if None in shown and sum(parts) > 7:
                    assert len(possible(shown, safe_count(sum(parts)))) >= 3 or all(part is None for part in shown)


# --- Periods, the API, CSV ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "today", "since", "until"),
    [
        ("twelve_months", "2026-11-29", "2025-12-01", "2026-11-30"),
        ("this_year", "2026-11-29", "2026-04-01", "2026-11-30"),
        ("this_year", "2027-03-31", "2026-04-01", "2027-03-31"),
        ("this_year", "2027-04-01", "2027-04-01", "2027-04-30"),
        ("last_year", "2026-11-29", "2025-04-01", "2026-03-31"),
        ("this_quarter", "2026-11-29", "2026-10-01", "2026-11-30"),
        ("last_quarter", "2027-01-02", "2026-10-01", "2026-12-31"),
    ],
)
def test_periods_are_whole_months(name, today, since, until):
    period = period_of(name, today=dt.date.fromisoformat(today))
    assert (period.starts_on.isoformat(), period.ends_on.isoformat()) == (since, until)
    assert name in PERIODS


def test_over_http_and_as_a_spreadsheet(november, as_user, time_machine):
    time_machine.move_to(NOW + dt.timedelta(days=3))
    client = as_user(november.lead)
    body = client.get("/api/v1/insights/funnel/?by=neighbourhood&period=this_quarter").json()
    assert (body["since"], body["until"], body["of"]) == ("2026-10-01", "2026-11-30", "Neighbourhood")
    assert [(row["name"], row["values"]["referred"]) for row in body["rows"]] == [("All", 8), ("=Vale", 8)]
    assert set(body["definitions"]) == {figure["key"] for figure in body["figures"]}

    answer = client.get("/api/v1/insights/funnel/?by=neighbourhood&format=csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][:3] == ["Neighbourhood", "Referred", "Reached"]
    assert [row[:3] for row in rows[1:3]] == [["All", "8", "7"], ["'=Vale", "8", "7"]]  # no formula
    assert any(row[0].startswith("Reached: Of those, somebody of the team") for row in rows[3:])

    assert len(client.get("/api/v1/insights/waits/").json()["rows"]) == len(WAITS)
    assert client.get("/api/v1/insights/responses/").json()["rows"][0]["values"]["sent"] == 5
    assert client.get("/api/v1/insights/outcomes/").json()["rows"] == []
    for query, field in (
        ("funnel/?by=postcode", "by"), ("funnel/?period=today", "period"), ("waits/?wait=tea", "wait"),
        ("outcomes/?by=age", "by"),
        ("waits/?by=programme&wait=triage", "wait"),
    ):  # fmt: skip
        refused = client.get(f"/api/v1/insights/{query}")
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


def test_uptake_is_told_apart_by_neighbourhood_too(november, as_user):
    count_uptake(at=NOW)
    by = {
        by: told(uptake_table(stage.fresh(november.lead), period=NOVEMBER, by=by)) for by in ("neighbourhood", "source")
    }
    figures = [5, 4, 3, 1, 1, 0.75, 0.333]
    assert by == {
        "neighbourhood": {"All": figures, "=Vale": figures}, "source": {"All": figures, "GP practice": figures},
    }  # fmt: skip
    url = "/api/v1/insights/uptake/?since=2026-11-01&until=2026-11-30&by=neighbourhood"
    assert [(row["id"], row["referred"]) for row in as_user(november.lead).get(url).json()["results"]] == [("=Vale", 5)]
    assert told(uptake_table(stage.fresh(november.manager), period=NOVEMBER, by="source"))["All"][0] is None
