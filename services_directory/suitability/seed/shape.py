"""How the rules that come with the product are written down: one line a rule, in the order of their source."""

from dataclasses import dataclass
from decimal import Decimal

from services_directory.suitability.kinds import Operator, PeriodUnit, RuleBasis, RuleKind, Severity
from services_directory.suitability.rules import Rule

DOCTOR = "a doctor"
MIDWIFE = "a midwife or a doctor"
"""Who may clear. The sources name nobody: this is our proposal, for a clinical safety officer to confirm."""


@dataclass(frozen=True, kw_only=True)
class SeedSet:
    """One rule set, as it is published. `source` says where the source is to be found."""

    key: str
    name: str
    source: str
    rules: tuple[Rule, ...]
    basis: RuleBasis = RuleBasis.COMPARABLE


@dataclass(frozen=True)
class Source:
    """Whom the following rules are taken from."""

    name: str

    # --- Exclusions ---

    def rules_out(self, subject: str, *, code: str = "", clearance_by: str = DOCTOR, note: str = "") -> Rule:
        """Nobody who says yes."""
        return Rule(
            code=code or subject, kind=RuleKind.YES_NO, subject=subject, severity=Severity.ABSOLUTE, source=self.name,
            clearance_by=clearance_by, note=note,
        )  # fmt: skip

    def asks_a_clinician(self, subject: str, *, note: str = "") -> Rule:
        """Nobody who says yes, before a clearance."""
        return Rule(
            code=subject, kind=RuleKind.YES_NO, subject=subject, severity=Severity.REFER_TO_CLINICIAN,
            source=self.name, clearance_by=DOCTOR, note=note,
        )  # fmt: skip

    def rules_out_pressure(self, operator: Operator, systolic: int, diastolic: int) -> Rule:
        """Nobody with a blood pressure beyond either limit."""
        return Rule(
            code="blood_pressure", kind=RuleKind.BLOOD_PRESSURE, subject="blood_pressure", severity=Severity.ABSOLUTE,
            operator=operator, thresholds=(Decimal(systolic), Decimal(diastolic)), source=self.name,
            clearance_by=DOCTOR,
        )  # fmt: skip

    def rules_out_measure(self, subject: str, operator: Operator, limit: int) -> Rule:
        """Nobody with a number beyond the limit."""
        return Rule(
            code=subject, kind=RuleKind.MEASURE, subject=subject, severity=Severity.ABSOLUTE, operator=operator,
            thresholds=(Decimal(limit),), source=self.name, clearance_by=DOCTOR,
        )  # fmt: skip

    def waits(self, subject: str, count: int, unit: PeriodUnit, *, clearance_by: str = DOCTOR) -> Rule:
        """Nobody until so long after something happened."""
        return Rule(
            code=f"since_{subject}", kind=RuleKind.SINCE_EVENT, subject=subject, severity=Severity.ABSOLUTE,
            period=count, period_unit=unit, source=self.name, clearance_by=clearance_by,
        )  # fmt: skip

    # --- Requirements ---

    def aged(self, operator: Operator, years: int, *, note: str = "") -> Rule:
        """Only people of an age."""
        return Rule(
            code="age", kind=RuleKind.AGE, subject="date_of_birth", severity=Severity.REQUIREMENT, operator=operator,
            thresholds=(Decimal(years),), source=self.name, note=note,
        )  # fmt: skip

    def adults(self) -> Rule:
        """Only adults."""
        return self.aged(Operator.AT_LEAST, 18, note="The source says “adult”; it is read as 18 or over.")

    def needs(self, subject: str, *, group: str = "") -> Rule:
        """Only people who say yes."""
        return Rule(
            code=f"needs_{subject}", kind=RuleKind.YES_NO, subject=subject, severity=Severity.REQUIREMENT,
            source=self.name, group=group,
        )  # fmt: skip

    def needs_measure(self, subject: str, operator: Operator, limit: int, *, group: str = "") -> Rule:
        """Only people with a number within the limit."""
        return Rule(
            code=f"needs_{subject}", kind=RuleKind.MEASURE, subject=subject, severity=Severity.REQUIREMENT,
            operator=operator, thresholds=(Decimal(limit),), source=self.name, group=group,
        )  # fmt: skip

    def needs_pressure_between(self, low: tuple[int, int], high: tuple[int, int], *, group: str = "") -> Rule:
        """Only people with a blood pressure in a band, each end as systolic and diastolic."""
        return Rule(
            code="needs_blood_pressure", kind=RuleKind.BLOOD_PRESSURE, subject="blood_pressure",
            severity=Severity.REQUIREMENT, operator=Operator.BETWEEN,
            thresholds=tuple(Decimal(value) for value in (*low, *high)), source=self.name, group=group,
        )  # fmt: skip

    def needs_choice(self, subject: str, *values: str, group: str = "", note: str = "") -> Rule:
        """Only people with one of the answers."""
        return Rule(
            code=f"needs_{subject}", kind=RuleKind.CHOICE, subject=subject, severity=Severity.REQUIREMENT,
            values=values, source=self.name, group=group, note=note,
        )  # fmt: skip

    def referred_by(self, *values: str) -> Rule:
        """Only people who are referred by one of these."""
        return Rule(
            code="referral_source", kind=RuleKind.REFERRAL_SOURCE, subject="referral_source",
            severity=Severity.REQUIREMENT, values=values, source=self.name,
        )  # fmt: skip

    def one_of(self, *subjects: str, group: str = "condition") -> tuple[Rule, ...]:
        """Only people who say yes to at least one."""
        return tuple(self.needs(subject, group=group) for subject in subjects)
