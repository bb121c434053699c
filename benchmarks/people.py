"""Whether a person is known already, among so many, beside the bare statement:
`python -m benchmarks.people --people 1000000`.

Ours is `selectors.people.known_people`: the statement, the comparison of each candidate, the order. Raw is the same
statement with psycopg and nothing else. Asked are people who are known, with the slips that the rules forgive (day and
month turned, a nickname, first and family name swapped), and as many whom nobody knows. Before anything is measured,
each of the known must be found, and none of the others.

It works in a database of its own beside the one of DATABASE_URL (`--keep` leaves it there for the next run).
"""

import datetime as dt
import random
import sys
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection

from benchmarks.beginning import begin
from benchmarks.matching import add_person
from benchmarks.measuring import compare, machine_line, postgresql_version, report
from benchmarks.search import database_url, scratch_database

if TYPE_CHECKING:
    from uuid import UUID

    from referrals.matching import Identity

GOAL, LIMIT = 8.0, 12.0
"""Ours is mostly Python, 2 ms of a submission: beyond the limit it would begin to be felt."""
ASKED = 60
AT_ONCE = 10
"""So many are asked for in one call: one alone, after something else, tells more of the processor's caches."""
FIRST_NAMES = (
    "Agnieszka Aisha Alan Barbara Bilal Bridget Brian Carol Christine Comfort Deborah Delroy Derek Elizabeth Emma "
    "Fatima Gillian Hannah Imran Jean Joan Katarzyna Kathleen Keith Linda Margaret Mark Maureen Mei Michael "
    "Nicola Patricia Paul Pauline Robert Ruth Sanjay Sheila Siobhan Stephen Susan Tariq Thomas Valerie William "
    "Wendy Yasmin Zofia"
)
FAMILY_NAMES = (
    "Adeyemi Ahmed Ali Ashworth Barlow Begum Byrne Chan Clarke Cooper Dean Doyle Eccles Fielding Gill Hadfield "
    "Hall Holt Hussain Jackson Kaur Khan Kowalski Lam Leigh Lomas Malik Mellor Moss Murphy Newton Nowak Okafor "
    "Patel Platt Quinn Rigby Royle Schofield Shah Shaw Singh Smith Taylor Unsworth Warburton Wong Wood Yates "
    "Zhang"
)
WRITTEN_OTHERWISE = {"Elizabeth": "Betty", "Margaret": "Peggy", "Michael": "Mick", "Robert": "Bob", "William": "Bill"}
FIRST_BIRTH, BIRTHS = dt.date(1925, 1, 1), 30_000
"""People were born on one of so many days from that day on."""

STATEMENT = """
    SELECT referral.person_id, referral.first_name, referral.family_name, referral.date_of_birth, referral.postcode,
        referral.nhs_number, person.nhs_number
    FROM referrals_referral AS referral JOIN referrals_person AS person ON person.id = referral.person_id
    WHERE referral.birth_key = %(birth_key)s AND referral.name_keys && %(names)s::text[]
        AND referral.sent_at IS NOT NULL AND referral.status <> 'entered_in_error'
    ORDER BY referral.id DESC LIMIT 500
"""
FILL_PEOPLE = """
    INSERT INTO referrals_person
        (id, nhs_number, nhs_number_status, first_name, family_name, date_of_birth, is_deceased)
    SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '', '03',
        split_part(%(first)s, ' ', 1 + floor(power(random(), 1.5) * %(firsts)s)::int),
        split_part(%(family)s, ' ', 1 + floor(power(random(), 1.5) * %(families)s)::int),
        %(born)s::date + floor(random() * %(births)s)::int, false
    FROM generate_series(1, %(people)s) AS n
"""
FILL_REFERRALS = """
    INSERT INTO referrals_referral ({columns})
    SELECT {values}
    FROM referrals_referral AS template, referrals_person AS person,
        LATERAL (SELECT string_agg(digit, '' ORDER BY digit) AS sorted
            FROM regexp_split_to_table(to_char(person.date_of_birth, 'DDMM'), '') AS digit) AS digits,
        LATERAL (SELECT lower(person.first_name) AS first, lower(person.family_name) AS family) AS names
    WHERE template.reference = %(template)s AND person.id <> template.person_id
"""
OF_THE_PERSON = {
    "reference": "'R-' || upper(right(person.id::text, 12))",
    "person_id": "person.id",
    "first_name": "person.first_name",
    "family_name": "person.family_name",
    "date_of_birth": "person.date_of_birth",
    "nhs_number": "''",
    "nhs_number_status": "'03'",
    "birth_key": "to_char(person.date_of_birth, 'YYYY') || digits.sorted",
    "name_keys": "ARRAY[least(names.first, names.family), greatest(names.first, names.family)]",
    "postcode": "'SK' || 1 + extract(year FROM person.date_of_birth)::int %% 9 || ' 1AB'",
}


def main() -> int:
    """Fill the database, check that those are found who are there, compare, and return the exit code of the report."""
    arguments = begin(__doc__, people=1_000_000, blocks=30, rounds=3)
    from referrals.selectors.people import known_people  # noqa: PLC0415 - Django is set up by then

    with scratch_database(keep=arguments.keep), psycopg.connect(database_url(), autocommit=True) as raw:
        fill(arguments.people)
        asked = identities()
        check(asked)
        values = [values_of(identity) for identity, _ in asked]
        rng = random.Random(9)  # noqa: S311 - the same people every time are the point
        found = compare(
            f"{AT_ONCE} people, known among {arguments.people:,}?",
            ours=lambda: [known_people(identity) for identity, _ in rng.sample(asked, AT_ONCE)],
            raw=lambda: [raw.execute(STATEMENT, each).fetchall() for each in rng.sample(values, AT_ONCE)],
            goal=GOAL, limit=LIMIT, blocks=arguments.blocks, rounds=arguments.rounds, warm_up=10,
        )  # fmt: skip
        candidates = [len(raw.execute(STATEMENT, each).fetchall()) for each in values]
        machine = machine_line(postgresql=postgresql_version(database_url()))
        code = report([found], machine=machine, json_path=arguments.json)
    print(f"candidates: {sum(candidates) / len(candidates):.1f} on the average, {max(candidates)} at most")
    return code


def fill(people: int) -> None:
    """Make so many people with one sent referral each, unless they are there already.

    :raises SystemExit: if the database that was kept holds another number.
    """
    from referrals.models import Person, Referral  # noqa: PLC0415 - Django is set up by then
    from services_directory.services import load_needs  # noqa: PLC0415

    there = Person.objects.count()
    if 0 < there < people:
        raise SystemExit(f"The database that was kept has {there} people: drop it, or ask for as many.")
    if there:
        return
    load_needs()
    template = add_person()
    columns = [str(field.column) for field in Referral._meta.concrete_fields if not field.primary_key]
    chosen = ", ".join(OF_THE_PERSON.get(column, f"template.{column}") for column in columns)
    with connection.cursor() as database:
        database.execute("SELECT setseed(0.4)")
        database.execute(
            FILL_PEOPLE,
            {
                "first": FIRST_NAMES, "firsts": FIRST_NAMES.count(" ") + 1, "family": FAMILY_NAMES,
                "families": FAMILY_NAMES.count(" ") + 1, "born": FIRST_BIRTH, "births": BIRTHS, "people": people,
            },
        )  # fmt: skip
        # The rules that a referral has events and lines of the record are not what is measured.
        database.execute("ALTER TABLE referrals_referral DISABLE TRIGGER USER")
        database.execute(FILL_REFERRALS.format(columns=", ".join(columns), values=chosen), {"template": template})
        database.execute("ALTER TABLE referrals_referral ENABLE TRIGGER USER")
        database.execute("VACUUM ANALYZE referrals_person, referrals_referral")


def identities() -> list[tuple["Identity", "UUID | None"]]:
    """Return whom to ask for, and who they are: people who are known, described with a slip, and by turns people who
    were born on a day on which nobody was.
    """
    from referrals.matching import Identity  # noqa: PLC0415 - Django is set up by then
    from referrals.models import Referral  # noqa: PLC0415

    rng = random.Random(7)  # noqa: S311 - the same people every time are the point
    named = Referral.objects.filter(first_name__in=WRITTEN_OTHERWISE, date_of_birth__day__lte=12)
    named = named.exclude(status="entered_in_error")
    rows = list(named.order_by("reference")[:: max(1, named.count() // ASKED)][:ASKED])
    asked: list[tuple[Identity, UUID | None]] = []
    for number, row in enumerate(rows):
        first, family, born = row.first_name, row.family_name, row.date_of_birth
        slips = (
            (WRITTEN_OTHERWISE[first], family, born),
            (family, first, born),
            (first, family, born.replace(day=born.month, month=born.day)),
        )
        first, family, born = slips[number % len(slips)]
        known = Identity(first_name=first, family_name=family, date_of_birth=born, postcode=row.postcode)
        never = FIRST_BIRTH - dt.timedelta(days=rng.randrange(1, 1000))
        unknown = Identity(first_name=first, family_name=family, date_of_birth=never, postcode=row.postcode)
        asked += [(known, row.person_id), (unknown, None)]
    return asked


def check(asked: list[tuple["Identity", "UUID | None"]]) -> None:
    """Ask for everybody once.

    :raises RuntimeError: if somebody is not found among those who may be meant, or found who is not there.
    """
    from referrals.selectors.people import known_people  # noqa: PLC0415 - Django is set up by then

    for identity, person_id in asked:
        found = {match.person_id for match in known_people(identity)}
        if found if person_id is None else person_id not in found:
            raise RuntimeError(f"Asked for {identity}, found {len(found)}.")


def values_of(identity: "Identity") -> dict[str, Any]:
    """Return the parameters of the raw statement."""
    from referrals.matching import birth_key, names_to_look_for  # noqa: PLC0415 - Django is set up by then

    return {
        "birth_key": birth_key(identity.date_of_birth),
        "names": names_to_look_for(identity.first_name, identity.family_name),
    }


if __name__ == "__main__":
    sys.exit(main())
