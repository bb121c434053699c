"""Rows as a person can read them."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Model, QuerySet

from accounts.models import Organization, Team, User
from referrals.holdings.kinds import Holding
from referrals.models import OnwardReferral, Person, Referral
from services_directory.models import Service, TaxonomyTerm

if TYPE_CHECKING:
    Field = models.Field[Any, Any]
else:
    Field = models.Field

_NAMED_BY = {
    User: "full_name", Team: "name", Organization: "name", Service: "name", TaxonomyTerm: "name",
    Referral: "reference", OnwardReferral: "reference",
}  # fmt: skip
"""By model, the field that a person knows a row by."""


def rows_of(holding: Holding, person: Person) -> list[dict[str, Any]]:
    """Return the rows of one kind that hang on a person, in the order in which they were made; in one query."""
    fields = [each for each in holding.model._meta.concrete_fields if _is_shown(each, holding)]
    related = [each.name for each in fields if isinstance(each, models.ForeignKey)]
    rows: QuerySet[Model] = holding.model._default_manager.filter(**{_to_person(holding): person})
    return [_read(row, fields) for row in rows.select_related(*related).order_by("pk")]


def _to_person(holding: Holding) -> str:
    if holding.to_person:
        return holding.to_person
    return "person" if holding.to_referral == "pk" else f"{holding.to_referral}__person"


def identity_of(person: Person) -> dict[str, Any]:
    """Return who the person is, as the service has it."""
    return _read(person, [each for each in person._meta.concrete_fields if not each.primary_key])


def _read(row: Model, fields: Iterable[Field]) -> dict[str, Any]:
    """Return what is said in a row, by the names of its fields; what is empty is left out."""
    values = ((str(each.verbose_name), _value(row, each)) for each in fields)
    return {name: value for name, value in values if value not in ("", None, [], {})}


def _is_shown(field: Field, holding: Holding) -> bool:
    if field.name in holding.hides or (field.primary_key and not isinstance(field, models.ForeignKey)):
        return False
    return not isinstance(field, models.ForeignKey) or field.related_model is not Person


def _value(row: Model, field: Field) -> Any:
    if isinstance(field, models.ForeignKey):
        other = getattr(row, field.name)
        if other is None:
            return ""
        named_by = _NAMED_BY.get(type(other))
        return str(getattr(other, named_by) if named_by else other)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.name)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, bool | int | float | str | list | dict | None) else str(value)
