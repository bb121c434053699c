"""Shapes of rules and of what they say of a person, and the rules of one service over REST."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.selectors import signed_in
from core.clocks import local_day
from services_directory import selectors
from services_directory.suitability.engine import RuleOutcome, Suitability
from services_directory.suitability.kinds import AnswerKind, RuleBasis, RuleResult, Severity, Verdict
from services_directory.suitability.rules import RuleInForce
from services_directory.suitability.wording import rule_in_words


class RuleOutcomeSerializer(serializers.Serializer[Any]):
    """What one rule says of the person."""

    code = serializers.CharField()
    alternatives = serializers.ListField(
        child=serializers.CharField(),
        help_text="Where one of several is needed and none is met: their codes.",
    )
    result = serializers.ChoiceField(choices=RuleResult.choices)
    words = serializers.CharField(help_text="A sentence to read aloud: the rule, what was seen, and when.")
    severity = serializers.ChoiceField(choices=Severity.choices)
    source = serializers.CharField(help_text="Who says so.")  # type: ignore[assignment]  # Field has a source too
    rule_set = serializers.CharField()
    version = serializers.IntegerField(allow_null=True, help_text="Null: the service's own listing.")
    basis = serializers.ChoiceField(choices=RuleBasis.choices)


class OpenQuestionSerializer(serializers.Serializer[Any]):
    """A question that nobody has answered."""

    code = serializers.CharField()
    question = serializers.CharField()
    kind = serializers.ChoiceField(choices=AnswerKind.choices)
    unit = serializers.CharField()


class SuitabilitySerializer(serializers.Serializer[Any]):
    """Whether a service fits a person, and why. It screens and explains: a named professional decides."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    label = serializers.CharField(help_text="The verdict in words.")  # type: ignore[assignment]  # Field has a label
    eligible_from = serializers.DateField(allow_null=True)
    clearance_by = serializers.ListField(child=serializers.CharField(), help_text="Who could clear what is in the way.")
    rules = RuleOutcomeSerializer(
        many=True, help_text="In a list those that decided; of one service all, the deciding ones first."
    )
    not_known = OpenQuestionSerializer(many=True)
    notices = serializers.ListField(
        child=serializers.CharField(), help_text="What to know of the rules, and of old answers."
    )


class SuitabilityWriter:
    """Writes suitabilities in the shape of `SuitabilitySerializer`.

    By hand, because a page holds hundreds of rules and REST framework's fields would cost more than the judgement; and
    each outcome once, because the services of a page share them.
    """

    def __init__(self, *, with_all_rules: bool) -> None:
        """With all rules, or only with those that decided."""
        self.with_all_rules = with_all_rules
        self._written: dict[int, tuple[RuleOutcome, dict[str, Any]]] = {}

    def __call__(self, suitability: Suitability) -> dict[str, Any]:
        """Return a suitability as it is sent."""
        outcomes = suitability.decided_by
        if self.with_all_rules:
            deciding = set(map(id, outcomes))
            outcomes += tuple(outcome for outcome in suitability.outcomes if id(outcome) not in deciding)
        return {
            "verdict": suitability.verdict.value,
            "label": suitability.label,
            "eligible_from": suitability.eligible_from,
            "clearance_by": list(suitability.clearance_by),
            "rules": [self._rule(outcome) for outcome in outcomes],
            "not_known": [
                {"code": question.code, "question": question.text, "kind": question.kind.value, "unit": question.unit}
                for question in suitability.not_known
            ],
            "notices": list(suitability.notices),
        }

    def _rule(self, outcome: RuleOutcome) -> dict[str, Any]:
        # Kept with its outcome, so that no identity is used anew.
        if id(outcome) not in self._written:
            self._written[id(outcome)] = (outcome, _rule(outcome))
        return self._written[id(outcome)][1]


def _rule(outcome: RuleOutcome) -> dict[str, Any]:
    in_force = outcome.in_force
    return {
        "code": in_force.rule.code,
        "alternatives": [alternative.rule.code for alternative in outcome.alternatives],
        "result": outcome.result.value,
        "words": outcome.words,
        "severity": str(in_force.rule.severity),
        "source": outcome.source,
        "rule_set": in_force.set_name,
        "version": in_force.version,
        "basis": in_force.basis.value,
    }


class RuleSerializer(serializers.Serializer[Any]):
    """One rule in words."""

    code = serializers.CharField(source="rule.code")
    words = serializers.SerializerMethodField()
    severity = serializers.ChoiceField(choices=Severity.choices, source="rule.severity")
    group = serializers.CharField(source="rule.group", help_text="Rules of one group are alternatives.")
    clearance_by = serializers.CharField(source="rule.clearance_by")
    source = serializers.CharField(source="rule.source")  # type: ignore[assignment]  # Field has a source too

    def get_words(self, in_force: RuleInForce) -> str:
        """The rule in words."""
        return rule_in_words(in_force.rule)


class RulesInForceSerializer(serializers.Serializer[Any]):
    """A rule set in the version that is in force, or what the listing itself says."""

    key = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField(allow_null=True, help_text="Null: the service's own listing.")
    basis = serializers.ChoiceField(choices=RuleBasis.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # Field has a source too
    valid_from = serializers.DateField(allow_null=True)
    rules = RuleSerializer(many=True)


class ServiceRulesSerializer(serializers.Serializer[Any]):
    """The rules of a service that are in force."""

    rule_sets = RulesInForceSerializer(many=True)


class ServiceRulesView(APIView):
    """The rules of one service."""

    @extend_schema(responses=ServiceRulesSerializer)
    def get(self, request: Request, pk: str) -> Response:
        """The rules in force today, in words, with their sources and versions."""
        service = selectors.get_service(signed_in(request.user), pk)
        rule_sets = selectors.rules_of([service.pk], on=local_day(timezone.now()))[service.pk]
        return Response(ServiceRulesSerializer({"rule_sets": rule_sets}).data)
