"""IPAQ, short form: MET-minutes a week and one of three categories, by the published rules and their traps."""

from dataclasses import dataclass
from decimal import Decimal

from referrals.measures.kinds import Answers, Band, Direction, Item, ItemKind, Measure, Scored, ScoreKind, Source

METS = {"walking": Decimal("3.3"), "moderate": Decimal("4.0"), "vigorous": Decimal("8.0")}
MOST_MINUTES_A_DAY = 960
"""Of all three together: who reports more is not scored (S92)."""
TRUNCATED_AT = 180
"""Minutes a day that are counted of each (S92)."""
SHORTEST_BOUT = 10
"""Minutes a day under which nothing is counted [K]."""

_NAMES = {"vigorous": "vigorous activity", "moderate": "moderate activity", "walking": "walking"}


def _items() -> tuple[Item, ...]:
    items = []
    for code, name in _NAMES.items():
        items += [
            Item(
                code=f"{code}_days", name=f"days of {name}", kind=ItemKind.WHOLE, lowest=0, highest=7,
                text=f"On how many of the last 7 days: {name}, for at least 10 minutes at a time?",
            ),
            Item(
                code=f"{code}_minutes", name=f"time of {name}", kind=ItemKind.MINUTES, lowest=0, highest=1440,
                text=f"On one of those days, how long: {name}?", only_after=f"{code}_days",
            ),
        ]  # fmt: skip
    sitting = Item(
        code="sitting_minutes", name="sitting", kind=ItemKind.MINUTES, lowest=0, highest=1440, is_scored=False,
        text="In the last 7 days, how long did you sit on a weekday?",
    )  # fmt: skip
    return (*items, sitting)


_ITEMS = _items()


def _met(code: str, name: str) -> ScoreKind:
    return ScoreKind(
        code=code, name=name, direction=Direction.HIGHER, unit="MET-minutes a week", lowest=Decimal(0)
    )  # fmt: skip


_CATEGORY = ScoreKind(
    code="category", name="Category", direction=Direction.HIGHER,
    bands=(
        Band(code="low", name="Low"), Band(code="moderate", name="Moderate"), Band(code="high", name="High"),
    ),
)  # fmt: skip
_PARTS = {
    "walking": _met("walking_met", "Walking"),
    "moderate": _met("moderate_met", "Moderate activity"),
    "vigorous": _met("vigorous_met", "Vigorous activity"),
}
_TOTAL = _met("total_met", "Total activity")
_SCORES = (*_PARTS.values(), _TOTAL, _CATEGORY)


@dataclass(frozen=True)
class _Spent:
    """Days a week, and minutes on each, as they are counted."""

    days: int
    minutes: int


def _score(answers: Answers) -> Scored:
    reason = _reason(answers)
    if reason:
        return Scored(scores=tuple(kind.none(reason) for kind in _SCORES))
    spent, remarks = {}, []
    for code, name in _NAMES.items():
        days, minutes = answers[f"{code}_days"], answers[f"{code}_minutes"] or 0
        if days and minutes < SHORTEST_BOUT:
            remarks.append(f"{name.capitalize()} of {minutes} minutes a day was not counted: under {SHORTEST_BOUT}.")
            days = minutes = 0
        elif minutes > TRUNCATED_AT:
            remarks.append(f"{name.capitalize()} of {minutes} minutes a day was counted as {TRUNCATED_AT}.")
            minutes = TRUNCATED_AT
        spent[code] = _Spent(days, minutes)
    met = {code: METS[code] * each.days * each.minutes for code, each in spent.items()}
    total = sum(met.values(), Decimal(0))
    return Scored(
        scores=(
            *(kind.at(met[code]) for code, kind in _PARTS.items()),
            _TOTAL.at(total),
            _CATEGORY.in_band(_category(spent, total)),
        ),
        remarks=tuple(remarks),
    )


def _reason(answers: Answers) -> str:
    """Return why there is no score: something was not answered, or the days would have to be too long."""
    missing, together = [], 0
    for code, name in _NAMES.items():
        days, minutes = answers[f"{code}_days"], answers[f"{code}_minutes"]
        if days is None:
            missing.append(f"days of {name}")
        elif days and minutes is None:
            missing.append(f"time of {name}")
        elif days:
            together += minutes
    if missing:
        return f"Not answered: {', '.join(missing)}."
    if together > MOST_MINUTES_A_DAY:
        return f"{together} minutes of activity a day is more than {MOST_MINUTES_A_DAY}: not scored."
    return ""


def _category(spent: dict[str, _Spent], total: Decimal) -> str:
    """Return the category. High goes by the total of all activity, not by the vigorous part of it."""
    all_days = sum(each.days for each in spent.values())
    vigorous = spent["vigorous"]
    half_hours = sum(spent[code].days for code in ("moderate", "walking") if spent[code].minutes >= 30)
    if (vigorous.days >= 3 and total >= 1500) or (all_days >= 7 and total >= 3000):
        return "high"
    if (vigorous.days >= 3 and vigorous.minutes >= 20) or half_hours >= 5 or (all_days >= 5 and total >= 600):
        return "moderate"
    return "low"


IPAQ_SHORT = Measure(
    code="ipaq_short",
    version="1",
    name="IPAQ, short form: physical activity in the last 7 days",
    about="Days, and time on one of them, of vigorous and moderate activity and of walking; sitting. In our words.",
    items=_ITEMS,
    scores=_SCORES,
    scoring=(
        "MET-minutes a week: walking 3.3, 4, moderate 4, vigorous 8, times minutes a day, times days.",
        "Under 10 minutes a day count as none, and so do their days; over 180 count as 180, of each.",
        "Without the days, or without the time of days that there were, there is no score.",
        "Over 960 minutes a day of the three together, as they were given, there is no score.",
        "High: vigorous on 3 days and a total of 1,500; or 7 days of any and a total of 3,000.",
        "Moderate: vigorous on 3 days of 20 minutes; moderate or walking on 5 days of 30 minutes, the days of both "
        "added; or 5 days of any and a total of 600. Else low.",
        "Days of any are added: two sorts on one day are two. Sitting is asked, and is in no score.",
    ),
    licence="Freely available.",
    needs_licence=False,
    ages=(15, 69),
    outside_ages="Use in older people is not recommended (field notes 4, S93).",
    sources=(
        Source(what="The seven questions", says="field notes 4, S91"),
        Source(what="The formula, units, 960 and 180 minutes, missing answers, categories", says="field notes 4, S92"),
        Source(what="Made for 15 to 69", says="field notes 4, S93"),
        Source(what="Freely available", says="field notes 4, S94"),
        Source(what="Under 10 minutes counts as none", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="High goes by the total", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="Days under 10 minutes are not counted; days of moderate activity and walking are added",
               says="not in the field notes: our reading", to_be_checked=True),
        Source(what="The words of the questions", says="ours", to_be_checked=True),
    ),
    score=_score,
)  # fmt: skip

ALL = (IPAQ_SHORT,)
