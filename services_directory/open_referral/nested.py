"""Values of the standard that have no columns here (`program`, `capacities`, …), read as trees. Pure."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from services_directory.limits import MOST_NESTED, MOST_PARTS, MOST_TEXT
from services_directory.open_referral.cleaning import text, without_controls

_OF_PEOPLE = {"contact", "contacts", "phone", "phones", "email", "metadata"}
_NAME_LENGTH = 100
_SHAPES: dict[str, type] = {"program": dict} | dict.fromkeys(
    ("required_documents", "capacities", "additional_urls", "programs", "additional_websites"), list
)
"""By field: what the standard has there; elsewhere it is a text or a number."""
_KINDS = {"taxonomy_detail": "taxonomy", "parent": "taxonomy_term"}
"""Of what kind a record is that is not called so."""


class Tree:
    """Reads one such value, with its texts made plain, its ids made UUIDs, and what says nothing left out.

    Contacts, telephones, emails and who changed what are not kept: such a value is shown as it is. `left_out` names
    them; `is_cut` says whether more was left out because it was too much.
    """

    def __init__(self, id_of: Callable[[Any, str], str | None]) -> None:
        """Make a reader, which asks what the id of a record of some kind is here; None: it is no id."""
        self._id_of = id_of
        self.left_out: list[str] = []
        self.is_cut = False

    def field(self, name: str, value: Any) -> Any:
        """Return what a field has; None where nothing of it is left.

        :raises ValueError: if it is not what the standard has there.
        """
        found = self._named(name, value, "", 0)
        if found is not None and not isinstance(found, _SHAPES.get(name, str | int | float)):
            raise ValueError("is not what the standard has there")
        if isinstance(found, list):
            found = [inner for inner in found if isinstance(inner, dict)]
        return found or None

    def _named(self, name: str, value: Any, within: str, depth: int) -> Any:
        if name == "id" or (name.endswith("_id") and name != "tax_id"):
            kind = within if name == "id" else name.removesuffix("_id")
            return self._id_of(value, _KINDS.get(kind, kind))
        return self._read(value, name, depth)

    def _read(self, value: Any, name: str, depth: int) -> Any:
        if isinstance(value, dict | list):
            if depth >= MOST_NESTED:
                self.is_cut = True
                return None
            return self._record(value, name, depth) if isinstance(value, dict) else self._list(value, name, depth)
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

    def _record(self, value: dict[Any, Any], within: str, depth: int) -> Any:
        found: dict[str, Any] = {}
        for name, inner in value.items():
            if name in _OF_PEOPLE:
                self.left_out += [name] if inner else []
            elif len(found) >= MOST_PARTS or len(name) > _NAME_LENGTH:
                self.is_cut = True
            elif (kept := self._named(name, inner, within.removesuffix("s"), depth + 1)) is not None:
                found[without_controls(name)] = kept
        return found or None

    def _list(self, value: list[Any], name: str, depth: int) -> Any:
        self.is_cut |= len(value) > MOST_PARTS
        found = [self._read(inner, name, depth + 1) for inner in value[:MOST_PARTS]]
        return [inner for inner in found if inner is not None] or None
