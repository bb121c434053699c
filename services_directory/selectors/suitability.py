"""The rules that apply to services, and what they say of a person."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from uuid import UUID

from core.statements import ask
from services_directory.models import EligibilityRule
from services_directory.suitability.engine import Judge, Suitability
from services_directory.suitability.facts import Facts
from services_directory.suitability.kinds import Operator, RuleBasis, RuleKind, Severity
from services_directory.suitability.rules import Rule, RuleInForce
from services_directory.suitability.vocabulary import GENDER

LISTING = "listing"
"""The key of what a service's own listing says: its ages and genders."""
_PARTS = (
    "code", "kind", "subject", "severity", "operator", "thresholds", "period", "period_unit", "values", "clearance_by",
    "group", "valid_for_days", "source", "note",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RulesOfVersion:
    """A version in force, with its rules in their order. `version` None: what the listing itself says."""

    key: str
    name: str
    version: int | None
    basis: RuleBasis
    source: str
    valid_from: dt.date | None
    rules: tuple[RuleInForce, ...]


def suitability_of(
    service_ids: Iterable[UUID], *, facts: Facts, planned_start: dt.date, on: dt.date
) -> dict[UUID, Suitability]:
    """Return what the rules of each service say of a person, in two queries at most, however many services.

    The versions are those in force `on` the day of asking; the facts are judged as they will be at the planned start.
    """
    judge = Judge(facts, planned_start=planned_start, on=on)
    return {
        service_id: judge.suitability(*(version.rules for version in versions), service_id=service_id)
        for service_id, versions in rules_of(service_ids, on=on).items()
    }


def rules_of(service_ids: Iterable[UUID], *, on: dt.date) -> dict[UUID, list[RulesOfVersion]]:
    """Return the rules in force on a day for each service: what its listing says first, then its sets by name."""
    services = ask(_IN_FORCE, [on, list(service_ids)])
    versions = _versions({pk for *_, pks in services for pk in pks if pk is not None})
    return {
        service_id: [
            *_of_listing(minimum_age, maximum_age, tuple(genders), _OF_LISTING.intersection(made_up)),
            *sorted((versions[pk] for pk in pks if pk is not None), key=lambda version: (version.name, version.key)),
        ]
        for service_id, minimum_age, maximum_age, genders, made_up, pks in services
    }


_IN_FORCE = """
SELECT id, minimum_age, maximum_age, genders, made_up, ARRAY(
    SELECT (
        SELECT version.id FROM services_directory_rulesetversion version
        WHERE version.rule_set_id = applied.rule_set_id AND published_at IS NOT NULL AND valid_from <= %s
        ORDER BY number DESC LIMIT 1
    ) FROM services_directory_serviceruleset applied WHERE applied.service_id = service.id
)
FROM services_directory_service service WHERE id = ANY(%s)
"""
"""What each service's listing says, and the versions that are in force (null: none is yet)."""

_READ: dict[UUID, RulesOfVersion] = {}
"""Published versions that this process has read. They can be kept for ever, because the database lets nobody change
them, and all versions that there will ever be are a few hundred."""


def _versions(pks: set[UUID]) -> dict[UUID, RulesOfVersion]:
    """Return published versions with their rules, by their ids."""
    if missing := pks - _READ.keys():
        rows = (
            EligibilityRule.objects.filter(version__in=missing)
            .select_related("version")
            .order_by("version", "position")
        )
        for pk, members in groupby(rows, key=lambda row: row.version_id):
            _READ[pk] = _of_version(list(members))
    return {pk: _READ[pk] for pk in pks}


def _of_version(rows: Sequence[EligibilityRule]) -> RulesOfVersion:
    version = rows[0].version
    basis = RuleBasis(version.basis)
    rules = tuple(
        RuleInForce(
            rule=rule_of(row), set_key=version.rule_set_id, set_name=version.name, version=version.number, basis=basis
        )
        for row in rows
    )
    return RulesOfVersion(
        key=version.rule_set_id, name=version.name, version=version.number, basis=basis, source=version.source,
        valid_from=version.valid_from, rules=rules,
    )  # fmt: skip


def rule_of(row: EligibilityRule) -> Rule:
    """Return a row as the rule that is judged."""
    parts = {name: getattr(row, name) for name in _PARTS}
    return Rule(**(parts | {"thresholds": tuple(row.thresholds), "values": tuple(row.values)}))


@lru_cache(maxsize=1000)
def _of_listing(
    minimum_age: float | None, maximum_age: float | None, genders: tuple[str, ...], made_up: frozenset[str]
) -> tuple[RulesOfVersion, ...]:
    """Return what a listing's own columns say, as rules. Kept, because many listings say the same."""
    said = {
        "minimum_age": _age_limit("minimum_age", Operator.AT_LEAST, minimum_age),
        "maximum_age": _age_limit("maximum_age", Operator.AT_MOST, maximum_age),
        "genders": _genders(genders),
    }
    basis = RuleBasis.MADE_UP if any(said[field] for field in made_up) else RuleBasis.OWN
    name = "The listing"
    rules = tuple(
        RuleInForce(rule=rule, set_key=LISTING, set_name=name, version=None, basis=basis)
        for rule in said.values()
        if rule is not None
    )
    if not rules:
        return ()
    return (
        RulesOfVersion(
            key=LISTING, name=name, version=None, basis=basis, source="The service's own listing.", valid_from=None,
            rules=rules,
        ),
    )  # fmt: skip


_OF_LISTING = frozenset({"minimum_age", "maximum_age", "genders"})


def _age_limit(code: str, operator: Operator, years: float | None) -> Rule | None:
    if years is None:
        return None
    return Rule(
        code=code, kind=RuleKind.AGE, subject="date_of_birth", severity=Severity.REQUIREMENT, operator=operator,
        thresholds=(Decimal(str(years)),), source="the listing",
    )  # fmt: skip


def _genders(genders: tuple[str, ...]) -> Rule | None:
    if not genders:
        return None
    return Rule(
        code="genders", kind=RuleKind.CHOICE, subject=GENDER, severity=Severity.REQUIREMENT, values=genders,
        source="the listing",
    )  # fmt: skip
