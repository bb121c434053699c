"""Rules and facts for tests of suitability, each in one line. The day of asking is Tuesday 3 November 2026."""

import datetime as dt
from decimal import Decimal

from services_directory.suitability.dates import PartialDate
from services_directory.suitability.engine import Judge
from services_directory.suitability.facts import Answer, ClearanceGiven, Facts
from services_directory.suitability.kinds import Answered, RuleBasis
from services_directory.suitability.rules import Rule, RuleInForce
from services_directory.suitability.seed.shape import Source

TODAY = dt.date(2026, 11, 3)
MORNING = dt.datetime(2026, 11, 3, 9, 0, tzinfo=dt.UTC)
SAYS = Source("the source")


def day(text):
    return dt.date.fromisoformat(text)


def in_force(rule, *, version=1, basis=RuleBasis.OWN):
    return RuleInForce(rule=rule, set_key="rules", set_name="The rules", version=version, basis=basis)


def judged(*rules, start=TODAY, on=TODAY, version=1, basis=RuleBasis.OWN, service_id=None, **facts):
    """What the rules say of a person of whom these facts are known."""
    judge = Judge(Facts(**facts), planned_start=start, on=on)
    return judge.suitability([in_force(rule, version=version, basis=basis) for rule in rules], service_id=service_id)


def words_of(suitability):
    return [outcome.words for outcome in suitability.outcomes]


def answers(**given):
    """Answers by code: "yes", "no", "unknown", a number, a pair of numbers, or a whole Answer."""
    return {"answers": {code: value if isinstance(value, Answer) else answer(value) for code, value in given.items()}}


def answer(value, *, observed_on=TODAY, recorded_at=MORNING, occurred=""):
    common = {
        "observed_on": observed_on,
        "recorded_at": recorded_at,
        "occurred": PartialDate.read(occurred) if occurred else None,
    }
    if isinstance(value, tuple):
        upper, lower = (None if part is None else Decimal(str(part)) for part in value)
        return Answer(answer=Answered.GIVEN, value=upper, second_value=lower, **common)
    if isinstance(value, int | float):
        return Answer(answer=Answered.GIVEN, value=Decimal(str(value)), **common)
    if value in Answered.values:
        return Answer(answer=Answered(value), **common)
    return Answer(answer=Answered.GIVEN, choice=value, **common)


def decided(code, *, cleared=True, on=TODAY, at=MORNING, service_id=None):
    return ClearanceGiven(
        code=code, is_cleared=cleared, professional_name="Dr Amara Shah", professional_role="GP", decided_on=on,
        recorded_at=at, service_id=service_id,
    )  # fmt: skip


def remade(rule, **changes):
    """The rule with other parts, whether or not they make a rule."""
    return Rule(**(vars(rule) | changes))
