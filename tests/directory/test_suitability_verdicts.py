"""Of several rules the strongest decides; a named professional may clear; unknown is never yes nor no. No database."""

import datetime as dt
import random
import uuid
from decimal import Decimal

import pytest

from services_directory.suitability import vocabulary
from services_directory.suitability.engine import Judge
from services_directory.suitability.facts import Facts
from services_directory.suitability.kinds import AnswerKind, Operator, PeriodUnit, RuleBasis, RuleKind, Severity
from services_directory.suitability.rules import Rule
from services_directory.suitability.seed import DEMONSTRATION, SEED_SETS
from services_directory.suitability.wording import rule_in_words
from tests.directory.rulebook import (
    MORNING,
    SAYS,
    TODAY,
    answer,
    answers,
    day,
    decided,
    in_force,
    judged,
    remade,
    words_of,
)

ANGINA = SAYS.rules_out("unstable_angina")
DIABETES = SAYS.asks_a_clinician("unstable_diabetes")
HEART_ATTACK = SAYS.waits("cardiac_event", 12, PeriodUnit.WEEKS)
BIRTH = SAYS.waits("birth", 12, PeriodUnit.WEEKS)
MOTIVATED = SAYS.needs("motivated")
GYM = SAYS.rules_out("gym_member", clearance_by="")
PRESSURE = SAYS.rules_out_pressure(Operator.AT_LEAST, 180, 100)
SEAWATER = uuid.UUID(int=7)
ANOTHER = uuid.UUID(int=8)


# --- Precedence ---------------------------------------------------------------------------------------------------

ALL = (ANGINA, HEART_ATTACK, DIABETES, MOTIVATED)
WELL = {"unstable_angina": "no", "cardiac_event": "no", "unstable_diabetes": "no", "motivated": "yes"}
RECENT = answer("yes", occurred="2026-10-20")


@pytest.mark.parametrize(
    ("changes", "verdict", "label", "decided_by", "clearance_by"),
    [
        (
            {},
            "eligible_now",
            "Eligible now",
            ["unstable_angina", "since_cardiac_event", "unstable_diabetes", "needs_motivated"],
            (),
        ),
        ({"motivated": "unknown"}, "cannot_say", "Cannot say yet: 1 question is open", ["needs_motivated"], ()),
        (
            {"motivated": "unknown", "unstable_diabetes": "yes"},
            "needs_clearance",
            "Needs clearance by a doctor; 1 question is open",
            ["unstable_diabetes"],
            ("a doctor",),
        ),
        (
            {"unstable_diabetes": "yes"},
            "needs_clearance",
            "Needs clearance by a doctor",
            ["unstable_diabetes"],
            ("a doctor",),
        ),
        ({"cardiac_event": RECENT}, "eligible_from", "Eligible from 12 January 2027", ["since_cardiac_event"], ()),
        (
            {"cardiac_event": RECENT, "unstable_diabetes": "yes", "motivated": "unknown"},
            "eligible_from",
            "Not before 12 January 2027; needs clearance by a doctor; 1 question is open",
            ["since_cardiac_event"],
            ("a doctor",),
        ),
        (
            {"cardiac_event": RECENT, "unstable_diabetes": "yes", "motivated": "unknown", "unstable_angina": "yes"},
            "not_eligible",
            "Not eligible unless cleared by a doctor",
            ["unstable_angina"],
            ("a doctor",),
        ),
        ({"motivated": "no"}, "not_eligible", "Not eligible", ["needs_motivated"], ()),
        (
            {"motivated": "no", "unstable_angina": "yes"},
            "not_eligible",
            "Not eligible",
            ["unstable_angina", "needs_motivated"],
            (),
        ),
    ],
)  # fmt: skip
def test_the_strongest_reason_decides(changes, verdict, label, decided_by, clearance_by):
    found = judged(*ALL, **answers(**(WELL | changes)))
    assert (found.verdict, found.label, found.clearance_by) == (verdict, label, clearance_by)
    assert [outcome.in_force.rule.code for outcome in found.decided_by] == decided_by


@pytest.mark.parametrize(
    ("rules", "label"),
    [
        (
            (DIABETES, remade(DIABETES, code="falls", subject="falls_risk", clearance_by="a midwife or a doctor")),
            "Needs clearance by a doctor, and by a midwife or a doctor",
        ),
        (
            (ANGINA, remade(ANGINA, code="falls", subject="falls_risk", clearance_by="a midwife or a doctor")),
            "Not eligible unless cleared by a doctor, and by a midwife or a doctor",
        ),
    ],
)
def test_where_two_must_clear_one_is_not_enough(rules, label):
    found = judged(*rules, **answers(unstable_diabetes="yes", unstable_angina="yes", falls_risk="yes"))
    assert (found.label, found.clearance_by) == (label, ("a doctor", "a midwife or a doctor"))


def test_of_alternatives_of_which_none_is_met_each_is_named_with_its_source():
    smoker = remade(SAYS.needs("smoker", group="any"), source="the leaflet")
    asthma = SAYS.needs("asthma", group="any")
    for said, result in (("no", "failed"), ("unknown", "unknown")):
        (outcome,) = judged(smoker, asthma, **answers(smoker="no", asthma=said)).outcomes
        assert (outcome.result, outcome.source) == (result, "the leaflet; the source")
        assert [each.rule.code for each in outcome.alternatives] == ["needs_smoker", "needs_asthma"]
    (met,) = judged(smoker, asthma, **answers(smoker="no", asthma="yes")).outcomes
    assert (met.in_force.rule.code, met.source, met.alternatives) == ("needs_asthma", "the source", ())


def test_of_two_dates_the_later_one_counts():
    known = answers(cardiac_event=RECENT, birth=answer("yes", occurred="2026-09-01"))
    found = judged(HEART_ATTACK, BIRTH, **known)
    assert (found.verdict, found.eligible_from) == ("eligible_from", day("2027-01-12"))
    assert [outcome.changes_on for outcome in found.decided_by] == [day("2027-01-12"), day("2026-11-24")]


def test_who_is_too_old_when_the_wait_is_over_is_not_eligible():
    oldest = SAYS.aged(Operator.AT_MOST, 65)
    found = judged(HEART_ATTACK, oldest, date_of_birth=day("1960-12-24"), **answers(cardiac_event=RECENT))
    assert (found.verdict, found.eligible_from) == ("not_eligible", None)
    assert [outcome.words for outcome in found.decided_by] == ["Aged 66 on 12 January 2027. Needed: aged 65 or under."]


def test_an_answer_that_is_too_old_when_the_wait_is_over_is_an_open_question():
    pressure = remade(PRESSURE, valid_for_days=60)
    found = judged(HEART_ATTACK, pressure, **answers(cardiac_event=RECENT, blood_pressure=(150, 90)))
    assert (found.verdict, found.label) == ("eligible_from", "Not before 12 January 2027; 1 question is open")


def test_a_service_without_rules_makes_nobody_eligible():
    found = judged()
    assert (found.verdict, found.label) == ("no_rules", "No rules known: ask the provider")
    assert found.notices == ("Of the service's own rules we know no more than its listing says: ask the provider.",)


def test_what_a_listing_says_can_rule_out_and_alone_makes_nobody_eligible():
    over_50 = SAYS.aged(Operator.AT_LEAST, 50)
    assert judged(over_50, version=None, date_of_birth=day("1951-03-27")).verdict == "no_rules"


def test_a_birthday_that_a_listing_waits_for_makes_nobody_eligible_either():
    over_50 = SAYS.aged(Operator.AT_LEAST, 50)
    found = judged(over_50, version=None, date_of_birth=day("1976-11-04"))
    assert (found.verdict, found.eligible_from, found.label) == (
        "eligible_from", day("2026-11-04"), "Not before 4 November 2026; no rules known: ask the provider",
    )  # fmt: skip
    assert judged(over_50, date_of_birth=day("1976-11-04")).label == "Eligible from 4 November 2026"
    assert judged(over_50, version=None, date_of_birth=day("2000-03-27")).verdict == "not_eligible"
    assert judged(over_50, version=None).verdict == "cannot_say"


def test_rules_of_others_are_said_to_be_others():
    assert judged(ANGINA, basis=RuleBasis.COMPARABLE).notices == (
        "Rules of comparable schemes or of guidance, not confirmed by this service: The rules.",
    )
    assert judged(ANGINA, basis=RuleBasis.MADE_UP).notices == ("Rules made up for the demonstration: The rules.",)
    assert judged(ANGINA, basis=RuleBasis.OWN).notices == ()


def test_a_question_that_two_rules_ask_is_asked_once():
    found = judged(ANGINA, remade(ANGINA, code="again"), MOTIVATED)
    assert [question.code for question in found.not_known] == ["unstable_angina", "motivated"]


# --- Alternatives -------------------------------------------------------------------------------------------------

ONE_OF = SAYS.one_of("asthma", "diabetes")


@pytest.mark.parametrize(
    ("known", "verdict", "words", "open_questions"),
    [
        ({"asthma": "no", "diabetes": "yes"}, "eligible_now", "Diabetes: yes (3 November 2026).", []),
        ({"diabetes": "yes"}, "eligible_now", "Diabetes: yes (3 November 2026).", []),
        (
            {"asthma": "no"},
            "cannot_say",
            "Needed: asthma or diabetes. Whether one of these is so is not known.",
            ["diabetes"],
        ),
        (
            {},
            "cannot_say",
            "Needed: asthma or diabetes. Whether one of these is so is not known.",
            ["asthma", "diabetes"],
        ),
        ({"asthma": "no", "diabetes": "no"}, "not_eligible", "None of what is needed: asthma or diabetes.", []),
    ],
)  # fmt: skip
def test_of_alternatives_one_is_enough(known, verdict, words, open_questions):
    found = judged(*ONE_OF, **answers(**known))
    assert (found.verdict, words_of(found)) == (verdict, [words])
    assert [question.code for question in found.not_known] == open_questions


def test_who_lives_elsewhere_is_told_for_which_area_it_is():
    lives = remade(DEMONSTRATION.rules[2], group="")
    assert words_of(judged(lives, local_authority="E08000009")) == [
        "The person lives outside the area that it is for. Needed: living in the area that it is for (Stockport)."
    ]
    assert rule_in_words(lives) == "Needed: living in the area that it is for (Stockport)."


def test_where_one_lives_or_where_one_is_registered():
    lives, registered = DEMONSTRATION.rules[2], DEMONSTRATION.rules[3]
    assert judged(lives, registered, local_authority="E08000007", gp_practice_code="P88001").verdict == "eligible_now"
    assert judged(lives, registered, local_authority="E08000009", gp_practice_code="Z90001").verdict == "eligible_now"
    nowhere = judged(lives, registered, local_authority="E08000009", gp_practice_code="V81997")
    assert (nowhere.verdict, words_of(nowhere)) == (
        "not_eligible",
        [
            "None of what is needed: living in the area that it is for (Stockport) or registered with a practice that "
            "it is for (Practices of the demonstration)."
        ],
    )
    unsaid = judged(lives, registered, local_authority="E08000009", gp_practice_code="V81999")
    assert (unsaid.verdict, [question.code for question in unsaid.not_known]) == ("cannot_say", ["gp_practice_code"])
    assert [question.code for question in judged(lives, registered).not_known] == ["postcode", "gp_practice_code"]


@pytest.mark.parametrize(("source", "verdict"), [("gp", "eligible_now"), ("self", "not_eligible"), ("", "cannot_say")])
def test_a_scheme_without_self_referral_says_who_refers(source, verdict):
    rule = SAYS.referred_by("gp", "health_professional")
    assert judged(rule, referral_source=source).verdict == verdict


@pytest.mark.parametrize(
    ("gender", "verdict"),
    [("female", "eligible_now"), ("male", "not_eligible"), ("non_binary", "not_eligible"), ("unknown", "cannot_say")],
)
def test_gender_counts_where_a_service_says_so_as_the_person_says(gender, verdict):
    rule = SAYS.needs_choice("gender", "female")
    assert judged(rule, **answers(gender=gender)).verdict == verdict


# --- Clearance by a named professional ----------------------------------------------------------------------------


def cleared(rule=PRESSURE, reading=(182, 95), **given):
    service_id = given.pop("for_service", None)
    known = answers(**({rule.subject: reading} if reading is not None else {}))
    return judged(rule, **known, clearances=(decided(rule.subject, **given),), service_id=service_id)


def test_a_recorded_clearance_reverses_an_absolute_contraindication_and_names_who_decided():
    found = cleared()
    assert (found.verdict, found.label) == ("eligible_now", "Eligible now")
    assert words_of(found) == [
        "Blood pressure 182/95 on 3 November 2026: the upper value is at or above the limit of 180/100. "
        "Cleared by Dr Amara Shah, GP, on 3 November 2026; the rule asks for a doctor."
    ]
    assert found.outcomes[0].result == "cleared"


def test_a_decision_against_stands_whatever_the_numbers_say():
    for reading in ((182, 95), (120, 80), None):
        found = cleared(reading=reading, cleared=False)
        assert (found.verdict, found.label, found.clearance_by) == ("not_eligible", "Not eligible", ())
        assert words_of(found)[0].endswith("Not cleared by Dr Amara Shah, GP, on 3 November 2026.")


def test_a_clearance_before_a_newer_reading_clears_nothing():
    found = cleared(on=day("2026-11-02"))
    assert found.verdict == "not_eligible"
    assert words_of(found) == [
        "Blood pressure 182/95 on 3 November 2026: the upper value is at or above the limit of 180/100. "
        "Dr Amara Shah, GP, decided about it on 2 November 2026, before this was recorded. Ask again. "
        "The person cannot start until a doctor clears it."
    ]
    same_day_but_earlier = cleared(at=MORNING - dt.timedelta(hours=1))
    assert same_day_but_earlier.verdict == "not_eligible"


def test_a_reading_that_is_put_right_after_the_clearance_was_cleared_by_nobody():
    typed = answer((182, 95), observed_on=day("2026-10-30"), recorded_at=MORNING - dt.timedelta(days=4))
    put_right = answer((230, 130), observed_on=day("2026-10-30"), recorded_at=MORNING + dt.timedelta(hours=1))
    assert cleared(reading=typed).verdict == "eligible_now"
    found = cleared(reading=put_right)
    assert (found.verdict, found.label) == ("not_eligible", "Not eligible unless cleared by a doctor")
    assert words_of(found) == [
        "Blood pressure 230/130 on 30 October 2026 is at or above the limit of 180/100. "
        "Dr Amara Shah, GP, decided about it on 3 November 2026, before this was recorded. Ask again. "
        "The person cannot start until a doctor clears it."
    ]


def test_a_decision_against_is_not_undone_by_putting_an_earlier_reading_right():
    put_right = answer((120, 80), observed_on=day("2026-10-30"), recorded_at=MORNING + dt.timedelta(hours=1))
    assert cleared(reading=put_right, cleared=False).verdict == "not_eligible"


def test_a_decision_against_is_told_also_where_a_later_reading_has_passed_it_by():
    found = cleared(reading=(120, 80), cleared=False, on=day("2026-11-02"))
    assert words_of(found) == [
        "Blood pressure 120/80 on 3 November 2026 is below the limit of 180/100. "
        "Dr Amara Shah, GP, did not clear it on 2 November 2026, before this was recorded. Ask again."
    ]
    assert cleared(reading=(120, 80), on=day("2026-11-02")).outcomes[0].words == (
        "Blood pressure 120/80 on 3 November 2026 is below the limit of 180/100."
    )


def test_a_professional_may_decide_where_nothing_was_recorded():
    assert cleared(reading=None).verdict == "eligible_now"


def test_a_wait_may_be_shortened_by_a_clearance():
    assert cleared(rule=HEART_ATTACK, reading=RECENT).verdict == "eligible_now"


def test_a_matter_for_a_clinician_that_was_refused_needs_no_more_clearance():
    found = cleared(rule=DIABETES, reading="yes", cleared=False)
    assert (found.verdict, found.clearance_by) == ("not_eligible", ())
    assert cleared(rule=DIABETES, reading="yes").verdict == "eligible_now"


def test_the_latest_decision_counts():
    later = decided("blood_pressure", cleared=False, at=MORNING + dt.timedelta(hours=1))
    earlier = decided("blood_pressure")
    for order in ((later, earlier), (earlier, later)):
        found = judged(PRESSURE, **answers(blood_pressure=(182, 95)), clearances=order)
        assert found.verdict == "not_eligible"


def test_a_clearance_for_one_service_holds_for_no_other():
    assert cleared(service_id=SEAWATER, for_service=SEAWATER).verdict == "eligible_now"
    assert cleared(service_id=SEAWATER, for_service=ANOTHER).verdict == "not_eligible"
    facts = Facts(**answers(blood_pressure=(182, 95)), clearances=(decided("blood_pressure", service_id=SEAWATER),))
    judge = Judge(facts, planned_start=TODAY, on=TODAY)
    rules = [in_force(PRESSURE)]
    verdicts = [judge.suitability(rules, service_id=service).verdict for service in (ANOTHER, SEAWATER, ANOTHER)]
    assert verdicts == ["not_eligible", "eligible_now", "not_eligible"]


def test_what_is_no_matter_of_health_nobody_clears():
    found = judged(GYM, **answers(gym_member="yes"), clearances=(decided("gym_member"),))
    assert (found.verdict, found.label, words_of(found)) == (
        "not_eligible",
        "Not eligible",
        ["Membership of a gym: yes (3 November 2026). The service is not suitable for the person."],
    )


def test_what_was_measured_long_ago_is_told_and_decides_as_its_rule_says():
    def pressure(observed_on):
        return judged(PRESSURE, **answers(blood_pressure=answer((120, 80), observed_on=day(observed_on))))

    found = pressure("2016-01-01")
    assert (found.verdict, found.notices) == (
        "eligible_now",
        (
            "Known from more than a year before the start only: ask whether it is still so: "
            "resting blood pressure (1 January 2016).",
        ),
    )
    assert pressure("2025-11-03").notices == ()
    assert pressure("2025-11-02").notices != ()


# --- Unknown is never no, and never yes ---------------------------------------------------------------------------

EVERY_RULE = [
    *(rule for seed in (*SEED_SETS, DEMONSTRATION) for rule in seed.rules),
    DIABETES, SAYS.needs_choice("gender", "female"), SAYS.referred_by("gp"),
    SAYS.aged(Operator.AT_MOST, 65), SAYS.aged(Operator.BELOW, 18),
]  # fmt: skip
ALL_UNKNOWN = answers(**dict.fromkeys(vocabulary.QUESTIONS, "unknown"))


def test_every_kind_of_rule_is_among_those():
    assert {RuleKind(rule.kind) for rule in EVERY_RULE} == set(RuleKind)
    assert {Severity(rule.severity) for rule in EVERY_RULE} == set(Severity)


@pytest.mark.parametrize("known", [{}, ALL_UNKNOWN], ids=["nobody asked", "asked and not known"])
def test_what_is_not_known_is_a_question_for_every_rule(known):
    for rule in EVERY_RULE:
        found = judged(rule, **known)
        assert (found.verdict, rule.code) == ("cannot_say", rule.code)
        assert [question.code for question in found.not_known] == [rule.question.code]
        assert found.decided_by[0].result == "unknown"


def some_answer(dice, question):
    if question.kind == AnswerKind.BLOOD_PRESSURE:
        return answer((dice.choice([120, 139, 140, 179, 180, 181, None]), dice.choice([80, 90, 99, 100, 101])))
    if question.kind == AnswerKind.MEASURE:
        return answer(dice.choice([3, 20, 21, 27, 31, 90, 100, 101]))
    if question.kind == AnswerKind.CHOICE:
        return answer(dice.choice([value for value, _ in question.choices]))
    if question.kind == AnswerKind.EVENT and dice.random() < 0.6:
        return answer("yes", occurred=dice.choice(["2026-08-11", "2026-08-12", "2026-10", "2026", "2025-06-01"]))
    return answer(dice.choice(["yes", "no", "no", "no", "unknown"]))


def test_forgetting_a_fact_makes_nobody_eligible_and_rules_nobody_out():
    dice = random.Random(7)
    seen = set()
    for _ in range(200):
        rules = dice.choice(SEED_SETS).rules
        asked = {rule.subject for rule in rules} & set(vocabulary.QUESTIONS)
        known = {code: some_answer(dice, vocabulary.QUESTIONS[code]) for code in sorted(asked)}
        born = day(dice.choice(["1951-03-27", "2009-11-04", "2010-12-01", "2020-01-01"]))
        others = {"date_of_birth": born, "referral_source": dice.choice(["gp", "self"])}
        verdict = judged(*rules, answers=known, **others).verdict
        seen.add(str(verdict))
        for forgotten in known:
            rest = {code: given for code, given in known.items() if code != forgotten}
            without = judged(*rules, answers=rest, **others).verdict
            if without == "eligible_now":
                assert verdict == "eligible_now", (forgotten, known)
            if without == "not_eligible":
                assert verdict == "not_eligible", (forgotten, known)
    assert seen == {"eligible_now", "eligible_from", "not_eligible", "cannot_say"}


# --- What makes a rule --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "changes", "why"),
    [
        (ANGINA, {"subject": "unheard_of"}, "no question of this kind"),
        (ANGINA, {"subject": "bmi"}, "no question of this kind"),
        (ANGINA, {"source": " "}, "names no source"),
        (ANGINA, {"group": "any"}, "only requirements can be alternatives"),
        (ANGINA, {"operator": "above"}, "operator does not go with its kind"),
        (ANGINA, {"values": ("x",)}, "and nothing else, have values"),
        (ANGINA, {"period": 3, "period_unit": "weeks"}, "and nothing else, has a period"),
        (ANGINA, {"valid_for_days": 0}, "valid for a day at least"),
        (DIABETES, {"clearance_by": ""}, "whose clearance is needed"),
        (MOTIVATED, {"clearance_by": "a doctor"}, "nobody clears a requirement"),
        (PRESSURE, {"thresholds": (180,)}, "it needs 2 thresholds"),
        (PRESSURE, {"operator": "below"}, "operator does not go with its kind"),
        (SAYS.needs_pressure_between((140, 90), (180, 100)), {"thresholds": (140, 90, 180, 80)}, "lower end of its"),
        (HEART_ATTACK, {"period": None}, "has a period"),
        (HEART_ATTACK, {"period_unit": "years"}, "days, weeks or months"),
        (SAYS.aged(Operator.ABOVE, 16), {"thresholds": (Decimal("16.5"),)}, "whole years"),
        (SAYS.aged(Operator.ABOVE, 16), {"severity": "absolute"}, "written as a requirement"),
        (SAYS.aged(Operator.ABOVE, 16), {"subject": "postcode"}, "no subject of this kind"),
        (SAYS.needs_choice("risk_tier", "low"), {"values": ("lowish",)}, "an answer that nobody can give"),
        (SAYS.needs_choice("risk_tier", "low"), {"values": ()}, "have values"),
        (SAYS.referred_by("gp"), {"values": ("pigeon",)}, "a source of referrals that there is not"),
    ],
)  # fmt: skip
def test_what_makes_no_rule_is_refused_in_words(rule, changes, why):
    with pytest.raises(ValueError, match=why):
        Rule(**(vars(rule) | changes))
