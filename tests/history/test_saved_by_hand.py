"""Rows that are saved by statements written once: as Django would save them; and the triggers are told who it was."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from django.db.models.sql import InsertQuery

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
