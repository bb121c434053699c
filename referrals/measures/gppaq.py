"""GPPAQ: the index of physical activity that practices use. Four levels; walking is not in it."""

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

_HOURS = (
    ("none", "None"), ("under_1", "Some, but less than 1 hour"), ("1_to_3", "1 hour, but less than 3 hours"),
    ("3_or_more", "3 hours or more"),
)  # fmt: skip
_JOBS = (
    ("not_in_work", "Not in work"), ("sedentary", "Mostly sitting"), ("standing", "Mostly standing or walking"),
    ("physical", "Definite physical effort"), ("heavy_manual", "Vigorous physical activity"),
)  # fmt: skip


def _weekly(code: str, name: str, *, is_scored: bool = False) -> Item:
    return Item(
        code=code, name=name, text=f"During the last week, how many hours: {name}?", kind=ItemKind.CHOICE,
        choices=_HOURS, is_scored=is_scored,
    )  # fmt: skip


_JOB = Item(
    code="job", name="activity at work", text="What sort and amount of activity is in your work?", kind=ItemKind.CHOICE,
    choices=_JOBS,
)  # fmt: skip
_EXERCISE = _weekly("exercise", "physical exercise", is_scored=True)
_CYCLING = _weekly("cycling", "cycling", is_scored=True)
_PACE = Item(
    code="pace", name="usual walking pace", text="What is your usual walking pace?", kind=ItemKind.CHOICE,
    choices=(("slow", "Slow"), ("steady", "Steady average"), ("brisk", "Brisk"), ("fast", "Fast")), is_scored=False,
)  # fmt: skip
_INDEX = ScoreKind(
    code="index",
    name="Physical activity index",
    direction=Direction.HIGHER,
    bands=tuple(
        Band(code=code, name=name)
        for code, name in (
            ("inactive", "Inactive"), ("moderately_inactive", "Moderately inactive"),
            ("moderately_active", "Moderately active"), ("active", "Active"),
        )
    ),
)  # fmt: skip

INDEX: dict[str, tuple[str, str, str, str]] = {
    "not_in_work": ("inactive", "moderately_inactive", "moderately_active", "active"),
    "sedentary": ("inactive", "moderately_inactive", "moderately_active", "active"),
    "standing": ("moderately_inactive", "moderately_active", "active", "active"),
    "physical": ("moderately_active", "active", "active", "active"),
    "heavy_manual": ("active", "active", "active", "active"),
}
"""By the job, the level for exercise and cycling together: none, under 1, 1 to 3, 3 hours and more (field notes 4)."""


def _score(answers: Answers) -> Scored:
    reason = not_answered((_JOB, _EXERCISE, _CYCLING), answers)
    if reason:
        return Scored(scores=(_INDEX.none(reason),))
    # Each is known as one of four ranges only, so they are added by their ranks, three hours and more being the most.
    ranks = [code for code, _ in _HOURS]
    together = min(ranks.index(answers["exercise"]) + ranks.index(answers["cycling"]), 3)
    return Scored(scores=(_INDEX.in_band(INDEX[answers["job"]][together]),))


GPPAQ = Measure(
    code="gppaq",
    version="1",
    name="GPPAQ: general practice physical activity questionnaire",
    about="Activity at work, and hours of exercise and cycling in the last week. In our words.",
    items=(
        _JOB, _EXERCISE, _CYCLING, _weekly("walking", "walking"), _weekly("housework", "housework or childcare"),
        _weekly("gardening", "gardening or repairs"), _PACE,
    ),
    scores=(_INDEX,),
    scoring=(
        "Activity at work, against exercise and cycling together, gives one of four levels.",
        "Exercise and cycling are added by rank (none 0, under an hour 1, under three 2, three and more 3), up to 3.",
        "Walking, housework, gardening and pace are asked and are not in the index: adding walking is another measure.",
        "Activity at work, exercise and cycling are needed.",
    ),
    licence="Crown copyright, Department of Health; to be checked: free to use.",
    needs_licence=False,
    ages=(16, 74),
    outside_ages="In people of 60 to 74 it found 19 % of those who are active enough (field notes 4, S97).",
    sources=(
        Source(what="The questions, the four levels, ages 16 to 74", says="field notes 4, S96"),
        Source(what="Walking is not in the index; how good it is at 60 to 74", says="field notes 4, S97"),
        Source(
            what="The matrix", says="field notes 4: general knowledge; annex of the DH guidance of 2009",
            to_be_checked=True,
        ),
        Source(
            what="How exercise and cycling are put together", says="not in the field notes; annex of "
            "the DH guidance of 2009, “Combining responses”", to_be_checked=True,
        ),
        Source(what="The licence", says="field notes 4: general knowledge", to_be_checked=True),
    ),
    score=_score,
)  # fmt: skip

ALL = (GPPAQ,)
