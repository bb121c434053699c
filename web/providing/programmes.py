"""A provider's programmes: places, the waiting list in its order, who takes part, and the next sessions."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day, start_of_day
from core.errors import DomainError, NotVisible
from referrals import policies
from referrals.enums import OnwardStatus
from referrals.models import OnwardReferral
from referrals.selectors.programmes import in_the_order_of_waiting, received_by, with_attendance
from referrals.selectors.sessions import sessions_visible_to
from services_directory.enums import Capacity, Delivery
from services_directory.models import CapacityReport, Service
from services_directory.selectors import get_capacity
from services_directory.services.capacity import LIMITS, CapacitySaid, confirm_capacity, set_capacity
from web import words
from web.forms import DayField, FormPage, VersionedForm, look
from web.providing.inbox import NOT_SHOWN, own_services
from web.providing.sessions import SessionRow, row_of
from web.record.facts import Fact, fact, known

SHOWN = 25
"""How many people a list of the page shows; the inbox has them all."""
SESSIONS_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One person on the waiting list: the place, and why they have it."""

    place: int
    reference: str
    person: str
    since: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Participant:
    """One person who takes part."""

    reference: str
    person: str
    since: str
    came: str
    is_paused: bool


@require_safe
def programmes_page(request: HttpRequest) -> HttpResponse:
    """Show every programme of the provider's teams, with its room."""
    services = own_services(signed_in(request.user)).select_related("receiving_team").order_by("name", "id")[:100]
    rows = [
        {
            "id": service.pk, "name": service.name, "team": service.receiving_team.name, "room": room_of(service),
            "people": f"{service.places_taken} taking part or about to start, {service.people_waiting} waiting",
            "is_running": service.is_running,
        }
        for service in services
    ]  # fmt: skip
    return render(request, "web/providing/programmes.jinja", {"rows": rows})


@require_safe
def programme_page(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Show one programme."""
    user, now = signed_in(request.user), timezone.now()
    today = local_day(now)
    service, reports = _own(user, service_id)
    received = received_by(user).filter(service=service.pk)
    waiting = list(in_the_order_of_waiting(received)[: SHOWN + 1])
    taking_part = list(with_attendance(received)[: SHOWN + 1])
    sessions = sessions_visible_to(user).filter(service=service.pk, cancelled_at=None)
    coming = sessions.filter(starts_at__gte=start_of_day(today))[:SESSIONS_SHOWN]
    to_take = sessions.filter(starts_at__lt=start_of_day(today), drop_ins=None).order_by("-starts_at", "-id")
    context = {
        "service": {"id": service.pk, "name": service.name, "has_sessions": service.delivery != Delivery.POSTED},
        "room": room_of(service),
        "facts": _facts(service, reports),
        "version": reports[0].pk if reports else 0,
        "waiting": [_waiting(user, row, place, today=today) for place, row in enumerate(waiting[:SHOWN], start=1)],
        "more_waiting": len(waiting) > SHOWN,
        "taking_part": [_participant(user, row, today=today) for row in taking_part[:SHOWN]],
        "more_taking_part": len(taking_part) > SHOWN,
        "coming": _rows(coming, today=today),
        "to_take": _rows(to_take[:SESSIONS_SHOWN], today=today),
    }
    return render(request, "web/providing/programme.jinja", context)


def room_of(service: Service) -> str:
    """Write whether a service has room: "Full (8 of 8 places are taken)"."""
    label = words.label_of(Capacity, service.capacity) if service.capacity else "Not said yet"
    return f"{label} ({service.places_taken} of {service.places} places are taken)" if service.places else label


def _rows(sessions: Any, *, today: dt.date) -> list[SessionRow]:
    return [row_of(session, today=today) for session in sessions]


def _own(user: User, service_id: UUID) -> tuple[Service, list[CapacityReport]]:
    """Return a service of the provider's teams that runs, and what was last said of its room."""
    try:
        service, reports = get_capacity(user, service_id)
    except NotVisible as unseen:
        raise Http404 from unseen
    if service.receiving_team_id not in user.team_ids(Role.PROVIDER):
        raise Http404
    return service, reports


def _facts(service: Service, reports: list[CapacityReport]) -> list[Fact]:
    said = next((report for report in reports if report.reported_by), None)
    confirmed = ""
    if service.capacity_confirmed_at:
        by = f", by {said.reported_by.full_name}" if said and said.reported_by else ""
        confirmed = f"{words.day_of(service.capacity_confirmed_at)}{by}"
    wait = service.expected_wait_weeks
    return known(
        fact("Room", room_of(service)),
        fact("Paused until", words.day(service.paused_until)),
        fact("Waiting list", "People can be sent to you while you are full" if service.takes_people_while_full else ""),
        fact("Wait to expect", f"{wait} week{'' if wait == 1 else 's'}" if wait is not None else ""),
        fact("Last said", confirmed),
    )


def _waiting(user: User, onward: OnwardReferral, place: int, *, today: dt.date) -> Waiting:
    since: dt.datetime | None = vars(onward)["waiting_since"]
    weeks = (today - local_day(since)).days // 7 if since else 0
    counted = "less than a week" if not weeks else f"{weeks} week{'' if weeks == 1 else 's'}"
    return Waiting(
        place=place,
        reference=onward.reference,
        person=_name(user, onward, today=today),
        since=words.day_of(since),
        why=f"waits for {counted}" + ("; the longest of all" if place == 1 else ""),
    )


def _participant(user: User, onward: OnwardReferral, *, today: dt.date) -> Participant:
    said = vars(onward)
    came, last = f"Came to {said['came'] or 0} of {said['expected'] or 0}", said["last_came_on"]
    return Participant(
        reference=onward.reference,
        person=_name(user, onward, today=today),
        since=words.day_of(said["began_at"]),
        came=f"{came}, last on {words.day(last)}" if last else came if said["expected"] else "No register yet",
        is_paused=onward.status == OnwardStatus.PAUSED,
    )


def _name(user: User, onward: OnwardReferral, *, today: dt.date) -> str:
    is_seen = policies.sees_person(Actor(user), onward, on=today)
    return words.name_in_a_list(onward.referral) if is_seen else NOT_SHOWN


# --- Places -----------------------------------------------------------------------------------------------------------


def _number(name: str, label: str, hint: str) -> forms.IntegerField:
    least, most = LIMITS[name]
    return forms.IntegerField(
        label=label, help_text=hint, required=False, min_value=least, max_value=most,
        widget=look(forms.NumberInput(attrs={"inputmode": "numeric"}), width="3"),
    )  # fmt: skip


class PlacesForm(VersionedForm):
    """Whether there is room."""

    capacity = forms.ChoiceField(
        label="Do you take people now?", widget=forms.RadioSelect(), error_messages={"required": "Choose one."},
        choices=[
            (Capacity.OPEN, "Yes, there are places"), (Capacity.WAITING_LIST, "They join a waiting list"),
            (Capacity.FULL, "No, it is full"), (Capacity.PAUSED, "No, not for now: it is paused"),
        ],
    )  # fmt: skip
    places = _number(
        "places", "How many people who are sent to you can take part at once? (optional)",
        "We count them, and say that you are full when all places are taken. Empty: we do not count.",
    )  # fmt: skip
    keeps_waiting_list = forms.BooleanField(
        label="People can be sent to us while we are full, and wait", required=False
    )
    expected_wait_weeks = _number("expected_wait_weeks", "How many weeks does somebody wait? (optional)", "")
    paused_until = DayField(
        label="If it is paused: from when do you take people again? (optional)", required=False, example="4 1 2027"
    )


class PlacesPage(FormPage):
    """Say whether a programme has room."""

    form_class = PlacesForm
    template_name = "web/providing/places.jinja"
    service: Service

    def prepare(self) -> None:
        self.service, self.reports = _own(self.user, self.kwargs["service_id"])

    def initial(self) -> dict[str, Any]:
        service = self.service
        return {
            "version": self.reports[0].pk if self.reports else 0,
            "capacity": service.own_word, "places": service.places, "keeps_waiting_list": service.keeps_waiting_list,
            "expected_wait_weeks": service.expected_wait_weeks, "paused_until": service.paused_until,
        }  # fmt: skip

    def context(self, form: Any) -> dict[str, Any]:
        return {"service": {"id": self.service.pk, "name": self.service.name}}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        version = said.pop("version")
        told = CapacitySaid(**said)  # type: ignore[typeddict-item]
        if told["capacity"] == Capacity.WAITING_LIST:
            told["keeps_waiting_list"] = True
        if told["capacity"] != Capacity.PAUSED:
            told["paused_until"] = None
        set_capacity(service=self.service, actor=self.actor, at=timezone.now(), said=told, expected_version=version)
        messages.success(self.request, "Thank you. Link workers see it from now on.")
        return redirect("web:providing-programme", self.service.pk)


@require_POST
def still_so(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Say that what the directory says of the room is still so."""
    user = signed_in(request.user)
    service, _ = _own(user, service_id)
    version = request.POST.get("version", "")
    try:
        confirm_capacity(
            service=service, actor=Actor(user), at=timezone.now(),
            expected_version=int(version) if version.isdigit() else None,
        )  # fmt: skip
    except DomainError as refused:
        messages.warning(request, refused.detail)
    else:
        messages.success(request, "Thank you. Link workers see that it is still so.")
    return redirect("web:providing-programme", service.pk)
