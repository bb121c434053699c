"""The questions that rules ask about a person: one small list, shared by the rules and by what is recorded.

A code is a public contract: it is never renamed. Names are written so that "Name: yes" reads aloud, and in lower case
so that they can stand inside a sentence.
"""

from dataclasses import dataclass
from decimal import Decimal

from services_directory.enums import Gender
from services_directory.suitability.kinds import AnswerKind


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing that can be asked.

    `lowest` and `highest` are what a slip of the keyboard is refused by; they say nothing about health.
    `since`: what time is counted from, where that is not the name. `lapses_after_days`: how long after its beginning a
    yes holds at most.
    """

    code: str
    kind: AnswerKind
    name: str
    text: str
    unit: str = ""
    lowest: Decimal | None = None
    highest: Decimal | None = None
    choices: tuple[tuple[str, str], ...] = ()
    since: str = ""
    lapses_after_days: int | None = None


BLOOD_PRESSURE = "blood_pressure"
GENDER = "gender"
RISK_TIER = "risk_tier"


def _has(code: str, name: str) -> Question:
    return Question(code=code, kind=AnswerKind.YES_NO, name=name, text=f"Does the person have {name}?")


def _asked(code: str, name: str, text: str) -> Question:
    return Question(code=code, kind=AnswerKind.YES_NO, name=name, text=text)


def _happened(code: str, name: str, text: str) -> Question:
    return Question(code=code, kind=AnswerKind.EVENT, name=name, text=text)


def _measured(code: str, name: str, text: str, *, unit: str, lowest: int, highest: int) -> Question:
    return Question(
        code=code, kind=AnswerKind.MEASURE, name=name, text=text, unit=unit,
        lowest=Decimal(lowest), highest=Decimal(highest),
    )  # fmt: skip


_ALL = (
    # --- Measured ---
    Question(
        code=BLOOD_PRESSURE,
        kind=AnswerKind.BLOOD_PRESSURE,
        name="resting blood pressure",
        text="What is the person's resting blood pressure, both values?",
        unit="mmHg",
        lowest=Decimal(30),
        highest=Decimal(300),
    ),
    _measured(
        "resting_heart_rate", "resting heart rate", "What is the person's resting heart rate?",
        unit="beats a minute", lowest=20, highest=250,
    ),
    _measured(
        "blood_pressure_drop", "fall in blood pressure with exercise",
        "By how much does the person's blood pressure fall with exercise? (0 if it does not.)",
        unit="mmHg", lowest=0, highest=200,
    ),
    _measured("bmi", "body mass index", "What is the person's body mass index?", unit="kg/m²", lowest=8, highest=120),
    _measured(
        "moderate_minutes", "moderate activity",
        "How many minutes of moderate activity does the person do in a week?",
        unit="minutes a week", lowest=0, highest=10080,
    ),
    _measured(
        "moderate_times", "moderate activity",
        "How many times a week is the person moderately active?",
        unit="times a week", lowest=0, highest=100,
    ),
    _measured(
        "active_days", "days with at least 30 minutes of activity",
        "On how many days a week is the person active for 30 minutes or more?",
        unit="a week", lowest=0, highest=7,
    ),
    # --- Happened ---
    _happened(
        "cardiac_event", "a heart attack or other cardiac event",
        "Has the person had a heart attack or another cardiac event? If so, when was the latest?",
    ),
    _happened("stroke", "a stroke", "Has the person had a stroke? If so, when was the latest?"),
    _happened("birth", "giving birth", "Has the person given birth? If so, when was the latest?"),
    Question(
        code="pregnancy",
        kind=AnswerKind.EVENT,
        name="pregnancy",
        text="Is the person pregnant? If so, when did the pregnancy begin (the due date less 40 weeks)?",
        since="the beginning of the pregnancy",
        lapses_after_days=42 * 7,
    ),
    _asked("postnatal", "being postnatal", "Has the person recently given birth?"),
    # --- Said by the person ---
    Question(
        code=GENDER,
        kind=AnswerKind.CHOICE,
        name="gender, as the person says",
        text="What is the person's gender, in their own words?",
        choices=tuple(Gender.choices),
    ),
    _asked("sedentary", "being inactive", "Is the person inactive (sedentary)?"),
    _asked("gym_member", "membership of a gym", "Is the person a member of a gym?"),
    _asked("motivated", "motivation to take part", "Is the person motivated to take part?"),
    _asked("smoker", "smoking", "Does the person smoke?"),
    # --- Judged by a professional ---
    Question(
        code=RISK_TIER,
        kind=AnswerKind.CHOICE,
        name="risk tier",
        text="Which risk tier has a health professional put the person in?",
        choices=(("low", "low"), ("medium", "medium"), ("high", "high")),
    ),
    _asked(
        "history_declared", "a health professional's declaration that the history is correct",
        "Has a health professional declared that the medical history is correct?",
    ),
    _has("raised_risk", "a raised risk of ill health"),
    _has("falls_risk", "a risk of falling"),
    _asked(
        "needs_rehabilitation", "need of rehabilitation for a particular disease",
        "Does the person need rehabilitation for a particular disease?",
    ),
    # --- Conditions ---
    _has("long_term_condition", "a long-term condition"),
    _has("angina", "angina"),
    _has("unstable_angina", "unstable or uncontrolled angina"),
    _has("arrhythmia", "an irregular heart rhythm (arrhythmia)"),
    _has("uncontrolled_arrhythmia", "a new or uncontrolled irregular heart rhythm (arrhythmia)"),
    _has("uncontrolled_tachycardia", "an uncontrolled fast heart rate (tachycardia)"),
    _has("cardiomyopathy", "cardiomyopathy"),
    _has("heart_valve_disease", "heart valve disease"),
    _has("congenital_heart_disease", "congenital heart disease"),
    _has("heart_failure", "heart failure"),
    _has("acute_heart_failure", "unstable or acute heart failure"),
    _has("aortic_stenosis", "severe aortic stenosis with symptoms"),
    _has("heart_inflammation", "acute myocarditis or pericarditis"),
    _asked(
        "recent_cardiac_event", "a recent heart attack, acute cardiac event or change in the ECG",
        "Has the person recently had a heart attack, an acute cardiac event or a change in the ECG?",
    ),
    _asked("past_heart_attack", "a heart attack in the past", "Has the person ever had a heart attack?"),
    _has("pulmonary_embolism", "an acute pulmonary embolus or infarct"),
    _has("high_blood_pressure", "high blood pressure"),
    _has("uncontrolled_blood_pressure", "uncontrolled blood pressure"),
    _has("high_cholesterol", "raised cholesterol or other lipids"),
    _has("diabetes", "diabetes"),
    _has("controlled_diabetes", "controlled diabetes"),
    _has("unstable_diabetes", "unstable or uncontrolled diabetes"),
    _has("asthma", "asthma"),
    _has("poorly_controlled_asthma", "poorly controlled asthma"),
    _has("copd", "COPD"),
    _has("mild_moderate_copd", "mild or moderate COPD"),
    _has("uncontrolled_epilepsy", "uncontrolled epilepsy"),
    _has("multiple_sclerosis", "multiple sclerosis"),
    _has("neurological_condition", "a neurological condition"),
    _has("musculoskeletal_condition", "a condition of muscles, bones or joints"),
    _has("mild_arthritis", "mild arthritis"),
    _has("mental_health_condition", "a mental health condition"),
    _has("mild_mental_health_condition", "a mild mental health condition"),
    _has("low_mood", "low mood"),
    _has("acute_psychiatric_illness", "an acute, uncontrolled psychiatric illness"),
    _has("long_covid", "long Covid"),
    _has("febrile_illness", "an illness with fever"),
    _has("exertion_symptoms", "pain, dizziness or excessive breathlessness on exertion"),
    _has("unexplained_symptoms", "unexplained dizziness or breathlessness"),
    _has("terminal_illness", "a rapidly progressing terminal illness"),
    _asked(
        "not_taking_medication", "not taking medication as prescribed",
        "Is there prescribed medication that the person is not taking?",
    ),
    _has("unstable_condition", "any unstable or uncontrolled condition"),
)  # fmt: skip

QUESTIONS: dict[str, Question] = {question.code: question for question in _ALL}
"""What can be recorded about a person, by code."""

ON_THE_REFERRAL: dict[str, Question] = {
    code: Question(code=code, kind=AnswerKind.REFERRAL, name=name, text=text)
    for code, name, text in (
        ("date_of_birth", "date of birth", "When was the person born?"),
        ("postcode", "where the person lives", "Where does the person live? A postcode that we know is needed."),
        ("gp_practice_code", "registered practice", "With which practice is the person registered?"),
        ("referral_source", "who refers", "Who refers the person?"),
    )
}
"""What rules ask and the referral itself answers, by code."""

AREA_SUBJECTS = ("local_authority", "neighbourhood", "lsoa", "ward")
"""What a rule about where the person lives can look at."""

REFERRAL_SOURCES: dict[str, str] = {
    "gp": "a GP practice",
    "health_professional": "another health professional",
    "social_prescriber": "a social prescriber",
    "charity": "a charity",
    "family": "a family member",
    "self": "the person themself",
}
