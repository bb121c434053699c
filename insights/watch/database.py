"""PostgreSQL, asked briefly: a watcher must have an answer while it hangs, and a query has no end of its own then."""

import threading

from django.db import Error, connection

PATIENCE = 2.0
"""Seconds."""
MOST_ASKING = 4
"""Threads that may wait for an answer at once, however often a watcher asks."""

_asking: list[threading.Thread] = []


def hangs() -> bool:
    """Whether the database takes a connection and a query and says nothing. One that refuses does not hang."""
    _asking[:] = [thread for thread in _asking if thread.is_alive()]
    if len(_asking) >= MOST_ASKING:
        return True
    thread = threading.Thread(target=_ask, daemon=True)
    _asking.append(thread)
    thread.start()
    thread.join(PATIENCE)
    return thread.is_alive()


def _ask() -> None:
    try:
        with connection.cursor() as cursor:  # of this thread
            cursor.execute("SELECT 1")
    except Error:
        pass  # whoever asks the rest finds out how
    finally:
        connection.close()
