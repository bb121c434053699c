"""What a run of the model checker has visited, and what it says of it."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

from tests.model.design import Design
from tests.model.words import DECLARED, Ask, Machine


@dataclass
class Tally:
    """Counts of one run: the states, what was asked and why it was refused, the arrows taken, the faults met."""

    stories: int = 0
    asked: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    states: set[Hashable] = field(default_factory=set)
    offered: set[Hashable] = field(default_factory=set)
    """In which of them it was tried whether what is offered is done."""
    arrows: dict[Machine, set[tuple[str, str]]] = field(default_factory=lambda: {"referral": set(), "onward": set()})

    def count(self, ask: Ask, design: Design, answer: str) -> None:
        """Count an ask, before the design does it."""
        self.asked += 1
        self.refused[answer] += 1
        if answer or ask.what in {"make", "allocate", "send_onward", "record_consent", "undo_death", "forget"}:
            return
        case = design.cases[ask.case]
        if ask.onward is None:
            self.arrows["referral"].add((case.status, ask.what))
        else:
            self.arrows["onward"].add((case.offers[ask.onward].status, ask.what))

    def declared(self, machine: Machine) -> set[tuple[str, str]]:
        """Return the arrows that are declared and have been taken."""
        return set(DECLARED[machine] & self.arrows[machine])

    def missing(self, machine: Machine) -> set[tuple[str, str]]:
        """Return the arrows that are declared and have not been taken."""
        return set(DECLARED[machine] - self.arrows[machine])

    def figures(self) -> str:
        """Say in a few lines what was visited."""
        done = self.refused[""]
        refused = ", ".join(f"{code} {count:,}" for code, count in sorted(self.refused.items()) if code)
        arrows = ", ".join(
            f"{len(self.declared(machine))} of {len(declared)} of the {machine}"
            for machine, declared in DECLARED.items()
        )
        stories = f"{self.stories:,} stories, " if self.stories else ""
        lines = [
            f"{stories}{len(self.states):,} states, {self.asked:,} steps asked: {done:,} taken, "
            f"{self.asked - done:,} refused ({refused})",
            f"arrows taken: {arrows}",
        ]
        if self.faults:
            lines.append("faults: " + ", ".join(f"{name} {count:,}" for name, count in sorted(self.faults.items())))
        return "\n".join(lines)
