"""What becomes of the decisions when the tables change: on the way there, and, should it be needed, back."""

import datetime as dt
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection

from referrals import migrations
from referrals.models import Consent

NAME = next(path.stem for path in Path(migrations.__path__[0]).glob("*_consent.py"))
MIGRATION = import_module(f"referrals.migrations.{NAME}")


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


@pytest.fixture
def decisions(cast, referral_at, now):
    referral = referral_at("active", consent=None)

    def add(**said):
        said = {"decision": "given", "decided_on": dt.date(2026, 10, 1)} | said
        return Consent.objects.create(referral=referral, recorded_by=cast.gp, recorded_at=now, **said).pk

    return add


def test_what_was_recorded_before_was_said_on_that_day_in_england(decisions):
    decisions()
    run(MIGRATION.DECIDED_WHEN_RECORDED)
    assert Consent.objects.values_list("decided_on", "purpose").get() == (
        dt.date(2026, 11, 2), "share_with_providers",
    )  # fmt: skip


def test_on_the_way_back_no_yes_becomes_wider_than_it_was(cast, decisions):
    kept = {
        "a yes to all": decisions(),
        "a no to one": decisions(decision="refused", to_service=cast.walking),
        "a withdrawal": decisions(decision="withdrawn"),
    }
    for said in (
        {"purpose": "contact_by_research"},
        {"purpose": "full_message_back", "decision": "withdrawn"},
        {"to_service": cast.walking},
        {"to_organization": cast.leisure.organization},
        {"expires_on": dt.date(2027, 1, 1)},
    ):
        decisions(**said)
    run(MIGRATION.ONLY_WHAT_WAS_KNOWN_BEFORE)
    assert list(Consent.objects.order_by("id").values_list("id", "decision")) == [
        (kept["a yes to all"], "given"), (kept["a no to one"], "withdrawn"), (kept["a withdrawal"], "withdrawn"),
    ]  # fmt: skip


def test_the_rows_are_append_only_again_after_it(decisions):
    decisions()
    run(MIGRATION.DECIDED_WHEN_RECORDED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'consent_append_only'")
        assert cursor.fetchone() == ("O",)
