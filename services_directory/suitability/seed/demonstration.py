"""The rules of PARiS in the demonstration. PARiS publishes none: these are made up after comparable schemes."""

from services_directory.suitability.kinds import PeriodUnit, RuleBasis, RuleKind, Severity
from services_directory.suitability.rules import Rule
from services_directory.suitability.seed.shape import MIDWIFE, SeedSet, Source

_MADE_UP = Source("made up for the demonstration")
_STOCKPORT = "E08000007"

DEMONSTRATION = SeedSet(
    key="paris-demonstration",
    name="PARiS, made up for the demonstration",
    source="Made up, after NICE PH54 (S75) and Causeway Coast and Glens (S81): PARiS publishes no rules.",
    basis=RuleBasis.MADE_UP,
    rules=(
        *_MADE_UP.one_of("sedentary", "long_term_condition"),
        Rule(
            code="lives_there", kind=RuleKind.AREA, subject="local_authority", severity=Severity.REQUIREMENT,
            values=(_STOCKPORT,), group="place", source=_MADE_UP.name, note="Stockport.",
        ),
        Rule(
            code="registered_there", kind=RuleKind.PRACTICE, subject="gp_practice_code",
            severity=Severity.REQUIREMENT, values=tuple(f"Z9000{digit}" for digit in range(1, 10)), group="place",
            source=_MADE_UP.name, note="Practices of the demonstration.",
        ),
        _MADE_UP.waits("cardiac_event", 12, PeriodUnit.WEEKS),
        _MADE_UP.waits("birth", 12, PeriodUnit.WEEKS, clearance_by=MIDWIFE),
    ),
)  # fmt: skip
