"""The sections about how the person lives, and what may harm: social context, risks, safeguarding."""

from referrals.dapb4066.guidance import NO_KNOWN_RISKS
from referrals.dapb4066.source import Items, Source, coded, coded_entry, day, pieces
from referrals.enums import RecordSection, SafeguardingKind
from referrals.models import Risk, SafeguardingConcern

SMOKING_CEASED = {"code": "160625004", "display": "Date ceased smoking"}
_CODED = (
    ("Household composition", RecordSection.HOUSEHOLD),
    ("Occupational history", RecordSection.OCCUPATION),
    ("Alcohol intake", RecordSection.ALCOHOL),
    ("Drug/substance use", RecordSection.DRUGS),
    ("Accommodation status", RecordSection.ACCOMMODATION),
)
_IN_WORDS = (
    ("Educational history", RecordSection.EDUCATION),
    ("Lifestyle choices", RecordSection.LIFESTYLE),
    ("Social circumstances", RecordSection.CIRCUMSTANCES),
    ("Access", RecordSection.ACCESS),
    ("Dependants", RecordSection.DEPENDANTS),
    ("Household environment", RecordSection.HOUSEHOLD_ENVIRONMENT),
)


def social_context(source: Source) -> Items:
    """Return how the person lives. Each group of the standard holds an item, or a group, of its own name."""
    said: Items = {name: {name: coded_entry(source.entry(section))} for name, section in _CODED}
    said |= {name: {name: source.words(section)} for name, section in _IN_WORDS}
    smoking = source.entry(RecordSection.SMOKING)
    if smoking is not None:
        stopped = {"Coded value": SMOKING_CEASED, "Date": day(smoking.ended_on)} if smoking.ended_on else {}
        said["Smoking status"] = {
            "Smoking status": coded_entry(smoking),
            "Smoking status - details": smoking.comment,
            "Date stopped smoking": stopped,
        }
    return said


def risks(source: Source) -> Items:
    """Return what whoever meets the person must know, with what has ended, or that nothing is known (rule 15)."""
    return {"Risks record entry": [entry for risk in source.risks for entry in _entries_of(risk)]}


def _entries_of(risk: Risk) -> list[Items]:
    """Return one entry, or several where its words are longer than the standard's: the first has its code."""
    said = [NO_KNOWN_RISKS] if risk.is_none_known else pieces(risk.description, 150)
    return [
        {
            "Start date of risk": day(risk.started_on),
            "End date of risk": day(risk.ended_on),
            "Risk": coded(risk.code, risk.display, piece) if number == 0 else {"Free text": piece},
            "Comment": risk.comment if number == 0 else "",
        }
        for number, piece in enumerate(said)
    ]


def safeguarding(source: Source) -> Items:
    """Return what is recorded about safeguarding, for a reader whose reading has been written down."""
    plans = [row for row in source.concerns if row.kind == SafeguardingKind.UNBORN_CHILD_PLAN]
    concerns = [row for row in source.concerns if row.kind != SafeguardingKind.UNBORN_CHILD_PLAN]
    said: Items = {"Safeguarding concerns": [entry for row in concerns for entry in _concern(row)]}
    for plan in plans[-1:]:  # the standard has one
        said["Unborn child protection plan"] = {
            "Unborn child protection plan start date": day(plan.started_on),
            "Unborn child protection plan end date": day(plan.ended_on),
            "Local authority": {"Free text": plan.local_authority},
        }
    return said


def _concern(row: SafeguardingConcern) -> list[Items]:
    said = pieces(row.text, 150) or [""]
    return [
        {
            "Safeguarding indicator": row.kind == SafeguardingKind.CONCERN,
            "Safeguarding concerns date": day(row.started_on),
            "Safeguarding concerns end date": day(row.ended_on),
            "Safeguarding concerns": coded(row.code, row.display, piece) if number == 0 else {"Free text": piece},
            "Comment": row.comment if number == 0 else "",
        }
        for number, piece in enumerate(said)
    ]
