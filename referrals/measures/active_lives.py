"""Active Lives levels, and the single question on active days."""

from decimal import Decimal

from referrals.measures.kinds import (
    Answers,
    Band,
    Direction,
    Item,
    ItemKind,
    Measure,
    Scored,
    ScoreKind,
    Source,
    not_answered,
)

_WEEK = 7 * 24 * 60


def _minutes(code: str, name: str, text: str) -> Item:
    return Item(code=code, name=name, text=text, kind=ItemKind.MINUTES, lowest=0, highest=_WEEK)


_MINUTES = (
    _minutes(
        "moderate_minutes", "moderate activity in a week",
        "In a usual week, how long are you active so that you breathe faster?",
    ),
    _minutes(
        "vigorous_minutes", "vigorous activity in a week",
        "In a usual week, how long are you active so that you are out of breath or sweat?",
    ),
)  # fmt: skip
_EQUIVALENT = ScoreKind(
    code="equivalent_minutes",
    name="Moderate-equivalent minutes",
    direction=Direction.HIGHER,
    unit="minutes a week",
    lowest=Decimal(0),
    bands=(
        Band(code="inactive", name="Inactive", lowest=Decimal(0)),
        Band(code="fairly_active", name="Fairly active", lowest=Decimal(30)),
        Band(code="active", name="Active", lowest=Decimal(150)),
    ),
)


def _score_level(answers: Answers) -> Scored:
    reason = not_answered(_MINUTES, answers)
    if reason:
        return Scored(scores=(_EQUIVALENT.none(reason),))
    return Scored(scores=(_EQUIVALENT.at(answers["moderate_minutes"] + 2 * answers["vigorous_minutes"]),))


ACTIVE_LIVES = Measure(
    code="active_lives",
    version="1",
    name="Active Lives level",
    about="Minutes of activity in a week. The questions are ours: the survey's short wording was not at hand.",
    items=_MINUTES,
    scores=(_EQUIVALENT,),
    scoring=(
        "Moderate minutes and twice the vigorous ones make the moderate-equivalent minutes of a week.",
        "Under 30 inactive, 30 to 149 fairly active, 150 and over active.",
        "Both are needed.",
    ),
    licence="Sport England; to be checked: Open Government Licence, free to use.",
    needs_licence=False,
    sources=(
        Source(what="Vigorous counts double; the three levels", says="field notes 4, S95"),
        Source(what="The licence", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="The words of the questions", says="ours: the short wording was not at hand", to_be_checked=True),
    ),
    score=_score_level,
)

_DAYS = Item(
    code="days",
    name="active days",
    text="In the past week, on how many days were you active for 30 minutes or more, enough to raise your breathing?",
    kind=ItemKind.WHOLE,
    lowest=0,
    highest=7,
)
_ACTIVE_DAYS = ScoreKind(
    code="active_days",
    name="Active days",
    direction=Direction.HIGHER,
    unit="days",
    lowest=Decimal(0),
    highest=Decimal(7),
    bands=(
        Band(code="below", name="Below the old guideline", lowest=Decimal(0)),
        Band(code="meets", name="Meets the old guideline", lowest=Decimal(5)),
    ),
)


def _score_days(answers: Answers) -> Scored:
    reason = not_answered((_DAYS,), answers)
    return Scored(scores=(_ACTIVE_DAYS.none(reason) if reason else _ACTIVE_DAYS.at(answers["days"]),))


SINGLE_ITEM = Measure(
    code="active_days",
    version="1",
    name="Single question on active days",
    about="On how many of the last 7 days the person was active for 30 minutes or more.",
    items=(_DAYS,),
    scores=(_ACTIVE_DAYS,),
    scoring=("The number of days. 5 and over meets the old guideline of five times 30 minutes.",),
    licence="To be checked: free to use.",
    needs_licence=False,
    sources=(
        Source(what="The question and its range", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="5 days meet the old guideline", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="The licence", says="field notes 4: general knowledge", to_be_checked=True),
    ),
    score=_score_days,
)

ALL = (ACTIVE_LIVES, SINGLE_ITEM)
