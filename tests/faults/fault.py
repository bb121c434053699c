"""What a fault is, and those that are small."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.service import Service

BETWEEN_KILLS = 0.3


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, in words, and how it is brought about."""

    name: str
    act: Callable[[Service, random.Random], None]
    skipped: str = ""
    """Why it cannot be done on this machine, if so."""


def killed(*names: str) -> Fault:
    """Return the kill of whole parts, which the supervisor starts again by itself."""

    def act(service: Service, _chance: random.Random) -> None:
        for name in names:
            service.kill(name)

    return Fault(f"{' and '.join(names)} killed", act)


def one_killed(name: str) -> Fault:
    """Return the kill of one process among those of a part."""
    return Fault(
        f"one process of {name} killed", lambda service, chance: service.kill_one_below(name, chosen=chance.choice)
    )


def in_order(down: tuple[str, ...], up: tuple[str, ...]) -> Fault:
    """Return the kill of several parts in one order, and their start in another."""

    def act(service: Service, _chance: random.Random) -> None:
        for name in down:
            service.take_down(name)
            service.rest(BETWEEN_KILLS)
        for name in up:
            service.bring_up(name)
            service.rest(BETWEEN_KILLS)

    return Fault(f"killed: {', '.join(down)}; started: {', '.join(up)}", act)
