"""What can be said of one kind of row that hangs on a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

GONE = "Forgotten"
"""Stands where something must stand and what stood there has been taken out."""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One model, and how its rows are found, shown and forgotten."""

    model: type[models.Model]
    title: str
    """What the rows are, as a heading that the person reads."""
    to_referral: str = ""
    """The lookup from a row to the referral that it hangs on: "pk" of the referral itself."""
    to_person: str = ""
    """Instead: the lookup to the person, of rows that hang on no referral. They go with the person's last one."""
    forgets: Mapping[str, Any] = field(default_factory=dict)
    """By field, what stands there once the referral is forgotten; GONE only where something stood."""
    keeps: frozenset[str] = frozenset()
    """Fields of free text that stay, because nothing about the person can stand there."""
    is_removed: bool = False
    """Whether the whole row goes, instead."""
    hides: frozenset[str] = frozenset()
    """Fields that are left out of the person's file: they serve the machine, and say nothing."""
    is_history: bool = False
    """Whether the database itself writes it when another row changes: it is emptied after those."""
    withheld: str = ""
    """Why the rows are not in the person's file; empty where they are."""
