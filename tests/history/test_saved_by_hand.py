"""Rows that are saved by statements written once: as Django would save them; and the triggers are told who it was."""

import datetime as dt
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import DatabaseError, connection, models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models.sql import InsertQuery
from django.test.utils import isolate_apps

from core.doing import doing
from core.statements import SavedByHand, _insert, _update
from referrals.models import Referral
from referrals.models.referral import Risk

BY_HAND = [model for model in apps.get_models() if issubclass(model, SavedByHand)]


@pytest.mark.parametrize("model", BY_HAND)
def test_the_statement_is_the_one_that_django_writes(db, model):
    fields = [field for field in model._meta.local_concrete_fields if field is not model._meta.auto_field]
    query = InsertQuery(model)
    query.insert_values(fields, [model()], raw=True)
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = model._meta.db_returning_fields
    ((text, _),) = compiler.as_sql()
    assert _insert(model, tuple(fields), tuple(model._meta.db_returning_fields)) == text
    assert _update(model, tuple(fields)).count("%s") == len(fields) + 1


def test_what_is_saved_is_read_back_as_it_was(cast, referral_at, django_assert_num_queries):
    """Moments to the microsecond, days, lists, texts with every sign, and nothing at all."""
    referral = referral_at("active")
    said = 'Ö "quoted", %s 100 % \\ \' {x}\nline'
    referral.name_keys, referral.reason = [], said
    referral.breach_told_of, referral.reached_at = dt.date(2026, 2, 28), dt.datetime(2026, 3, 1, 1, 2, 3, 4, dt.UTC)
    referral.needs_bsl_interpreter, referral.information_formats = True, ["easy_read", "braille"]
    with django_assert_num_queries(1):
        referral.save()
    read = Referral.objects.get(pk=referral.pk)
    names = [field.attname for field in Referral._meta.concrete_fields]
    assert [getattr(read, name) for name in names] == [getattr(referral, name) for name in names]
    risk = Risk(referral=referral, description=said)
    risk.save()
    assert Risk.objects.get(pk=risk.pk).description == said
    risk.pk = risk.pk + 1  # nobody's: as Django does, it is inserted then
    risk.save()
    assert Risk.objects.filter(referral=referral, description=said).count() == 2
    with pytest.raises(DatabaseError, match="did not affect"):
        Referral(pk=0).save(update_fields=["version"])


@isolate_apps("core")
def test_every_kind_of_column_is_what_django_would_have_written(db):
    """Also those that no such model has today: nobody is to find out by a row that says something else."""

    class Sort(str, Enum):  # noqa: UP042 - the old kind, which says its name
        BEST = "best"

    class Everything(SavedByHand):
        text = models.TextField(null=True)  # noqa: DJ001
        short = models.CharField(max_length=9, null=True)  # noqa: DJ001
        number, small = models.BigIntegerField(null=True), models.SmallIntegerField(null=True)
        ratio, sum = models.FloatField(null=True), models.DecimalField(max_digits=30, decimal_places=9, null=True)
        is_so = models.BooleanField(null=True)
        day, at, hour = models.DateField(null=True), models.DateTimeField(null=True), models.TimeField(null=True)
        lasts = models.DurationField(null=True)
        bytes_ = models.BinaryField(null=True)
        uid, address = models.UUIDField(null=True), models.GenericIPAddressField(null=True)
        said = models.JSONField(null=True)
        names = ArrayField(models.CharField(max_length=9), null=True)
        days = ArrayField(models.DateField(null=True), null=True)
        grid = ArrayField(ArrayField(models.IntegerField()), null=True)
        span = DateRangeField(null=True)
        beside = models.ForeignKey("self", models.CASCADE, null=True)
        objects: ClassVar[Any] = models.Manager()

        class Meta:
            app_label = "core"

    with connection.schema_editor() as editor:
        editor.create_model(Everything)
    day, summer = dt.date(1899, 12, 31), dt.timezone(dt.timedelta(hours=1))
    rows: list[dict[str, Any]] = [
        {},
        {"text": "", "short": "", "number": 0, "ratio": 0.0, "sum": Decimal(0), "is_so": False, "said": {},
         "bytes_": b"", "names": [], "days": [], "lasts": dt.timedelta()},
        {"text": 'Ö "%s" 100 % \\ \' {x}\n☕ NULL', "short": Sort.BEST, "number": -(2**63), "small": 2**15 - 1,
         "ratio": 1.7976931348623157e308, "sum": Decimal("-123456789012345678901.123456789"), "is_so": True, "day": day,
         "at": dt.datetime(1847, 12, 1, 0, 1, 15, 999999, dt.UTC), "hour": dt.time(23, 59, 59, 999999),
         "lasts": -dt.timedelta(days=3, microseconds=7), "bytes_": b"\x00\xff\\x41'", "uid": UUID(int=2**128 - 1),
         "address": "2001:db8::1", "said": {"Ö": [None, True, 1.5, "%s", "\\"]},
         "names": ["", "a,b", '"', "\\", "NULL", "{}"], "days": [day, None], "grid": [[1, 2], [3, 4]],
         "span": DateRange(day, None)},
        {"day": dt.date.min, "at": dt.datetime(2026, 6, 30, 23, 30, tzinfo=summer), "ratio": float("-inf"),
         "said": "text", "lasts": dt.timedelta(days=400, hours=2), "address": "192.0.2.1", "bytes_": bytearray(b"abc"),
         "sum": Decimal("1E-9"), "span": DateRange(day, day)},
        {"day": dt.date.max, "said": [], "ratio": 1e-300, "hour": dt.time(0), "number": 2**63 - 1, "names": ["☕"]},
    ]  # fmt: skip
    columns = ", ".join(str(column.column) for column in Everything._meta.local_concrete_fields[1:])

    def as_they_stand():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ROW({columns})::text FROM core_everything ORDER BY id")  # noqa: S608 - ours
            return [said for (said,) in cursor.fetchall()]

    Everything.objects.bulk_create([Everything(**values) for values in rows])  # Django's own statement
    by_django = as_they_stand()
    Everything.objects.all().delete()
    for values in rows:
        Everything(**values).save(force_insert=True)
    assert as_they_stand() == by_django

    other = Everything.objects.latest("id")
    for row, values in zip(Everything.objects.order_by("id"), [*rows[1:], rows[0]], strict=True):  # each by another's
        for name in (field.attname for field in Everything._meta.local_concrete_fields[1:]):
            setattr(row, name, values.get(name))
        row.save()
    assert as_they_stand() == [*by_django[1:], by_django[0]]
    Everything(pk=other.pk, beside=other).save(update_fields=["beside"])
    assert Everything.objects.get(beside=other).pk == other.pk


def test_each_transaction_is_told_whatever_it_begins_with(db):
    """A task takes one after the other. What was said in the first is not taken for said in the second."""
    own: Any = connection.copy()
    own.settings_dict = own.settings_dict | {"NAME": connection.settings_dict["NAME"]}
    idle = "UPDATE accounts_user SET full_name = full_name WHERE false"
    try:
        with doing({"task": "referrals.run_clocks"}):
            heard = []
            for write in (own.cursor, own.prepared_cursor, own.cursor, own.prepared_cursor):
                own.set_autocommit(False)
                own.prepared_cursor().execute("SELECT 1")
                write().execute(idle)
                cursor = own.cursor()
                cursor.execute("SELECT current_setting('pghistory.context_metadata', true)")
                heard += cursor.fetchone()
                own.commit()
                own.set_autocommit(True)
            own.prepared_cursor().execute(idle)  # outside a transaction nothing is told, and nothing stays
            cursor = own.cursor()
            cursor.execute("SELECT current_setting('pghistory.context_metadata', true)")
            assert (heard, cursor.fetchone()) == (['{"task":"referrals.run_clocks"}'] * 4, ("",))
    finally:
        own.close()
