"""What a line of the log says, and what must never be in one.

Each line is a JSON object with a fixed set of names: nothing that a library hangs on a record comes along by itself.
The words of an error stay out, because they repeat values: a database names the row that it refused. Its kind, its
places in the code and what PostgreSQL says of itself (SQLSTATE, constraint) are enough to find a bug. Addresses stay
out for the same reason: the route stands for them.
"""

import datetime as dt
import json
import logging
import traceback
from collections.abc import Iterator

from django.http import HttpRequest
from django_guid import get_guid

EVERY_SECOND = "notifications.deliver_due"
EXTRAS = ("method", "route", "status", "ms", "user", "message_id")
"""What our own lines may add by `extra`."""
_OF_CELERY = {"exc", "traceback", "args", "kwargs", "return_value"}
"""What Celery's lines repeat of a task: its error's words, and what it was called with."""


_LINE = json.JSONEncoder(default=str)


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: time (UTC), level, logger, request_id, message, and what else is allowed."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": get_guid(),
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in EXTRAS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = list(without_words(record.exc_info[1]))
        return _LINE.encode(line)


class WithoutTheEverySecond(logging.Filter):
    """Drops what Celery says each second of the task that looks for due messages; its warnings stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO or EVERY_SECOND not in record.getMessage()


class WithoutPersonalData(logging.Filter):
    """Takes out of a line's arguments the words of errors, what tasks were called with, and addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and str(error) and str(error) in str(record.msg):
            # Django says of what it finds suspicious only the error's words: a Host, say, as it was sent.
            record.msg, record.args = type(error).__name__, ()
        if "message body" in str(record.msg) and isinstance(record.args, tuple):  # a task that Celery does not know
            record.args = tuple(value if isinstance(value, BaseException) else "…" for value in record.args)
        if record.name == "django.security.csrf" and isinstance(record.args, tuple):  # a reason, and where it came from
            record.args = tuple(str(value).partition(" - ")[0] for value in record.args)
        if record.name == "django.server" and isinstance(record.args, tuple):  # "GET /p/…/ HTTP/1.1", of runserver
            record.args = tuple(value.partition(" ")[0] if isinstance(value, str) else value for value in record.args)
        if isinstance(record.args, dict):
            record.args = {name: "…" if name in _OF_CELERY else value for name, value in record.args.items()}
        elif record.args:
            path = getattr(getattr(record, "request", None), "path", None)
            route = route_of(record.request) if path is not None else ""  # type: ignore[attr-defined]
            record.args = tuple(
                type(value).__name__ if isinstance(value, BaseException) else route if value == path else value
                for value in record.args
            )
        return True


def route_of(request: HttpRequest) -> str:
    """Return the pattern which an address matched, or which kind of address matched none: never the address."""
    match = getattr(request, "resolver_match", None)
    return match.route or "/" if match is not None else "(no route)"


def without_words(error: BaseException | None) -> Iterator[str]:
    """Tell an error and what led to it, the last first, each with the places in the code: a line each."""
    while error is not None:
        yield f"{type(error).__module__}.{type(error).__qualname__}{_of_postgresql(error)}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        for inner in getattr(error, "exceptions", ()):  # of a group
            yield from without_words(inner)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _of_postgresql(error: BaseException) -> str:
    said = getattr(error, "diag", None)
    if said is None:
        return ""
    return f" ({', '.join(word for word in (said.sqlstate, said.table_name, said.constraint_name) if word)})"
