"""Facts: a name and what is known of it, as a summary list shows them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing known: its name, and one or several values. `reference` makes the value a link."""

    name: str
    values: list[str]
    reference: str = ""


def fact(name: str, *values: str) -> Fact:
    return Fact(name=name, values=[value for value in values if value])


def link(name: str, other: Any, *, is_open: bool) -> Fact:
    """The reference of another record: a link where the reader may open it, else words."""
    return Fact(
        name=name, values=[other.reference] if other else [], reference=other.reference if other and is_open else ""
    )


def known(*facts: Fact) -> list[Fact]:
    """Return those of the facts that say something."""
    return [fact for fact in facts if fact.values]
