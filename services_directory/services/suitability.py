"""Publish rules, and say to which services they apply. A published version stays; what is new is a new version."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from core.clocks import is_plannable, local_day
from core.errors import Conflict, Invalid, NotPermitted, Stale
from core.idempotency import Claim, settle, take
from services_directory import policies
from services_directory.demo.listings import demo_service_id
from services_directory.enums import ChangeKind, ChangeSide
from services_directory.listing.document import rule_sets_of
from services_directory.listing.history import Author, recorded
from services_directory.models import (
    EligibilityRule,
    Neighbourhood,
    RuleSet,
    RuleSetVersion,
    Service,
    ServiceRuleSet,
)
from services_directory.selectors.suitability import LISTING
from services_directory.suitability.kinds import RuleBasis
from services_directory.suitability.rules import Rule, as_json, slips_of
from services_directory.suitability.seed import DEMONSTRATION, SEED_SETS, SeedSet


@dataclass
class RulesReport:
    """What became of the rule sets that come with the product, by key."""

    published: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Published:
    """A version that was published: by this request, or by the same one before."""

    version: RuleSetVersion
    is_replay: bool = False


@transaction.atomic(durable=True)
def publish_rule_set(
    *,
    key: str,
    name: str,
    basis: str,
    source: str,
    rules: Sequence[Rule],
    actor: Actor,
    at: dt.datetime,
    valid_from: dt.date | None = None,
    expected_version: int | None = None,
    claim: Claim | None = None,
) -> Published:
    """Publish the next version of a rule set; it is in force from `valid_from` (else from today).

    It is in the history of every listing that the set applies to.

    :param expected_version: the latest number that the caller has read; 0: there must be no such set yet.
    :raises NotPermitted: if the actor is no directory editor.
    :raises Stale: if another version was published since.
    :raises Conflict: `rule_set_exists`; `applied_meanwhile` if it was applied to a listing at this very moment.
    :raises KeyReused: if the claim's key came before with another body.
    :raises Invalid: if there are no rules, two bear one code, nobody is named as the source, or it would begin in the
        past, where it would change what was answered then.
    """
    _check_editor(actor)
    earlier = take(claim) if claim is not None else None
    if earlier is not None:
        return Published(version=RuleSetVersion.objects.get(pk=earlier), is_replay=True)
    today = local_day(at)
    begins = valid_from or today
    if not is_plannable(begins, today=today):
        raise Invalid(
            {
                "valid_from": [
                    "A version begins today or later, within two years: earlier answers were given by the one before."
                ]
            }
        )
    seed = SeedSet(key=key, name=name, source=source, rules=tuple(rules), basis=RuleBasis(basis))
    _check_slips(seed)
    version = _publish(seed, actor=actor, at=at, valid_from=begins, expected=expected_version)
    if claim is not None:
        settle(claim, result=str(version.pk))
    return Published(version=version)


@transaction.atomic(durable=True)
def apply_rule_set(*, service: Service, key: str, actor: Actor, at: dt.datetime) -> ServiceRuleSet:
    """Let a rule set decide who a service is for, beside what its listing says. Applied twice it is applied once.

    What people send about a listing (`edit_listing`) can name its rule sets too, and take them away.

    :raises NotPermitted: if the actor is no directory editor.
    :raises Invalid: if no version of the set has been published.
    """
    _check_editor(actor)
    return _apply(service, key, actor=actor, at=at)


def read_rules(sent: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Return rules as they were sent, as rules.

    :raises Invalid: if one's parts do not make a rule; it says which, and why.
    """
    rules, problems = [], {}
    for index, parts in enumerate(sent):
        try:
            rules.append(Rule(**{**parts, **{name: tuple(parts.get(name, ())) for name in ("thresholds", "values")}}))
        except ValueError as problem:
            problems[f"rules.{index}"] = [str(problem)]
    if problems:
        raise Invalid(problems)
    return tuple(rules)


def load_rule_sets(*, at: dt.datetime) -> RulesReport:
    """Publish the rule sets that come with the product: each whose rules have changed as a new version."""
    with transaction.atomic(durable=True):
        return _load(SEED_SETS, at=at)


def load_demo_rules(*, at: dt.datetime) -> None:
    """Publish the rules of the demonstration too, and apply the core list and those to PARiS."""
    with transaction.atomic(durable=True):
        _load((*SEED_SETS, DEMONSTRATION), at=at)
        paris = Service.objects.get(pk=demo_service_id("paris"))
        for key in ("contraindications-core", DEMONSTRATION.key):
            _apply(paris, key, actor=SYSTEM, at=at)


def _load(seeds: Sequence[SeedSet], *, at: dt.datetime) -> RulesReport:
    report = RulesReport()
    for seed in seeds:
        latest = RuleSetVersion.objects.filter(rule_set=seed.key).order_by("-number").first()
        if latest is not None and latest.digest == _digest(seed):
            report.unchanged.append(seed.key)
        else:
            _publish(seed, actor=SYSTEM, at=at, valid_from=local_day(at))
            report.published.append(seed.key)
    return report


def _publish(
    seed: SeedSet, *, actor: Actor, at: dt.datetime, valid_from: dt.date, expected: int | None = None
) -> RuleSetVersion:
    codes = [rule.code for rule in seed.rules]
    if not codes or len(set(codes)) < len(codes):
        raise Invalid({"rules": ["Give at least one rule, and each a code of its own."]})
    if not seed.source.strip():
        raise Invalid({"source": ["Say what states these rules, and where it is to be found."]})
    if seed.key == LISTING:
        raise Invalid({"key": ["This is what a listing's own words are called: choose another."]})
    author = _author(actor)
    # The listings first, as everywhere. Whoever applies the set to another one waits for its row, or we for them.
    listings = _listings_of(seed.key)
    with recorded(listings, kind=ChangeKind.RULES, author=author, at=at, read=rule_sets_of):
        RuleSet.objects.get_or_create(key=seed.key)
        rule_set = RuleSet.objects.select_for_update().get(pk=seed.key)
        if _listings_of(seed.key) != listings:
            raise Conflict(
                "At this moment it was applied to, or taken from, a listing: send it again.", code="applied_meanwhile"
            )
        latest = rule_set.versions.filter(published_at__isnull=False).order_by("-number").first()
        _check_expected(seed.key, latest.number if latest else 0, expected)
        version = RuleSetVersion.objects.create(
            rule_set=rule_set, number=latest.number + 1 if latest else 1, name=seed.name, basis=seed.basis,
            source=seed.source, valid_from=valid_from, digest=_digest(seed),
        )  # fmt: skip
        EligibilityRule.objects.bulk_create(
            EligibilityRule(version=version, position=position, **_columns(rule))
            for position, rule in enumerate(seed.rules, start=1)
        )
        # Last, because from here on neither the version nor its rules can change.
        version.published_at, version.published_by = at, actor.user
        version.save(update_fields=["published_at", "published_by"])
    return version


def _listings_of(key: str) -> list[UUID]:
    return list(ServiceRuleSet.objects.filter(rule_set=key).order_by("service").values_list("service_id", flat=True))


def _check_expected(key: str, latest: int, expected: int | None) -> None:
    if expected == 0 and latest:
        raise Conflict(f"There is a rule set {key}: publish a new version of it.", code="rule_set_exists")
    if expected is not None and expected != latest:
        raise Stale("Another version was published since. Read it, and decide anew.", version=latest)


def _check_slips(seed: SeedSet) -> None:
    """Refuse what would shut everybody out by mistake; of official codes only the form, as we may not have loaded them.

    :raises Invalid: with the place of each.
    """
    if slips := {f"rules.{index}": found for index, rule in enumerate(seed.rules) if (found := slips_of(rule))}:
        raise Invalid(slips)
    wanted = {value for rule in seed.rules if rule.subject == "neighbourhood" for value in rule.values}
    unknown = wanted - set(Neighbourhood.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if unknown:
        raise Invalid({"rules": [f"There is no neighbourhood called {', '.join(sorted(unknown))}."]})


def _author(actor: Actor) -> Author:
    return Author.of_actor(actor, ChangeSide.EDITOR if actor.user else ChangeSide.SERVICE)


def _apply(service: Service, key: str, *, actor: Actor, at: dt.datetime) -> ServiceRuleSet:
    rule_set = RuleSet.objects.filter(pk=key, versions__published_at__isnull=False).first()
    if rule_set is None:
        raise Invalid({"rule_set": ["No rule set with this key has been published."]})
    with recorded([service.pk], kind=ChangeKind.EDIT, author=_author(actor), at=at, read=rule_sets_of):
        applied, _ = ServiceRuleSet.objects.get_or_create(
            service=service, rule_set=rule_set, defaults={"applied_at": at, "applied_by": actor.user}
        )
    return applied


def _columns(rule: Rule) -> dict[str, object]:
    return asdict(rule) | {"thresholds": list(rule.thresholds), "values": list(rule.values)}


def _digest(seed: SeedSet) -> str:
    text = f"{seed.name}\n{seed.basis}\n{seed.source}\n{as_json(seed.rules)}"
    return hashlib.sha256(text.encode()).hexdigest()


def _check_editor(actor: Actor) -> None:
    if not policies.is_editor(actor):
        raise NotPermitted("A directory editor keeps the rules.")
