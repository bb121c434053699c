"""What a step of a machine is, and how the rest of the service reads the two machines.

From the declarations in `referral.py` and `onward.py`, through this module and from nowhere else, come the API's
operations and `available_actions`, the diagram in `docs/pathway.md` and the matrix that the tests hold.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from django.db import models
from django_fsm import FSMField, transition

from accounts.enums import Role

Detail = Literal["note", "until", "to_team", "assessment_at", "discharged_on", "owner", "next_action_on", "died_on"]
F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True, kw_only=True)
class StepRules:
    """Who may take a step and what must be said with it."""

    label: str
    by: frozenset[Role]
    reasons: type[models.TextChoices] | None
    outcomes: type[models.TextChoices] | None
    requires: tuple[Detail, ...]
    allows: tuple[Detail, ...]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a machine: from any of `sources` to `target`."""

    name: str
    sources: tuple[str, ...]
    target: str
    rules: StepRules


def step(
    *,
    source: Iterable[str],
    target: str,
    by: Iterable[Role],
    label: str,
    reasons: type[models.TextChoices] | None = None,
    outcomes: type[models.TextChoices] | None = None,
    requires: tuple[Detail, ...] = (),
    allows: tuple[Detail, ...] = (),
) -> Callable[[F], F]:
    """Declare a step: django-fsm's `transition` on `status`, with our words in its `custom`."""
    rules = StepRules(
        label=label, by=frozenset(by), reasons=reasons, outcomes=outcomes, requires=requires, allows=allows
    )
    decorate: Callable[[F], F] = transition(
        field="status", source=[str(status) for status in source], target=str(target), custom={"rules": rules}
    )
    return decorate


def steps_of(model: type[models.Model]) -> dict[str, Step]:
    """Return the steps of a machine by name, in the order of declaration."""
    field = model._meta.get_field("status")
    if not isinstance(field, FSMField):
        raise TypeError(f"{model.__name__}.status is no state machine")
    sources: dict[str, list[str]] = {}
    found: dict[str, Any] = {}
    for move in field.get_all_transitions(model):
        sources.setdefault(move.name, []).append(str(move.source))
        found[move.name] = move
    order = {name: place for place, name in enumerate(name for base in reversed(model.__mro__) for name in vars(base))}
    statuses = [str(value) for value, _ in field.flatchoices]
    return {
        name: Step(
            name=name,
            sources=tuple(sorted(sources[name], key=statuses.index)),
            target=str(found[name].target),
            rules=found[name].custom["rules"],
        )
        for name in sorted(found, key=order.__getitem__)
    }
