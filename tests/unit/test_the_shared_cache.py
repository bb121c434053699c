"""The cache in Redis asks by one client, which keeps its connections."""

from core.caches import ForgivingRedisCache


def test_a_client_is_made_once_and_not_for_each_question():
    cache = ForgivingRedisCache("redis://127.0.0.1:1/0", {})
    assert cache.get("throttle") is None
    client = cache._cache.get_client("throttle")
    assert cache.add("throttle", 1) is True
    assert cache._cache.get_client("throttle", write=True) is client


def test_who_reads_elsewhere_than_they_write_is_asked_by_the_right_client():
    cache = ForgivingRedisCache("redis://127.0.0.1:1/0;redis://127.0.0.1:1/1", {})
    for _ in range(2):
        written, read = cache._cache.get_client("throttle", write=True), cache._cache.get_client("throttle")
        assert written.connection_pool.connection_kwargs["db"] == 0
        assert read.connection_pool.connection_kwargs["db"] == 1
