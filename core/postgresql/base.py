"""The database backend: Django's, but that it looks at a kept connection instead of sending a question down it, tells
the triggers who is at work, and lets a statement be planned once for a connection.
"""

import re
import select
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base, operations
from psycopg import ClientCursor, RawCursor
from psycopg.errors import FeatureNotSupported
from psycopg.pq import TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

if TYPE_CHECKING:
    Cursor = ClientCursor[Any]
else:
    Cursor = base.Cursor

from core.doing import told

_MAY_CHANGE = ("INSERT", "UPDATE", "DELETE", "MERGE", "WITH")
"""How statements begin that may change a row; no other can be sure to stand behind another (VACUUM, CREATE INDEX …)."""
_CHANGES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
_PLACES = re.compile(r"%(?:%|s|\((\w+)\)s)")


class TellingCursor(Cursor):
    """Says who is at work (`core.doing`) before the first statement of a transaction that may change a row, in the same
    round trip, for that transaction alone: nothing is left on a kept connection.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        said = _to_be_told(self.connection, query) if isinstance(query, str) else None
        if said is None:
            return super().execute(query, params, **options)
        own = (said, *params) if isinstance(params, list | tuple) else (said,) if params is None else params
        if params is None:
            query = query.replace("%", "%%")
        elif isinstance(params, dict):
            own = {"doing": said, **params}
        place = "%(doing)s" if isinstance(params, dict) else "%s"
        super().execute(f"SELECT set_config('pghistory.context_metadata', {place}, true); {query}", own, **options)
        while self.nextset():  # the answer is that of the last statement
            pass
        self.connection.told = said  # type: ignore[attr-defined]
        return self


class PreparedCursor(RawCursor[Any]):
    """The same for statements that the server plans once: here it takes a round trip of its own. Outside a transaction
    it cannot be told; there only what no trigger writes down is changed this way.

    A migration beside a running process may change what a planned statement answers (a column made longer is enough).
    PostgreSQL then refuses it, and would each time: outside a transaction it is planned anew and asked again at once.
    In one the request fails, once: at a rollback psycopg forgets all that was planned.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        said = _to_be_told(self.connection, query)
        if said is not None and not self.connection.autocommit:
            super().execute(b"SELECT set_config('pghistory.context_metadata', $1, true)", (said,))
            self.connection.told = said  # type: ignore[attr-defined]
        if params is not None:
            query, names = _numbered(query)
            params = [params[name] for name in names] if isinstance(params, dict) else params
        try:
            return super().execute(query, params, **options)
        except FeatureNotSupported:  # "cached plan must not change result type"
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            self.connection.execute("DEALLOCATE ALL")
            return super().execute(query, params, **options)


@lru_cache(maxsize=2048)
def _numbered(query: str) -> tuple[bytes, list[str]]:
    """Return a statement with its places as PostgreSQL numbers them, and the names that they had, if any.

    psycopg's cursors do it with each call, where a statement is longer than 4,096 letters or has more than 50 places.
    """
    names: dict[str, str] = {}
    numbers = count(1)

    def number(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%"
        if place[1] is None:
            return f"${next(numbers)}"
        return names.setdefault(place[1], f"${len(names) + 1}")

    return _PLACES.sub(number, query).encode(), list(names)


def _to_be_told(connection: Any, query: str) -> str | None:
    """Return what the triggers do not know yet; None if there is nothing, or nothing is going to be changed."""
    if connection.info.transaction_status == TransactionStatus.IDLE:
        connection.told = ""
    begins = query.lstrip()[:9].upper()
    if begins == "ROLLBACK ":  # … TO SAVEPOINT takes back what was told since
        connection.told = None
    if not begins.startswith(_MAY_CHANGE) or (begins.startswith("WITH") and not _CHANGES.search(query)):
        return None
    said = told()
    known = getattr(connection, "told", "")
    return None if said == known else said


class DatabaseOperations(operations.DatabaseOperations):
    """Django's, and they know what a prepared statement was, for who looks at the statements of a test."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """Return the text with its values."""
        text: str = super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)
        return text


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to PostgreSQL. Its health check (CONN_HEALTH_CHECKS) costs nothing."""

    ops_class = DatabaseOperations
    _prepared: PreparedCursor | None = None

    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.cursor_factory = TellingCursor
        return connection

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
        """Return the cursor whose statements the server reads and plans once for the connection, and not each time.

        For statements of which one plan is right whatever the values (`core.statements`). There is one, and it is kept,
        with all that it has found out of types. Whoever asks reads the whole answer at once.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self.connection.info.transaction_status == TransactionStatus.IDLE:
            self.connection.told = ""  # a transaction that begins with such a statement has been told nothing either
        if self._prepared is None or self._prepared.closed or self._prepared.connection is not self.connection:
            with self.wrap_database_errors:
                self._prepared = PreparedCursor(self.connection)
            # psycopg's own, in C: Django's reads each moment in Python, which costs a list more than its statement.
            self._prepared.adapters.register_loader("timestamptz", TimestamptzLoader)
        return self._prepare_cursor(self._prepared)  # type: ignore[attr-defined]  # as `BaseDatabaseWrapper._cursor` does
