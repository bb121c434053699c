"""Somebody has got hold of the application: whatever they say to the database, its own rules stand.

The test plays the application's role (docs/adr/0053), on the tables that the owner has made.
"""

import datetime as dt
import os
from contextlib import contextmanager
from io import StringIO
from typing import Any

import environ
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.enums import AccountEventKind
from accounts.models import AccountEvent
from accounts.services import note_account_event
from accounts.tasks import forget_what_ended as nightly
from config.rights import rights
from core.checks import the_application_owns_nothing
from core.history import histories
from core.postgresql.roles import give_rights, stated_rights, what_it_may_undo
from insights.integrity import run_audit
from notifications.delivery import deliver_batch
from notifications.models import Delivery
from referrals.models import Person, RecordAccess, Referral, ReferralEvent, RetentionProposal
from referrals.services.referrals import take_referral_step
from referrals.services.retention import forget, propose_forgetting
from referrals.services.steps import StepDetails
from tests import stage
from tests.as_the_application import application_role, as_the_application
from tests.integrity.conftest import broken
from tests.stage import fresh


def kept(of: Any) -> Any:
    """The history of a row, or of a model's rows."""
    return of.history


def say(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def role(db):
    """The application's role; the test goes on as the owner."""
    return application_role() or pytest.skip("this server has no second role: APPLICATION_DATABASE_URL names none")


@pytest.fixture
def as_application(cast, role):
    with as_the_application():
        yield


def test_every_table_has_its_line_and_postgresql_says_the_same(role):
    assert stated_rights(role) == rights()
    to_anybody = "SELECT relname FROM pg_class, aclexplode(relacl) WHERE grantee = 0 AND relname = ANY(%s)"
    assert say(to_anybody, list(rights())) == []
    assert what_it_may_undo() == ["owns tables, or is a member of a role that does", "may create tables beside them"]
    assert [warning.id for warning in the_application_owns_nothing()] == ["core.W001", "core.W001"]
    say(f"SET ROLE {role}")
    assert (what_it_may_undo(), the_application_owns_nothing()) == ([], [])
    # Whatever way a right comes to it: by its name, by everybody's, or by a role that it is in.
    everywhere = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    assert say(f"{everywhere} AND has_table_privilege(oid, 'TRUNCATE, TRIGGER, REFERENCES')") == []
    written = "has_any_column_privilege(oid, 'INSERT')"
    of_histories = [model._meta.db_table for model in histories()]
    assert say(f"{everywhere} AND relname = ANY(%s) AND {written}", of_histories) == []
    ours = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    is_rule, callable_ = "prorettype = 'trigger'::regtype", "has_function_privilege(oid, 'EXECUTE')"
    armed = "coalesce('search_path=public, pg_temp' = ANY(proconfig), false)"
    assert say(f"{ours} AND {is_rule} AND ({callable_} OR NOT {armed})") == []
    assert say(f"{ours} AND prosecdef AND {callable_}") == [("notifications_take_back",)]
    say("RESET ROLE")
    say(f"GRANT DELETE ON referrals_referralevent TO {role}")
    give_rights(role)
    assert stated_rights(role) == rights()


def closed(cast, now):
    """Rose is referred, looked at, sent walking, comes, and is closed; those who are owed a message have it."""
    onward = stage.onward_at(cast, "completed", at=now)
    said = StepDetails(outcome="goals_met", note="She walks twice a week.")
    take_referral_step(
        referral=Referral.objects.get(pk=onward.referral_id),
        step="close",
        actor=Actor(fresh(cast.link_worker)),
        at=now + dt.timedelta(days=30),
        details=said,
    )
    deliver_batch(at=now + dt.timedelta(days=30))
    Person.objects.filter(pk=onward.referral.person_id).update(first_name="Rosa")
    return Referral.objects.get(pk=onward.referral_id)


def test_the_whole_of_a_referral_is_lived_and_forgotten_by_a_role_that_owns_nothing(as_application, cast, as_user, now):
    referral = closed(cast, now)
    assert as_user(cast.lead).get(f"/api/v1/referrals/{referral.reference}/").status_code == 200
    assert RecordAccess.objects.count() == 1
    assert [row.first_name for row in kept(referral.person).all()] == ["Rose"]
    at = referral.ended_at + dt.timedelta(days=2923)
    assert propose_forgetting(at=at) == 1
    forget(proposal=RetentionProposal.objects.get(), actor=Actor(fresh(cast.lead)), at=at)
    referral = Referral.objects.get(pk=referral.pk)
    assert (referral.forgotten_at, referral.person.first_name) == (at, "Forgotten")
    assert {row.first_name for row in kept(referral.person).all()} == {None}
    assert set(referral.events.values_list("note", flat=True)) == {""}
    assert broken(run_audit(clock=lambda: at)) == {}


NOBODY_DOES = (
    "UPDATE referrals_referralevent SET kind = 'reject'",
    "UPDATE referrals_referralevent SET note = '', note_salt = ''",
    "DELETE FROM referrals_referralevent",
    "UPDATE notifications_delivery SET at = now()",
    "DELETE FROM notifications_delivery",
    "UPDATE referrals_recordaccess SET reader_id = NULL",
    "UPDATE referrals_recordaccess SET words = ''",
    "DELETE FROM referrals_recordaccess",
    "DELETE FROM accounts_accountevent",
    "UPDATE accounts_accountevent SET at = '2020-01-01'",
    "UPDATE accounts_accountevent SET used_at = NULL",
    "UPDATE referrals_personhistory SET first_name = 'Nobody'",
    "UPDATE referrals_personhistory SET first_name = NULL, pgh_salt = ''",
    "UPDATE referrals_personhistory SET pgh_context = NULL",
    "DELETE FROM referrals_personhistory",
    "INSERT INTO referrals_personhistory (pgh_created_at, pgh_label, first_name) VALUES (now(), 'update', 'Nobody')",
    "DELETE FROM referrals_referral",
    "DELETE FROM referrals_person",
    "TRUNCATE referrals_referralevent CASCADE",
    "TRUNCATE django_session",
    "ALTER TABLE referrals_referralevent DISABLE TRIGGER event_append_only",
    "ALTER TABLE referrals_referralevent DISABLE TRIGGER ALL",
    "DROP TRIGGER event_append_only ON referrals_referralevent",
    "INSERT INTO referrals_referralevent TABLE referrals_referralevent ON CONFLICT (id) DO UPDATE SET kind = 'reject'",
    "MERGE INTO referrals_referralevent USING (VALUES (1)) AS one ON true WHEN MATCHED THEN DELETE",
    "COPY referrals_referralevent FROM PROGRAM 'true'",
    "ALTER TABLE referrals_referralevent OWNER TO CURRENT_USER",
    "ALTER FUNCTION referrals_refuse_change() RESET ALL",
    "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
    "DROP TABLE referrals_referralevent CASCADE",
    "DROP FUNCTION referrals_refuse_change() CASCADE",
    "CREATE OR REPLACE FUNCTION referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE RULE nothing AS ON INSERT TO referrals_recordaccess DO INSTEAD NOTHING",
    "CREATE TRIGGER nothing BEFORE UPDATE ON referrals_recordaccess FOR EACH ROW "
    "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE TABLE public.nothing (id int)",
    "CREATE SCHEMA nothing",
    "SET session_replication_role = replica",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "GRANT ALL ON ALL TABLES IN SCHEMA public TO CURRENT_USER; DELETE FROM referrals_referralevent",
    # A decision to forget that stands in a table of the session's own.
    "CREATE TEMP TABLE referrals_retentionproposal AS "
    "SELECT id, id AS referral_id, 'forgotten' AS decision, false AS is_done FROM referrals_referral; "
    "UPDATE referrals_referralevent SET note = '', note_salt = ''",
    # A history written by hand: the function that writes it, on a table of the session's own.
    "CREATE TEMP TABLE forged AS TABLE referrals_person; "
    "CREATE TRIGGER forged AFTER DELETE ON pg_temp.forged FOR EACH ROW "
    "EXECUTE FUNCTION pgtrigger_delete_delete_33811()",
)  # fmt: skip


def test_nobody_undoes_with_it_what_the_database_keeps(as_application, cast, as_user, now):
    referral = closed(cast, now)
    as_user(cast.lead).get(f"/api/v1/referrals/{referral.reference}/")
    note_account_event(user=cast.lead, kind=AccountEventKind.RESET_ASKED, at=timezone.now())
    AccountEvent.objects.update(used_at=timezone.now())
    tables = (ReferralEvent, Delivery, RecordAccess, AccountEvent, kept(Person).rel.related_model)

    def standing():
        return [list(model.objects.order_by("pk").values()) for model in tables]

    before = standing()
    assert all(before)
    said = {}
    for statement in NOBODY_DOES:
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            say(statement)
        said[statement] = str(refused.value).splitlines()[0]
        assert standing() == before, statement
    allowed = ("permission denied", "must be owner", "is append-only", "is kept for a year", "must be superuser")
    assert {statement: words for statement, words in said.items() if not any(word in words for word in allowed)} == {}

    # What is not refused changes nothing, or is on record all the same.
    say("SELECT notifications_take_back('nobody told', %s)", [row["message_id"] for row in before[1]])
    assert standing() == before
    say("SET pgtrigger.ignore = '{update_update}'")
    Person.objects.filter(pk=referral.person_id).update(first_name="Nobody")
    assert [row.first_name for row in kept(referral.person).order_by("pgh_id")] == ["Rose", "Rosa"]


def test_whatever_comes_in_by_a_door_is_done_by_it(role, cast, as_user):
    client = as_user(cast.lead)
    asked_as = set()

    def note(execute, *asked):
        asked_as.add(connection.connection.execute("SELECT current_user").fetchone()[0])
        return execute(*asked)

    for come_in in (
        lambda: client.get("/api/v1/referrals/"),
        nightly,
        lambda: call_command("audit_pathway", stdout=StringIO()),
    ):
        asked_as.clear()
        with connection.execute_wrapper(note):
            come_in()
        assert asked_as == {role}
        assert say("SELECT current_user = session_user") == [(True,)]


SUPERUSER, OWNER, CREATOR, KEEPER_OF_ROLES, WRITER = (
    "is a superuser",
    "owns tables, or is a member of a role that does",
    "may create tables beside them",
    "may create roles, or replicate",
    "is a member of a role that may write anywhere",
)
UNDOING = {
    "ALTER ROLE somebody SUPERUSER": [SUPERUSER, OWNER, CREATOR, WRITER],
    "ALTER TABLE django_session OWNER TO somebody": [OWNER],
    "ALTER ROLE somebody NOINHERIT; GRANT {owner} TO somebody": [OWNER],
    "GRANT CREATE ON SCHEMA public TO somebody": [CREATOR],
    "GRANT CREATE ON SCHEMA public TO PUBLIC": [CREATOR],
    "ALTER ROLE somebody CREATEROLE": [KEEPER_OF_ROLES],
    "ALTER ROLE somebody REPLICATION": [KEEPER_OF_ROLES],
    "GRANT pg_write_all_data TO somebody": [WRITER],
    "GRANT pg_write_server_files TO somebody": [WRITER],
    "GRANT pg_execute_server_program TO somebody": [WRITER],
    "CREATE ROLE between; GRANT pg_write_all_data TO between; GRANT between TO somebody": [WRITER],
}


@pytest.fixture
def as_administrator(role):
    """This database by the server's administrator, who may make roles: all of it is rolled back."""
    administrator = os.environ.get("ADMIN_DATABASE_URL") or pytest.skip("this server has no administrator for tests")
    with a_connection(environ.Env.db_url_config(administrator) | {"NAME": connection.settings_dict["NAME"]}):
        yield


@contextmanager
def a_connection(settings):
    before = connections["default"]
    connections["default"] = another = connections.create_connection("default")
    another.settings_dict = before.settings_dict | settings
    try:
        yield
    finally:
        another.close()
        connections["default"] = before


def test_each_way_to_undo_the_rules_is_warned_of(as_administrator, role):
    owner = connections.settings["default"]["USER"]
    found = {}
    with transaction.atomic():
        say("CREATE ROLE somebody")
        for statement in ("SELECT", *UNDOING):
            with transaction.atomic():
                say(statement.format(owner=connection.ops.quote_name(owner)))
                say("SET LOCAL ROLE somebody")
                found[statement] = what_it_may_undo()
                warnings = the_application_owns_nothing()
                assert [warning.id for warning in warnings] == ["core.W001"] * len(found[statement])
                assert all(words in warning.msg for words, warning in zip(found[statement], warnings, strict=True))
                transaction.set_rollback(True)
        transaction.set_rollback(True)
    assert found == {"SELECT": [], **UNDOING}


def test_a_database_that_cannot_be_asked_is_warned_of(db):
    with a_connection({"HOST": "127.0.0.1", "PORT": "1"}):
        assert [warning.id for warning in the_application_owns_nothing()] == ["core.W002"]
