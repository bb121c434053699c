"""The rule sets that have been published, for everybody who searches: they say whom services are for."""

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from core.errors import NotVisible
from services_directory.models import EligibilityRule, RuleSetVersion, ServiceRuleSet


def rule_sets(user: User, *, on: dt.date) -> QuerySet[RuleSetVersion]:
    """Return the latest version of every rule set, by key; every signed-in person sees them all.

    :param on: the day for which `number_in_force` (None: none yet) is said; `services`: to how many they apply.
    """
    of_the_same = _published().filter(rule_set=OuterRef("rule_set")).order_by("-number")
    applied = ServiceRuleSet.objects.filter(rule_set=OuterRef("rule_set")).order_by().values("rule_set")
    return (
        _published()
        .filter(~Exists(of_the_same.filter(number__gt=OuterRef("number"))))
        .select_related("published_by")
        .annotate(
            number_in_force=Subquery(of_the_same.filter(valid_from__lte=on).values("number")[:1]),
            services=Coalesce(Subquery(applied.annotate(count=Count("pk")).values("count")), 0),
        )
        .order_by("rule_set_id")
    )


def get_rule_set(user: User, key: str, *, on: dt.date) -> RuleSetVersion:
    """Return the latest version of one rule set, with its rules.

    :raises NotVisible: if none has been published with this key.
    """
    return _the_one(rule_sets(user, on=on).filter(rule_set=key))


def versions_of(user: User, key: str) -> QuerySet[RuleSetVersion]:
    """Return the published versions of a rule set with their rules, the latest first.

    :raises NotVisible: if none has been published with this key.
    """
    rows = _published().filter(rule_set=key)
    if not rows.exists():
        raise NotVisible("There is no such rule set.")
    return _with_rules(rows.order_by("-number"))


def get_version(user: User, key: str, number: int) -> RuleSetVersion:
    """Return one published version of a rule set, with its rules.

    :raises NotVisible: if there is none.
    """
    return _the_one(_published().filter(rule_set=key, number=number))


def _published() -> QuerySet[RuleSetVersion]:
    return RuleSetVersion.objects.filter(published_at__isnull=False)


def _with_rules(rows: QuerySet[RuleSetVersion]) -> QuerySet[RuleSetVersion]:
    rules = Prefetch("rules", EligibilityRule.objects.order_by("position"))
    return rows.select_related("published_by").prefetch_related(rules)


def _the_one(rows: QuerySet[RuleSetVersion]) -> RuleSetVersion:
    row = _with_rules(rows).first()
    if row is None:
        raise NotVisible("There is no such rule set, or no such version of it.")
    return row
