"""What changed between two takings, and whether that is better. By direction only: a smallest change that matters is
named by no source at hand, so none is made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import models

from referrals.measures.kinds import Direction, Measure, Score, ScoreKind


class Meaning(models.TextChoices):
    """What a change means."""

    BETTER = "better", "Better"
    WORSE = "worse", "Worse"
    NO_CHANGE = "no_change", "No change"
    CANNOT_SAY = "cannot_say", "Cannot be said"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One score, before and after.

    `difference` is after minus before; `improvement` is the same, counted so that more is better (where lower is
    better: before minus after, as MYCaW reports it). Both are None where there is no number on both sides.
    """

    code: str
    name: str
    meaning: Meaning
    words: str
    difference: Decimal | None = None
    improvement: Decimal | None = None
    moved_from: str = ""
    moved_to: str = ""


def changes_between(
    measure: Measure, before: Mapping[str, Score], after: Mapping[str, Score], *, is_same_version: bool = True
) -> tuple[Change, ...]:
    """Return for each score of the measure what changed. Scores are by their codes."""
    return tuple(
        _change(kind, before.get(kind.code), after.get(kind.code), is_same_version=is_same_version)
        for kind in measure.scores
    )


def _change(kind: ScoreKind, before: Score | None, after: Score | None, *, is_same_version: bool) -> Change:
    def unsaid(why: str) -> Change:
        return Change(code=kind.code, name=kind.name, meaning=Meaning.CANNOT_SAY, words=f"{kind.name}: {why}")

    if not is_same_version:
        return unsaid("scored by two versions of the measure, which are not compared.")
    if before is None or not before.is_given:
        return unsaid("no score before.")
    if after is None or not after.is_given:
        return unsaid("no score after.")
    difference = after.value - before.value if before.value is not None and after.value is not None else None
    rise = difference if difference is not None else Decimal(_place(kind, after) - _place(kind, before))
    meaning = _meaning(kind.direction, rise)
    improvement = -difference if difference is not None and kind.direction == Direction.LOWER else difference
    has_moved = before.band != after.band
    return Change(
        code=kind.code,
        name=kind.name,
        meaning=meaning,
        words=_words(kind, before, after, rise=rise, meaning=meaning),
        difference=difference,
        improvement=improvement if kind.direction else None,
        moved_from=before.band if has_moved else "",
        moved_to=after.band if has_moved else "",
    )


def _place(kind: ScoreKind, score: Score) -> int:
    return [band.code for band in kind.bands].index(score.band)


def _meaning(direction: Direction | None, rise: Decimal) -> Meaning:
    if not rise:
        return Meaning.NO_CHANGE
    if direction is None:
        return Meaning.CANNOT_SAY
    return Meaning.BETTER if (rise > 0) == (direction == Direction.HIGHER) else Meaning.WORSE


def _words(kind: ScoreKind, before: Score, after: Score, *, rise: Decimal, meaning: Meaning) -> str:
    unit = f" {kind.unit}" if kind.unit else ""
    said = ""
    if before.value is not None and after.value is not None:
        said = f"{plain(before.value)} before, {plain(after.value)}{unit} after"
        if rise:
            said += f": {plain(abs(rise))} {'higher' if rise > 0 else 'lower'}"
    if before.band and before.band != after.band:
        moved = f"moved from “{kind.name_of(before.band)}” to “{kind.name_of(after.band)}”"
        said = f"{said}; {moved}" if said else moved
    elif before.band:
        stayed = f"still “{kind.name_of(after.band)}”"
        said = f"{said}; {stayed}" if said else stayed
    ends = {
        Meaning.BETTER: ", which is better", Meaning.WORSE: ", which is worse",
        Meaning.NO_CHANGE: ", no change", Meaning.CANNOT_SAY: "",
    }  # fmt: skip
    return f"{kind.name}: {said}{ends[meaning]}."


def plain(number: Decimal) -> str:
    """Return a number as it is written: 2826, 19.25, 5.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
