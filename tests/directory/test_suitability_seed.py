"""Every rule that comes with the product is what its source says, and nothing else comes with it.

The table is written by hand from the field notes, sections 3.2 and 3.3, a line a rule: what it looks at, the limit, and
what it does. `out` rules out unless cleared by a doctor; `out!` whoever clears; `ask` needs a doctor's clearance first;
`in` must be so; `one of` must be so of at least one in the list. The source is the S-number in the field notes.
"""

import re

import pytest

from services_directory.suitability.kinds import RuleBasis, Severity
from services_directory.suitability.seed import DEMONSTRATION, SEED_SETS
from services_directory.suitability.seed.shape import DOCTOR, MIDWIFE

# --- 3.3: contraindications; a column of the table is a set -------------------------------------------------------

S78, S79, S80 = "S78", "S79", "S80"
CONTRAINDICATIONS = {
    # what: (HEIW and RCGP, East and North Herts, Newcastle-under-Lyme, core)
    "unstable_angina": ("out", "out", "out", "out"),
    "blood_pressure": ("out >=180/100", "out >=180/100", "out >180/100", "out >=180/100"),
    "blood_pressure_drop": ("out >20", "out >20", "out >20", "out >20"),
    "resting_heart_rate": ("out >100", "out >=100", "out >100", "out >=100"),
    "uncontrolled_arrhythmia": ("out", "out", "out", "out"),
    "acute_heart_failure": ("out", "", "out", "out"),
    "unstable_diabetes": ("out", "ask", "out", "out"),  # Herts: "exception noted"
    "febrile_illness": ("out", "out", "out", "out"),
    "recent_cardiac_event": ("", "out", "", "out"),
    "aortic_stenosis": ("", "out", "", "out"),
    "heart_inflammation": ("", "out", "", "out"),
    "acute_psychiatric_illness": ("", "out", "out", "out"),
    "exertion_symptoms": ("", "out", "out", "out"),
    "pulmonary_embolism": ("", "", "out", "out"),
    "terminal_illness": ("", "", "out", "out"),
    "not_taking_medication": ("", "", "out", "out"),
    "unstable_condition": ("", "out", "out", "out"),
}
COLUMNS = ("contraindications-heiw", "contraindications-east-north-herts", "contraindications-newcastle-under-lyme")

# --- 3.2: schemes -------------------------------------------------------------------------------------------------

SCHEMES = {
    ("nice-ph54", "S75 S77"): [
        "in age >=19",
        "in sedentary",
        "one of long_term_condition",
        "one of raised_risk",
        "out! needs_rehabilitation",
    ],
    ("westminster-pars", "S20"): [
        "in age >=18",  # "adult"
        "one of asthma",
        "one of high_cholesterol",
        "one of diabetes",
        "one of mental_health_condition",
        "one of musculoskeletal_condition",
        "one of high_blood_pressure",
        "one of bmi >27",
        "one of neurological_condition",
    ],
    ("bristol", "S21"): [
        "in age >16",
        "in moderate_minutes <90",
        "in risk_tier low,medium,high",
        "out unstable_condition",
    ],
    ("ceredigion", "S22"): [
        "in age >16",  # and "out: ≤16", which is the same
        "in moderate_times <3",
        "one of blood_pressure 140/90-180/100",
        "one of bmi >28",
        "one of controlled_diabetes",
        "one of mild_mental_health_condition",
        "one of mild_arthritis",
        "one of mild_moderate_copd",
        "one of multiple_sclerosis",
        "one of smoker",
        "out unstable_angina",
        "out blood_pressure >=180/100",
        "out cardiomyopathy",
        "out uncontrolled_tachycardia",
        "out arrhythmia",
        "out heart_valve_disease",
        "out congenital_heart_disease",
        "out unexplained_symptoms",
        "out poorly_controlled_asthma",
    ],
    ("banes", "S23"): [
        "in age >=16",
        "one of risk_tier low,medium",
        "one of long_covid",
        "one of pregnancy",
        "one of postnatal",
        "out angina",
        "out heart_failure",
        "out arrhythmia",
        "out past_heart_attack",
        "out blood_pressure >180/100",
        "out stroke <3 months",
        "out unstable_condition",
        "out falls_risk",
        "out (midwife) pregnancy <28 weeks",
        "out (midwife) birth <3 months",
    ],
    ("causeway-coast-pars", "S81"): [
        "in age >=16",
        "in sedentary",
        "out! gym_member",
        "in motivated",
        "one of blood_pressure 140/90-180/100",
        "one of controlled_diabetes",
        "one of bmi >30",
        "one of asthma",
        "one of copd",
        "one of low_mood",
        "out uncontrolled_blood_pressure",
        "out unstable_diabetes",
        "out uncontrolled_epilepsy",
        "out unstable_angina",
        "out cardiomyopathy",
        "out cardiac_event <12 weeks",
        "out (midwife) birth <12 weeks",
    ],
    ("everyone-active", "S82"): ["in age >=16", "in risk_tier low,medium", "in long_term_condition"],
    ("south-downs", "S25"): ["in age >=18", "in referral_source gp,health_professional,social_prescriber"],
    ("tadley", "S83"): ["in age >=18", "in long_term_condition"],  # "adult"
    ("oxley", "S84"): ["in age >=18", "in active_days <3", "in risk_tier low"],
    ("hertfordshire", "S85"): ["in age >=18", "in history_declared"],  # "adult"
}

SIGNS = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<", "between": ""}


def line(rule):
    """Write a rule as the table does."""
    if rule.severity == Severity.REQUIREMENT:
        does = "one of" if rule.group else "in"
    elif rule.severity == Severity.REFER_TO_CLINICIAN:
        does = "ask"
    else:
        does = {DOCTOR: "out", MIDWIFE: "out (midwife)", "": "out!"}[rule.clearance_by]
    parts = [does, "age" if rule.kind == "age" else rule.subject]
    numbers = [str(threshold) for threshold in rule.thresholds]
    if rule.kind == "blood_pressure":
        numbers = ["/".join(numbers[:2]), *(["/".join(numbers[2:])] if len(numbers) == 4 else [])]
    if numbers:
        parts.append(SIGNS[rule.operator] + "-".join(numbers))
    if rule.period:
        parts.append(f"<{rule.period} {rule.period_unit}")
    if rule.values:
        parts.append(",".join(rule.values))
    return " ".join(parts)


def numbers_of(rule):
    """The S-numbers that a rule names as its source."""
    return re.findall(r"S\d+", rule.source)


SEEDS = {seed.key: seed for seed in SEED_SETS}


@pytest.mark.parametrize("key", [key for key, _ in SCHEMES])
def test_the_rules_of_a_scheme_are_those_of_the_table(key):
    source = next(numbers for name, numbers in SCHEMES if name == key)
    assert sorted(line(rule) for rule in SEEDS[key].rules) == sorted(SCHEMES[key, source])
    assert {" ".join(numbers_of(rule)) for rule in SEEDS[key].rules} == {source}


@pytest.mark.parametrize(("column", "key", "number"), list(zip((0, 1, 2), COLUMNS, (S78, S79, S80), strict=True)))
def test_the_contraindications_of_one_source_are_its_column(column, key, number):
    wanted = {what: row[column] for what, row in CONTRAINDICATIONS.items() if row[column]}
    written = {rule.subject: line(rule).replace(f" {rule.subject}", "") for rule in SEEDS[key].rules}
    assert written == wanted
    assert {tuple(numbers_of(rule)) for rule in SEEDS[key].rules} == {(number,)}


def test_the_core_list_is_every_row_with_the_sources_that_have_it():
    rules = SEEDS["contraindications-core"].rules
    assert {rule.subject: line(rule).replace(f" {rule.subject}", "") for rule in rules} == {
        what: row[3] for what, row in CONTRAINDICATIONS.items()
    }
    assert {rule.subject: numbers_of(rule) for rule in rules} == {
        what: [number for number, cell in zip((S78, S79, S80), row, strict=False) if cell]
        for what, row in CONTRAINDICATIONS.items()
    }


def test_no_set_comes_without_its_table():
    assert set(SEEDS) == {"contraindications-core", *COLUMNS, *(key for key, _ in SCHEMES)}
    assert len(SEEDS) == len(SEED_SETS)


def test_every_set_is_marked_as_not_the_services_own():
    assert {seed.basis for seed in SEED_SETS} == {RuleBasis.COMPARABLE}
    assert DEMONSTRATION.basis == RuleBasis.MADE_UP
    assert {rule.source for rule in DEMONSTRATION.rules} == {"made up for the demonstration"}


def test_every_set_says_where_its_sources_are_to_be_found():
    for seed in SEED_SETS:
        assert {number for rule in seed.rules for number in numbers_of(rule)} == set(re.findall(r"S\d+", seed.source))
        assert "." in seed.source, seed.key
