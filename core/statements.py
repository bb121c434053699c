"""Statements that Django writes once and PostgreSQL plans once, for what is asked all day (docs/adr/0050).

To have the ORM write a statement costs more than to have most of ours answered. What decides in it, above all who sees
what, stays a queryset, and in one place: its text is taken, once, for all values that may come.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar

from django.db import connection, models
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


def text_of(rows: models.QuerySet[Any, Any], stand_ins: Mapping[Any, str]) -> str:
    """Return the text of a queryset's statement.

    :param stand_ins: the values that the queryset was made with, and for each what is to stand in the text: a
        parameter, like "%(team)s", or a column.
    :raises KeyError: if the queryset holds another value: nothing becomes a constant by mistake.
    """
    return _filled(*rows.query.sql_with_params(), stand_ins)


def ask(text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return what a statement answers. Its plan is kept: one must be right whatever the values."""
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]  # of our own backend
        cursor.execute(text, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


class Written(Generic[M]):
    """A queryset, written once and asked with other values each time: the same rows, with all that they come with."""

    def __init__(self, rows: models.QuerySet[M], stand_ins: Mapping[Any, str]) -> None:
        compiler: SQLCompiler = rows.query.get_compiler(connection.alias)
        self._text = _filled(*compiler.as_sql(), stand_ins)
        # As `ModelIterable` does for each query.
        self._compiler, info = compiler, compiler.klass_info or {}
        self._model: type[M] = info["model"]
        self._columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        self._names = [column.target.attname for column, *_ in compiler.select[self._columns]]
        self._related = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]  # of Django 5.2
        self._beside = compiler.annotation_col_map.items()

    def ask(self, **values: Any) -> list[M]:
        """Return the rows for these values."""
        found = []
        answer: Any = ask(self._text, values)
        for values_of_row in self._compiler.results_iter([answer]):
            row = self._model.from_db(connection.alias, self._names, values_of_row[self._columns])
            for related in self._related:
                related.populate(values_of_row, row)
            for name, place in self._beside:
                setattr(row, name, values_of_row[place])
            found.append(row)
        return found

    def first(self, **values: Any) -> M | None:
        """Return the first of the rows for these values, or None."""
        return next(iter(self.ask(**values)), None)


class Keyset(Generic[T]):
    """Rows that `CursorPages` pages as it pages a queryset, but that are read by a statement of our own."""

    model: ClassVar[type[models.Model]]
    _order = ""
    _beyond: tuple[str | None, Any] = None, None

    def order_by(self, order: str, *then: str) -> Self:
        """Order by a column, like "id" or "-id"; what comes after it, where it is not unique, each statement knows."""
        self._order = order
        return self

    def filter(self, **beyond: str) -> Self:
        """Leave out what comes before a value in that order: `id__gt`, or `id__lt`."""
        ((lookup, value),) = beyond.items()
        column = self.model._meta.get_field(lookup.partition("__")[0])
        self._beyond = lookup, column.to_python(value)  # type: ignore[union-attr]  # a column of the row itself
        return self

    def __getitem__(self, part: slice) -> list[T]:
        lookup, beyond = self._beyond
        return self.read(limit=part.stop, order=self._order, lookup=lookup, beyond=beyond)[part.start :]

    def read(self, *, limit: int, order: str, lookup: str | None, beyond: Any) -> list[T]:
        """Read the first rows in an order, beyond a value."""
        raise NotImplementedError


def beyond_of(lookup: str | None) -> str:
    """Return the condition for `%(beyond)s`, as `Keyset.filter` has it."""
    if lookup is None:
        return "true"
    column, _, comparison = lookup.partition("__")
    return f"{column} {'<' if comparison == 'lt' else '>'} %(beyond)s"


def direction_of(order: str) -> str:
    """Return the word of SQL for an order, as Django writes it."""
    return "DESC" if order.startswith("-") else "ASC"


def _filled(text: str, values: tuple[Any, ...], stand_ins: Mapping[Any, str]) -> str:
    first, *rest = text.split("%s")
    return first + "".join(f"{stand_ins[value]}{part}" for value, part in zip(values, rest, strict=True))
