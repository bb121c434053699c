"""Contraindications to exercise on referral, as three sources list them (field notes 3.3), and one list of all three.

The three cite BACR 2006 and ACSM. The core list takes in whatever any of them lists, and where they differ in a
threshold the more careful one: at or above 180/100, and a resting heart rate at or above 100.
"""

from services_directory.suitability.kinds import Operator
from services_directory.suitability.rules import Rule
from services_directory.suitability.seed.shape import SeedSet, Source

_HEIW = Source("HEIW and RCGP Wales (S78)")
_HERTS = Source("East and North Herts (S79)")
_NEWCASTLE = Source("Newcastle-under-Lyme (S80)")
_ALL = Source("HEIW and RCGP Wales (S78), East and North Herts (S79), Newcastle-under-Lyme (S80)")
_HEIW_NEWCASTLE = Source("HEIW and RCGP Wales (S78), Newcastle-under-Lyme (S80)")
_HERTS_NEWCASTLE = Source("East and North Herts (S79), Newcastle-under-Lyme (S80)")
_EXCEPTION = "The source notes an exception."


def _circulation(source: Source, *, pressure: Operator, heart_rate: Operator) -> tuple[Rule, ...]:
    return (
        source.rules_out("unstable_angina"),
        source.rules_out_pressure(pressure, 180, 100),
        source.rules_out_measure("blood_pressure_drop", Operator.ABOVE, 20),
        source.rules_out_measure("resting_heart_rate", heart_rate, 100),
        source.rules_out("uncontrolled_arrhythmia"),
    )


CONTRAINDICATIONS: tuple[SeedSet, ...] = (
    SeedSet(
        key="contraindications-core",
        name="Contraindications to exercise, core list",
        source=(
            "All that any of three lists names, each citing BACR 2006 and ACSM: gpcpd.heiw.wales (S78), "
            "fdocuments.us (S79), newcastle-staffs.gov.uk (S80). Where thresholds differ, the more careful one."
        ),
        rules=(
            *_circulation(_ALL, pressure=Operator.AT_LEAST, heart_rate=Operator.AT_LEAST),
            _HEIW_NEWCASTLE.rules_out("acute_heart_failure"),
            _ALL.rules_out("unstable_diabetes", note="East and North Herts note an exception."),
            _ALL.rules_out("febrile_illness"),
            _HERTS.rules_out("recent_cardiac_event"),
            _HERTS.rules_out("aortic_stenosis"),
            _HERTS.rules_out("heart_inflammation"),
            _HERTS_NEWCASTLE.rules_out("acute_psychiatric_illness"),
            _HERTS_NEWCASTLE.rules_out("exertion_symptoms"),
            _NEWCASTLE.rules_out("pulmonary_embolism"),
            _NEWCASTLE.rules_out("terminal_illness"),
            _NEWCASTLE.rules_out("not_taking_medication"),
            _HERTS_NEWCASTLE.rules_out("unstable_condition"),
        ),
    ),
    SeedSet(
        key="contraindications-heiw",
        name="Contraindications to exercise, HEIW and RCGP Wales",
        source="gpcpd.heiw.wales/clinical/motivate-2-move/chapter-16-starting-to-exercise/contraindications/ (S78)",
        rules=(
            *_circulation(_HEIW, pressure=Operator.AT_LEAST, heart_rate=Operator.ABOVE),
            _HEIW.rules_out("acute_heart_failure"),
            _HEIW.rules_out("unstable_diabetes"),
            _HEIW.rules_out("febrile_illness"),
        ),
    ),
    SeedSet(
        key="contraindications-east-north-herts",
        name="Contraindications to exercise, East and North Herts",
        source="fdocuments.us/document/physical-activity-referral-signposting… (S79)",
        rules=(
            *_circulation(_HERTS, pressure=Operator.AT_LEAST, heart_rate=Operator.AT_LEAST),
            _HERTS.asks_a_clinician("unstable_diabetes", note=_EXCEPTION),
            _HERTS.rules_out("febrile_illness"),
            _HERTS.rules_out("recent_cardiac_event"),
            _HERTS.rules_out("aortic_stenosis"),
            _HERTS.rules_out("heart_inflammation"),
            _HERTS.rules_out("acute_psychiatric_illness"),
            _HERTS.rules_out("exertion_symptoms"),
            _HERTS.rules_out("unstable_condition"),
        ),
    ),
    SeedSet(
        key="contraindications-newcastle-under-lyme",
        name="Contraindications to exercise, Newcastle-under-Lyme",
        source="newcastle-staffs.gov.uk/active-life/activelife-cardiac-referral-program/2 (S80)",
        rules=(
            *_circulation(_NEWCASTLE, pressure=Operator.ABOVE, heart_rate=Operator.ABOVE),
            _NEWCASTLE.rules_out("acute_heart_failure"),
            _NEWCASTLE.rules_out("unstable_diabetes"),
            _NEWCASTLE.rules_out("febrile_illness"),
            _NEWCASTLE.rules_out("acute_psychiatric_illness"),
            _NEWCASTLE.rules_out("exertion_symptoms"),
            _NEWCASTLE.rules_out("pulmonary_embolism"),
            _NEWCASTLE.rules_out("terminal_illness"),
            _NEWCASTLE.rules_out("not_taking_medication"),
            _NEWCASTLE.rules_out("unstable_condition"),
        ),
    ),
)
