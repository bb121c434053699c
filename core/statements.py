"""Statements that Django writes once and PostgreSQL plans once, for what is asked all day (docs/adr/0050).

To have the ORM write a statement costs more than to have most of ours answered. What decides in it, above all who sees
what, stays a queryset, and in one place: its text is taken, once, for all values that may come.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

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


def ask(text: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return what a statement answers. Its plan is kept: one must be right whatever the values."""
    cursor = connection.prepared_cursor()  # type: ignore[attr-defined]  # of our own backend
    cursor.execute(text, values)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def change(text: str, values: Mapping[str, Any] | Sequence[Any]) -> int:
    """Carry out a statement that answers nothing; return how many rows it has changed. Its plan is kept, too."""
    cursor = connection.prepared_cursor()  # type: ignore[attr-defined]  # of our own backend
    cursor.execute(text, values)
    changed: int = cursor.rowcount
    return changed


class Written(Generic[M]):
    """A queryset, written once and asked with other values each time: the same rows, with all that they come with."""

    def __init__(self, rows: models.QuerySet[M], stand_ins: Mapping[Any, str]) -> None:
        compiler: SQLCompiler = rows.query.get_compiler(connection.alias)
        self._text = _filled(*compiler.as_sql(), stand_ins)
        # As `ModelIterable` does for each query.
        self._compiler, info = compiler, compiler.klass_info or {}
        self._model: type[M] = info["model"]
        self._columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        self._converters = compiler.get_converters([column for column, *_ in compiler.select])
        self._names = [column.target.attname for column, *_ in compiler.select[self._columns]]
        self._related = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]  # of Django 5.2
        self._beside = compiler.annotation_col_map.items()

    def ask(self, **values: Any) -> list[M]:
        """Return the rows for these values."""
        found = []
        for values_of_row in self._compiler.apply_converters(ask(self._text, values), self._converters):
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


def hold(row: models.Model, name: str, rows: Sequence[models.Model]) -> None:
    """Let a row hold what others say of it, as `prefetch_related` does: `row.<name>.all()` asks nothing more."""
    manager = getattr(row, name)
    for each in rows:
        setattr(each, manager.field.name, row)
    held = manager.get_queryset()
    held._result_cache, held._prefetch_done = list(rows), True
    cache = row.__dict__.setdefault("_prefetched_objects_cache", {})
    cache[manager.field.remote_field.cache_name] = held


class SavedByHand(models.Model):
    """A model whose `save` sends a statement that was written once and is planned once.

    All else is as Django does it: which columns, their values, signals, what is refused. What the database is to work
    out (an expression as a value), and what is saved outside a transaction, goes by Django's own statements.
    """

    class Meta:
        abstract = True

    def _do_insert(self, manager: Any, using: str, fields: Any, returning_fields: Any, raw: bool) -> Any:  # noqa: FBT001
        values = [getattr(self, field.attname) if raw else field.pre_save(self, add=True) for field in fields]
        if not _is_plain(values, using):
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]  # Django's own
        text = _insert(type(self), tuple(fields), tuple(returning_fields))
        if returning_fields:
            return ask(text, _as_columns(fields, values))
        change(text, _as_columns(fields, values))
        return []

    def _do_update(  # type: ignore[override]  # as in Django 5.2
        self, base_qs: Any, using: str, pk_val: Any, values: Any, update_fields: Any, forced_update: Any
    ) -> bool:
        fields, said = [field for field, _, _ in values], [value for *_, value in values]
        if not values or not _is_plain(said, using):
            django: Any = super()
            return bool(django._do_update(base_qs, using, pk_val, values, update_fields, forced_update))
        text = _update(type(self), tuple(fields))
        return change(text, _as_columns([*fields, self._meta.pk], [*said, pk_val])) > 0


def _is_plain(values: Iterable[Any], using: str) -> bool:
    is_ours = using == connection.alias and connection.in_atomic_block
    return is_ours and not any(hasattr(value, "resolve_expression") for value in values)


def _as_columns(fields: Iterable[Any], values: Iterable[Any]) -> list[Any]:
    """Return values as the database takes them, most as text without a type: a prepared statement is one for all."""
    return [
        _as_text(field.get_db_prep_save(value, connection)) for field, value in zip(fields, values, strict=True)
    ]  # fmt: skip


_SAID_IN_TEXT = (str, int, float, Decimal, date, time, UUID)
"""What PostgreSQL reads in Python's own words. All else (nothing, a list, JSON, bytes …) psycopg says as for Django."""


def _as_text(value: Any) -> Any:
    value = value.value if isinstance(value, Enum) else value
    return str(value) if isinstance(value, _SAID_IN_TEXT) else value


@cache
def _insert(model: type[models.Model], fields: tuple[Any, ...], returning: tuple[Any, ...]) -> str:
    table = _quoted(model._meta.db_table)
    columns, values = ", ".join(_quoted(field.column) for field in fields), ", ".join(map(_placeholder, fields))
    answer = ", ".join(f"{table}.{_quoted(field.column)}" for field in returning)
    return f"INSERT INTO {table} ({columns}) VALUES ({values})" + (f" RETURNING {answer}" if answer else "")  # noqa: S608


@cache
def _update(model: type[models.Model], fields: tuple[Any, ...]) -> str:
    table, key = _quoted(model._meta.db_table), model._meta.pk
    columns = ", ".join(f"{_quoted(field.column)} = {_placeholder(field)}" for field in fields)
    return f"UPDATE {table} SET {columns} WHERE {table}.{_quoted(key.column)} = %s"  # noqa: S608 - names of our models


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")


def _placeholder(field: Any) -> str:
    return field.get_placeholder(None, None, connection) if hasattr(field, "get_placeholder") else "%s"


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

    def after(self, values: Mapping[str, Any], comparison: str) -> Self:
        """Leave out what comes before a row in the order of several columns, all of them upwards or all downwards.

        :param comparison: "gt" or "lt".
        """
        self._beyond = f"{', '.join(values)}__{comparison}", tuple(values.values())
        return self

    def __getitem__(self, part: slice) -> list[T]:
        lookup, beyond = self._beyond
        return self.read(limit=part.stop, order=self._order, lookup=lookup, beyond=beyond)[part.start :]

    def read(self, *, limit: int, order: str, lookup: str | None, beyond: Any) -> list[T]:
        """Read the first rows in an order, beyond a value."""
        raise NotImplementedError


def beyond_of(lookup: str | None) -> str:
    """Return the condition for `%(beyond)s`, as `Keyset.filter` has it; for `%(beyond_0)s` and so on, as `after`."""
    if lookup is None:
        return "true"
    columns, _, comparison = lookup.partition("__")
    places = [f"%(beyond_{place})s" for place in range(columns.count(",") + 1)]
    value = f"({', '.join(places)})" if len(places) > 1 else "%(beyond)s"
    return f"({columns}) {'<' if comparison == 'lt' else '>'} {value}"


def values_beyond(beyond: Any) -> dict[str, Any]:
    """Return the values for `beyond_of`."""
    if isinstance(beyond, tuple):
        return {f"beyond_{place}": value for place, value in enumerate(beyond)}
    return {"beyond": beyond}


def direction_of(order: str) -> str:
    """Return the word of SQL for an order, as Django writes it."""
    return "DESC" if order.startswith("-") else "ASC"


def constants(values: Iterable[str]) -> dict[Any, str]:
    """Return the stand-ins for values of our own that are the same each time, like statuses."""
    return {value: f"'{value!s}'" for value in values}


def _filled(text: str, values: tuple[Any, ...], stand_ins: Mapping[Any, str]) -> str:
    first, *rest = text.split("%s")
    return first + "".join(f"{stand_ins[value]}{part}" for value, part in zip(values, rest, strict=True))
