"""A person on a threshold: the right answer in the right words. Pure: no database."""

from decimal import Decimal

import pytest

from services_directory.suitability.dates import PartialDate, birthday, plus
from services_directory.suitability.kinds import Operator, PeriodUnit
from tests.directory.rulebook import SAYS, answer, answers, day, judged, remade, words_of

AT_LEAST_180_100 = SAYS.rules_out_pressure(Operator.AT_LEAST, 180, 100)
ABOVE_180_100 = SAYS.rules_out_pressure(Operator.ABOVE, 180, 100)
RAISED = SAYS.needs_pressure_between((140, 90), (180, 100))
HEART_ATTACK = SAYS.waits("cardiac_event", 12, PeriodUnit.WEEKS)
FROM_16 = SAYS.aged(Operator.AT_LEAST, 16)
UNTIL_CLEARED = "The person cannot start until a doctor clears it."


# --- Blood pressure -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reading", "verdict", "words"),
    [
        ((179, 99), "eligible_now", "Blood pressure 179/99 on 3 November 2026 is below the limit of 180/100."),
        (
            (180, 99),
            "not_eligible",
            "Blood pressure 180/99 on 3 November 2026: the upper value is at or above the limit of 180/100. "
            f"{UNTIL_CLEARED}",
        ),
        (
            (179, 100),
            "not_eligible",
            "Blood pressure 179/100 on 3 November 2026: the lower value is at or above the limit of 180/100. "
            f"{UNTIL_CLEARED}",
        ),
        (
            (180, 100),
            "not_eligible",
            f"Blood pressure 180/100 on 3 November 2026 is at or above the limit of 180/100. {UNTIL_CLEARED}",
        ),
        (
            (179.5, 99.5),
            "eligible_now",
            "Blood pressure 179.5/99.5 on 3 November 2026 is below the limit of 180/100.",
        ),
        (
            (179, None),
            "cannot_say",
            "Blood pressure with an upper value of 179 and no lower value on 3 November 2026: the lower value is "
            "needed.",
        ),
        (
            (None, 99),
            "cannot_say",
            "Blood pressure with a lower value of 99 and no upper value on 3 November 2026: the upper value is needed.",
        ),
        (
            (180, None),
            "not_eligible",
            "Blood pressure with an upper value of 180 and no lower value on 3 November 2026: the upper value is at "
            f"or above the limit of 180/100. {UNTIL_CLEARED}",
        ),
        ("unknown", "cannot_say", "Resting blood pressure: not known."),
    ],
)
def test_either_value_at_the_limit_stops_and_a_missing_one_is_not_a_normal_one(reading, verdict, words):
    found = judged(AT_LEAST_180_100, **answers(blood_pressure=reading))
    assert (found.verdict, words_of(found)) == (verdict, [words])


def test_blood_pressure_that_nobody_measured_is_asked_for():
    found = judged(AT_LEAST_180_100)
    assert (found.verdict, found.label) == ("cannot_say", "Cannot say yet: 1 question is open")
    assert [question.text for question in found.not_known] == [
        "What is the person's resting blood pressure, both values?"
    ]


@pytest.mark.parametrize(
    ("reading", "verdict", "words"),
    [
        (
            (180, 100),
            "eligible_now",
            "Blood pressure 180/100 on 3 November 2026 is not above the limit of 180/100.",
        ),
        (
            (181, 100),
            "not_eligible",
            "Blood pressure 181/100 on 3 November 2026: the upper value is above the limit of 180/100. "
            f"{UNTIL_CLEARED}",
        ),
        (
            (180, 101),
            "not_eligible",
            "Blood pressure 180/101 on 3 November 2026: the lower value is above the limit of 180/100. "
            f"{UNTIL_CLEARED}",
        ),
    ],
)
def test_a_scheme_that_says_above_takes_people_at_exactly_180_over_100(reading, verdict, words):
    found = judged(ABOVE_180_100, **answers(blood_pressure=reading))
    assert (found.verdict, words_of(found)) == (verdict, [words])


@pytest.mark.parametrize(
    ("reading", "qualifies"),
    [
        ((139, 89), False), ((140, 89), True), ((139, 90), True), ((180, 100), True), ((181, 95), False),
        ((150, 101), False), ((150, None), None), ((None, 95), None), ((190, None), False), ((120, None), None),
    ],
)  # fmt: skip
def test_a_band_takes_in_both_its_ends_and_neither_value_may_lie_above(reading, qualifies):
    found = judged(RAISED, **answers(blood_pressure=reading))
    assert found.verdict == {True: "eligible_now", False: "not_eligible", None: "cannot_say"}[qualifies]


def test_exactly_180_over_100_is_within_ceredigions_band_and_excluded_by_its_limit():
    found = judged(RAISED, AT_LEAST_180_100, **answers(blood_pressure=(180, 100)))
    assert found.verdict == "not_eligible"
    assert words_of(found) == [
        "Blood pressure 180/100 on 3 November 2026 is between 140/90 and 180/100.",
        f"Blood pressure 180/100 on 3 November 2026 is at or above the limit of 180/100. {UNTIL_CLEARED}",
    ]


# --- Other numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "value", "verdict", "words"),
    [
        (
            SAYS.rules_out_measure("resting_heart_rate", Operator.ABOVE, 100),
            100,
            "eligible_now",
            "Resting heart rate 100 beats a minute on 3 November 2026 is not above the limit of 100.",
        ),
        (
            SAYS.rules_out_measure("resting_heart_rate", Operator.ABOVE, 100),
            101,
            "not_eligible",
            f"Resting heart rate 101 beats a minute on 3 November 2026 is above the limit of 100. {UNTIL_CLEARED}",
        ),
        (
            SAYS.rules_out_measure("resting_heart_rate", Operator.AT_LEAST, 100),
            100,
            "not_eligible",
            "Resting heart rate 100 beats a minute on 3 November 2026 is at or above the limit of 100. "
            f"{UNTIL_CLEARED}",
        ),
        (
            SAYS.rules_out_measure("blood_pressure_drop", Operator.ABOVE, 20),
            20,
            "eligible_now",
            "Fall in blood pressure with exercise 20 mmHg on 3 November 2026 is not above the limit of 20.",
        ),
        (
            SAYS.needs_measure("moderate_minutes", Operator.BELOW, 90),
            89,
            "eligible_now",
            "Moderate activity 89 minutes a week on 3 November 2026 is below the limit of 90.",
        ),
        (
            SAYS.needs_measure("moderate_minutes", Operator.BELOW, 90),
            90,
            "not_eligible",
            "Moderate activity 90 minutes a week on 3 November 2026 is not below the limit of 90. "
            "Needed: moderate activity below 90 minutes a week.",
        ),
        (
            SAYS.needs_measure("bmi", Operator.ABOVE, 27),
            27.1,
            "eligible_now",
            "Body mass index 27.1 kg/m² on 3 November 2026 is above the limit of 27.",
        ),
        (
            SAYS.needs_measure("bmi", Operator.AT_MOST, 40),
            40.1,
            "not_eligible",
            "Body mass index 40.1 kg/m² on 3 November 2026 is above the limit of 40. "
            "Needed: body mass index at or below 40 kg/m².",
        ),
    ],
)
def test_a_number_is_held_against_its_limit_exactly(rule, value, verdict, words):
    found = judged(rule, **answers(**{rule.subject: value}))
    assert (found.verdict, words_of(found)) == (verdict, [words])


def test_a_band_of_one_number_takes_in_both_ends():
    rule = remade(SAYS.needs_measure("bmi", Operator.ABOVE, 30), operator="between", thresholds=(30, 40))
    verdicts = [judged(rule, **answers(bmi=value)).verdict for value in (29.9, 30, 40, 40.1)]
    assert verdicts == ["not_eligible", "eligible_now", "eligible_now", "not_eligible"]


# --- Time since something happened --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "verdict", "eligible_from", "words"),
    [
        (
            "2026-11-05",  # eleven weeks and six days
            "eligible_from",
            "2026-11-06",
            "A heart attack or other cardiac event, 14 August 2026: less than 12 weeks before 5 November 2026. "
            "By this rule the person can start from 6 November 2026, or earlier if a doctor clears it.",
        ),
        (
            "2026-11-06",  # twelve weeks to the day
            "eligible_now",
            None,
            "A heart attack or other cardiac event, 14 August 2026: 12 weeks or more before 6 November 2026.",
        ),
    ],
)
def test_twelve_weeks_after_a_heart_attack_is_eighty_four_days(start, verdict, eligible_from, words):
    found = judged(
        HEART_ATTACK, start=day(start), on=day("2026-11-05"),
        **answers(cardiac_event=answer("yes", occurred="2026-08-14")),
    )  # fmt: skip
    assert (found.verdict, words_of(found)) == (verdict, [words])
    assert found.eligible_from == (day(eligible_from) if eligible_from else None)


def test_it_is_the_planned_start_that_counts_not_the_day_of_asking():
    known = answers(cardiac_event=answer("yes", occurred="2026-10-20"))
    assert judged(HEART_ATTACK, **known).label == "Eligible from 12 January 2027"
    later = judged(HEART_ATTACK, start=day("2027-01-12"), **known)
    assert (later.verdict, later.label) == ("eligible_now", "Eligible on 12 January 2027")


@pytest.mark.parametrize(
    ("occurred", "verdict", "eligible_from", "words"),
    [
        ("", "cannot_say", None, "A heart attack or other cardiac event: yes, but it is not known when."),
        (
            "2026",
            "cannot_say",
            None,
            "A heart attack or other cardiac event, 2026: whether that is 12 weeks or more before 3 November 2026 "
            "cannot be said without the day.",
        ),
        (
            "2026-08",
            "cannot_say",
            None,
            "A heart attack or other cardiac event, August 2026: whether that is 12 weeks or more before "
            "3 November 2026 cannot be said without the day.",
        ),
        (
            "2026-07",
            "eligible_now",
            None,
            "A heart attack or other cardiac event, July 2026: 12 weeks or more before 3 November 2026.",
        ),
        (
            "2025",
            "eligible_now",
            None,
            "A heart attack or other cardiac event, 2025: 12 weeks or more before 3 November 2026.",
        ),
        (
            "2026-09",  # at the latest on the 30th
            "eligible_from",
            "2026-12-23",
            "A heart attack or other cardiac event, September 2026: less than 12 weeks before 3 November 2026. "
            "By this rule the person can start from 23 December 2026, or earlier if a doctor clears it.",
        ),
        (
            "2026-11",  # it had happened when it was recorded on the 3rd
            "eligible_from",
            "2027-01-26",
            "A heart attack or other cardiac event, November 2026: less than 12 weeks before 3 November 2026. "
            "By this rule the person can start from 26 January 2027, or earlier if a doctor clears it.",
        ),
    ],
)
def test_a_date_that_is_partly_known_says_what_it_can_and_no_more(occurred, verdict, eligible_from, words):
    found = judged(HEART_ATTACK, **answers(cardiac_event=answer("yes", occurred=occurred)))
    assert (found.verdict, words_of(found)) == (verdict, [words])
    assert found.eligible_from == (day(eligible_from) if eligible_from else None)


def test_somebody_who_had_no_heart_attack_need_not_wait():
    found = judged(HEART_ATTACK, **answers(cardiac_event="no"))
    assert (found.verdict, words_of(found)) == (
        "eligible_now",
        ["A heart attack or other cardiac event: no (3 November 2026)."],
    )


@pytest.mark.parametrize(
    ("happened", "months", "free"),
    [
        ("2026-11-30", 3, "2027-02-28"), ("2027-11-30", 3, "2028-02-29"), ("2026-12-31", 2, "2027-02-28"),
        ("2026-05-31", 1, "2026-06-30"), ("2024-02-29", 12, "2025-02-28"), ("2026-08-15", 3, "2026-11-15"),
    ],
)  # fmt: skip
def test_months_are_calendar_months_and_end_with_the_month(happened, months, free):
    assert plus(day(happened), months, PeriodUnit.MONTHS) == day(free)


def test_three_months_after_a_stroke_are_calendar_months():
    rule = SAYS.waits("stroke", 3, PeriodUnit.MONTHS)
    known = answers(stroke=answer("yes", occurred="2026-08-31", observed_on=day("2026-09-01")))
    assert judged(rule, start=day("2026-11-29"), on=day("2026-11-01"), **known).eligible_from == day("2026-11-30")
    assert judged(rule, start=day("2026-11-30"), on=day("2026-11-01"), **known).verdict == "eligible_now"


def test_twelve_weeks_over_a_leap_day_are_still_eighty_four_days():
    known = answers(cardiac_event=answer("yes", occurred="2028-01-01", observed_on=day("2028-01-02")))
    assert judged(HEART_ATTACK, start=day("2028-01-02"), on=day("2028-01-02"), **known).eligible_from == day(
        "2028-03-25"
    )


def test_an_antenatal_wait_is_counted_from_the_beginning_of_the_pregnancy_and_ends_with_it():
    rule = SAYS.waits("pregnancy", 28, PeriodUnit.WEEKS)
    known = answers(pregnancy=answer("yes", occurred="2026-06-01"))
    assert judged(rule, **known).eligible_from == day("2026-12-14")
    assert judged(rule, start=day("2026-12-14"), **known).verdict == "eligible_now"
    over = judged(rule, start=day("2027-03-23"), **known)
    assert (over.verdict, words_of(over)) == (
        "cannot_say",
        ["Pregnancy, 1 June 2026: it will be over by 23 March 2027. Ask again."],
    )


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [(SAYS.waits("pregnancy", 28, PeriodUnit.WEEKS), "cannot_say"), (SAYS.needs("pregnancy"), "eligible_now")],
)
def test_a_pregnancy_of_which_only_the_day_of_saying_so_is_known_ends_too(rule, verdict):
    known = answers(pregnancy=answer("yes", observed_on=day("2026-01-12")))
    assert judged(rule, start=day("2026-11-02"), **known).verdict == verdict
    over = judged(rule, start=day("2026-11-03"), **known)
    assert (over.verdict, words_of(over)) == (
        "cannot_say",
        ["Pregnancy, said on 12 January 2026: it will be over by 3 November 2026. Ask again."],
    )


# --- Age ----------------------------------------------------------------------------------------------------------


def test_rose_who_is_15_when_asked_and_16_at_the_start_is_old_enough():
    born = day("2010-11-20")
    today = judged(FROM_16, date_of_birth=born)
    assert (today.verdict, today.eligible_from, words_of(today)) == (
        "eligible_from",
        day("2026-11-20"),
        [
            "Aged 15 on 3 November 2026. Needed: aged 16 or over. By this rule the person can start from "
            "20 November 2026."
        ],
    )
    at_start = judged(FROM_16, date_of_birth=born, start=day("2026-11-20"))
    assert (at_start.verdict, words_of(at_start)) == ("eligible_now", ["Aged 16 on 20 November 2026."])


@pytest.mark.parametrize(
    ("rule", "born", "verdict"),
    [
        (FROM_16, "2010-11-03", "eligible_now"),
        (FROM_16, "2010-11-04", "eligible_from"),
        (SAYS.aged(Operator.ABOVE, 16), "2010-11-03", "eligible_from"),
        (SAYS.aged(Operator.ABOVE, 16), "2009-11-03", "eligible_now"),
        (SAYS.aged(Operator.ABOVE, 16), "2009-11-04", "eligible_from"),
        (SAYS.aged(Operator.AT_MOST, 65), "1960-11-04", "eligible_now"),
        (SAYS.aged(Operator.AT_MOST, 65), "1960-11-03", "not_eligible"),
        (SAYS.aged(Operator.BELOW, 18), "2008-11-04", "eligible_now"),
        (SAYS.aged(Operator.BELOW, 18), "2008-11-03", "not_eligible"),
    ],
)
def test_an_age_is_reached_on_the_birthday(rule, born, verdict):
    assert judged(rule, date_of_birth=day(born)).verdict == verdict


def test_who_was_born_on_a_leap_day_has_a_birthday_on_the_first_of_march():
    assert birthday(day("2012-02-29"), 16) == day("2028-02-29")
    assert birthday(day("2012-02-29"), 15) == day("2027-03-01")
    assert judged(FROM_16, date_of_birth=day("2011-02-28")).eligible_from == day("2027-02-28")


@pytest.mark.parametrize(("start", "verdict"), [("2026-11-02", "eligible_from"), ("2026-11-03", "eligible_now")])
def test_a_part_of_a_year_is_counted_in_months(start, verdict):
    rule = remade(FROM_16, thresholds=(Decimal("0.5"),))
    found = judged(rule, date_of_birth=day("2026-05-03"), start=day(start), on=day("2026-11-01"))
    assert found.verdict == verdict


def test_an_age_that_is_years_away_is_not_a_date_to_wait_for():
    child = judged(FROM_16, date_of_birth=day("2020-01-01"))
    assert (child.verdict, child.eligible_from, child.label) == ("not_eligible", None, "Not eligible")
    assert [outcome.result for outcome in child.decided_by] == ["not_yet"]


def test_an_age_beyond_the_calendar_is_an_answer_and_no_error():
    assert judged(SAYS.aged(Operator.AT_LEAST, 9000), date_of_birth=day("1951-03-27")).verdict == "not_eligible"


# --- Partly known dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "words"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2026"),
        ("2028-02", "2028-02-01", "2028-02-29", "February 2028"),
        ("2026-08-14", "2026-08-14", "2026-08-14", "14 August 2026"),
    ],
)
def test_a_partly_known_date_lies_between_its_ends(text, earliest, latest, words):
    read = PartialDate.read(text)
    assert (read.earliest, read.latest, read.in_words) == (day(earliest), day(latest), words)


@pytest.mark.parametrize("text", ["", "26", "2026-13", "2026-02-30", "14/08/2026", "2026-8", "٢٠٢٦", "2026-08-14 "])
def test_what_is_no_date_is_refused_in_words(text):
    with pytest.raises(ValueError, match="Give a day like 2026-08-14"):
        PartialDate.read(text)


# --- Answers that grow old ----------------------------------------------------------------------------------------


def test_a_reading_may_be_as_old_as_its_rule_says_at_the_planned_start():
    rule = remade(AT_LEAST_180_100, valid_for_days=90)
    known = answers(blood_pressure=answer((150, 90), observed_on=day("2026-10-01")))
    assert judged(rule, start=day("2026-12-30"), **known).verdict == "eligible_now"
    old = judged(rule, start=day("2026-12-31"), **known)
    assert (old.verdict, words_of(old)) == (
        "cannot_say",
        [
            "Resting blood pressure: the answer of 1 October 2026 is more than 90 days older than 31 December 2026. "
            "Ask again."
        ],
    )
    assert judged(AT_LEAST_180_100, start=day("2028-01-01"), **known).verdict == "eligible_now"
