"""What became of an import."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Remark:
    """What there is to say about one record: why it was refused, or what was put right in it."""

    id: str
    reason: str


@dataclass(kw_only=True)
class ImportReport:
    """What an import did.

    `withdrawn` are services that the feed no longer has, `held_back` those that it lacks as well and that were left
    standing, since they are too many to go unasked; a service that comes back counts as changed. `notes` are records
    that were taken, but not just as they were; `not_read` counts the vendors' own fields, which are not taken,
    `not_kept` those of the standard that are not; `warnings` are sentences about the run as a whole.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    held_back: int = 0
    refused: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    not_read: Counter[str] = field(default_factory=Counter)
    not_kept: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)

    @property
    def loaded(self) -> int:
        """How many records are in the directory after it."""
        return self.created + self.changed + self.unchanged

    @property
    def withdrawals(self) -> str:
        """How many services have left the feed, in words."""
        held_back = f", {self.held_back} held back" if self.held_back else ""
        return f"{self.withdrawn} withdrawn{held_back}"
