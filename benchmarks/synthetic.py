"""A made-up past of any size, that keeps every rule: `python -m benchmarks.synthetic --referrals 1000000`.

Some lives of a referral are lived through the services, step by step, as in life (`benchmarks.lives`); the database
then copies them as often as is asked for, each copy with references, people, teams, workers and days of its own, and
with hashes that are right, because the chain is made anew. Skewed as real use is: one team in two hundred has three
tenths of all, four fifths have ended, and what is open lies about today with a long tail of what was forgotten.

It fills the database of DATABASE_URL, which must hold no referral yet, by INSERT ... SELECT over generate_series, some
thousands at a time. It needs the rights of a superuser there: the triggers look away meanwhile
(`session_replication_role`), for they ask of each row what is known to be so of all; whether it is so,
`manage.py audit_pathway` proves afterwards.
"""

import argparse
import datetime as dt
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate, product
from typing import TYPE_CHECKING, Any

import django
import psycopg

from benchmarks.lives import (
    ANSWERED_SOON,
    AT,
    LIVES,
    NEIGHBOURHOODS,
    OPEN,
    SECTORS,
    Towns,
    live,
    say_that_all_was_delivered,
    settle,
)
from benchmarks.people import BIRTHS, FAMILY_NAMES, FIRST_BIRTH, FIRST_NAMES
from core.identifiers import REFERENCE_ALPHABET

if TYPE_CHECKING:
    from referrals.models import Referral
    from tests.stage import Cast

CHUNK, AT_ONCE = 10_000, 2
"""Referrals that one round of statements makes, and connections that make them beside each other."""
HANGS_ON = {
    "referrals_referral": "id", "referrals_referralneed": "referral_id", "referrals_risk": "referral_id",
    "referrals_consent": "referral_id", "referrals_contact": "referral_id", "referrals_casenote": "referral_id",
    "referrals_casetask": "referral_id", "referrals_onwardreferral": "referral_id",
    "referrals_referralevent": "referral_id",
}  # fmt: skip
"""What is copied with a referral, by the column that says whose it is."""
FILLED = (*HANGS_ON, "referrals_person", "notifications_outboxmessage", "notifications_delivery")
KEEPS_ITS_NUMBER = {"referrals_referral", "referrals_onwardreferral"}
"""Of the others the database gives the numbers."""
OF_THE_PERSON = {
    "date_of_birth": "c.born", "birth_key": "c.birth_key", "name_keys": "c.names", "nhs_number": "''",
    "postcode": "c.postcode",
}  # fmt: skip
DAY = re.compile(r"2026-\d\d-\d\d|2027-\d\d-\d\d")

Row = dict[str, str]
"""Of each column, the SQL that makes it from `c`, which is a row of the table `copy`."""


def main() -> int:
    """Fill the database, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--referrals", type=int, default=1_000_000)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    begun = time.perf_counter()
    rows = fill(os.environ["DATABASE_URL"], arguments.referrals)
    print(f"{arguments.referrals:,} referrals, {rows:,} rows, in {time.perf_counter() - begun:.0f} s")
    return 0


def fill(url: str, referrals: int) -> int:
    """Live the lives, and copy them until there are so many referrals; return how many rows were written.

    :raises SystemExit: if there are referrals already.
    """
    from referrals.models import Referral  # noqa: PLC0415 - Django is set up by then
    from tests.stage import build_cast  # noqa: PLC0415

    if Referral.objects.exists():
        raise SystemExit("There are referrals already: give a database without.")
    cast = build_cast()
    lives = {name: live(cast, name) for name in LIVES}
    say_that_all_was_delivered()
    towns = settle()
    with psycopg.connect(url, autocommit=True) as database:
        templates = [template_of(database, cast, referral) for referral in lives.values()]
        prepare(database, towns)
        with without_indexes(url):
            rows = copy(url, templates, referrals)
        database.execute("DROP TABLE made_up_team, made_up_worker, made_up_practice, made_up_name, made_up_birth")
        for table in KEEPS_ITS_NUMBER:
            database.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
        at_once(url, [f"VACUUM (ANALYZE, FREEZE) {table}" for table in FILLED])
    return rows


# --- Read as templates --------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Template:
    """The rows of one life."""

    referral: Row = field(default_factory=dict)
    rows: list[tuple[str, Row]] = field(default_factory=list)
    """What hangs on it, but for those below."""
    events: list[tuple[str, Row]] = field(default_factory=list)
    """In the order of the chain, each with the SQL of the text that is hashed; the hash before it is c.previous."""
    messages: list[Row] = field(default_factory=list)
    deliveries: list[Row] = field(default_factory=list)


def template_of(database: psycopg.Connection[Any], cast: "Cast", referral: "Referral") -> Template:
    """Read the rows of a referral."""
    template = Template()
    onward = {str(row.pk): row.reference for row in referral.onward_referrals.order_by("id")}
    numbers = {number: f"c.onward_{place}_id" for place, number in enumerate(onward)}
    names = {
        referral.reference: "reference", str(cast.team.pk): "team", cast.team.inbox_email: "team_inbox",
        str(cast.link_worker.pk): "worker", cast.link_worker.email: "worker_email",
        str(cast.practice.pk): "practice", cast.practice.inbox_email: "practice_inbox",
        str(cast.gp.pk): "gp", cast.gp.email: "gp_email", str(referral.person_id): "person",
        referral.first_name: "first_name", referral.family_name: "family_name",
        **{reference: f"onward_{place}" for place, reference in enumerate(onward.values())},
    }  # fmt: skip
    own = re.compile("|".join([*map(re.escape, names), DAY.pattern]))

    def made(cell: str | None) -> str:
        """Return the SQL of a cell: as it is, but for what a copy has of its own."""
        if cell is None:
            return "NULL"
        parts, last = [], 0
        for found in own.finditer(cell):
            parts.append(quoted(cell[last : found.start()]))
            word = found[0]
            parts.append(f"c.{names[word]}" if word in names else f"(date '{word}' - c.back)::text")
            last = found.end()
        parts.append(quoted(cell[last:]))
        return " || ".join(part for part in parts if part != "''") or "''"

    def rows(table: str, where: str) -> Iterator[dict[str, str | None]]:
        columns = ", ".join(f'"{column}"::text' for column in columns_of(table))
        order = f"{table}.sequence" if table == "referrals_referralevent" else "1"  # the number, not its text
        cursor = database.cursor(row_factory=psycopg.rows.dict_row)
        yield from cursor.execute(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order}").fetchall()  # noqa: S608

    for table, column in HANGS_ON.items():
        for cells in rows(table, f"{column} = {referral.pk}"):
            row = {name: made(cell) for name, cell in cells.items()} | {column: "c.id"}
            match table:
                case "referrals_referral":
                    row |= OF_THE_PERSON | {"chain_hash": f"h{len(template.events)}.hash"}
                    template.referral = row | due_about_today(cells)
                    continue
                case "referrals_onwardreferral":
                    row |= due_about_today(cells) | {"id": numbers[str(cells["id"])]}
                    if cells["rerouted_from_id"] is not None:
                        row["rerouted_from_id"] = numbers[cells["rerouted_from_id"]]
                case "referrals_referralevent":
                    if cells["onward_referral_id"] is not None:
                        row["onward_referral_id"] = numbers[cells["onward_referral_id"]]
                    text, previous = str(cells["hashed_text"]), str(cells["previous_hash"])
                    assert text.endswith(f'"{previous}"]')  # noqa: S101 - else the chain is made otherwise
                    before = f"h{len(template.events)}.hash"
                    row["hashed_text"] = f"""{made(text[: len(text) - len(previous) - 2])} || {before} || '"]'"""
                    row |= {"previous_hash": before, "hash": f"h{len(template.events) + 1}.hash"}
                    template.events.append((row["hashed_text"], row))
                    continue
            template.rows.append((table, row))
    template.referral["chain_hash"] = f"h{len(template.events)}.hash"
    about = ", ".join(f"'{reference}'" for reference in (referral.reference, *onward.values()))
    for place, cells in enumerate(rows("notifications_outboxmessage", f"context->>'reference' IN ({about})")):
        number = f"('00000000-0000-4000-8001-' || lpad(to_hex(c.n * 64 + {place}), 12, '0'))"
        template.messages.append({name: made(cell) for name, cell in cells.items()} | {"id": number})
        wire_id = f"'<' || {number} || '@made-up.example>'"
        template.deliveries.append(
            {"message_id": number, "at": made(cells["sent_at"]), "wire_id": wire_id, "attempts": "1"}
        )
    for cells in rows("referrals_person", f"id = '{referral.person_id}'"):
        row = {name: made(cell) for name, cell in cells.items()}
        instead = {"date_of_birth": "c.born", "nhs_number": "''"}
        template.rows.append(("referrals_person", row | instead))
    return template


def due_about_today(cells: dict[str, str | None]) -> Row:
    """Return when somebody looks at what is open: about today, whenever it began."""
    return {"next_action_on": "c.due"} if cells["next_action_on"] is not None else {}


def quoted(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def columns_of(table: str) -> list[str]:
    """Return the columns that are written: not the number, where the database gives it."""
    from django.apps import apps  # noqa: PLC0415 - Django is set up by then

    app, name = table.split("_", 1)
    fields = apps.get_model(app, name)._meta.concrete_fields
    given = table in KEEPS_ITS_NUMBER or table in {"referrals_person", "notifications_outboxmessage"}
    return [str(each.column) for each in fields if given or not each.primary_key or each.is_relation]


# --- Copied -------------------------------------------------------------------------------------------------------


def prepare(database: psycopg.Connection[Any], towns: Towns) -> None:
    """Write down what each copy chooses from."""
    from referrals.matching.keys import birth_key, name_keys  # noqa: PLC0415 - Django is set up by then

    days = [FIRST_BIRTH + dt.timedelta(days=number) for number in range(BIRTHS)]
    people = list(product(FIRST_NAMES.split(), FAMILY_NAMES.split()))
    tables: dict[str, tuple[str, Iterable[tuple[Any, ...]]]] = {
        "made_up_team": ("n int, team text, team_inbox text", ((n, *t.values()) for n, t in enumerate(towns.teams))),
        "made_up_worker": (
            "of int, n int, worker text, worker_email text",
            ((of, n, *each.values()) for of, workers in enumerate(towns.workers) for n, each in enumerate(workers)),
        ),
        "made_up_practice": (
            "n int, practice text, practice_inbox text, gp text, gp_email text",
            ((n, *each.values()) for n, each in enumerate(towns.practices)),
        ),
        "made_up_birth": ("n int, born date, birth_key text", ((n, d, birth_key(d)) for n, d in enumerate(days))),
        "made_up_name": (
            "n int, first_name text, family_name text, names text[]",
            ((n, first, family, list(name_keys(first, family))) for n, (first, family) in enumerate(people)),
        ),
    }
    for table, (columns, rows) in tables.items():
        database.execute(f"CREATE UNLOGGED TABLE {table} ({columns})")
        with database.cursor().copy(f"COPY {table} FROM STDIN") as into:
            for row in rows:
                into.write_row(row)
        database.execute(f"ANALYZE {table}")


def chosen(first: int, last: int, *, today: dt.date) -> str:
    """Return the statement that draws the copies of these numbers."""
    places = list(LIVES)
    weights = ", ".join(str(weight) for weight in accumulate(LIVES.values()))
    still_open = ", ".join(str(places.index(life)) for life in OPEN)
    soon = ", ".join(str(places.index(life)) for life in ANSWERED_SOON)
    moved = (today - AT.date()).days
    return f"""
INSERT INTO copy
SELECT drawn.n, drawn.life, drawn.n + 1000, {reference_of("R", "drawn.n")},
    2 * drawn.n + 1000, {reference_of("O", "(2 * drawn.n)")},
    2 * drawn.n + 1001, {reference_of("O", "(2 * drawn.n + 1)")},
    '00000000-0000-4000-8000-' || lpad(to_hex(drawn.n), 12, '0'),
    CASE
        WHEN drawn.life IN ({soon}) THEN 11 + floor(7 * drawn.age)::int
        WHEN drawn.life IN ({still_open}) THEN 11 + floor(400 * power(drawn.age, 4))::int
        ELSE 11 + floor(1095 * drawn.age)::int
    END - {moved},
    date '{today}' + round(drawn.ahead * drawn.ahead * drawn.ahead * 30)::int + 2,
    'ZY' || (drawn.n * 7919 % {NEIGHBOURHOODS}) || ' ' || 1 + drawn.n % {SECTORS - 1} || 'AA',
    team.team, team.team_inbox, worker.worker, worker.worker_email,
    practice.practice, practice.practice_inbox, practice.gp, practice.gp_email,
    name.first_name, name.family_name, name.names, birth.born, birth.birth_key
FROM (
    SELECT n, width_bucket(random() * 100, ARRAY[{weights}]::float8[]) AS life,
        CASE WHEN random() < 0.3 THEN 0 ELSE floor(power(random(), 2) * (SELECT count(*) FROM made_up_team))::int END
            AS team,
        floor(random() * (SELECT max(n) + 1 FROM made_up_worker))::int AS worker,
        floor(random() * (SELECT count(*) FROM made_up_practice))::int AS practice,
        floor(random() * (SELECT count(*) FROM made_up_name))::int AS name,
        floor(random() * (SELECT count(*) FROM made_up_birth))::int AS birth,
        random() AS age, 2 * random() - 1 AS ahead
    FROM generate_series({first}::bigint, {last}) AS n
) AS drawn
JOIN made_up_team AS team ON team.n = drawn.team
JOIN made_up_worker AS worker ON worker.of = drawn.team AND worker.n = drawn.worker
JOIN made_up_practice AS practice ON practice.n = drawn.practice
JOIN made_up_name AS name ON name.n = drawn.name
JOIN made_up_birth AS birth ON birth.n = drawn.birth
"""  # noqa: S608 - our own text, no value


COPY_TABLE = """
CREATE TEMP TABLE copy (
    n bigint, life int, id bigint, reference text, onward_0_id bigint, onward_0 text, onward_1_id bigint, onward_1 text,
    person text, back int, due date, postcode text, team text, team_inbox text, worker text, worker_email text,
    practice text, practice_inbox text, gp text, gp_email text,
    first_name text, family_name text, names text[], born date, birth_key text
)
"""


def copy(url: str, templates: list[Template], referrals: int) -> int:
    """Write the copies, over some connections; return how many rows that makes."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up by then

    today = timezone.localdate()
    with psycopg.connect(url) as database:
        types = {table: types_in(database, table) for table in FILLED}
    statements = [statement for place, each in enumerate(templates) for statement in statements_of(each, place, types)]
    chunks = [(first, min(first + CHUNK - 1, referrals)) for first in range(1, referrals + 1, CHUNK)]

    def write(mine: list[tuple[int, int]]) -> int:
        rows = 0
        with psycopg.connect(url) as database:
            database.execute("SET session_replication_role = replica")
            database.execute("SET jit = off")
            database.execute("SET synchronous_commit = off")
            database.execute(COPY_TABLE)
            for first, last in mine:
                database.execute("TRUNCATE copy")
                database.execute("SELECT setseed(%s)", [first % 9973 / 9973])
                database.execute(chosen(first, last, today=today))
                database.execute("CREATE INDEX IF NOT EXISTS copy_of ON pg_temp.copy (life)")
                database.execute("ANALYZE copy")
                rows += sum(database.execute(statement).rowcount for statement in statements)
                database.commit()
                if last % 100_000 == 0:
                    print(f"up to {last:,} referrals", flush=True)
        return rows

    with ThreadPoolExecutor(AT_ONCE) as workers:
        return sum(workers.map(write, [chunks[place::AT_ONCE] for place in range(AT_ONCE)]))


def types_in(database: psycopg.Connection[Any], table: str) -> dict[str, str]:
    """Return the type of each column of a table."""
    rows = database.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
        [table],
    ).fetchall()
    return dict(rows)


def statements_of(template: Template, life: int, types: dict[str, dict[str, str]]) -> Iterator[str]:
    """Yield the statements that write the rows of the copies of one life."""
    chain = "".join(
        # OFFSET keeps each hash a step of its own: folded into the next one it would be worked out again in each.
        f"\nCROSS JOIN LATERAL (SELECT encode(sha256(convert_to({text}, 'UTF8')), 'hex') AS hash OFFSET 0) AS h{number}"
        for number, (text, _) in enumerate(template.events, start=1)
    )
    where = f"\nWHERE c.life = {life}"
    hashed = f"\nFROM copy AS c CROSS JOIN LATERAL (SELECT ''::text AS hash) AS h0{chain}{where}"

    def cast_to(table: str, row: Row) -> str:
        return ", ".join(f"({made})::{types[table][column]}" for column, made in row.items())

    def into(table: str, row: Row) -> str:
        return f"INSERT INTO {table} ({', '.join(row)})"

    table = "referrals_referralevent"
    (_, first), *_ = template.events
    values = ", ".join(f"({cast_to(table, row)})" for _, row in template.events)
    columns = ", ".join(first)
    lateral = f"CROSS JOIN LATERAL (VALUES {values}) AS event ({columns})"
    yield f"{into(table, first)} SELECT event.* {hashed.replace(where, '')} {lateral} {where}"
    table, row = "referrals_referral", template.referral
    yield f"{into(table, row)} SELECT {cast_to(table, row)} {hashed}"
    several = [
        *template.rows,
        *(("notifications_outboxmessage", row) for row in template.messages),
        *(("notifications_delivery", row) for row in template.deliveries),
    ]
    for table in dict.fromkeys(table for table, _ in several):
        rows = [row for of, row in several if of == table]
        selects = "\nUNION ALL ".join(f"SELECT {cast_to(table, row)} FROM copy AS c{where}" for row in rows)  # noqa: S608
        yield f"{into(table, rows[0])} {selects}"


@contextmanager
def without_indexes(url: str) -> Iterator[None]:
    """Let the tables that are filled have no index meanwhile, but what holds a rule."""
    with psycopg.connect(url, autocommit=True) as database:
        found = database.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = ANY (%s::text[]::regclass[]) AND NOT indisunique ORDER BY 1",
            [list(FILLED)],
        ).fetchall()
        for name, _ in found:
            database.execute(f"DROP INDEX {name}")
    yield
    at_once(url, [definition for _, definition in found])


def at_once(url: str, statements: list[str]) -> None:
    """Run statements beside each other, as many as the filling has connections."""

    def run(statement: str) -> None:
        with psycopg.connect(url, autocommit=True) as database:
            database.execute("SET maintenance_work_mem = '256MB'")
            database.execute(statement)

    with ThreadPoolExecutor(AT_ONCE) as workers:
        list(workers.map(run, statements))


def reference_of(prefix: str, number: str) -> str:
    """Return the SQL of a reference that no other number has."""
    base = len(REFERENCE_ALPHABET)
    letters = [
        f"substr('{REFERENCE_ALPHABET}', ({number} / {base**place} % {base})::int + 1, 1)"
        for place in reversed(range(10))
    ]
    return f"'{prefix}-' || {' || '.join(letters[:5])} || '-' || {' || '.join(letters[5:])}"


if __name__ == "__main__":
    sys.exit(main())
