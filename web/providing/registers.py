"""The register of a session on one screen: one row for each person, three choices, saved once."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts.actors import Actor
from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import Conflict, DomainError, Invalid, NotPermitted, NotVisible, Stale
from referrals import policies
from referrals.enums import AttendanceResult, OnwardStatus
from referrals.models import Session
from referrals.selectors.programmes import received_by
from referrals.selectors.sessions import Place, expected_at, get_session
from referrals.services.attendance import came_before
from referrals.services.registers import Entry, take_register
from services_directory.enums import Delivery
from web import words
from web.account import typed
from web.providing.sessions import row_of

MOST_TO_ADD = 100


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of the three things to say of a person."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class RegisterRow:
    """One person on the register. `stands`: what it says now, where somebody else has said so meanwhile."""

    reference: str
    name: str
    note: str
    choices: list[Choice]
    is_paused: bool
    stands: str = ""
    error: str = ""


@dataclass(kw_only=True)
class Said:
    """What was typed: of each person the choice, and how many more came."""

    results: dict[str, str] = field(default_factory=dict)
    drop_ins: str = ""
    version: str = ""


def said_in(data: QueryDict) -> Said:
    """Return what was typed into a register."""
    return Said(
        results={
            name.removeprefix("result-"): str(value)
            for name, value in data.items()
            if name.startswith("result-") and value
        },
        drop_ins=data.get("drop_ins", "").strip(),
        version=data.get("version", ""),
    )


class RegisterPage(View):
    """Who is expected, and who came."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.user: User = signed_in(request.user)
        try:
            self.session: Session = get_session(self.user, kwargs["session_id"])
        except NotVisible as unseen:
            raise Http404 from unseen
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        before = typed.take(request)
        if before is not None:  # by somebody who had been signed out meanwhile
            return self.show(said_in(before), added=before.getlist("add"))
        drop_ins = "" if self.session.drop_ins is None else str(self.session.drop_ins)
        return self.show(Said(drop_ins=drop_ins, version=str(self.session.version)), added=request.GET.getlist("add"))

    def post(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        added = request.POST.getlist("add")
        said = said_in(request.POST)
        try:
            self.take(said)
        except Invalid as refused:
            return self.show(said, added=added, errors=refused.extra["errors"], status=400)
        except Stale as stale:
            # Somebody was first: what they said stands beside what is said here, and may be saved over it.
            self.session = get_session(self.user, session_id)
            said.version = str(self.session.version)
            return self.show(said, added=added, problem=stale, status=409)
        except (Conflict, NotPermitted) as refused:
            return self.show(said, added=added, problem=refused, status=409)
        messages.success(request, "The register is saved.")
        return redirect("web:providing-register", session_id)

    def take(self, said: Said) -> None:
        """Take the register.

        :raises Invalid: if something typed is no choice or no number.
        """
        if said.drop_ins and not (said.drop_ins.isdigit() and len(said.drop_ins) <= 4):
            raise Invalid({"drop_ins": ["Enter a number, such as 3, or leave it empty."]})
        unknown = [name for name, value in said.results.items() if value not in AttendanceResult.values]
        if unknown:
            raise Invalid({"entries": ["Choose one of the three for each person."]})
        take_register(
            session=self.session,
            entries=[Entry(onward_referral=name, result=value) for name, value in said.results.items()],
            drop_ins=int(said.drop_ins or 0),
            actor=Actor(self.user),
            at=timezone.now(),
            expected_version=int(said.version) if said.version.isdigit() else None,
        )

    def show(
        self,
        said: Said,
        *,
        added: list[str],
        errors: dict[str, list[str]] | None = None,
        problem: DomainError | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the register, with what was typed."""
        today, errors = local_day(timezone.now()), errors or {}
        actor = Actor(self.user)
        wanted = [*added, *said.results]
        places = [
            place
            for place in expected_at(self.session, dropping_in=wanted)
            if policies.sees_person(actor, place.onward, on=today)
        ]
        day = local_day(self.session.starts_at)
        came = came_before([place.onward.pk for place in places], day=day, starts_at=self.session.starts_at)
        by_row = {name: errors.get(f"entries.{number}", []) for number, name in enumerate(said.results)}
        all_came = self.request.GET.get("all") == "came"
        context = {
            "session": row_of(self.session, today=today),
            "rows": [
                _row(
                    place, said, is_new=place.onward.pk not in came, all_came=all_came,
                    errors=by_row.get(place.onward.reference, []), is_contested=problem is not None,
                )
                for place in places
            ],
            "said": said,
            "added": [place.onward.reference for place in places if place.is_drop_in and place.entry is None],
            "to_add": self._to_add(places, today=today),
            "errors": [sentence for sentences in errors.values() for sentence in sentences],
            "drop_ins_error": next(iter(errors.get("drop_ins", [])), ""),
            "problem": problem,
            "is_to_come": day > today,
        }  # fmt: skip
        return render(self.request, "web/providing/register.jinja", context, status=status)

    def _to_add(self, places: list[Place], *, today: Any) -> list[tuple[str, str]]:
        """Return who takes part in another programme of the team, and may have come to this one."""
        shown = {place.onward.reference for place in places}
        others = (
            received_by(self.user)
            .filter(provider_team=self.session.team_id, status=OnwardStatus.STARTED)
            .exclude(service=self.session.service_id)
            .exclude(service__delivery=Delivery.POSTED)
            .order_by("referral__family_name", "referral__first_name", "id")
        )
        return [
            (row.reference, f"{words.name_in_a_list(row.referral)} ({row.service.name})")
            for row in others[:MOST_TO_ADD]
            if row.reference not in shown and policies.sees_person(Actor(self.user), row, on=today)
        ]


def _row(
    place: Place, said: Said, *, is_new: bool, all_came: bool, errors: list[str], is_contested: bool
) -> RegisterRow:
    """Return one person, with what was typed of them, or else what the register says."""
    reference = place.onward.reference
    stands = str(place.entry.result) if place.entry is not None else ""
    came = stands if stands in AttendanceResult.CAME else "new" if is_new and not place.is_drop_in else "present"
    chosen = said.results.get(reference, stands) or (came if all_came and not place.is_paused else "")
    labels = {came: "Came, first time" if came == "new" else "Came", "absent": "Did not come", "told_us": "Told us"}
    return RegisterRow(
        reference=reference,
        name=words.full_name(place.onward.referral),
        note="Pauses: resume first"
        if place.is_paused
        else "From another programme of yours"
        if place.is_drop_in
        else "",
        choices=[Choice(value=value, label=label, is_chosen=value == chosen) for value, label in labels.items()],
        is_paused=place.is_paused,
        stands=labels.get(stands, stands) if is_contested and stands and stands != chosen else "",
        error=" ".join(errors),
    )
