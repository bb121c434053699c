"""Who of a lead's people may be there twice."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.enums import Role
from accounts.models import User
from referrals.enums import ReferralStatus
from referrals.matching import Comparison, Identity, Strength, compare
from referrals.models import Referral

PAIRS_READ = 5000
"""Pairs that share a birth key and a name which are compared at most, the newest people first."""


@dataclass(frozen=True, kw_only=True)
class Described:
    """One person, as the newest of the team's referrals that takes part in the pair describes them."""

    id: UUID
    reference: str
    identity: Identity


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """Two people who may be one, and why."""

    one: Described
    other: Described
    comparison: Comparison

    @property
    def key(self) -> tuple[str, str, str]:
        """Where the pair stands in the list: likely ones first, and no two in one place."""
        return str(_ORDER.index(self.comparison.strength)), str(self.one.id), str(self.other.id)


def duplicates_of(user: User) -> list[Duplicate]:
    """Return the pairs of people that may be one, of those whose referrals the user's teams own; likely ones first.

    In one query. Both sides are referrals of teams that the user leads: nothing is compared that they may not read.
    A pair is weighed by the best of its comparisons.
    """
    teams = user.team_ids(Role.LEAD)
    if not teams:
        return []
    with connection.cursor() as database:
        database.execute(_PAIRS, [teams, ReferralStatus.ENTERED_IN_ERROR, PAIRS_READ])
        rows = database.fetchall()
    best: dict[tuple[UUID, UUID], Duplicate] = {}
    for row in rows:
        one, other = _described(row[:7]), _described(row[7:])
        found = Duplicate(one=one, other=other, comparison=compare(one.identity, other.identity))
        strength = found.comparison.strength
        if strength is Strength.NONE:
            continue
        pair = (one.id, other.id)
        if pair not in best or _ORDER.index(strength) < _ORDER.index(best[pair].comparison.strength):
            best[pair] = found
    return sorted(best.values(), key=lambda pair: pair.key)


_ORDER = [Strength.CERTAIN, Strength.LIKELY, Strength.WEAK]
_PAIRS = f"""
WITH led AS MATERIALIZED (
    SELECT referral.id, referral.person_id, referral.reference, referral.first_name, referral.family_name,
        referral.date_of_birth, referral.postcode, coalesce(nullif(person.nhs_number, ''), referral.nhs_number)
        AS number, referral.birth_key, referral.name_keys
    FROM "{Referral._meta.db_table}" AS referral JOIN referrals_person AS person ON person.id = referral.person_id
    WHERE referral.owner_team_id = ANY(%s) AND referral.sent_at IS NOT NULL AND referral.status <> %s
)
SELECT one.person_id, one.reference, one.first_name, one.family_name, one.date_of_birth, one.postcode, one.number,
    other.person_id, other.reference, other.first_name, other.family_name, other.date_of_birth, other.postcode,
    other.number
FROM led AS one JOIN led AS other
    ON other.birth_key = one.birth_key AND other.person_id > one.person_id AND other.name_keys && one.name_keys
ORDER BY greatest(one.id, other.id) DESC, one.id DESC, other.id DESC
LIMIT %s
"""  # noqa: S608 - the name of our own table


def _described(row: tuple[Any, ...]) -> Described:
    person_id, reference, first, family, born, postcode, number = row
    return Described(
        id=person_id, reference=reference,
        identity=Identity(
            first_name=first, family_name=family, date_of_birth=born, postcode=postcode, nhs_number=number
        ),
    )  # fmt: skip
