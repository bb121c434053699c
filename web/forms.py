"""What the forms of the pages share: fields in the design system's look, days in three boxes, the page of a form."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from accounts.actors import Actor
from accounts.models import User
from accounts.selectors import signed_in
from core.errors import Conflict, DomainError, Invalid, NotPermitted, NotVisible, Stale, TooOften
from web.account import typed

STATUS_OF = {Stale: 409, Conflict: 409, NotPermitted: 403, TooOften: 429}
"""How a page is answered whose form was refused for the moment, and not for what was typed."""


class Field(BoundField):
    """A field on a page, with what the macros ask of it."""

    def options(self) -> list[dict[str, Any]]:
        """Return the choices as the macros take them, the chosen ones marked."""
        value = self.value()
        chosen = {str(each) for each in (value if isinstance(value, list | tuple | set) else [value])}
        hints: Mapping[str, str] = getattr(self.field.widget, "look", {}).get("hints", {})
        flat: Iterable[tuple[Any, Any]] = self.field.widget.choices
        marks = (
            "selected" if isinstance(self.field.widget, forms.Select) and self.widget_type == "select" else "checked"
        )
        return [
            {"value": str(key), "text": str(text), marks: str(key) in chosen}
            | ({"hint": {"text": hints[str(key)]}} if str(key) in hints else {})
            for key, text in flat
        ]

    def boxes(self) -> list[dict[str, Any]]:
        """Return the three boxes of a date: day, month, year."""
        value = self.value()
        parts = self.field.widget.decompress(value) if not isinstance(value, list) else value
        names = (("day", "Day", 2, "bday-day"), ("month", "Month", 2, "bday-month"), ("year", "Year", 4, "bday-year"))
        is_birthday = getattr(self.field.widget, "look", {}).get("is_birthday", False)
        return [
            {
                "name": f"{self.html_name}_{place}", "id": f"{self.auto_id}-{name}", "label": label, "width": width,
                "value": part or "", "error": bool(self.errors), "autocomplete": complete if is_birthday else None,
            }
            for place, (name, label, width, complete) in enumerate(names)
            for part in [(parts or ["", "", ""])[place]]
        ]  # fmt: skip

    @property
    def first_control(self) -> str:
        """The id of the first control: where the error summary leads."""
        return f"{self.auto_id}-day" if isinstance(self.field.widget, DateBoxes) else str(self.auto_id)


class Renderer(TemplatesSetting):
    """Fields and forms by the design system's macros: FORM_RENDERER in the settings."""

    form_template_name = "web/parts/form.jinja"
    field_template_name = "web/parts/field.jinja"
    bound_field_class = Field


def errors_of(form: forms.BaseForm) -> list[dict[str, str]]:
    """Return what is wrong with a form, in the order of its fields, each with where it is."""
    found = [{"text": str(each)} for each in form.non_field_errors()]
    for bound in form:
        href = f"#{getattr(bound, 'first_control', bound.auto_id)}"
        found += [{"text": str(each), "href": href} for each in bound.errors]
    return found


class Form(forms.Form):
    """A form of our pages. `look={...}` of a widget says what the macros should make of it (parts/field.jinja)."""

    def take_errors(self, refused: Invalid, names: Mapping[str, str] | None = None) -> None:
        """Take over what the domain found wrong; `names` leads from its names to fields where they differ."""
        for path, sentences in refused.extra["errors"].items():
            name = (names or {}).get(path, path)
            self.add_error(name if name in self.fields else None, [str(each) for each in sentences])


class VersionedForm(Form):
    """A form about a row that others may change meanwhile: it says which version its page showed."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class OnceForm(Form):
    """A form that makes something: pressed twice, it is made once (core.idempotency, by this key)."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)


def look(widget: forms.Widget, **said: Any) -> Any:
    """Return a widget with its look: width, classes, label_classes, hints (of choices), code, is_birthday, after."""
    widget.look = said  # type: ignore[attr-defined]
    return widget


class DateBoxes(forms.MultiWidget):
    """Day, month and year, each typed: no calendar to page through for a birthday."""

    def __init__(self, **said: Any) -> None:
        super().__init__([forms.TextInput(), forms.TextInput(), forms.TextInput()])
        self.look = said

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, dt.date):
            return [str(value.day), str(value.month), str(value.year)]
        return ["", "", ""]


class DayField(forms.MultiValueField):
    """A day in three boxes. Cleaned: a `datetime.date`, or None."""

    widget = DateBoxes

    def __init__(self, *, required: bool = True, **kwargs: Any) -> None:
        example = kwargs.pop("example", "27 3 1951")
        self.wrong = f"Enter a real date, like {example}."
        kwargs.setdefault("help_text", f"For example, {example}")
        boxes = [forms.CharField(required=False) for _ in range(3)]
        super().__init__(boxes, required=required, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> Any:
        parts = [str(part or "").strip() for part in (value or [])]
        if not any(parts):
            if self.required:
                raise forms.ValidationError(self.error_messages["required"])
            return None
        try:
            day, month, year = (int(part) for part in parts)
            if year < 1000:
                raise ValueError("a year of two digits may be of two centuries")
            return dt.date(year, month, day)
        except (ValueError, OverflowError):
            raise forms.ValidationError(self.wrong) from None

    def compress(self, data_list: Any) -> Any:
        return None  # `clean` does it all


class FormPage(View):
    """A page with one form: shown, judged, and done, or shown again with everything that was typed: also where whoever
    typed it had been signed out meanwhile (web/account/typed.py).

    A page says what it is about in `prepare`, what the template shows in `context`, and what is done in `act`.
    """

    form_class: ClassVar[type[Form]]
    template_name: ClassVar[str]
    names: Mapping[str, str] = {}
    """From the domain's names in an `Invalid` to fields of the form, where they differ."""

    user: User

    def prepare(self) -> None:
        """Read what the page is about, by `self.kwargs`; raises NotVisible where it is not theirs."""

    def initial(self) -> dict[str, Any]:
        """Return what the fields begin with."""
        return {}

    def build(self, data: Any = None) -> Any:
        """Return the form, with what was typed."""
        return self.form_class(data, initial=self.initial())

    def context(self, form: Any) -> dict[str, Any]:
        """Return what the template shows beside the form."""
        return {}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        """Do it, and return where to go. What the domain refuses is shown on the page."""
        raise NotImplementedError

    @property
    def actor(self) -> Actor:
        return Actor(self.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.user = signed_in(request.user)
        try:
            self.prepare()
            return super().dispatch(request, *args, **kwargs)
        except NotVisible as unseen:
            raise Http404 from unseen

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.build(typed.take(request)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.build(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            return self.act(form.cleaned_data)
        except Invalid as refused:
            form.take_errors(refused, self.names)
            return self.show(form, status=400)
        except (Conflict, Stale, NotPermitted, TooOften) as refused:
            status = next(code for kind, code in STATUS_OF.items() if isinstance(refused, kind))
            return self.show(form, problem=refused, status=status)

    def show(self, form: Any, *, problem: DomainError | None = None, status: int = 200) -> HttpResponse:
        """Show the page with a form as it is."""
        context = {"form": form, "problem": problem} | self.context(form)
        self.request.__dict__["is_shown"] = True  # with whatever status: see referrals.access_log
        return render(self.request, self.template_name, context, status=status)
