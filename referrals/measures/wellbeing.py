"""ONS4: four questions on personal wellbeing, each scored by itself."""

from decimal import Decimal

from referrals.measures.kinds import (
    Answers,
    Band,
    Direction,
    Item,
    ItemKind,
    Measure,
    Score,
    Scored,
    ScoreKind,
    Source,
    not_answered,
)


def _bands(*bands: tuple[str, str, int]) -> tuple[Band, ...]:
    return tuple(Band(code=code, name=name, lowest=Decimal(lowest)) for code, name, lowest in bands)


_UP = _bands(("low", "Low", 0), ("medium", "Medium", 5), ("high", "High", 7), ("very_high", "Very high", 9))
_DOWN = _bands(("very_low", "Very low", 0), ("low", "Low", 2), ("medium", "Medium", 4), ("high", "High", 6))


def _item(code: str, name: str, text: str) -> Item:
    return Item(code=code, name=name, text=text, kind=ItemKind.WHOLE, lowest=0, highest=10)


_ITEMS = (
    _item("life_satisfaction", "life satisfaction", "Overall, how satisfied are you with your life nowadays?"),
    _item(
        "worthwhile", "things done are worthwhile",
        "Overall, to what extent do you feel that the things you do in your life are worthwhile?",
    ),
    _item("happiness", "happy yesterday", "Overall, how happy did you feel yesterday?"),
    _item("anxiety", "anxious yesterday", "Overall, how anxious did you feel yesterday?"),
)  # fmt: skip


def _kind(code: str, name: str, direction: Direction, bands: tuple[Band, ...]) -> ScoreKind:
    return ScoreKind(
        code=code, name=name, direction=direction, lowest=Decimal(0), highest=Decimal(10), bands=bands
    )  # fmt: skip


_SCORES = (
    _kind("life_satisfaction", "Life satisfaction", Direction.HIGHER, _UP),
    _kind("worthwhile", "Things done are worthwhile", Direction.HIGHER, _UP),
    _kind("happiness", "Happy yesterday", Direction.HIGHER, _UP),
    _kind("anxiety", "Anxious yesterday", Direction.LOWER, _DOWN),
)


def _score(answers: Answers) -> Scored:
    return Scored(scores=tuple(_one(item, kind, answers) for item, kind in zip(_ITEMS, _SCORES, strict=True)))


def _one(item: Item, kind: ScoreKind, answers: Answers) -> Score:
    reason = not_answered((item,), answers)
    return kind.none(reason) if reason else kind.at(answers[item.code])


ONS4 = Measure(
    code="ons4",
    version="1",
    name="ONS4: personal wellbeing",
    about="Four questions, each answered from 0 (not at all) to 10 (completely).",
    items=_ITEMS,
    scores=_SCORES,
    scoring=(
        "Each answer is a score of its own. There is no sum: ONS publishes no single composite.",
        "The first three: 0 to 4 low, 5 to 6 medium, 7 to 8 high, 9 to 10 very high; higher is better.",
        "Anxiety: 0 to 1 very low, 2 to 3 low, 4 to 5 medium, 6 to 10 high; lower is better.",
        "A question that was not answered has no score; the others keep theirs.",
    ),
    licence="A harmonised standard of government; to be checked: Open Government Licence.",
    needs_licence=False,
    sources=(
        Source(what="The four questions, 0 to 10", says="field notes 4, S100"),
        Source(what="No composite", says="field notes 4, S101"),
        Source(what="The bands", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="Open Government Licence", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="The exact words of the questions", says="written from memory", to_be_checked=True),
    ),
    score=_score,
)  # fmt: skip

ALL = (ONS4,)
