"""Publish rules, and say to which services they apply. A published version stays; what is new is a new version."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from accounts.enums import Role
from core.clocks import local_day
from core.errors import Invalid, NotPermitted
from services_directory.demo.listings import demo_service_id
from services_directory.models import EligibilityRule, RuleSet, RuleSetVersion, Service, ServiceRuleSet
from services_directory.suitability.rules import Rule, as_json
from services_directory.suitability.seed import DEMONSTRATION, SEED_SETS, SeedSet


@dataclass
class RulesReport:
    """What became of the rule sets that come with the product, by key."""

    published: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


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
) -> RuleSetVersion:
    """Publish the next version of a rule set; it is in force from `valid_from` (else from today).

    :raises NotPermitted: if the actor is no directory editor.
    :raises Invalid: if there are no rules, two bear one code, nobody is named as the source, or it would begin in the
        past, where it would change what was answered then.
    """
    _check_editor(actor)
    begins = valid_from or local_day(at)
    if begins < local_day(at):
        raise Invalid(
            {"valid_from": ["A version begins today or later: earlier answers were given by the one before."]}
        )
    seed = SeedSet(key=key, name=name, source=source, rules=tuple(rules), basis=basis)  # type: ignore[arg-type]
    return _publish(seed, at=at, valid_from=begins)


@transaction.atomic(durable=True)
def apply_rule_set(*, service: Service, key: str, actor: Actor, at: dt.datetime) -> ServiceRuleSet:
    """Let a rule set decide who a service is for, beside what its listing says. Applied twice it is applied once.

    :raises NotPermitted: if the actor is no directory editor.
    :raises Invalid: if no version of the set has been published.
    """
    _check_editor(actor)
    return _apply(service, key, actor=actor, at=at)


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
            _publish(seed, at=at, valid_from=local_day(at))
            report.published.append(seed.key)
    return report


def _publish(seed: SeedSet, *, at: dt.datetime, valid_from: dt.date) -> RuleSetVersion:
    codes = [rule.code for rule in seed.rules]
    if not codes or len(set(codes)) < len(codes):
        raise Invalid({"rules": ["Give at least one rule, and each a code of its own."]})
    if not seed.source.strip():
        raise Invalid({"source": ["Say what states these rules, and where it is to be found."]})
    RuleSet.objects.get_or_create(key=seed.key)
    rule_set = RuleSet.objects.select_for_update().get(pk=seed.key)
    latest = rule_set.versions.order_by("-number").first()
    version = RuleSetVersion.objects.create(
        rule_set=rule_set, number=latest.number + 1 if latest else 1, name=seed.name, basis=seed.basis,
        source=seed.source, valid_from=valid_from, digest=_digest(seed),
    )  # fmt: skip
    EligibilityRule.objects.bulk_create(
        EligibilityRule(version=version, position=position, **_columns(rule))
        for position, rule in enumerate(seed.rules, start=1)
    )
    # Last, because from here on neither the version nor its rules can change.
    version.published_at = at
    version.save(update_fields=["published_at"])
    return version


def _apply(service: Service, key: str, *, actor: Actor, at: dt.datetime) -> ServiceRuleSet:
    rule_set = RuleSet.objects.filter(pk=key, versions__published_at__isnull=False).first()
    if rule_set is None:
        raise Invalid({"rule_set": ["No rule set with this key has been published."]})
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
    if actor.user is not None and not actor.user.team_ids(Role.DIRECTORY_EDITOR):
        raise NotPermitted("A directory editor keeps the rules.")
