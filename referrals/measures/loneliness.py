"""UCLA-3: three questions on loneliness, and beside them the direct one."""

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


def _item(code: str, name: str, text: str) -> Item:
    return Item(code=code, name=name, text=text, kind=ItemKind.WHOLE, lowest=1, highest=3)


_THREE = (
    _item("companionship", "lacking companionship", "How often do you feel that you lack companionship?"),
    _item("left_out", "left out", "How often do you feel left out?"),
    _item("isolated", "isolated from others", "How often do you feel isolated from others?"),
)
_OFTEN = (
    ("never", "Never"), ("hardly_ever", "Hardly ever"), ("occasionally", "Occasionally"),
    ("some_of_the_time", "Some of the time"), ("often_or_always", "Often or always"),
)  # fmt: skip
_DIRECT = Item(
    code="lonely", name="lonely, asked directly", text="How often do you feel lonely?", kind=ItemKind.CHOICE,
    choices=tuple(reversed(_OFTEN)),
)  # fmt: skip
_SUM = ScoreKind(
    code="ucla3",
    name="Loneliness (UCLA-3)",
    direction=Direction.LOWER,
    lowest=Decimal(3),
    highest=Decimal(9),
    bands=(
        Band(code="not_lonely", name="Not lonely", lowest=Decimal(3)),
        Band(code="lonely", name="Lonely", lowest=Decimal(6)),
    ),
)
_FREQUENCY = ScoreKind(
    code="lonely",
    name="Lonely, asked directly",
    direction=Direction.LOWER,
    bands=tuple(Band(code=code, name=name) for code, name in _OFTEN),
)


def _score(answers: Answers) -> Scored:
    reason = not_answered(_THREE, answers)
    total = _SUM.none(reason) if reason else _SUM.at(sum(answers[item.code] for item in _THREE))
    unasked = not_answered((_DIRECT,), answers)
    return Scored(scores=(total, _FREQUENCY.none(unasked) if unasked else _FREQUENCY.in_band(answers["lonely"])))


UCLA3 = Measure(
    code="ucla3",
    version="1",
    name="UCLA-3 with the direct question: loneliness",
    about="Three questions (1 hardly ever or never, 2 some of the time, 3 often), and one that asks directly.",
    items=(*_THREE, _DIRECT),
    scores=(_SUM, _FREQUENCY),
    scoring=(
        "The three are added: 3 to 9, lower is better. 6 and over: lonely.",
        "All three are needed for the sum.",
        "The direct question stands beside the sum and is not added to it.",
    ),
    licence="To be checked: treated as free for research and service use.",
    needs_licence=False,
    sources=(
        Source(what="The three questions and their answers", says="field notes 4, S102"),
        Source(what="Pairing with a direct question", says="field notes 4, S103"),
        Source(what="6 and over is lonely", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="The words of the direct question", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="The licence", says="field notes 4: general knowledge", to_be_checked=True),
    ),
    score=_score,
)

ALL = (UCLA3,)
