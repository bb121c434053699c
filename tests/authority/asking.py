"""One question to one address, after which everything is as it was before."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from core import limits

WRITES = re.compile(r"""\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|TRUNCATE|SELECT\s+setval)\b[^"]*"?(\w+)?""", re.I)


class Answer(NamedTuple):
    """What came back, and which tables were written to on the way."""

    status: int
    to_sign_in: bool
    written: frozenset[str]
    text: str

    @property
    def is_refusal(self) -> bool:
        return self.status in {401, 403, 404, 410} or self.to_sign_in


def ask(client: Client, method: str, path: str, body: Any = None) -> Answer:
    """Ask, note what is written, and undo it."""
    cache.clear()  # nobody is turned away for asking often
    limits.clear()
    cookies = client.cookies.output()
    said: dict[str, Any] = {}
    if method != "get":
        is_api = path.startswith("/api/")
        said = {"data": json.dumps(body or {}), "content_type": "application/json"} if is_api else {"data": body or {}}
        if not is_api and method != "post":
            said = {"data": "", "content_type": "application/x-www-form-urlencoded"}
    with undone(), noted() as written:
        answer = getattr(client, method)(path, **said)
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    client.cookies = SimpleCookie()
    client.cookies.load(cookies.replace("Set-Cookie: ", ""))
    return Answer(
        answer.status_code,
        "/sign-in/?" in answer.headers.get("Location", ""),
        frozenset(written),
        text.decode(errors="replace"),
    )


@contextmanager
def undone() -> Iterator[None]:
    """Undo what happens inside. To a use case it looks as if a test had begun: it opens a transaction of its own."""
    block: Any = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def noted() -> Iterator[set[str]]:
    """Note the tables to which something is written: by the statements themselves, so that none is missed."""
    tables: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITES.match(sql):
            tables.add(found[1] or sql[:40])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield tables
