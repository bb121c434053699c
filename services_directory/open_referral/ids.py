"""A set of ids that takes 16 bytes for each: a run over 100,000 records remembers them all in a few mebibytes."""

BUCKETS = 4096
_SIZE = 16


class Ids:
    """Ids that were met, given as canonical text or in their 16 bytes."""

    def __init__(self) -> None:
        self._buckets = [bytearray() for _ in range(BUCKETS)]

    def __contains__(self, key: str | bytes) -> bool:
        short = _short(key)
        return _is_in(self._buckets[hash(short) % BUCKETS], short)

    def add(self, key: str | bytes) -> None:
        """Put an id in; it need not be new."""
        short = _short(key)
        bucket = self._buckets[hash(short) % BUCKETS]
        if not _is_in(bucket, short):
            bucket += short


def _is_in(bucket: bytearray, short: bytes) -> bool:
    found = bucket.find(short)
    while found % _SIZE and found != -1:  # the end of one id and the beginning of the next
        found = bucket.find(short, found + 1)
    return found != -1


def _short(key: str | bytes) -> bytes:
    return key if isinstance(key, bytes) else bytes.fromhex(key.replace("-", ""))
