"""What every record of the directory has, and how rows say whose they are."""

import uuid

from django.db import models
from django.db.models import F, Func
from django.db.models.lookups import Exact, GreaterThanOrEqual

from services_directory.models.feeds import Feed


class Record(models.Model):
    """A record with an HSDS id. `external_id` keeps the id of a source whose own ids are no UUIDs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    external_id = models.TextField(blank=True, help_text="The source's own id, where it is not a UUID.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class Described(Record):
    """A part of a listing that the standard lets terms be said of. They stand in it, each with its term: nobody looks
    for a price by a term, so they need no rows of their own.
    """

    attributes = models.JSONField(
        default=list, blank=True, help_text="The terms said of it, as its feed gave them; published with it."
    )

    class Meta:
        abstract = True


class SharedRecord(Record):
    """A record that many services repeat. It belongs to the feed that brought it, and no other feed changes it."""

    feed = models.ForeignKey(
        Feed,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The feed that brought it; empty for our own.",
    )
    source_digest = models.CharField(
        max_length=64, blank=True, help_text="Of the record of its own that it was last read from, if there was one."
    )

    class Meta:
        abstract = True


def _owners(fields: tuple[str, ...]) -> Func:
    return Func(*(F(field) for field in fields), function="num_nonnulls", output_field=models.IntegerField())


def one_owner(*fields: str, name: str) -> models.CheckConstraint:
    """Return the constraint that exactly one of the foreign keys is set."""
    return models.CheckConstraint(condition=Exact(_owners(fields), 1), name=name)


def some_owner(*fields: str, name: str) -> models.CheckConstraint:
    """Return the constraint that at least one of the foreign keys is set."""
    return models.CheckConstraint(condition=GreaterThanOrEqual(_owners(fields), 1), name=name)
