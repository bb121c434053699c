"""The database backend: Django's, but that it looks at a kept connection instead of sending a question down it, and
that a statement can be planned once for a connection.
"""

import select
from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg.types.datetime import TimestamptzLoader


class DatabaseOperations(operations.DatabaseOperations):
    """Django's, and they know what a prepared statement was, for who looks at the statements of a test."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """Return the text with its values."""
        text: str = super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)
        return text


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to PostgreSQL. Its health check (CONN_HEALTH_CHECKS) costs nothing."""

    ops_class = DatabaseOperations

    def is_usable(self) -> bool:
        """Return whether the connection still stands.

        Django asks the server (SELECT 1), a round trip for every request. A server that has gone, or that has ended the
        connection, has closed its side of it: then something is there to be read, where nothing is due. A host that
        vanishes without a word is noticed by neither: its question is waited for like any other query. After an error
        the server is asked.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.errors_occurred:
            return bool(super().is_usable())
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        return not socket.poll(0)

    def prepared_cursor(self) -> Any:
        """Return a cursor whose statements the server reads and plans once for the connection, and not each time.

        For statements of which one plan is right whatever the values (`core.statements`).
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor: Any = base.ServerBindingCursor(self.connection)  # type: ignore[call-arg]  # as psycopg's own
            # psycopg's own, in C: Django's reads each moment in Python, which costs a list more than its statement.
            cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
            return self._prepare_cursor(cursor)  # type: ignore[attr-defined]  # as `BaseDatabaseWrapper._cursor` does
