"""When a service of the directory happens, on one page: what a group changes most often.

A time that repeats in a way that the page cannot say (the second Monday of a month) keeps it: its hours alone change.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from services_directory.enums import Frequency, Weekday
from services_directory.models import Schedule, Service
from services_directory.services import edit_listing
from web.fields import TimeField
from web.forms import Form, FormPage, VersionedForm, errors_of, look
from web.listings import clock, time_in_words
from web.providing.listings import kept_listing

OFTEN = {"1": "Every week", "2": "Every 2 weeks", "3": "Every 3 weeks", "4": "Every 4 weeks"}
EVERYWHERE = ""
"""Where no place is said: at all places of the service, or at none."""
SMALL = "nhsuk-checkboxes--small nhsuk-checkboxes--inline"


class TimeForm(Form):
    """One time at which the service happens, or an empty one to be added."""

    days = forms.MultipleChoiceField(
        label="Days", required=False, choices=Weekday.choices,
        widget=look(forms.CheckboxSelectMultiple(), classes=SMALL),
    )  # fmt: skip
    every = forms.ChoiceField(label="How often?", required=False, choices=OFTEN.items())
    opens_at = TimeField(label="From", required=False)
    closes_at = TimeField(label="To (optional)", required=False, help_text="")
    gone = forms.BooleanField(label="Take this time away", required=False)

    def __init__(
        self, data: Any, *, schedule: Schedule | None, place: str, places: Mapping[str, str], name: str
    ) -> None:
        prefix = f"t{name}"
        # A time that somebody has added since the page was opened is not of what was typed.
        typed = data if data and any(key.startswith(f"{prefix}-") for key in data) else None
        super().__init__(typed, initial=_shown(schedule) | {"place": place}, prefix=prefix)
        self.schedule, self.stands_at = schedule, place
        self.says = time_in_words(schedule) if schedule else "One more time (optional)"
        self.where = places[place]
        self.fields["place"] = forms.ChoiceField(label="Where?", required=False, choices=places.items())
        unasked = ["gone"] if schedule is None else ["place"]
        unasked += ["days", "every"] if schedule and not _is_simple(schedule) else []
        unasked += ["place"] if len(places) == 1 and schedule is None else []
        for name in unasked:
            del self.fields[name]

    def is_valid(self) -> bool:
        if not self.is_bound:
            self.cleaned_data: dict[str, Any] = {}
            return True
        return super().is_valid()

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("gone") or self.is_blank:
            return said
        if "days" in self.fields and not said.get("days"):
            self.add_error("days", "Choose the days.")
        if said.get("closes_at") and not said.get("opens_at") and "opens_at" not in self.errors:
            self.add_error("opens_at", "Say when it begins, too.")
        return said

    @property
    def is_blank(self) -> bool:
        """Whether nothing was put into an empty time."""
        said = self.cleaned_data
        return self.schedule is None and not any(said.get(name) for name in ("days", "opens_at", "closes_at"))

    @property
    def at(self) -> str:
        """The place that it is said of."""
        return self.stands_at if self.schedule else str(self.cleaned_data.get("place", EVERYWHERE))

    @property
    def is_changed(self) -> bool:
        """Whether anything of it is to be written."""
        item = self.item()
        return not self.is_blank and (item is None or len(item) > 1)

    def item(self) -> dict[str, Any] | None:
        """Return the time as a document has it, None where it is no more. What is not said of a part with an id stays
        as it is.
        """
        said = self.cleaned_data
        if said.get("gone") or self.is_blank:
            return None
        if not self.is_bound and self.schedule:
            return {"id": str(self.schedule.pk)}
        wished: dict[str, Any] = {name: _plain(said.get(name)) for name in ("opens_at", "closes_at")}
        if "days" in self.fields:
            wished |= {"byday": ",".join(said["days"]), "interval": int(said["every"] or 1)}
        if self.schedule is None:
            return {"freq": Frequency.WEEKLY.value} | wished
        stood: dict[str, Any] = {name: _plain(getattr(self.schedule, name)) for name in ("opens_at", "closes_at")}
        stood |= {"byday": self.schedule.byday, "interval": self.schedule.interval or 1}
        return {"id": str(self.schedule.pk)} | {name: value for name, value in wished.items() if value != stood[name]}


class TimesForm(VersionedForm):
    """All times of a service."""

    def __init__(self, data: Any, *, service: Service) -> None:
        super().__init__(data, initial={"version": service.version})
        self.at_places = {str(row.pk): row for row in service.service_at_locations.all()}
        places = {EVERYWHERE: "At all its places"} | {
            key: row.location.name or row.description for key, row in self.at_places.items()
        }
        there: list[tuple[Schedule | None, str]] = [(row, EVERYWHERE) for row in service.schedules.all()]
        there += [(row, key) for key, at in self.at_places.items() for row in at.schedules.all()]
        there.append((None, next(iter(self.at_places)) if len(self.at_places) == 1 else EVERYWHERE))
        self.times = [
            TimeForm(data, schedule=schedule, place=place, places=places, name=str(schedule.pk if schedule else number))
            for number, (schedule, place) in enumerate(there)
        ]

    def is_valid(self) -> bool:
        judged = [super().is_valid(), *(time.is_valid() for time in self.times)]  # all: each says what is wrong in it
        if all(judged):
            self.cleaned_data["sent"] = self.sent()
        return all(judged)

    @property
    def mistakes(self) -> list[dict[str, str]]:
        """What is wrong anywhere on the page."""
        return [each for part in (self, *self.times) if part.is_bound for each in errors_of(part)]

    def sent(self) -> dict[str, Any]:
        """Return the lists of the document that change, whole."""
        lists = {place: self._at(place) for place in (EVERYWHERE, *self.at_places)}
        made: dict[str, Any] = {}
        if (everywhere := lists.pop(EVERYWHERE)) is not None:
            made["schedules"] = everywhere
        if any(items is not None for items in lists.values()):
            made["service_at_locations"] = [
                {"id": place} | ({} if items is None else {"schedules": items}) for place, items in lists.items()
            ]
        return made

    def _at(self, place: str) -> list[dict[str, Any]] | None:
        """Return the times of one place, None where they stay as they are."""
        times = [time for time in self.times if time.at == place]
        return [item for time in times if (item := time.item())] if any(time.is_changed for time in times) else None


class TimesPage(FormPage):
    """Change when a service happens."""

    form_class = TimesForm
    template_name = "web/providing/times.jinja"
    leads_back: ClassVar[str] = "web:providing-listing"
    service: Service

    def prepare(self) -> None:
        self.service = kept_listing(self.user, self.kwargs["service_id"])

    def build(self, data: Any = None) -> TimesForm:
        return TimesForm(data, service=self.service)

    def context(self, form: Any) -> dict[str, Any]:
        return {"service": {"id": self.service.pk, "name": self.service.name}, "leads_back": self.leads_back}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        done = edit_listing(
            service_id=self.service.pk, actor=self.actor, at=timezone.now(), sent=said["sent"],
            expected_version=said["version"],
        )  # fmt: skip
        messages.success(self.request, "The directory says so from now on." if done.changed else "Nothing was changed.")
        return redirect(self.leads_back, self.service.pk)


class EditorsTimes(TimesPage):
    """The same for a directory editor."""

    leads_back = "web:keep-listing"


def _is_simple(schedule: Schedule) -> bool:
    """Whether the page can say when it repeats: on days of the week, every week or every few."""
    days = set(filter(None, schedule.byday.split(",")))
    often = str(schedule.interval or 1)
    return schedule.freq == Frequency.WEEKLY and bool(days) and days <= set(Weekday.values) and often in OFTEN


def _shown(schedule: Schedule | None) -> dict[str, Any]:
    if schedule is None:
        return {}
    times = {name: getattr(schedule, name) for name in ("opens_at", "closes_at")}
    return {
        "days": schedule.byday.split(","), "every": str(schedule.interval or 1),
        **{name: clock(at) if at else "" for name, at in times.items()},
    }  # fmt: skip


def _plain(at: dt.time | None) -> str | None:
    return at.isoformat("minutes") if at else None
