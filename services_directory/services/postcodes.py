"""Load an edition of the ONS Postcode Directory.

An edition comes as a table of its own, with the shape of the one that is read. It is filled by COPY, a chunk a
transaction, each with how far the file has been read, so that a load that was killed goes on there. Its indexes are
built when it is full, which is cheaper than keeping them at each row; then it takes the name of the other, which is
dropped, in one transaction. Who reads sees the old edition whole, or the new one whole.

This is not one transaction as other use cases are, nor a merge: a merge of 2.7 million rows into an indexed table
takes twice as long as this (docs/benchmarks.md), and leaves as many dead rows.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from core.errors import Conflict, Invalid
from services_directory.models import Postcode, PostcodeEdition
from services_directory.onspd.columns import Layout, layout_of
from services_directory.onspd.files import PublishedFile, Stream, published_file, read_header
from services_directory.onspd.rows import BLOCK, COLUMNS, Block, Reader, Refusal
from services_directory.services.search_index import mend_search_index

LIVE = Postcode._meta.db_table
NEXT = f"{LIVE}_next"
CHUNK = 64 << 20
REMARKS = 50
"""How many refused rows are remembered with their line; the others are counted."""
_LOCK = 7_134_011
_LOCK_NOT_AVAILABLE = "55P03"
_TRIES, _PATIENCE = 30, "2s"
"""How often, and for how long each time, the change of tables waits for those who read. They wait behind it, too."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a load has come. The first one tells where it begins: `rows` above 0 when it goes on with another."""

    rows: int
    refused: int
    share: float
    """Of the file, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class PostcodesLoaded:
    """What became of a load."""

    edition: PostcodeEdition
    already: bool
    """The same file is the one in use: nothing was loaded."""
    reindexed: int
    """Listings that lie elsewhere now, whose search index was made anew."""


def load_postcodes(
    *,
    path: Path,
    at: dt.datetime,
    restart: bool = False,
    chunk: int = CHUNK,
    progress: Callable[[Progress], object] = lambda _: None,
) -> PostcodesLoaded:
    """Make the postcodes of a file the ones that count; those that are not in it are gone.

    Then the search index of the listings that lie in another neighbourhood by it is made anew. A load that was killed
    in that does it when it is run again.

    :param path: the CSV of the directory as published, the same with gzip (.gz), or the .zip as downloaded.
    :param restart: begin anew, even what was begun or loaded already.
    :param chunk: bytes of the CSV that are committed at a time, at least.
    :param progress: told at the beginning and after each chunk.
    :raises Invalid: if the file cannot be read, lacks a column, or holds no postcode: the postcodes stay as they are.
    :raises Conflict: if another load is running, if the table was changed meanwhile, or if readers keep it busy.
    """
    file = published_file(path)
    with _alone(), file.open() as stream:
        header = read_header(stream)
        layout = layout_of(header)
        if not restart and (done := _in_use()) is not None and done.digest == file.digest:
            return PostcodesLoaded(edition=done, already=True, reindexed=mend_search_index())
        edition = _begun(file, restart=restart) or _begin(file, layout, header_size=stream.tell(), at=at)
        _fill(edition, stream, layout, chunk=chunk, size=file.size, progress=progress)
        if not edition.rows:
            _discard()
            raise Invalid({"file": [f"{file.name} holds no postcode that can stand{_first(edition)}."]})
        _index(edition)
        _take_its_place(edition, at=at)
        return PostcodesLoaded(edition=edition, already=False, reindexed=mend_search_index())


@contextmanager
def _alone() -> Iterator[None]:
    """Let nobody else load meanwhile. PostgreSQL lets go of the lock when this process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            raise Conflict("Postcodes are being loaded by somebody else just now: wait for it to end.")
        try:
            yield
        finally:
            with suppress(DatabaseError):  # what went wrong before is what should be told
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _in_use() -> PostcodeEdition | None:
    """Return the edition whose postcodes count."""
    return PostcodeEdition.objects.filter(loaded_at__isnull=False).order_by("-loaded_at", "-pk").first()


def _begun(file: PublishedFile, *, restart: bool) -> PostcodeEdition | None:
    """Return the edition that a load of this file left unfinished; whatever else is unfinished is discarded."""
    edition = PostcodeEdition.objects.filter(loaded_at__isnull=True).first()
    if edition is None:
        return None
    if not restart and edition.digest == file.digest and _shape(LIVE) == _shape(NEXT):
        return edition
    _discard()
    return None


@transaction.atomic(durable=True)
def _begin(file: PublishedFile, layout: Layout, *, header_size: int, at: dt.datetime) -> PostcodeEdition:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {NEXT} (LIKE {LIVE} INCLUDING ALL EXCLUDING INDEXES)")
    return PostcodeEdition.objects.create(
        file_name=file.name[:255], digest=file.digest, columns=dict(layout.names), started_at=at, lines=1,
        offset=header_size,
    )  # fmt: skip


@transaction.atomic(durable=True)
def _discard() -> None:
    PostcodeEdition.objects.filter(loaded_at__isnull=True).delete()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {NEXT}")


def _fill(
    edition: PostcodeEdition,
    stream: Stream,
    layout: Layout,
    *,
    chunk: int,
    size: int,
    progress: Callable[[Progress], object],
) -> None:
    """Copy what has not been read yet."""

    def tell() -> None:
        share = min(1.0, edition.offset / size) if size else 0.0
        progress(Progress(rows=edition.rows, refused=edition.refused, share=share))

    tell()
    stream.seek(edition.offset)
    blocks = Reader(layout).blocks(stream, lines=edition.lines, size=min(chunk, BLOCK))
    while _copy_chunk(edition, blocks, chunk):
        tell()


@transaction.atomic(durable=True)
def _copy_chunk(edition: PostcodeEdition, blocks: Iterator[Block], chunk: int) -> bool:
    """Copy a chunk, and note in the same transaction how far it reached. Return whether there was anything."""
    ends = edition.offset + chunk
    begun = edition.offset
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY {NEXT} ({columns}) FROM STDIN") as copy:
        for block in blocks:
            copy.write(block.text)
            edition.rows += block.rows
            edition.lines += block.lines
            edition.offset += block.size
            _remember(edition, block.refused)
            if edition.offset >= ends:
                break
    edition.save(update_fields=["rows", "lines", "offset", "refused", "remarks"])
    return edition.offset > begun


def _remember(edition: PostcodeEdition, refused: Sequence[Refusal]) -> None:
    edition.refused += len(refused)
    edition.remarks += [asdict(each) for each in refused[: max(0, REMARKS - len(edition.remarks))]]


def _first(edition: PostcodeEdition) -> str:
    return "".join(f": line {remark['line']}: {remark['reason']}" for remark in edition.remarks[:1]).rstrip(".")


@transaction.atomic(durable=True)
def _index(edition: PostcodeEdition) -> None:
    """Give the full table the indexes and the permissions of the one that is read, and tell the planner what it holds.

    Where a postcode stands twice in the file, its last row counts.
    """
    wanted = _indexes(LIVE)
    if len(_indexes(NEXT)) == len(wanted):
        return
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                _create_indexes(wanted)
        except IntegrityError:
            cursor.execute(
                f"DELETE FROM {NEXT} a USING {NEXT} b"  # noqa: S608 - a name of our own
                " WHERE a.code = b.code AND a.ctid < b.ctid RETURNING a.code"
            )
            twice = [code for (code,) in cursor.fetchall()]
            edition.rows -= len(twice)
            _remember(edition, [Refusal(0, f"{code} stands in the file again further on.") for code in twice])
            edition.save(update_fields=["rows", "refused", "remarks"])
            _create_indexes(wanted)
        cursor.execute(
            "SELECT format('GRANT %%s ON %%I TO %%s', privilege_type, %s,"
            " CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)"
            " FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = %s::regclass",
            [NEXT, LIVE],
        )
        for (grant,) in cursor.fetchall():
            cursor.execute(grant)
        cursor.execute(f"ANALYZE {NEXT}")


@dataclass(frozen=True)
class _Index:
    name: str
    definition: str
    """What stands behind the name of the table: USING btree (…)."""
    unique: bool
    constraint: str
    """PRIMARY KEY or UNIQUE, where it keeps one; else empty."""


def _indexes(table: str) -> list[_Index]:
    """Return the indexes of a table, in the order in which they were made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.relname, substring(pg_get_indexdef(i.oid) from ' (USING .*)'), x.indisunique,"
            " CASE c.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' ELSE '' END"
            " FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_constraint c ON c.conindid = i.oid"
            " WHERE x.indrelid = to_regclass(%s) ORDER BY i.oid",
            [table],
        )
        return [_Index(*row) for row in cursor.fetchall()]


def _create_indexes(wanted: Sequence[_Index]) -> None:
    with connection.cursor() as cursor:
        for number, index in enumerate(wanted):
            unique = "UNIQUE " if index.unique else ""
            cursor.execute(f"CREATE {unique}INDEX {NEXT}_{number} ON {NEXT} {index.definition}")
            if index.constraint:
                cursor.execute(
                    f"ALTER TABLE {NEXT} ADD CONSTRAINT {NEXT}_{number} {index.constraint} USING INDEX {NEXT}_{number}"
                )


def _shape(table: str) -> list[tuple[object, ...]]:
    """Return the columns and the checks of a table: a migration between two runs of a load may have changed them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull, attcollation::text FROM pg_attribute"
            " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
            " UNION ALL SELECT conname::text, pg_get_constraintdef(oid), null, null FROM pg_constraint"
            " WHERE conrelid = to_regclass(%s) AND contype = 'c' ORDER BY 1",
            [table, table],
        )
        return list(cursor.fetchall())


def _take_its_place(edition: PostcodeEdition, *, at: dt.datetime) -> None:
    """Make the new table the one that is read.

    :raises Conflict: if readers keep the old one busy, or it has changed: what was loaded stays where it is.
    """
    for _ in range(_TRIES):
        try:
            return _change_tables(edition, at=at)
        except OperationalError as problem:
            if getattr(problem.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
    raise Conflict("Somebody has been reading postcodes for long, a backup perhaps: run this again when it has ended.")


@transaction.atomic(durable=True)
def _change_tables(edition: PostcodeEdition, *, at: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
        cursor.execute(f"LOCK TABLE {LIVE} IN ACCESS EXCLUSIVE MODE")
        names = [index.name for index in _indexes(LIVE)]
        if _shape(LIVE) != _shape(NEXT) or len(names) != len(_indexes(NEXT)):
            raise Conflict("The table of postcodes was changed while they were loaded: run this again.")
        cursor.execute(f"DROP TABLE {LIVE}")
        cursor.execute(f"ALTER TABLE {NEXT} RENAME TO {LIVE}")
        for number, name in enumerate(names):
            cursor.execute(f"ALTER INDEX {NEXT}_{number} RENAME TO {connection.ops.quote_name(name)}")
    edition.loaded_at = at
    edition.save(update_fields=["loaded_at"])
