"""Redis, asked briefly: a watcher must have an answer while Redis hangs."""

import redis
from django.conf import settings

PATIENCE = 0.5
"""Seconds."""
QUEUES = ("notifications", "periodic", "default")


def queue_lengths() -> dict[str, int] | None:
    """Return how many tasks wait in each queue, or None if Redis does not answer."""
    try:
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
        ) as broker:
            return {queue: int(broker.llen(queue)) for queue in QUEUES}
    except redis.RedisError:
        return None
