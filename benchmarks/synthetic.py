"""A made-up past of any size, that keeps every rule: `python -m benchmarks.synthetic --referrals 1000000`.

Some lives of a referral are lived through the services, step by step, as in life; they are then copied as often as
is asked for, each copy with references, people, teams, workers and days of its own, and with hashes that are right,
because the chain is made anew. Skewed as real use is: one team in two hundred has three tenths of all, four fifths have
ended.

It fills the database of DATABASE_URL, which must hold no referral yet, by COPY, a row at a time: its memory does not
grow. It needs the rights of a superuser there: the triggers look away meanwhile (`session_replication_role`), for they
ask of each row what is known to be so of all; whether it is so, `manage.py audit_pathway` proves afterwards.
"""

import argparse
import datetime as dt
import hashlib
import os
import random
import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import django
import psycopg

from benchmarks.people import BIRTHS, FAMILY_NAMES, FIRST_BIRTH, FIRST_NAMES
from core.identifiers import REFERENCE_ALPHABET

if TYPE_CHECKING:
    from referrals.models import Referral
    from tests.stage import Cast

AT = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
"""When the lives that are copied began. Copies began on a day of the three years before."""
TEAMS, WORKERS, PRACTICES = 200, 5, 400
OPEN_DAYS, ENDED_DAYS = 60, 1095
LIVES: dict[str, float] = {
    "completed": 24, "left_early": 10, "not_started": 10, "rerouted": 8, "closed": 12, "declined_by_person": 6,
    "asked_and_closed": 4, "rejected": 4, "withdrawn": 2, "entered_in_error": 1,
    "submitted": 3, "information_requested": 1, "accepted": 4, "active": 4, "sent": 3, "started": 3, "on_hold": 1,
}  # fmt: skip
"""Of a hundred referrals, how many had which life; the last seven are still open."""
STILL_OPEN = {"submitted", "information_requested", "accepted", "active", "sent", "started", "on_hold"}
HANGS_ON = {
    "referrals_referral": "id", "referrals_referralneed": "referral_id", "referrals_risk": "referral_id",
    "referrals_consent": "referral_id", "referrals_onwardreferral": "referral_id",
    "referrals_referralevent": "referral_id",
}  # fmt: skip
"""What is copied with a referral, by the column that says whose it is."""
ORDERS = {"referrals_referralevent": "sequence"}
KEEPS_ITS_NUMBER = {"referrals_referral", "referrals_onwardreferral"}
"""Of the others the database gives the numbers."""


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
    with psycopg.connect(url) as database:
        templates = [(name in STILL_OPEN, template_of(database, cast, referral)) for name, referral in lives.items()]
        rows = copy(url, templates, towns, referrals)
        for table in KEEPS_ITS_NUMBER:
            database.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
        database.commit()
        database.autocommit = True
        for table in (*HANGS_ON, "referrals_person", "notifications_outboxmessage", "notifications_delivery"):
            database.execute(f"VACUUM (ANALYZE, FREEZE) {table}")
    return rows


# --- Lived through the services -----------------------------------------------------------------------------------


def live(cast: "Cast", life: str) -> "Referral":
    """Return a referral that has had one of the LIVES."""
    from accounts.actors import Actor  # noqa: PLC0415 - Django is set up by then
    from referrals.models import Referral  # noqa: PLC0415
    from referrals.services.onward import send_onward_referral, take_onward_step  # noqa: PLC0415
    from referrals.services.referrals import take_referral_step  # noqa: PLC0415
    from referrals.services.steps import StepDetails  # noqa: PLC0415
    from tests import stage  # noqa: PLC0415

    hour = dt.timedelta(hours=1)
    worker = Actor(stage.fresh(cast.link_worker))

    def close(referral: Referral, outcome: str) -> Referral:
        referral = Referral.objects.get(pk=referral.pk)
        said = StepDetails(outcome=outcome)
        return take_referral_step(referral=referral, step="close", actor=worker, at=AT + 30 * hour, details=said)

    if life in {"completed", "left_early", "not_started"}:
        return close(stage.onward_at(cast, life, at=AT).referral, "goals_met")
    if life == "rerouted":
        declined = stage.onward_at(cast, "declined", at=AT)
        referral = Referral.objects.get(pk=declined.referral_id)
        other = send_onward_referral(
            referral=referral, service=cast.visiting, actor=worker, at=AT + 12 * hour, rerouted_from=declined
        )
        befriender = Actor(stage.fresh(cast.befriender))
        for hours, (step, said) in enumerate(
            (
                ("accept", StepDetails()),
                ("book_assessment", StepDetails(assessment_at=AT + 40 * hour)),
                ("start", StepDetails()),
                ("complete", StepDetails(outcome="goals_met")),
            ),
            start=13,
        ):
            other = take_onward_step(onward=other, step=step, actor=befriender, at=AT + hours * hour, details=said)
        return close(referral, "goals_met")
    if life == "declined_by_person":
        return close(stage.referral_at(cast, "accepted", at=AT), "declined_by_person")
    if life == "asked_and_closed":
        referral = stage.referral_at(cast, "information_requested", at=AT)
        for hours, (step, actor, said) in enumerate(
            (
                ("provide_information", Actor(stage.fresh(cast.gp)), StepDetails(note="She does.")),
                ("accept", worker, StepDetails()),
                ("start_support", worker, StepDetails()),
            ),
            start=5,
        ):
            referral = take_referral_step(referral=referral, step=step, actor=actor, at=AT + hours * hour, details=said)
        return close(referral, "goals_met")
    if life in {"sent", "started"}:
        onward = stage.onward_at(cast, life, at=AT)
        return Referral.objects.get(pk=onward.referral_id)
    return stage.referral_at(cast, life, at=AT)


def say_that_all_was_delivered() -> None:
    """Mark every message as sent a moment after it was owed, with its delivery."""
    from django.db.models import F  # noqa: PLC0415 - Django is set up by then

    from notifications.models import Delivery, OutboxMessage  # noqa: PLC0415

    OutboxMessage.objects.update(status="sent", attempts=1, sent_at=F("occurred_at") + dt.timedelta(seconds=2))
    Delivery.objects.bulk_create(
        Delivery(message=message, at=message.sent_at, wire_id=f"<{message.id}@made-up.example>", attempts=1)
        for message in OutboxMessage.objects.order_by("id")
        if message.sent_at
    )


@dataclass(frozen=True, kw_only=True)
class Towns:
    """Where the copies are set: each a team with its inbox, workers (id and email); practices with a GP of theirs."""

    teams: list[dict[str, str]]
    workers: list[list[dict[str, str]]]
    practices: list[dict[str, str]]


def settle() -> Towns:
    """Make the teams, the practices and those who work there."""
    from accounts.enums import OrganizationKind, Role  # noqa: PLC0415 - Django is set up by then
    from accounts.models import Membership, Organization, Team, User  # noqa: PLC0415

    host = Organization.objects.create(name="County Network", kind=OrganizationKind.LINK_WORKER_HOST)
    surgeries = Organization.objects.create(name="County Practices", kind=OrganizationKind.GP_PRACTICE)

    def teams_of(organization: Organization, name: str, count: int) -> list[Team]:
        slug = name.lower().replace(" ", "-")
        return Team.objects.bulk_create(
            Team(
                organization=organization, name=f"{name} {number}", inbox_email=f"{slug}-{number}@inbox.example",
                takes_referrals=organization == host,
            )
            for number in range(count)
        )  # fmt: skip

    def people_of(teams: list[Team], name: str, role: Role, count: int) -> list[list[User]]:
        made = [
            [User(email=f"{name}-{number}-{each}@work.example", full_name="Sam Porter") for each in range(count)]
            for number in range(len(teams))
        ]
        User.objects.bulk_create(user for users in made for user in users)
        Membership.objects.bulk_create(
            Membership(user=user, team=team, role=role)
            for team, users in zip(teams, made, strict=True)
            for user in users
        )
        return made

    teams, practices = teams_of(host, "Link workers", TEAMS), teams_of(surgeries, "Practice", PRACTICES)
    workers = people_of(teams, "worker", Role.LINK_WORKER, WORKERS)
    gps = people_of(practices, "gp", Role.REFERRER, 1)
    return Towns(
        teams=[{"team": str(team.pk), "team_inbox": team.inbox_email} for team in teams],
        workers=[[{"worker": str(user.pk), "worker_email": user.email} for user in users] for users in workers],
        practices=[
            {"practice": str(team.pk), "practice_inbox": team.inbox_email, "gp": str(gp.pk), "gp_email": gp.email}
            for team, (gp,) in zip(practices, gps, strict=True)
        ],
    )


# --- Read as templates --------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Template:
    """The rows of one life as lines of COPY, with %(names)s where a copy has something of its own."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    """Table and line, but for those below."""
    events: list[tuple[str, str]] = field(default_factory=list)
    """The text that is hashed, and the line, in the order of the chain."""
    referral: str = ""
    messages: list[tuple[str, str]] = field(default_factory=list)
    """The line of a message, and of its delivery."""
    onward: int = 0
    """How many onward referrals there are: each has a reference and a number of its own."""
    days: set[str] = field(default_factory=set)
    """Every day that is named: each is moved as many days back."""


COLUMNS: dict[str, list[str]] = {}
"""Of each table, what is written and in which order."""
DAY = re.compile(r"2026-\d\d-\d\d|2027-\d\d-\d\d")


def template_of(database: psycopg.Connection[Any], cast: "Cast", referral: "Referral") -> Template:
    """Read the rows of a referral."""
    template = Template()
    onward = {str(row.pk): row.reference for row in referral.onward_referrals.order_by("id")}
    template.onward = len(onward)
    numbers = {number: f"%(onward_{place}_id)s" for place, number in enumerate(onward)}
    names = {
        referral.reference: "%(reference)s", str(cast.team.pk): "%(team)s", cast.team.inbox_email: "%(team_inbox)s",
        str(cast.link_worker.pk): "%(worker)s", cast.link_worker.email: "%(worker_email)s",
        str(cast.practice.pk): "%(practice)s", cast.practice.inbox_email: "%(practice_inbox)s",
        str(cast.gp.pk): "%(gp)s", cast.gp.email: "%(gp_email)s", str(referral.person_id): "%(person)s",
        referral.first_name: "%(first_name)s", referral.family_name: "%(family_name)s",
        **{reference: f"%(onward_{place})s" for place, reference in enumerate(onward.values())},
    }  # fmt: skip
    as_names = re.compile("|".join(map(re.escape, names)))

    def own(line: str) -> str:
        line = as_names.sub(lambda found: names[found[0]], line.replace("%", "%%"))
        template.days.update(DAY.findall(line))
        return DAY.sub(lambda found: f"%({found[0]})s", line)

    def rows(table: str, where: str) -> Iterator[tuple[list[str], list[str]]]:
        columns = COLUMNS.setdefault(table, columns_of(table))
        listed = ", ".join(f'"{column}"' for column in columns)
        asked = f"COPY (SELECT {listed} FROM {table} WHERE {where} ORDER BY {ORDERS.get(table, '1')}) TO STDOUT"  # noqa: S608
        with database.cursor().copy(asked) as lines:
            for line in b"".join(map(bytes, lines)).decode().splitlines():
                yield columns, line.split("\t")

    def line_of(columns: list[str], values: list[str], **instead: str) -> str:
        cells = [instead.get(name) or own(value) for name, value in zip(columns, values, strict=True)]
        return "\t".join(cells) + "\n"

    for table, column in HANGS_ON.items():
        for columns, values in rows(table, f"{column} = {referral.pk}"):
            said = dict(zip(columns, values, strict=True))
            instead = {column: "%(id)s"}
            if table == "referrals_onwardreferral":
                instead["id"] = numbers[said["id"]]
                if said["rerouted_from_id"] in numbers:
                    instead["rerouted_from_id"] = numbers[said["rerouted_from_id"]]
            if table == "referrals_referralevent":
                if said["onward_referral_id"] in numbers:
                    instead["onward_referral_id"] = numbers[said["onward_referral_id"]]
                instead |= {"hash": "%(hash)s", "previous_hash": "%(previous)s"}
                said["hashed_text"] = chained(own(said["hashed_text"]), said["previous_hash"])
                instead["hashed_text"] = said["hashed_text"]
                template.events.append((unescaped(said["hashed_text"]), line_of(columns, values, **instead)))
                continue
            if table == "referrals_referral":
                instead |= OF_THE_PERSON | {"chain_hash": "%(hash)s", "nhs_number": "%(no_number)s"}
                template.referral = line_of(columns, values, **instead)
                continue
            template.lines.append((table, line_of(columns, values, **instead)))
    about = ", ".join(f"'{reference}'" for reference in (referral.reference, *onward.values()))
    for columns, values in rows("notifications_outboxmessage", f"context->>'reference' IN ({about})"):
        said = dict(zip(columns, values, strict=True))
        line = line_of(columns, values, id="%(message)s")
        delivery = "\t".join(["%(message)s", own(said["sent_at"]), "<%(message)s@made-up.example>", "1"]) + "\n"
        template.messages.append((line, delivery))
    for columns, values in rows("referrals_person", f"id = '{referral.person_id}'"):
        instead = {"nhs_number": "%(no_number)s", "date_of_birth": "%(born)s"}
        template.lines.append(("referrals_person", line_of(columns, values, **instead)))
    return template


OF_THE_PERSON = {
    "date_of_birth": "%(born)s", "birth_key": "%(birth_key)s", "name_keys": "{%(names)s}",
}  # fmt: skip


def columns_of(table: str) -> list[str]:
    """Return the columns that are written: not the number, where the database gives it."""
    from django.apps import apps  # noqa: PLC0415 - Django is set up by then

    app, name = table.split("_", 1)
    fields = apps.get_model(app, name)._meta.concrete_fields
    given = table in KEEPS_ITS_NUMBER or table in {"referrals_person", "notifications_outboxmessage"}
    return [str(each.column) for each in fields if given or not each.primary_key or each.is_relation]


def chained(text: str, previous: str) -> str:
    """Return the text that is hashed with a place for the hash before it, which is its last word."""
    assert text.endswith(f'"{previous}"]')  # noqa: S101 - else the chain is made otherwise, and so must this be
    return text[: len(text) - len(previous) - 2] + '%(previous)s"]'


def unescaped(line: str) -> str:
    """Return what a cell of COPY stands for."""
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), line)


# --- Copied -------------------------------------------------------------------------------------------------------


def copy(url: str, templates: list[tuple[bool, Template]], towns: Towns, referrals: int) -> int:
    """Write the copies, each table by a connection of its own; return how many rows that makes."""
    from referrals.matching.keys import birth_key, name_keys  # noqa: PLC0415 - Django is set up by then

    rng = random.Random(5)  # noqa: S311 - the same past every time is the point
    weights = list(accumulate(LIVES.values()))
    moved: dict[int, dict[str, str]] = {}
    days = sorted(set().union(*(template.days for _, template in templates)))
    first_names, family_names = FIRST_NAMES.split(), FAMILY_NAMES.split()
    COLUMNS["notifications_delivery"] = ["message_id", "at", "wire_id", "attempts"]
    rows = message = 0
    with ExitStack() as stack:
        into = {table: stack.enter_context(_copying(url, table)) for table in COLUMNS}
        for number in range(1, referrals + 1):
            is_open, template = rng.choices(templates, cum_weights=weights)[0]
            team = 0 if rng.random() < 0.3 else int(TEAMS * rng.random() ** 2)
            back = rng.randrange(OPEN_DAYS if is_open else ENDED_DAYS)
            if back not in moved:
                moved[back] = {day: str(dt.date.fromisoformat(day) - dt.timedelta(days=back)) for day in days}
            born = FIRST_BIRTH + dt.timedelta(days=rng.randrange(BIRTHS))
            first, family = rng.choice(first_names), rng.choice(family_names)
            own: dict[str, Any] = {
                **moved[back], **towns.teams[team], **rng.choice(towns.workers[team]), **rng.choice(towns.practices),
                "id": number + 1000, "reference": reference("R", number), "no_number": "",
                "person": f"00000000-0000-4000-8000-{number:012x}", "born": born, "first_name": first,
                "family_name": family, "names": ",".join(name_keys(first, family)), "birth_key": birth_key(born),
                "hash": "",
            }  # fmt: skip
            for place in range(template.onward):
                own[f"onward_{place}_id"] = 2 * number + place + 1000
                own[f"onward_{place}"] = reference("O", 2 * number + place)
            for text, line in template.events:
                own["previous"] = own["hash"]
                own["hash"] = hashlib.sha256((text % own).encode()).hexdigest()
                into["referrals_referralevent"].write(line % own)
            into["referrals_referral"].write(template.referral % own)
            for table, line in template.lines:
                into[table].write(line % own)
            for line, delivery in template.messages:
                message += 1
                own["message"] = f"00000000-0000-4000-8001-{message:012x}"
                into["notifications_outboxmessage"].write(line % own)
                into["notifications_delivery"].write(delivery % own)
            rows += 1 + len(template.events) + len(template.lines) + 2 * len(template.messages)
            if number % 100_000 == 0:
                print(f"{number:,} referrals", file=sys.stderr)
    return rows


def _copying(url: str, table: str) -> Any:
    """Return a COPY into a table, on a connection that its end commits and closes."""
    stack = ExitStack()
    database = stack.enter_context(psycopg.connect(url))
    database.execute("SET session_replication_role = replica")
    listed = ", ".join(f'"{column}"' for column in COLUMNS[table])
    writing = stack.enter_context(database.cursor().copy(f"COPY {table} ({listed}) FROM STDIN"))
    stack.write = writing.write  # type: ignore[attr-defined]
    return stack


def reference(prefix: str, number: int) -> str:
    """Return a reference that no other number has."""
    letters = ""
    for _ in range(10):
        number, place = divmod(number, len(REFERENCE_ALPHABET))
        letters = REFERENCE_ALPHABET[place] + letters
    return f"{prefix}-{letters[:5]}-{letters[5:]}"


if __name__ == "__main__":
    sys.exit(main())
