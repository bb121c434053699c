"""The listing of every clock says what there is: settings, columns, indexes, and tests that exist."""

import ast
from pathlib import Path

import pytest
from django.db import connection

from referrals.clocks import CLOCKS
from referrals.models import TeamPolicy
from referrals.models.scheme_clocks import OF_A_SCHEME
from tests.clocks.listing import SHOWN, table

TESTS = Path(__file__).resolve().parents[1]
DOCUMENT = TESTS.parent / "docs" / "clocks.md"


def test_the_document_has_the_listing():
    assert table() in DOCUMENT.read_text(encoding="utf-8")


def test_every_clock_is_shown_by_tests():
    assert list(SHOWN) == [clock.key for clock in CLOCKS]


@pytest.mark.parametrize("place", sorted({place for pair in SHOWN.values() for place in pair if place}))
def test_each_test_that_is_named_exists(place):
    path, _, name = place.partition("::")
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_each_setting_that_is_named_has_its_default():
    fields = {field.name: field for field in TeamPolicy._meta.concrete_fields}
    named = {name: clock for clock in CLOCKS for name in clock.setting.split(", ") if name in fields}
    assert len(named) == 12
    for name, clock in named.items():
        assert str(fields[name].default) in clock.default, name


def test_what_a_scheme_may_set_of_its_own_is_said_beside_each_clock():
    said = {name: clock for clock in CLOCKS for name in clock.of_scheme.split(", ") if name}
    assert set(said) == set(OF_A_SCHEME)
    assert sum(len(clock.of_scheme.split(", ")) for clock in CLOCKS if clock.of_scheme) == len(OF_A_SCHEME)
    for name, clock in said.items():
        assert name in clock.setting.split(", "), name


def test_each_index_that_is_named_exists(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        known = {name for (name,) in cursor.fetchall()}
    named = {name for clock in CLOCKS for name in clock.index.split(", ") if " " not in name}
    assert named <= known
    assert len(named) == 10
