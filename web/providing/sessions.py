"""The sessions of a provider: which registers are to be taken, what comes, making some and cancelling one."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.selectors import signed_in
from core.clocks import LONDON, local_day, start_of_day
from core.errors import Invalid, NotVisible
from referrals.enums import SessionCancelReason
from referrals.models import Session
from referrals.selectors.sessions import get_session, sessions_visible_to
from referrals.services.sessions import LONGEST_MINUTES, MOST_AT_ONCE, SessionDetails, cancel_session, make_sessions
from services_directory.models import Service
from services_directory.selectors import get_service
from web import words
from web.fields import TimeField
from web.forms import DayField, Form, FormPage, VersionedForm, look
from web.paging import page_of
from web.providing.inbox import own_services


@dataclass(frozen=True, kw_only=True)
class SessionRow:
    """One session in a list."""

    id: UUID
    when: str
    where: str
    service: str
    state: str
    is_open: bool
    """Whether its register is to be taken."""
    is_cancelled: bool


@require_safe
def sessions_page(request: HttpRequest) -> HttpResponse:
    """Show the sessions: those from today on, or those that have been, the last first."""
    user, today = signed_in(request.user), local_day(timezone.now())
    is_past = request.GET.get("show") == "past"
    rows, chosen = sessions_visible_to(user), request.GET.get("service", "")
    services = list(own_services(user).order_by("name", "id").values_list("pk", "name")[:100])
    if chosen:
        if chosen not in {str(pk) for pk, _ in services}:
            raise Http404
        rows = rows.filter(service_id=chosen)
    to_take = rows.filter(starts_at__lt=start_of_day(today), drop_ins=None, cancelled_at=None)
    to_take = to_take.order_by("-starts_at", "-id")[: 0 if is_past else 10]
    ordering = ("-starts_at", "-id") if is_past else ("starts_at", "id")
    begins = start_of_day(today)
    rows = rows.filter(starts_at__lt=begins) if is_past else rows.filter(starts_at__gte=begins)
    try:
        page = page_of(request, rows.order_by(*ordering), ordering=ordering)
    except Invalid as unknown:
        raise Http404 from unknown
    narrowed = f"&{urlencode({'service': chosen})}" if chosen else ""
    context = {
        "page": page, "rows": [row_of(session, today=today) for session in page.rows], "is_past": is_past,
        "to_take": [row_of(each, today=today) for each in to_take],
        "tabs": [("Coming", f"?show=coming{narrowed}", not is_past), ("Have been", f"?show=past{narrowed}", is_past)],
        "services": [(str(pk), name) for pk, name in services], "service": chosen,
    }  # fmt: skip
    return render(request, "web/providing/sessions.jinja", context)


def row_of(session: Session, *, today: dt.date) -> SessionRow:
    """Return a session as a list shows it."""
    is_open = session.cancelled_at is None and session.drop_ins is None and local_day(session.starts_at) <= today
    return SessionRow(
        id=session.pk,
        when=words.moment(session.starts_at),
        where=f"{session.place}, {session.minutes} minutes",
        service=session.service.name,
        state=_state(session),
        is_open=is_open,
        is_cancelled=session.cancelled_at is not None,
    )


def _state(session: Session) -> str:
    if session.cancelled_at is not None:
        return f"Cancelled: {words.in_a_sentence(words.label_of(SessionCancelReason, session.cancel_reason))}"
    if session.drop_ins is None:
        return ""
    more = f", and {session.drop_ins} more" if session.drop_ins else ""
    return f"Register taken: {vars(session)['came']} came{more}"


class SessionForm(Form):
    """One session, or one each week."""

    on = DayField(label="Which day?", example="16 11 2026", error_messages={"required": "Enter the day."})
    time = TimeField(label="At what time?", error_messages={"required": "Enter the time."})
    minutes = forms.IntegerField(
        label="How many minutes does it last?", min_value=1, max_value=LONGEST_MINUTES, initial=60,
        widget=look(forms.NumberInput(attrs={"inputmode": "numeric"}), width="3"),
        error_messages={"required": "Enter how long it lasts."},
    )  # fmt: skip
    place = forms.CharField(
        label="Where?", max_length=150, help_text="Where people meet, so that somebody new finds it.",
        error_messages={"required": "Say where it is."},
    )  # fmt: skip
    places = forms.IntegerField(
        label="For how many people? (optional)", required=False, min_value=1, max_value=32767,
        help_text="Empty: as many as come.",
        widget=look(forms.NumberInput(attrs={"inputmode": "numeric"}), width="3"),
    )  # fmt: skip
    weekly_until = DayField(
        label="And every week until when? (optional)", required=False, example="21 12 2026",
        help_text=f"At the same time of each week, at most {MOST_AT_ONCE}. Empty: just this one.",
    )  # fmt: skip


class NewSession(FormPage):
    """Make a session of a programme, or one each week."""

    form_class = SessionForm
    template_name = "web/providing/session_new.jinja"
    names = {"starts_at": "on"}
    service: Service

    def prepare(self) -> None:
        self.service = get_service(self.user, self.kwargs["service_id"])
        if self.service.receiving_team_id not in self.user.team_ids(Role.PROVIDER):
            raise NotVisible("It is not theirs.")

    def initial(self) -> dict[str, Any]:
        last = sessions_visible_to(self.user).filter(service=self.service.pk).last()
        return {"place": last.place, "minutes": last.minutes, "places": last.places} if last else {}

    def context(self, form: Any) -> dict[str, Any]:
        return {"service": {"id": self.service.pk, "name": self.service.name}}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        starts_at = dt.datetime.combine(said.pop("on"), said.pop("time"), tzinfo=LONDON)
        made = make_sessions(
            service=self.service, given=SessionDetails(starts_at=starts_at, **said), actor=self.actor,
            at=timezone.now(),
        )  # fmt: skip
        messages.success(self.request, "1 session is made." if len(made) == 1 else f"{len(made)} sessions are made.")
        return redirect("web:providing-programme", self.service.pk)


class CancelForm(VersionedForm):
    """Why a session does not take place."""

    reason = forms.ChoiceField(
        label="Why?", choices=SessionCancelReason.choices, widget=forms.RadioSelect(),
        error_messages={"required": "Choose one."},
    )  # fmt: skip


class CancelSession(FormPage):
    """Say that a session does not take place."""

    form_class = CancelForm
    template_name = "web/providing/session_cancel.jinja"
    session: Session

    def prepare(self) -> None:
        self.session = get_session(self.user, self.kwargs["session_id"])

    def initial(self) -> dict[str, Any]:
        return {"version": self.session.version}

    def context(self, form: Any) -> dict[str, Any]:
        return {"session": row_of(self.session, today=local_day(timezone.now()))}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        cancel_session(
            session=self.session, reason=said["reason"], actor=self.actor, at=timezone.now(),
            expected_version=said["version"],
        )  # fmt: skip
        messages.success(self.request, "The session is cancelled. Please tell the people who come to it.")
        return redirect("web:providing-sessions")
