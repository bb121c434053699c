"""Each measure is scored as its owner says. Tables are written out by hand: field notes, section 4."""

from decimal import Decimal

import pytest

from referrals.measures import MEASURES, BadAnswers, changes_between, judge_answers


def scored(code, **answers):
    measure = MEASURES[code]
    return measure.score(judge_answers(measure, answers))


def scores(code, **answers):
    return {each.code: each for each in scored(code, **answers).scores}


def problems(code, **answers):
    with pytest.raises(BadAnswers) as refused:
        judge_answers(MEASURES[code], answers)
    return refused.value.problems


ONS4 = {"life_satisfaction": 7, "worthwhile": 7, "happiness": 7, "anxiety": 7}
UCLA3 = {"companionship": 1, "left_out": 1, "isolated": 1, "lonely": "never"}


def ipaq(vigorous=(0, 0), moderate=(0, 0), walking=(0, 0), sitting=None):
    given = {"sitting_minutes": sitting}
    for name, (days, minutes) in {"vigorous": vigorous, "moderate": moderate, "walking": walking}.items():
        given |= {f"{name}_days": days, f"{name}_minutes": minutes}
    return given


def gppaq(job, exercise, cycling, **more):
    others = {"walking": "none", "housework": "none", "gardening": "none", "pace": "slow"}
    return {"job": job, "exercise": exercise, "cycling": cycling} | others | more


# --- Wellbeing and loneliness -------------------------------------------------------------------------------------

UP = ["low"] * 5 + ["medium"] * 2 + ["high"] * 2 + ["very_high"] * 2
DOWN = ["very_low"] * 2 + ["low"] * 2 + ["medium"] * 2 + ["high"] * 5


@pytest.mark.parametrize(
    ("item", "bands"), [("life_satisfaction", UP), ("worthwhile", UP), ("happiness", UP), ("anxiety", DOWN)]
)
def test_ons4_gives_each_question_its_own_band_and_no_sum(item, bands):
    found = [scores("ons4", **ONS4 | {item: answer})[item] for answer in range(11)]
    assert [(each.value, each.band) for each in found] == list(zip(range(11), bands, strict=True))
    assert list(scores("ons4", **ONS4)) == ["life_satisfaction", "worthwhile", "happiness", "anxiety"]


def test_a_question_of_ons4_that_was_not_answered_leaves_the_others_their_scores():
    found = scores("ons4", **ONS4 | {"happiness": None})
    assert (found["happiness"].value, found["happiness"].reason) == (None, "Not answered: happy yesterday.")
    assert found["anxiety"].band == "high"


def test_ucla3_is_the_sum_of_three_and_lonely_from_six():
    for one in (1, 2, 3):
        for two in (1, 2, 3):
            for three in (1, 2, 3):
                answers = {"companionship": one, "left_out": two, "isolated": three, "lonely": "often_or_always"}
                found = scores("ucla3", **answers)
                assert found["ucla3"].value == one + two + three
                assert found["ucla3"].band == ("lonely" if one + two + three >= 6 else "not_lonely")
                assert (found["lonely"].value, found["lonely"].band) == (None, "often_or_always")


def test_ucla3_needs_all_three_and_not_the_direct_question():
    assert scores("ucla3", **UCLA3 | {"left_out": None})["ucla3"].reason == "Not answered: left out."
    assert scores("ucla3", **UCLA3 | {"lonely": None})["ucla3"].value == 3


# --- IPAQ ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "total", "category"),
    [
        (ipaq(vigorous=(3, 20)), "480", "moderate"),
        (ipaq(walking=(5, 30)), "495", "moderate"),
        (ipaq(walking=(7, 60), vigorous=(3, 60)), "2826", "high"),
        (ipaq(), "0", "low"),
        (ipaq(vigorous=(2, 20)), "320", "low"),
        (ipaq(vigorous=(3, 19)), "456", "low"),
        (ipaq(walking=(4, 30)), "396", "low"),
        (ipaq(walking=(5, 29)), "478.5", "low"),
        (ipaq(walking=(2, 30), moderate=(3, 30)), "558", "moderate"),
        (ipaq(moderate=(5, 30)), "600", "moderate"),
        (ipaq(walking=(4, 25), vigorous=(1, 34)), "602", "moderate"),
        (ipaq(walking=(4, 25), vigorous=(1, 33)), "594", "low"),
        (ipaq(vigorous=(3, 62)), "1488", "moderate"),
        (ipaq(vigorous=(3, 62), moderate=(1, 10)), "1528", "high"),
        (ipaq(vigorous=(3, 60), moderate=(1, 15)), "1500", "high"),
        (ipaq(vigorous=(2, 94)), "1504", "low"),
        (ipaq(vigorous=(2, 150), moderate=(5, 30)), "3000", "high"),
        (ipaq(vigorous=(2, 149), moderate=(5, 30)), "2984", "moderate"),
        (ipaq(vigorous=(2, 160), moderate=(4, 30)), "3040", "moderate"),
    ],
)
def test_ipaq_minutes_and_category(given, total, category):
    found = scores("ipaq_short", **given)
    assert (found["total_met"].value, found["category"].band) == (Decimal(total), category)


def test_ipaq_is_high_by_the_total_though_the_vigorous_part_alone_is_not_enough():
    found = scores("ipaq_short", **ipaq(walking=(7, 60), vigorous=(3, 60)))
    assert (found["walking_met"].value, found["vigorous_met"].value) == (Decimal("1386"), Decimal("1440"))
    assert found["category"].band == "high"


def test_ipaq_turns_hours_into_minutes():
    given = ipaq(walking=(5, {"hours": 1, "minutes": 15}))
    assert scores("ipaq_short", **given)["total_met"].value == Decimal("3.3") * 75 * 5


def test_ipaq_counts_180_minutes_a_day_at_most_and_says_so():
    found = scored("ipaq_short", **ipaq(vigorous=(7, 181), walking=(7, 180)))
    assert {each.code: each.value for each in found.scores}["total_met"] == Decimal(8 * 180 * 7) + Decimal("4158")
    assert found.remarks == ("Vigorous activity of 181 minutes a day was counted as 180.",)


def test_ipaq_takes_960_minutes_a_day_and_no_more():
    assert scores("ipaq_short", **ipaq((1, 320), (1, 320), (1, 320)))["total_met"].value == Decimal("2754")
    found = scores("ipaq_short", **ipaq((1, 320), (1, 320), (1, 321)))
    assert {each.reason for each in found.values()} == {"961 minutes of activity a day is more than 960: not scored."}
    assert not any(each.is_given for each in found.values())


def test_ipaq_counts_no_bout_under_ten_minutes_nor_its_days():
    assert scores("ipaq_short", **ipaq(walking=(7, 9)))["total_met"].value == 0
    assert scores("ipaq_short", **ipaq(walking=(7, 10)))["total_met"].value == Decimal("231")
    found = scores("ipaq_short", **ipaq(vigorous=(3, 63), walking=(7, 9)))
    assert (found["total_met"].value, found["category"].band) == (Decimal("1512"), "high")
    found = scores("ipaq_short", **ipaq(vigorous=(2, 40), walking=(7, 9)))
    assert (found["total_met"].value, found["category"].band) == (Decimal("640"), "low")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"walking_days": None}, "Not answered: days of walking."),
        ({"walking_minutes": None}, "Not answered: time of walking."),
        ({"vigorous_days": None, "moderate_minutes": None},
         "Not answered: days of vigorous activity, time of moderate activity."),
    ],
)  # fmt: skip
def test_ipaq_without_days_or_their_time_has_no_score_and_says_why(change, reason):
    found = scores("ipaq_short", **ipaq((3, 30), (3, 30), (3, 30)) | change)
    assert {(each.is_given, each.reason) for each in found.values()} == {(False, reason)}


def test_ipaq_needs_no_time_of_no_days_and_no_sitting():
    answers = {"vigorous_days": 0, "moderate_days": 0, "walking_days": 5, "walking_minutes": 30}
    assert scores("ipaq_short", **answers, sitting_minutes=None)["total_met"].value == Decimal("495")
    assert problems("ipaq_short", **ipaq(walking=(0, 30))) == {
        "walking_minutes": "There were no such days, so there is no time to give."
    }


# --- GPPAQ --------------------------------------------------------------------------------------------------------

HOURS = ["none", "under_1", "1_to_3", "3_or_more"]
I, MI, MA, A = "inactive", "moderately_inactive", "moderately_active", "active"  # noqa: E741 -- as the table is read
MATRIX = {
    "not_in_work": [I, MI, MA, A], "sedentary": [I, MI, MA, A], "standing": [MI, MA, A, A], "physical": [MA, A, A, A],
    "heavy_manual": [A, A, A, A],
}  # fmt: skip


@pytest.mark.parametrize("job", MATRIX)
def test_gppaq_cell_by_cell_whether_it_is_exercise_or_cycling(job):
    assert [scores("gppaq", **gppaq(job, hours, "none"))["index"].band for hours in HOURS] == MATRIX[job]
    assert [scores("gppaq", **gppaq(job, "none", hours))["index"].band for hours in HOURS] == MATRIX[job]


@pytest.mark.parametrize(
    ("exercise", "cycling", "band"),
    [("under_1", "under_1", MA), ("under_1", "1_to_3", A), ("1_to_3", "1_to_3", A), ("3_or_more", "3_or_more", A)],
)
def test_gppaq_puts_exercise_and_cycling_together(exercise, cycling, band):
    assert scores("gppaq", **gppaq("sedentary", exercise, cycling))["index"].band == band


def test_gppaq_has_no_walking_in_it_and_needs_none():
    walks = gppaq("sedentary", "none", "none", walking="3_or_more", housework="3_or_more", pace="fast")
    assert scores("gppaq", **walks)["index"].band == I
    unasked = gppaq("sedentary", "none", "none", walking=None, housework=None, gardening=None, pace=None)
    assert scores("gppaq", **unasked)["index"].band == I
    assert scores("gppaq", **gppaq(None, "none", None))["index"].reason == "Not answered: activity at work, cycling."


# --- Active Lives and the single question -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moderate", "vigorous", "equivalent", "level"),
    [
        (0, 0, 0, "inactive"), (29, 0, 29, "inactive"), (30, 0, 30, "fairly_active"), (0, 14, 28, "inactive"),
        (0, 15, 30, "fairly_active"), (149, 0, 149, "fairly_active"), (150, 0, 150, "active"), (0, 75, 150, "active"),
        (1, 74, 149, "fairly_active"),
    ],
)  # fmt: skip
def test_active_lives_counts_vigorous_twice(moderate, vigorous, equivalent, level):
    found = scores("active_lives", moderate_minutes=moderate, vigorous_minutes=vigorous)["equivalent_minutes"]
    assert (found.value, found.band) == (equivalent, level)


def test_active_lives_needs_both():
    found = scores("active_lives", moderate_minutes=200, vigorous_minutes=None)["equivalent_minutes"]
    assert (found.is_given, found.reason) == (False, "Not answered: vigorous activity in a week.")


def test_the_single_question_is_the_number_of_days():
    found = [scores("active_days", days=days)["active_days"] for days in range(8)]
    assert [(each.value, each.band) for each in found] == list(
        zip(range(8), ["below"] * 5 + ["meets"] * 3, strict=True)
    )  # fmt: skip


# --- What needs a licence -----------------------------------------------------------------------------------------

TABLE = """
7 7.00 low, 8 9.51 low, 9 11.25 low, 10 12.40 low, 11 13.33 low, 12 14.08 low, 13 14.75 low, 14 15.32 low,
15 15.84 low, 16 16.36 low, 17 16.88 low, 18 17.43 low, 19 17.98 low, 20 18.59 low, 21 19.25 typical,
22 19.98 typical, 23 20.73 typical, 24 21.54 typical, 25 22.35 typical, 26 23.21 typical, 27 24.11 typical,
28 25.03 typical, 29 26.02 typical, 30 27.03 typical, 31 28.13 typical, 32 29.31 high, 33 30.70 high, 34 32.55 high,
35 35.00 high
"""
SEVEN = ["optimistic", "useful", "relaxed", "dealing_with_problems", "thinking_clearly", "close_to_others",
         "make_up_own_mind"]  # fmt: skip


def seven(raw):
    """Answers whose sum is `raw`."""
    more = [min(4, max(0, raw - 7 - 4 * place)) for place in range(7)]
    return {code: 1 + extra for code, extra in zip(SEVEN, more, strict=True)}


@pytest.mark.parametrize("cell", [cell.split() for cell in TABLE.replace("\n", " ").split(",")])
def test_swemwbs_cell_by_cell(cell):
    raw, metric, band = cell
    found = scores("swemwbs", **seven(int(raw)))
    assert (found["raw"].value, found["metric"].value, found["metric"].band) == (int(raw), Decimal(metric), band)


@pytest.mark.parametrize("code", SEVEN)
def test_swemwbs_needs_all_seven(code):
    found = scores("swemwbs", **seven(25) | {code: None})
    assert not found["raw"].is_given
    assert not found["metric"].is_given
    assert found["metric"].reason == f"Not answered: {code.replace('_', ' ')}."


def test_pam_is_kept_as_it_was_given():
    found = scores("pam", score="56.4", level="3")
    assert (found["score"].value, found["level"].band) == (Decimal("56.4"), "3")
    assert scores("pam", score=100, level=None)["level"].is_given is False


def test_mycaw_may_have_one_concern():
    found = scores("mycaw", concern_1=5, wellbeing=4)
    assert [(code, each.value) for code, each in found.items()] == [
        ("concern_1", 5), ("concern_2", None), ("wellbeing", 4)
    ]  # fmt: skip


def test_the_words_of_licensed_measures_are_not_here_and_those_of_the_others_are():
    for measure in MEASURES.values():
        assert {bool(item.text) for item in measure.items} == {not measure.needs_licence}, measure.code
    assert [code for code, measure in MEASURES.items() if measure.needs_licence] == ["swemwbs", "pam", "mycaw"]


# --- Strictness ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "good", "change", "item"),
    [
        ("ons4", ONS4, {"happiness": 11}, "happiness"),
        ("ons4", ONS4, {"happiness": -1}, "happiness"),
        ("ons4", ONS4, {"happiness": "7"}, "happiness"),
        ("ons4", ONS4, {"happiness": True}, "happiness"),
        ("ons4", ONS4, {"happiness": 7.0}, "happiness"),
        ("ons4", ONS4, {"joy": 7}, "joy"),
        ("ucla3", UCLA3, {"left_out": 0}, "left_out"),
        ("ucla3", UCLA3, {"left_out": 4}, "left_out"),
        ("ucla3", UCLA3, {"lonely": "rarely"}, "lonely"),
        ("ucla3", UCLA3, {"lonely": ["never"]}, "lonely"),
        ("ipaq_short", ipaq(), {"walking_days": 8}, "walking_days"),
        ("ipaq_short", ipaq(walking=(3, 30)), {"walking_minutes": 1441}, "walking_minutes"),
        ("ipaq_short", ipaq(walking=(3, 30)), {"walking_minutes": {"hours": 0.5}}, "walking_minutes"),
        ("ipaq_short", ipaq(walking=(3, 30)), {"walking_minutes": {"days": 1}}, "walking_minutes"),
        ("active_days", {"days": 3}, {"days": 8}, "days"),
        ("swemwbs", seven(20), {"useful": 6}, "useful"),
        ("pam", {"score": 50, "level": "2"}, {"score": 100.1}, "score"),
        ("pam", {"score": 50, "level": "2"}, {"score": "NaN"}, "score"),
        ("pam", {"score": 50, "level": "2"}, {"level": "5"}, "level"),
        ("mycaw", {"concern_1": 3, "wellbeing": 3}, {"concern_1": 7}, "concern_1"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_its_item(code, good, change, item):
    judge_answers(MEASURES[code], good)
    assert list(problems(code, **good | change)) == [item]


@pytest.mark.parametrize("code", MEASURES)
def test_every_item_is_answered_or_said_not_to_be(code):
    measure = MEASURES[code]
    needed = {item.code for item in measure.items if not item.may_be_left_out}
    assert set(problems(code)) == needed
    unanswered = measure.score(judge_answers(measure, dict.fromkeys(needed)))
    assert [each.code for each in unanswered.scores] == [kind.code for kind in measure.scores]
    assert all(each.reason and not each.is_given for each in unanswered.scores)


@pytest.mark.parametrize(
    ("code", "age", "warned"),
    [
        ("ipaq_short", 14, True), ("ipaq_short", 15, False), ("ipaq_short", 69, False), ("ipaq_short", 70, True),
        ("gppaq", 15, True), ("gppaq", 16, False), ("gppaq", 74, False), ("gppaq", 75, True), ("ons4", 90, False),
    ],
)  # fmt: skip
def test_a_measure_warns_of_ages_that_it_was_not_made_for(code, age, warned):
    assert bool(MEASURES[code].warnings_for(age)) is warned


# --- Change -------------------------------------------------------------------------------------------------------


def changes(code, before, after):
    return {each.code: each for each in changes_between(MEASURES[code], scores(code, **before), scores(code, **after))}


def test_less_anxiety_is_better_and_less_happiness_is_worse():
    found = changes("ons4", ONS4 | {"anxiety": 8}, ONS4 | {"anxiety": 5, "happiness": 4})
    anxiety, happiness = found["anxiety"], found["happiness"]
    assert (anxiety.meaning, anxiety.difference, anxiety.improvement) == ("better", -3, 3)
    assert (anxiety.moved_from, anxiety.moved_to) == ("high", "medium")
    assert anxiety.words == (
        "Anxious yesterday: 8 before, 5 after: 3 lower; moved from “High” to “Medium”, which is better."
    )
    assert (happiness.meaning, happiness.difference, happiness.improvement) == ("worse", -3, -3)
    assert found["worthwhile"].words == "Things done are worthwhile: 7 before, 7 after; still “High”, no change."


def test_a_level_without_a_number_moves():
    found = changes("gppaq", gppaq("sedentary", "none", "none"), gppaq("sedentary", "1_to_3", "none"))["index"]
    assert (found.meaning, found.difference, found.moved_from, found.moved_to) == ("better", None, I, MA)
    found = changes("ucla3", UCLA3 | {"lonely": "never"}, UCLA3 | {"lonely": "occasionally"})["lonely"]
    assert (found.meaning, found.moved_to) == ("worse", "occasionally")


def test_a_metric_score_changes_by_the_table():
    found = changes("swemwbs", seven(20), seven(24))["metric"]
    assert (found.meaning, found.difference, found.moved_to) == ("better", Decimal("2.95"), "typical")


def test_mycaw_reports_baseline_minus_follow_up():
    found = changes("mycaw", {"concern_1": 5, "wellbeing": 4}, {"concern_1": 2, "wellbeing": 4})
    assert (found["concern_1"].improvement, found["concern_1"].meaning) == (3, "better")
    assert (found["wellbeing"].meaning, found["concern_2"].meaning) == ("no_change", "cannot_say")


def test_nothing_is_said_of_what_was_not_scored_nor_across_versions():
    before, after = scores("active_days", days=2), scores("active_days", days=None)
    (found,) = changes_between(MEASURES["active_days"], before, after)
    assert (found.meaning, found.words) == ("cannot_say", "Active days: no score after.")
    (found,) = changes_between(MEASURES["active_days"], before, before, is_same_version=False)
    assert (found.meaning, found.difference) == ("cannot_say", None)
