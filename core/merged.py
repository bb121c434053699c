"""Rows of several lists in one order, each read only as far as the page goes.

Asked for in one condition (`team IN …`, or several tables in one), the database reads all that there is, to sort it. Of
lists that each have an index in that order it need read no more than a page of each.
"""

from collections.abc import Sequence
from typing import Any, Generic, Self, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


class Merged(Generic[M]):
    """Querysets of one model, to be paged as one queryset is (`CursorPages`). One query, whatever they are.

    :param may_overlap: whether a row can be in two of them; it comes once.
    """

    def __init__(self, model: type[M], parts: Sequence[QuerySet[M, Any]], *, may_overlap: bool = False) -> None:
        self.model, self._parts, self._may_overlap = model, parts, may_overlap
        self._order: tuple[str, ...] = ()

    def order_by(self, *order: str) -> Self:
        """Order by columns, the same of each; the last must be another for each row."""
        return self._with([part.order_by(*order) for part in self._parts], order)

    def filter(self, *conditions: Q, **more: Any) -> Self:
        """Narrow each of them."""
        return self._with([part.filter(*conditions, **more) for part in self._parts], self._order)

    def __getitem__(self, part: slice) -> list[Any]:
        begin = [rows[: part.stop] for rows in self._parts]
        if not begin:
            return []
        first, *others = begin
        rows = first.union(*others, all=not self._may_overlap).order_by(*self._order) if others else first
        return list(rows[part])

    def _with(self, parts: Sequence[QuerySet[M, Any]], order: tuple[str, ...]) -> Self:
        changed = type(self)(self.model, parts, may_overlap=self._may_overlap)
        changed._order = order
        return changed
