"""What a measure is made of. A stored value is a public contract: it is never renamed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models

Answers = Mapping[str, Any]
"""By the code of an item: a whole number, a code of a choice, minutes, a decimal; None where it was not answered."""


class Direction(models.TextChoices):
    """Which way is better."""

    HIGHER = "higher", "Higher is better"
    LOWER = "lower", "Lower is better"


class ItemKind(models.TextChoices):
    """How an item is answered."""

    WHOLE = "whole", "A whole number"
    DECIMAL = "decimal", "A number"
    MINUTES = "minutes", "A time: whole minutes, or hours and minutes"
    CHOICE = "choice", "One of several"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that is asked. `text` is empty where the licence does not let us carry the words.

    Of a time `lowest` and `highest` are minutes. `only_after`: the item that counts days; with no days there is no time
    to give. `is_scored` False: asked, and no part of any score.
    """

    code: str
    name: str
    kind: ItemKind
    text: str = ""
    lowest: int = 0
    highest: int = 0
    choices: tuple[tuple[str, str], ...] = ()
    only_after: str = ""
    may_be_left_out: bool = False
    is_scored: bool = True


@dataclass(frozen=True, kw_only=True)
class Band:
    """One part of a score's range, from `lowest` (taken in) to the next band. Without numbers: one level of several."""

    code: str
    name: str
    lowest: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class ScoreKind:
    """One number or level that a measure gives. Bands are in rising order, whichever way is better."""

    code: str
    name: str
    direction: Direction | None
    unit: str = ""
    lowest: Decimal | None = None
    highest: Decimal | None = None
    bands: tuple[Band, ...] = ()

    def at(self, value: Decimal | int) -> "Score":
        """Return the score of this value, in its band."""
        value = Decimal(value)
        within = [band for band in self.bands if band.lowest is not None and value >= band.lowest]
        band = within[-1] if within else None
        return Score(code=self.code, value=value, band=band.code if band else "")

    def in_band(self, code: str) -> "Score":
        """Return the score that is a level, without a number."""
        return Score(code=self.code, band=code)

    def none(self, reason: str) -> "Score":
        """Return that there is no score, and why."""
        return Score(code=self.code, reason=reason)

    def name_of(self, band: str) -> str:
        """Return the name of a band; empty where there is none."""
        return next((each.name for each in self.bands if each.code == band), "")


@dataclass(frozen=True, kw_only=True)
class Score:
    """What one taking gave: a value, a band or both; or neither, and the reason."""

    code: str
    value: Decimal | None = None
    band: str = ""
    reason: str = ""

    @property
    def is_given(self) -> bool:
        """Whether there is a score."""
        return self.value is not None or bool(self.band)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """All scores of one taking, in the order of the declaration, and what was done to the answers by the rules."""

    scores: tuple[Score, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where something of a measure is from. `to_be_checked`: general knowledge, which no source at hand confirmed."""

    what: str
    says: str
    to_be_checked: bool = False


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure, whole. `needs_licence`: it is off until an organisation has recorded its licence.

    `ages`: for whom it was made, both ends taken in; outside of it a warning is given and nothing is refused.
    """

    code: str
    version: str
    name: str
    about: str
    items: tuple[Item, ...]
    scores: tuple[ScoreKind, ...]
    scoring: tuple[str, ...]
    licence: str
    needs_licence: bool
    sources: tuple[Source, ...]
    score: Callable[[Answers], Scored]
    ages: tuple[int, int] | None = None
    outside_ages: str = ""

    def warnings_for(self, age: int) -> tuple[str, ...]:
        """Return what whoever reads the scores of a person of this age must know."""
        if self.ages is None or self.ages[0] <= age <= self.ages[1]:
            return ()
        lowest, highest = self.ages
        said = f"Made for people of {lowest} to {highest}; the person was {age}. {self.outside_ages}"
        return (said.strip(),)

    def kind_of(self, code: str) -> ScoreKind | None:
        """Return the declaration of a score, or None where this version has none of this code."""
        return next((kind for kind in self.scores if kind.code == code), None)


def not_answered(items: tuple[Item, ...], answers: Answers) -> str:
    """Return the reason why there is no score: the items that were not answered; empty where all were."""
    missing = [item.name for item in items if answers.get(item.code) is None]
    return f"Not answered: {', '.join(missing)}." if missing else ""
