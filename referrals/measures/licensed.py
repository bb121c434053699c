"""Measures that are off until an organisation has recorded its licence. The words of their questions are not here."""

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

METRIC: dict[int, Decimal] = dict(
    zip(
        range(7, 36),
        map(
            Decimal,
            (
                "7.00", "9.51", "11.25", "12.40", "13.33", "14.08", "14.75", "15.32", "15.84", "16.36",
                "16.88", "17.43", "17.98", "18.59", "19.25", "19.98", "20.73", "21.54", "22.35", "23.21",
                "24.11", "25.03", "26.02", "27.03", "28.13", "29.31", "30.70", "32.55", "35.00",
            ),
        ),
        strict=True,
    )
)  # fmt: skip
"""SWEMWBS: by the raw sum from 7 to 35, the metric score (field notes 4, S98)."""

_SEVEN = tuple(
    Item(code=code, name=name, kind=ItemKind.WHOLE, lowest=1, highest=5)
    for code, name in (
        ("optimistic", "optimistic"), ("useful", "useful"), ("relaxed", "relaxed"),
        ("dealing_with_problems", "dealing with problems"), ("thinking_clearly", "thinking clearly"),
        ("close_to_others", "close to others"), ("make_up_own_mind", "make up own mind"),
    )
)  # fmt: skip
_RAW = ScoreKind(
    code="raw", name="Raw sum", direction=Direction.HIGHER, lowest=Decimal(7), highest=Decimal(35)
)  # fmt: skip
_METRIC = ScoreKind(
    code="metric", name="Metric score", direction=Direction.HIGHER, lowest=Decimal(7), highest=Decimal(35),
    bands=(
        Band(code="low", name="Low", lowest=Decimal(7)),
        Band(code="typical", name="Typical", lowest=Decimal("19.25")),
        Band(code="high", name="High", lowest=Decimal("29.31")),
    ),
)  # fmt: skip


def _score_swemwbs(answers: Answers) -> Scored:
    reason = not_answered(_SEVEN, answers)
    if reason:
        return Scored(scores=(_RAW.none(reason), _METRIC.none(reason)))
    raw = sum(answers[item.code] for item in _SEVEN)
    return Scored(scores=(_RAW.at(raw), _METRIC.at(METRIC[raw])))


SWEMWBS = Measure(
    code="swemwbs",
    version="1",
    name="SWEMWBS: short Warwick-Edinburgh mental wellbeing scale",
    about="Seven answers of 1 to 5 on the last two weeks. The questions come with the licence.",
    items=_SEVEN,
    scores=(_RAW, _METRIC),
    scoring=(
        "All seven are needed. Their sum, 7 to 35, is turned into the metric score by the table: use that for means.",
        "Metric under 19.25 low, under 29.31 typical, else high. Other published cuts are 19.5 and 27.5.",
    ),
    licence="Register with Warwick before use; commercial use needs a licence.",
    needs_licence=True,
    sources=(
        Source(what="Seven items, 1 to 5, raw 7 to 35", says="field notes 4, S98b"),
        Source(what="All seven needed; metric for means; register before use", says="field notes 4, S99"),
        Source(what="The table and the bands", says="field notes 4, S98; Warwick has the table", to_be_checked=True),
        Source(what="Other cuts; free if not commercial", says="field notes 4: general knowledge", to_be_checked=True),
    ),
    score=_score_swemwbs,
)  # fmt: skip

_PAM_SCORE = Item(code="score", name="score", kind=ItemKind.DECIMAL, lowest=0, highest=100)
_PAM_LEVEL = Item(
    code="level", name="level", kind=ItemKind.CHOICE, choices=tuple((str(n), f"Level {n}") for n in range(1, 5))
)
_ACTIVATION = ScoreKind(
    code="score", name="Activation score", direction=Direction.HIGHER, lowest=Decimal(0), highest=Decimal(100)
)
_LEVEL = ScoreKind(
    code="level", name="Level", direction=Direction.HIGHER,
    bands=tuple(Band(code=str(n), name=f"Level {n}") for n in range(1, 5)),
)  # fmt: skip


def _score_pam(answers: Answers) -> Scored:
    no_score, no_level = not_answered((_PAM_SCORE,), answers), not_answered((_PAM_LEVEL,), answers)
    return Scored(
        scores=(
            _ACTIVATION.none(no_score) if no_score else _ACTIVATION.at(answers["score"]),
            _LEVEL.none(no_level) if no_level else _LEVEL.in_band(answers["level"]),
        )
    )


PAM = Measure(
    code="pam",
    version="1",
    name="PAM: patient activation measure",
    about="The score and the level as the owner's tool gave them: neither is worked out here.",
    items=(_PAM_SCORE, _PAM_LEVEL),
    scores=(_ACTIVATION, _LEVEL),
    scoring=("Stored as given: score 0 to 100, level 1 to 4. The rule is the owner's.",),
    licence="Licensed per person by its owner.",
    needs_licence=True,
    sources=(
        Source(what="Score 0 to 100, four levels", says="field notes 4, S105"),
        Source(what="Licensed per person", says="field notes 4, S104"),
    ),
    score=_score_pam,
)

_MYCAW = tuple(
    Item(code=code, name=name, kind=ItemKind.WHOLE, lowest=0, highest=6, may_be_left_out=code == "concern_2")
    for code, name in (("concern_1", "first concern"), ("concern_2", "second concern"), ("wellbeing", "wellbeing"))
)
_MYCAW_SCORES = tuple(
    ScoreKind(
        code=code, name=name, direction=Direction.LOWER, lowest=Decimal(0), highest=Decimal(6)
    )
    for code, name in (("concern_1", "First concern"), ("concern_2", "Second concern"), ("wellbeing", "Wellbeing"))
)  # fmt: skip


def _score_mycaw(answers: Answers) -> Scored:
    reasons = [not_answered((item,), answers) for item in _MYCAW]
    return Scored(
        scores=tuple(
            kind.none(reason) if reason else kind.at(answers[kind.code])
            for kind, reason in zip(_MYCAW_SCORES, reasons, strict=True)
        )
    )


MYCAW = Measure(
    code="mycaw",
    version="1",
    name="MYCaW: measure yourself concerns and wellbeing",
    about="One or two concerns and wellbeing, each 0 to 6. What the concerns are is not kept here.",
    items=_MYCAW,
    scores=_MYCAW_SCORES,
    scoring=("Each is a score of its own, lower is better. The change is baseline minus follow-up.",),
    licence="To be checked: permission is needed.",
    needs_licence=True,
    sources=(
        Source(what="Concerns and wellbeing, 0 to 6", says="field notes 4: general knowledge", to_be_checked=True),
        Source(what="Change is baseline minus follow-up", says="field notes 4, S17"),
        Source(what="Permission needed", says="field notes 4: general knowledge", to_be_checked=True),
    ),
    score=_score_mycaw,
)

ALL = (SWEMWBS, PAM, MYCAW)
