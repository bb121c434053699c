"""Eligibility of comparable schemes (field notes 3.2), and of NICE PH54. None of them is a scheme of Stockport."""

from services_directory.suitability.kinds import Operator, PeriodUnit
from services_directory.suitability.seed.shape import MIDWIFE, SeedSet, Source

_NICE = Source("NICE PH54 (S75, S77)")
_WESTMINSTER = Source("Westminster PARS (S20)")
_BRISTOL = Source("Bristol (S21)")
_CEREDIGION = Source("Ceredigion (S22)")
_BANES = Source("BANES, Everyone Health (S23)")
_CAUSEWAY = Source("Causeway Coast and Glens PARS (S81)")
_EVERYONE_ACTIVE = Source("Everyone Active (S82)")
_SOUTH_DOWNS = Source("South Downs (S25)")
_TADLEY = Source("Tadley (S83)")
_OXLEY = Source("Oxley (S84)")
_HERTFORDSHIRE = Source("Hertfordshire (S85)")
_GROUP = "condition"

SCHEMES: tuple[SeedSet, ...] = (
    SeedSet(
        key="nice-ph54",
        name="NICE PH54, exercise referral schemes",
        source="nice.org.uk/guidance/PH54/chapter/Recommendations (S75), …/What-is-this-guideline-about (S77)",
        rules=(
            _NICE.aged(Operator.AT_LEAST, 19),
            _NICE.needs("sedentary"),
            *_NICE.one_of("long_term_condition", "raised_risk"),
            _NICE.rules_out("needs_rehabilitation", clearance_by=""),
        ),
    ),
    SeedSet(
        key="westminster-pars",
        name="Westminster physical activity referral scheme",
        source="active.westminster.gov.uk/physical-activity-referral-scheme/ (S20)",
        rules=(
            _WESTMINSTER.adults(),
            *_WESTMINSTER.one_of(
                "asthma",
                "high_cholesterol",
                "diabetes",
                "mental_health_condition",
                "musculoskeletal_condition",
                "high_blood_pressure",
                "neurological_condition",
            ),
            _WESTMINSTER.needs_measure("bmi", Operator.ABOVE, 27, group=_GROUP),
        ),
    ),
    SeedSet(
        key="bristol",
        name="Bristol physical activity referral programmes",
        source="services.bristol.gov.uk, physical activity referral programmes for people with health conditions (S21)",
        rules=(
            _BRISTOL.aged(Operator.ABOVE, 16),
            _BRISTOL.needs_measure("moderate_minutes", Operator.BELOW, 90),
            _BRISTOL.needs_choice("risk_tier", "low", "medium", "high"),
            _BRISTOL.rules_out("unstable_condition"),
        ),
    ),
    SeedSet(
        key="ceredigion",
        name="Ceredigion exercise referral",
        source="ceredigion.gov.uk/index.cfm?articleid=14670 (S22)",
        rules=(
            _CEREDIGION.aged(Operator.ABOVE, 16),
            _CEREDIGION.needs_measure("moderate_times", Operator.BELOW, 3),
            _CEREDIGION.needs_pressure_between((140, 90), (180, 100), group=_GROUP),
            _CEREDIGION.needs_measure("bmi", Operator.ABOVE, 28, group=_GROUP),
            *_CEREDIGION.one_of(
                "controlled_diabetes",
                "mild_mental_health_condition",
                "mild_arthritis",
                "mild_moderate_copd",
                "multiple_sclerosis",
                "smoker",
            ),
            _CEREDIGION.rules_out("unstable_angina"),
            _CEREDIGION.rules_out_pressure(Operator.AT_LEAST, 180, 100),
            _CEREDIGION.rules_out("cardiomyopathy"),
            _CEREDIGION.rules_out("uncontrolled_tachycardia"),
            _CEREDIGION.rules_out("arrhythmia"),
            _CEREDIGION.rules_out("heart_valve_disease"),
            _CEREDIGION.rules_out("congenital_heart_disease"),
            _CEREDIGION.rules_out("unexplained_symptoms"),
            _CEREDIGION.rules_out("poorly_controlled_asthma"),
        ),
    ),
    SeedSet(
        key="banes",
        name="Bath and North East Somerset, Everyone Health",
        source="banes.everyonehealth.co.uk/?p=218 (S23)",
        rules=(
            _BANES.aged(Operator.AT_LEAST, 16),
            _BANES.needs_choice("risk_tier", "low", "medium", group=_GROUP, note="By the Irwin & Morgan tool."),
            *_BANES.one_of("long_covid", "pregnancy", "postnatal"),
            _BANES.rules_out("angina"),
            _BANES.rules_out("heart_failure"),
            _BANES.rules_out("arrhythmia"),
            _BANES.rules_out("past_heart_attack"),
            _BANES.rules_out_pressure(Operator.ABOVE, 180, 100),
            _BANES.waits("stroke", 3, PeriodUnit.MONTHS),
            _BANES.rules_out("unstable_condition"),
            _BANES.rules_out("falls_risk"),
            _BANES.waits("pregnancy", 28, PeriodUnit.WEEKS, clearance_by=MIDWIFE),
            _BANES.waits("birth", 3, PeriodUnit.MONTHS, clearance_by=MIDWIFE),
        ),
    ),
    SeedSet(
        key="causeway-coast-pars",
        name="Causeway Coast and Glens physical activity referral scheme",
        source="causewaycoastandglens.gov.uk/…/physical-activity-referral-scheme (S81)",
        rules=(
            _CAUSEWAY.aged(Operator.AT_LEAST, 16),
            _CAUSEWAY.needs("sedentary"),
            _CAUSEWAY.rules_out("gym_member", clearance_by=""),
            _CAUSEWAY.needs("motivated"),
            _CAUSEWAY.needs_pressure_between((140, 90), (180, 100), group=_GROUP),
            *_CAUSEWAY.one_of("controlled_diabetes", "asthma", "copd", "low_mood"),
            _CAUSEWAY.needs_measure("bmi", Operator.ABOVE, 30, group=_GROUP),
            _CAUSEWAY.rules_out("uncontrolled_blood_pressure"),
            _CAUSEWAY.rules_out("unstable_diabetes"),
            _CAUSEWAY.rules_out("uncontrolled_epilepsy"),
            _CAUSEWAY.rules_out("unstable_angina"),
            _CAUSEWAY.rules_out("cardiomyopathy"),
            _CAUSEWAY.waits("cardiac_event", 12, PeriodUnit.WEEKS),
            _CAUSEWAY.waits("birth", 12, PeriodUnit.WEEKS, clearance_by=MIDWIFE),
        ),
    ),
    SeedSet(
        key="everyone-active",
        name="Everyone Active GP referral programme",
        source="services.thejoyapp.com/listings/7951-gp-referral-programme (S82)",
        rules=(
            _EVERYONE_ACTIVE.aged(Operator.AT_LEAST, 16),
            _EVERYONE_ACTIVE.needs_choice("risk_tier", "low", "medium"),
            _EVERYONE_ACTIVE.needs("long_term_condition"),
        ),
    ),
    SeedSet(
        key="south-downs",
        name="South Downs exercise referral scheme",
        source="adur-worthing.westsussexwellbeing.org.uk/topics/being-active/exercise-referral-scheme (S25)",
        rules=(
            _SOUTH_DOWNS.aged(Operator.AT_LEAST, 18),
            _SOUTH_DOWNS.referred_by("gp", "health_professional", "social_prescriber"),
        ),
    ),
    SeedSet(
        key="tadley",
        name="Tadley exercise referral scheme",
        source="tadleymedical.co.uk/exercise-referral-scheme (S83)",
        rules=(_TADLEY.adults(), _TADLEY.needs("long_term_condition")),
    ),
    SeedSet(
        key="oxley",
        name="Oxley exercise referral",
        source="oxleysc.com/exercise-referral (S84)",
        rules=(
            _OXLEY.aged(Operator.AT_LEAST, 18),
            _OXLEY.needs_measure("active_days", Operator.BELOW, 3),
            _OXLEY.needs_choice("risk_tier", "low"),
        ),
    ),
    SeedSet(
        key="hertfordshire",
        name="Hertfordshire exercise referral scheme",
        source="vdocuments.site/…hertfordshire-exercise-referral-scheme-quality… (S85)",
        rules=(_HERTFORDSHIRE.adults(), _HERTFORDSHIRE.needs("history_declared")),
    ),
)
