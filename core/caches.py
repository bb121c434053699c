"""The cache that the processes share, which may be away: nothing here is kept nowhere else."""

import json
import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class Json:
    """How a value lies in Redis. Django would pickle it, and whoever could write there could run a program here."""

    def dumps(self, value: Any) -> int | bytes:
        """Write a value; a whole number as itself, so that Redis can add to it."""
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        """Read it again.

        :raises ValueError: if it is no JSON.
        """
        return json.loads(data)


class _OneClient(RedisCacheClient):
    """Django's, which makes a client for each question, with more work than that. One is kept, with its pool."""

    _kept: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client of the pool that is asked; whoever reads and writes at one server has one."""
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]  # Django's own
        if self._kept is None or self._kept.connection_pool is not pool:
            self._kept = super().get_client(key, write=write)
        return self._kept


class ForgivingRedisCache(RedisCache):
    """Redis; while it is down, a cache in which nothing is ever found.

    What counts in it (throttles, the tries at a password, the codes that were used) then counts nothing: whoever works
    here must be able to sign in and to refer.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        try:
            return super().add(key, value, *args, **kwargs)
        except RedisError:
            _report("add")
            return True

    def get(self, key: Any, default: Any = None, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get(key, default, *args, **kwargs)
        except RedisError:
            _report("get")
            return default

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super().set(key, value, *args, **kwargs)
        except RedisError:
            _report("set")

    def delete(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        try:
            return super().delete(key, *args, **kwargs)
        except RedisError:
            _report("delete")
            return False


def _report(operation: str) -> None:
    logger.exception("The cache could not %s: while Redis is down, no tries are counted", operation)
