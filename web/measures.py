"""The questions of a measure on a page, made from its declaration. What is no answer, the domain says."""

from typing import Any

from django import forms

from referrals.enums import MeasureMode
from referrals.measures import Measure
from referrals.measures.kinds import Item, ItemKind
from web.forms import DayField, VersionedForm, look

FEW = 12
"""Up to so many answers are buttons side by side; more are typed."""
SPOKEN = {ItemKind.MINUTES: "Minutes", ItemKind.DECIMAL: "A number", ItemKind.WHOLE: "A whole number"}


class MeasureForm(VersionedForm):
    """One measure: its questions in their order, then how and when they were asked. Each page adds at which point."""

    mode = forms.ChoiceField(
        label="How was it asked?", choices=MeasureMode.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"), error_messages={"required": "Choose one."},
    )  # fmt: skip
    taken_on = DayField(label="On which day, if not today? (optional)", required=False, example="3 12 2026")

    def __init__(self, data: Any = None, *, initial: Any, measure: Measure) -> None:
        super().__init__(data, initial=initial)
        self.fields = {_name_of(item): _field_of(item) for item in measure.items} | self.fields


def answers_of(measure: Measure, said: dict[str, Any]) -> dict[str, Any]:
    """Return the answers by item, of what a form made of it was told: None is not answered."""
    return {item.code: said[_name_of(item)] for item in measure.items}


def _name_of(item: Item) -> str:
    """As the domain names an answer that cannot be."""
    return f"answers.{item.code}"


def _field_of(item: Item) -> forms.Field:
    label = item.text or item.name[:1].upper() + item.name[1:]
    if item.kind == ItemKind.CHOICE:
        return _one_of(label, list(item.choices), coerce=str)
    if item.kind == ItemKind.WHOLE and item.highest - item.lowest < FEW:
        numbers = [(str(number), str(number)) for number in range(item.lowest, item.highest + 1)]
        return _one_of(label, numbers, coerce=int, classes="nhsuk-radios--inline")
    fit = f"{SPOKEN[item.kind]} from {item.lowest} to {item.highest}."
    empty = "there were no such days, or it was not answered" if item.only_after else "it was not answered"
    is_decimal = item.kind == ItemKind.DECIMAL
    return (forms.DecimalField if is_decimal else forms.IntegerField)(
        label=label, required=False, help_text=f"{fit} Leave it empty if {empty}.", error_messages={"invalid": fit},
        widget=look(
            forms.TextInput(attrs={"inputmode": "decimal" if is_decimal else "numeric"}), width="5",
            suffix="minutes" if item.kind == ItemKind.MINUTES else None,
        ),
    )  # fmt: skip


def _one_of(label: str, choices: list[tuple[str, str]], *, coerce: Any, classes: str = "") -> forms.Field:
    return forms.TypedChoiceField(
        label=label, required=False, coerce=coerce, empty_value=None, choices=[*choices, ("", "Not answered")],
        widget=look(forms.RadioSelect(), classes=f"nhsuk-radios--small {classes}".strip()),
        error_messages={"invalid_choice": "Choose one of these answers."},
    )  # fmt: skip
