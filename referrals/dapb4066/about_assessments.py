"""The section about what was measured: each taking of a measure with its scores, and what was measured of health.

The single answers of a measure, and those of the screening that are no number, are not told.
"""

from collections.abc import Mapping
from typing import Any

from dateutil.relativedelta import relativedelta

from referrals.dapb4066.source import Items, Source, cut
from referrals.measures import MEASURES
from referrals.measures.words import scores_in_words
from referrals.models import MeasureResponse, Observation
from services_directory.suitability.dates import in_words
from services_directory.suitability.vocabulary import QUESTIONS

UCUM = {
    "minutes a week": "min/wk",
    "days": "d",
    "mmHg": "mm[Hg]",
    "beats a minute": "/min",
    "kg/m²": "kg/m2",
    "times a week": "/wk",
    "a week": "/wk",
}
"""Units as the standard writes them, in ten characters; MET-minutes have no such code and stand in the score's name."""


def assessments(source: Source) -> Items:
    """Return the measures that were taken, by their days. Where there is one score it is the result, else each is a
    subscale. No code of a scale is held: its name stands in words.
    """
    takings = [_one_taking(row) for row in source.support.measures]
    return {"Assessments record entry": takings + [_one_measurement(row) for row in source.support.measurements]}


def _one_taking(row: MeasureResponse) -> Items:
    measure = MEASURES.get(row.measure)
    name = measure.name if measure else row.measure
    return {
        "Assessment summary": cut(scores_in_words(row.scores), 250),
        "Structured assessment": _structured(name, [_result(score) for score in row.scores]),
        "Comment": " ".join(_comment(row)),
    }


def _structured(name: str, results: list[tuple[str, Items]]) -> Items:
    """Return what was assessed with its results, each with the name of what it is a result of."""
    named: Items = {"Structured assessment name": {"Free text": cut(name, 150)}}
    if len(results) == 1:
        [(said, result)] = results
        return {**named, "Assessment result": {"Assessment score": {"Free text": said}, **result}}
    return {**named, "Subscale result": [{"Subscale score": {"Free text": said}, **result} for said, result in results]}


def _one_measurement(row: Observation) -> Items:
    """Return a blood pressure as two results, and any other measurement as one."""
    question = QUESTIONS.get(row.code)
    name = question.name if question else row.code
    name = name[:1].upper() + name[1:]
    values = [(name, row.value)] if row.second_value is None else [
        (f"{name}, upper value", row.value), (f"{name}, lower value", row.second_value),
    ]  # fmt: skip
    results = [(said, _in_unit(float(value), row.unit)) for said, value in values if value is not None]
    shown = "/".join(f"{value.normalize():f}" for _, value in values if value is not None)
    comment = f"As of {in_words(row.observed_on)}, recorded by {row.recorded_by.full_name}."
    return {
        "Assessment summary": f"{name}: {shown} {row.unit}".strip(),
        "Structured assessment": _structured(name, results),
        "Comment": " ".join(filter(None, [comment, row.note])),
    }


def _in_unit(value: float, unit: str) -> Items:
    return {"Value": value, "Units of measure": UCUM.get(unit, "")}


def _result(score: Mapping[str, Any]) -> tuple[str, Items]:
    unit = score["unit"]
    name = score["name"] if not unit or unit in UCUM else f"{score['name']} ({unit})"
    return cut(name, 150), {
        **(_in_unit(score["value"], unit) if score["value"] is not None else {}),
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
