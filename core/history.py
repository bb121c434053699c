"""What stood in a row before it was changed, who changed it and when: written by the database itself.

django-pghistory makes the triggers and the tables (docs/adr/0048). So a change by `update()` or in psql is on record.
Each row is sealed as an event's note is: a digest of a random salt and the row. Nobody changes or removes one; what is
to be forgotten of a person goes with its salt, and the seal stays (docs/audit.md).
"""

from collections.abc import Callable, Collection, Iterator
from functools import reduce
from operator import or_
from typing import Any, TypeVar

import pghistory
import pghistory.models
import pgtrigger
from django.apps import apps
from django.db import models

Tracked = TypeVar("Tracked", bound=type[models.Model])


class HistoryRow(pghistory.models.Event):
    """What every row of a history has beside what it tells of. Its model is called `<Model>History`."""

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_salt = models.CharField(max_length=36, blank=True, help_text="Goes with what is forgotten.")
    pgh_seal = models.CharField(max_length=64, help_text="SHA-256 of all else that the row says, and of its salt.")

    class Meta:
        abstract = True


def kept_history(
    *,
    but: Collection[str] = (),
    unsaid: Collection[str] = (),
    once: pgtrigger.Q | None = None,
    from_the_start: bool = False,
) -> Callable[[Tracked], Tracked]:
    """Keep of each row of a model what stood there before it was changed or deleted.

    :param but: fields whose changes are no history: derived, replayed from events, or of every day.
    :param unsaid: fields whose change is on record, and their value is not: digests, passwords.
    :param once: only where this is true of the row as well.
    :param from_the_start: whether a new row is on record, too: where it gives power, and nothing else says who gave it.
    """

    def keep(model: Tracked) -> Tracked:
        told = [field.name for field in model._meta.concrete_fields if field.name not in {*but, *unsaid}]
        looked_at = [field.name for field in model._meta.concrete_fields if field.name not in but]
        changed = reduce(or_, (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in looked_at))
        trackers = [
            pghistory.UpdateEvent(row=pghistory.Old, condition=changed & once if once is not None else changed),
            pghistory.DeleteEvent(row=pghistory.Old),
        ]
        if from_the_start:
            trackers.append(pghistory.InsertEvent())
        track: Any = pghistory.track
        tracked: Tracked = track(
            *trackers,
            fields=[name for name in told if not _is_number_of_its_own(model, name)],
            model_name=f"{model.__name__}History",
            base_model=HistoryRow,
            obj_field=pghistory.ObjForeignKey(related_name="history", null=False, db_index=True),
            context_field=pghistory.ContextJSONField(),
            context_id_field=None,
        )(model)
        return tracked

    return keep


def _is_number_of_its_own(model: type[models.Model], name: str) -> bool:
    field = model._meta.get_field(name)
    return isinstance(field, models.Field) and field.primary_key and not field.is_relation


def histories() -> Iterator[type[HistoryRow]]:
    """Yield the model of each history, by the name of its table."""
    yield from sorted(
        (model for model in apps.get_models() if issubclass(model, HistoryRow)), key=lambda model: model._meta.db_table
    )
