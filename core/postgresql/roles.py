"""Two roles: one owns the tables and migrates, the other is the application's and owns nothing (docs/adr/0053).

What the application may do with each table stands in one place (`settings.DATABASE_RIGHTS`), and is given after every
`migrate`. Where both are one role, as in tests, nothing is given: who owns a table may do everything with it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection, transaction
from django.utils.module_loading import import_string
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

Rights = Mapping[str, frozenset[str]]
"""By table, what may be done with it, in PostgreSQL's words: SELECT, INSERT, UPDATE or UPDATE (column), DELETE."""

_STATED = """
SELECT relname, coalesce(array_agg(given.said) FILTER (WHERE given.said IS NOT NULL), '{}')
FROM pg_class LEFT JOIN LATERAL (
    SELECT privilege_type FROM aclexplode(relacl) WHERE grantee = %(role)s::regrole
    UNION ALL
    SELECT format('%%s (%%I)', privilege_type, attname) FROM pg_attribute, aclexplode(attacl)
    WHERE attrelid = pg_class.oid AND grantee = %(role)s::regrole
) AS given (said) ON true
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') GROUP BY relname
"""

_ARM = """
-- pgtrigger lets a session name triggers that should not fire. Ours always do.
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE sql IMMUTABLE
AS 'SELECT false';

-- A table of the session's own, of the same name, would be looked at first: rules look at the tables that are meant.
-- Who has no right to a function cannot hang it on a table of their own, either. Histories are written by their owner
-- alone, when a row changes.
DO $$
DECLARE rule record;
BEGIN
    FOR rule IN
        SELECT oid::regprocedure AS name, proname LIKE 'pgtrigger\\_%' AS writes_history, prosecdef, proconfig, proacl
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
            AND pg_has_role(proowner, 'USAGE')
    LOOP
        IF NOT coalesce(rule.proconfig::text LIKE '%search_path=%', false) THEN
            EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', rule.name);
        END IF;
        IF rule.writes_history AND NOT rule.prosecdef THEN
            EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', rule.name);
        END IF;
        IF rule.proacl IS NULL THEN
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', rule.name);
        END IF;
    END LOOP;
END $$;
"""

_NOT_THE_OWNER = "This is for the role that owns the tables: name it in MIGRATION_DATABASE_URL (docs/running.md)."

_MAY_UNDO = """
SELECT ARRAY_REMOVE(ARRAY[
    CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN 'is a superuser' END,
    CASE WHEN EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND pg_has_role(relowner, 'MEMBER')) THEN 'owns tables, or is a member of a role that does' END,
    CASE WHEN has_schema_privilege('public', 'CREATE') THEN 'may create tables beside them' END,
    CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolcreaterole OR rolreplication))
        THEN 'may create roles, or replicate' END,
    CASE WHEN EXISTS (SELECT FROM pg_roles WHERE pg_has_role(oid, 'MEMBER') AND rolname IN (
        'pg_write_all_data', 'pg_maintain', 'pg_write_server_files', 'pg_execute_server_program'))
        THEN 'is a member of a role that may write anywhere' END
], NULL)
"""


@contextmanager
def as_owner() -> Iterator[None]:
    """Be the role that owns the tables meanwhile (MIGRATION_DATABASE_URL); nothing changes where there is only one."""
    before = connection.settings_dict
    owner = before | settings.DATABASE_OWNER
    if owner == before:
        yield
        return
    connection.close()
    connection.settings_dict = owner
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


class OwnersCommand(BaseCommand):
    """A command that makes, changes or drops tables.

    :raises CommandError: where it was started as the application, without MIGRATION_DATABASE_URL.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        with as_owner():
            try:
                return super().execute(*args, **options)
            except ProgrammingError as problem:
                if isinstance(problem.__cause__, InsufficientPrivilege):
                    raise CommandError(
                        f"{_NOT_THE_OWNER} PostgreSQL said: {problem.__cause__.diag.message_primary}."
                    ) from problem
                raise


def wanted_rights() -> Rights:
    """Return what the application needs."""
    rights: Rights = import_string(settings.DATABASE_RIGHTS)()
    return rights


def stated_rights(role: str) -> Rights:
    """Return what PostgreSQL says that a role was given, of every table there is."""
    with connection.cursor() as cursor:
        cursor.execute(_STATED, {"role": connection.ops.quote_name(role)})
        return {table: frozenset(said) for table, said in cursor.fetchall()}


@transaction.atomic
def give_rights(role: str | None = None) -> None:
    """Let the tables' rules stand whoever changes a row, and give the application what it needs and nothing else.

    As the owner of the tables. Safe to run twice: what is as it should be stays untouched.

    :param role: the application's; by default that of DATABASE_URL, unless it is the owner.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ARM)
        role = role or settings.DATABASES["default"]["USER"]
        if role == connection.settings_dict["USER"]:
            return
        name, stated = sql.Identifier(role), stated_rights(role)
        cursor.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}").format(name))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        for table, rights in wanted_rights().items():
            if table in stated and stated[table] != rights:
                cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), name))
                given = sql.SQL(", ").join(sql.SQL(right) for right in sorted(rights))
                cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(given, sql.Identifier(table), name))


def what_it_may_undo() -> list[str]:
    """Return by what the role of this connection could undo the database's own rules; empty: by nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_MAY_UNDO)
        (found,) = cursor.fetchone()
    return list(found)
