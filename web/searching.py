"""The search of the directory on pages: what may be asked, how it was read, and which page of the answer is shown."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from core.errors import Invalid
from services_directory.access import ACCESS
from services_directory.enums import Weekday
from services_directory.filters import read_search
from services_directory.search.asked import Asked, Found
from services_directory.selectors import needs
from web.forms import Form, look

PAGE_SIZE = 25
MOST_PAGES = 20
"""Further down nobody looks: who is there has asked for too little."""
_SMALL = "nhsuk-checkboxes--small"


class SearchForm(Form):
    """What is asked. The names are those of the API's parameters (docs/search.md)."""

    asked = forms.CharField(required=False, widget=forms.HiddenInput, initial="1")
    search = forms.CharField(
        label="What are you looking for?", required=False, max_length=200,
        help_text="For example, walking group or help with money",
    )  # fmt: skip
    postcode = forms.CharField(
        label="Near which postcode?", required=False, max_length=10,
        widget=look(forms.TextInput(attrs={"autocomplete": "postal-code"}), width="10"),
        help_text="For example, SK1 3XE",
    )  # fmt: skip
    within_miles = forms.ChoiceField(
        label="How far?", required=False,
        choices=[("", "Any distance"), ("0.5", "Half a mile"), ("1", "1 mile"), ("2", "2 miles"), ("5", "5 miles"),
                 ("10", "10 miles")],
    )  # fmt: skip
    max_cost = forms.ChoiceField(
        label="Cost", required=False,
        choices=[("", "Any cost"), ("0", "Free"), ("3", "£3 or less"), ("5", "£5 or less"), ("10", "£10 or less")],
    )  # fmt: skip
    time_of_day = forms.ChoiceField(
        label="Time of day", required=False,
        choices=[("", "Any time"), ("morning", "Morning"), ("afternoon", "Afternoon"), ("evening", "Evening")],
    )  # fmt: skip
    day = forms.MultipleChoiceField(
        label="Day", required=False, choices=Weekday.choices,
        widget=look(forms.CheckboxSelectMultiple(), classes=_SMALL),
    )  # fmt: skip
    need = forms.MultipleChoiceField(
        label="Help with", required=False, widget=look(forms.CheckboxSelectMultiple(), classes=_SMALL),
    )  # fmt: skip
    access = forms.MultipleChoiceField(
        label="Must have", required=False, choices=[(code, name) for code, (name, _) in ACCESS.items()],
        widget=look(forms.CheckboxSelectMultiple(), classes=_SMALL),
    )  # fmt: skip
    has_room = forms.BooleanField(
        label="Has places, or a waiting list, now", required=False, widget=look(forms.CheckboxInput(), classes=_SMALL)
    )

    FILTERS = ("max_cost", "time_of_day", "day", "need", "access", "has_room")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["need"].choices = [(term.code or str(term.pk), term.name) for term in needs()]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> int:
        """How many of the filters say something."""
        return sum(bool(self[name].value()) for name in self.FILTERS)

    @property
    def in_use(self) -> str:
        """What the filters leave over, in words; empty where they leave everything."""
        said = []
        for name in self.FILTERS:
            value, choices = self[name].value(), getattr(self.fields[name], "choices", None)
            if choices is None:
                said += [str(self.fields[name].label)] if value else []
                continue
            chosen = set(value) if isinstance(value, list) else {value}
            said += [str(text) for key, text in choices if key and str(key) in chosen]
        return "; ".join(said)

    @property
    def filters_are_wrong(self) -> bool:
        """Whether something is wrong where it would not be seen."""
        return any(name in self.errors for name in self.FILTERS)

    def filter(self, name: str) -> SafeString:
        """Return a filter as HTML: the same for all who chose the same, so it is made once for them all."""
        bound = self[name]
        if bound.errors:
            return bound.as_field_group()
        value = bound.value()
        chosen = tuple(str(each) for each in value) if isinstance(value, list) else value
        return _made_once(name, tuple(getattr(bound.field, "choices", ())), chosen)

    def read(self, *, near: str = "") -> Asked | None:
        """Return what is asked of the search; None where something is wrong, which the form then says.

        :param near: where to look when no postcode was typed.
        """
        if not self.is_valid():
            return None
        said = self.cleaned_data
        given = QueryDict(mutable=True)
        for name in ("search", "within_miles", "max_cost", "time_of_day"):
            given[name] = said[name]
        given["postcode"] = said["postcode"] or near
        for name in ("day", "need", "access"):
            given.setlist(name, said[name])
        given["has_room"] = "true" if said["has_room"] else ""
        try:
            return read_search(given)
        except Invalid as wrong:
            if "within_miles" in wrong.extra["errors"]:
                wrong = Invalid({"postcode": ["Enter a postcode: how far from where?"]})
            self.take_errors(wrong)
            return None


@lru_cache(maxsize=1000)
def _made_once(name: str, choices: tuple[tuple[str, str], ...], chosen: Any) -> SafeString:
    """The boxes to tick take most of the time of a page of the search (docs/benchmarks.md)."""
    form = SearchForm({name: list(chosen) if isinstance(chosen, tuple) else chosen})
    if choices:
        form.fields[name].choices = choices  # type: ignore[attr-defined]
    return form[name].as_field_group()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How much was found, in words, how the words were read, and the pages beside this one."""

    found: str
    remarks: list[str]
    previous: str
    next: str
    number: int
    is_cut: bool


def page_number(request: HttpRequest) -> int:
    """Return which page is asked for; what means nothing is the first."""
    written = request.GET.get("page", "")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 4 else 1
    return min(max(number, 1), MOST_PAGES)


def answer_of(request: HttpRequest, found: Found, *, number: int, size: int = PAGE_SIZE) -> Answer:
    """Return what a page says of what a search found. Nothing in the addresses but what was typed, and a number."""
    has_more = found.next_cursor is not None
    return Answer(
        found=_how_many(found),
        remarks=_remarks(found.searched_for),
        previous=_address(request, number - 1) if number > 1 else "",
        next=_address(request, number + 1) if has_more and number < MOST_PAGES else "",
        number=number,
        is_cut=has_more and number == MOST_PAGES,
    )


def _how_many(found: Found) -> str:
    if found.count_is_at_least:
        return f"More than {found.count:,} services"
    return "1 service" if found.count == 1 else f"{found.count:,} services"


def _remarks(read: dict[str, Any] | None) -> list[str]:
    if read is None:
        return []
    said = [f"We looked for “{each['read_as']}” instead of “{each['typed']}”." for each in read["corrected"]]
    if read["also"]:
        said.append(f"We looked for {', '.join(f'“{word}”' for word in read['also'])} too.")
    said += [f"No service says “{word}”, so we left it out." for word in read["unknown"]]
    if read["near"]:
        said.append(f"The nearest to {read['near']} come first.")
    return said


def _address(request: HttpRequest, number: int) -> str:
    kept = [(name, value) for name, values in request.GET.lists() for value in values if value and name not in {"page"}]
    return f"?{urlencode([*kept, ('page', number)])}"
