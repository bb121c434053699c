"""Values of the standard that have no columns here (`program`, `capacities`, …), read as trees. Pure."""

import math
from decimal import Decimal
from typing import Any

from services_directory.limits import MOST_NESTED, MOST_PARTS, MOST_TEXT
from services_directory.open_referral.cleaning import text, without_controls

_OF_PEOPLE = {"contact", "contacts", "phone", "phones", "email", "metadata"}
_NAME_LENGTH = 100


class Tree:
    """Reads one such value, with its texts made plain and what says nothing left out.

    Contacts, telephones, emails and who changed what are not kept: such a value is shown as it is. `left_out` names
    them; `is_cut` says whether more was left out because it was too much.
    """

    def __init__(self) -> None:
        self.left_out: list[str] = []
        self.is_cut = False

    def read(self, value: Any, depth: int = 0) -> Any:
        """Return the value; None where nothing of it is left.

        :raises ValueError: if something in it is no JSON.
        """
        if isinstance(value, dict | list):
            if depth >= MOST_NESTED:
                self.is_cut = True
                return None
            return self._record(value, depth) if isinstance(value, dict) else self._list(value, depth)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, Decimal | float) and not math.isfinite(value):
            return None
        if isinstance(value, int | float):
            return value
        if isinstance(value, Decimal):
            return float(value)
        found = text(value)
        self.is_cut |= len(found) > MOST_TEXT
        return found[:MOST_TEXT].strip() or None

    def _record(self, value: dict[Any, Any], depth: int) -> Any:
        found: dict[str, Any] = {}
        for name, inner in value.items():
            if name in _OF_PEOPLE:
                self.left_out += [name] if inner else []
            elif len(found) >= MOST_PARTS or len(name) > _NAME_LENGTH:
                self.is_cut = True
            elif (kept := self.read(inner, depth + 1)) is not None:
                found[without_controls(name)] = kept
        return found or None

    def _list(self, value: list[Any], depth: int) -> Any:
        self.is_cut |= len(value) > MOST_PARTS
        found = [self.read(inner, depth + 1) for inner in value[:MOST_PARTS]]
        return [inner for inner in found if inner is not None] or None
