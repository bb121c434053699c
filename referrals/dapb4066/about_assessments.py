"""The section about what was measured: each taking with its scores. The single answers are not told."""

from collections.abc import Mapping
from typing import Any

from dateutil.relativedelta import relativedelta

from referrals.dapb4066.source import Items, Source, cut
from referrals.measures import MEASURES
from referrals.measures.words import scores_in_words
from referrals.models import MeasureResponse
from services_directory.suitability.dates import in_words

UCUM = {"minutes a week": "min/wk", "days": "d"}
"""Units as the standard writes them, in ten characters; MET-minutes have no such code and stand in the score's name."""


def assessments(source: Source) -> Items:
    """Return the measures that were taken, by their days. Where there is one score it is the result, else each is a
    subscale. No code of a scale is held: its name stands in words.
    """
    return {"Assessments record entry": [_one_taking(row) for row in source.support.measures]}


def _one_taking(row: MeasureResponse) -> Items:
    measure = MEASURES.get(row.measure)
    name = measure.name if measure else row.measure
    results = [_result(score) for score in row.scores]
    overall, subscales = ("Assessment score", results) if len(results) == 1 else ("Subscale score", results)
    named = [{overall: {"Free text": said}, **result} for said, result in subscales]
    return {
        "Assessment summary": cut(scores_in_words(row.scores), 250),
        "Structured assessment": {
            "Structured assessment name": {"Free text": cut(name, 150)},
            **({"Assessment result": named[0]} if len(named) == 1 else {"Subscale result": named}),
        },
        "Comment": " ".join(_comment(row)),
    }


def _result(score: Mapping[str, Any]) -> tuple[str, Items]:
    unit = score["unit"]
    name = score["name"] if not unit or unit in UCUM else f"{score['name']} ({unit})"
    return cut(name, 150), {
        "Value": score["value"],
        "Units of measure": UCUM.get(unit, "") if score["value"] is not None else "",
        "Ordinal": {"Free text": cut(score["band_name"], 150)},
    }


def _comment(row: MeasureResponse) -> list[str]:
    """Return when and how it was taken, for which the standard has no item, and what its reader must know."""
    point = "" if row.point is None else ", at the start" if row.point == 0 else f", at week {row.point}"
    how = row.get_mode_display()
    said = [f"Taken on {in_words(row.taken_on)}{point}, {how[:1].lower()}{how[1:]}, by {row.recorded_by.full_name}."]
    said += [f"{score['name']}: {score['reason']}" for score in row.scores if score["reason"]]
    measure = MEASURES.get(row.measure)
    age = relativedelta(row.taken_on, row.referral.date_of_birth).years
    return said + (list(measure.warnings_for(age)) if measure else [])
