"""The pages of teams: who works where; a lead takes colleagues in, and lets them leave without leaving work behind."""

from collections.abc import Iterable
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
from accounts.joining import LONGEST_NAME, NewColleague
from accounts.models import Team, User
from accounts.selectors import signed_in
from accounts.teams import (
    TAKE_WORK_ON,
    Member,
    get_team,
    looks_after_teams,
    may_give_roles,
    members_of,
    roles_to_give,
    teams_visible_to,
    with_roles,
)
from core.errors import Conflict, NotPermitted, NotVisible
from notifications.joining import send_link_again, take_colleague_in
from referrals.services.leavers import OpenWork, end_role, hand_over, leave_team, open_work_in, open_work_of
from web.forms import Form, FormPage, look
from web.paging import page_of

ROLE_HINTS = {
    Role.LINK_WORKER: "Has a caseload, and sees the people who are referred to the team.",
    Role.LEAD: "The same, gives work out, and looks after the team: this page.",
    Role.PROVIDER: "Answers for the services of the team.",
    Role.REFERRER: "Refers people.",
}


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody of a team as its page shows them."""

    id: UUID
    name: str
    job: str
    email: str
    roles: str
    work: str
    is_awaited: bool
    is_oneself: bool
    has_several: bool
    """Roles: one of them can end, and the others stay."""


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Name the teams: a lead's own, to a manager all of them by organisation."""
    user = signed_in(request.user)
    if not looks_after_teams(user):
        return render(request, "403.html", status=403)
    page = page_of(request, teams_visible_to(user), ordering=("organization_name", "name", "id"))
    context = {"page": page, "decides_email_links": Role.MANAGER in user.roles()}
    return render(request, "web/managing/teams.jinja", context)


@require_safe
def team_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show who works in a team, and to its leads how much each has in hand."""
    user = signed_in(request.user)
    team = _team(user, pk)
    is_lead = may_give_roles(user, team)
    work = open_work_in(team) if is_lead else {}
    page = page_of(request, members_of(team), ordering=("full_name", "id"))
    context = {
        "team": team, "is_lead": is_lead, "page": page,
        "colleagues": [_colleague(each, user, work.get(each.user.pk)) for each in with_roles(page.rows, team)],
    }  # fmt: skip
    return render(request, "web/managing/team.jinja", context)


@require_POST
def send_link(request: HttpRequest, pk: UUID, member_id: UUID) -> HttpResponse:
    """Send somebody the link to their first password again."""
    user = signed_in(request.user)
    team = _team(user, pk)
    member = _member(team, member_id)
    try:
        send_link_again(team=team, member=member.user, actor=Actor(user), at=timezone.now())
    except NotPermitted:
        return render(request, "403.html", status=403)
    except Conflict as refused:
        messages.info(request, refused.detail)
    else:
        messages.success(request, f"{member.user.full_name} is sent a new link. The one before does not work any more.")
    return redirect("web:team", pk)


def _choose_among(field: Any, roles: list[Role], widget: forms.Widget) -> None:
    """Let a field offer these roles, each with what it means."""
    field.widget = look(widget, hints={str(role): ROLE_HINTS[role] for role in roles})
    field.choices = [(role.value, role.label) for role in roles]


class ColleagueForm(Form):
    """Who joins, and as what."""

    email = forms.EmailField(
        label="Work email address",
        help_text="They sign in with it. If they have an account already, they keep their name and password.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Enter their email address.",
            "invalid": "Enter an email address, like name@practice.example.",
        },
    )
    full_name = forms.CharField(
        label="Full name",
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    job_title = forms.CharField(
        label="Job title (optional)", required=False, max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label="What do they do in the team?", error_messages={"required": "Choose at least one."}
    )

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_among(self.fields["roles"], roles, forms.CheckboxSelectMultiple())


class AddPage(FormPage):
    """Take a colleague into the team."""

    form_class = ColleagueForm
    template_name = "web/managing/add_colleague.jinja"
    team: Team

    def prepare(self) -> None:
        self.team = _lead_s_team(self.user, self.kwargs["pk"])

    def build(self, data: Any = None) -> ColleagueForm:
        return ColleagueForm(data, roles=roles_to_give(self.team))

    def context(self, form: Any) -> dict[str, Any]:
        return {"team": self.team}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        joined = take_colleague_in(
            team=self.team, given=NewColleague(**said), actor=self.actor, at=timezone.now()
        )  # fmt: skip
        what = (
            "They are sent an email with a link to choose their password. It works for seven days."
            if joined.is_new
            else "They are told by email, and sign in as before."
        )
        messages.success(self.request, f"{joined.user.full_name} is in {self.team.name} now. {what}")
        return redirect("web:team", self.team.pk)


class LeaveForm(Form):
    """Who takes over, where there is anything to take over."""

    to = forms.ChoiceField(label="Who takes over?", error_messages={"required": "Choose who takes over."})

    def __init__(self, *args: Any, colleagues: list[User], is_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_needed:
            del self.fields["to"]
            return
        choices: Any = self.fields["to"]
        choices.choices = [("", "Choose a person"), *((str(user.pk), user.full_name) for user in colleagues)]


class LeavePage(FormPage):
    """Hand a leaver's open work over, and let them leave: in one go, so that nothing is left with whoever is gone."""

    template_name = "web/managing/leave.jinja"
    team: Team
    leaver: User
    colleagues: list[User]
    work: OpenWork

    def prepare(self) -> None:
        self.team = _lead_s_team(self.user, self.kwargs["pk"])
        self.leaver = _member(self.team, self.kwargs["member_id"]).user
        self.work = open_work_of(self.team, self.leaver)
        self.colleagues = [user for user in members_of(self.team, *TAKE_WORK_ON) if user.pk != self.leaver.pk]

    def build(self, data: Any = None) -> LeaveForm:
        return LeaveForm(data, colleagues=self.colleagues, is_needed=bool(self.work.referrals or self.work.tasks))

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "team": self.team,
            "leaver": self.leaver,
            "work": _in_words(self.work),
            "is_oneself": self.leaver.pk == self.user.pk,
            "is_alone": not self.colleagues,
        }

    def act(self, said: dict[str, Any]) -> HttpResponse:
        if self.leaver.pk == self.user.pk:  # before anything is handed over
            raise NotPermitted("Another lead does this for you: a team must not lose its lead by a slip.")
        if said.get("to"):
            to = next(user for user in self.colleagues if str(user.pk) == said["to"])
            hand_over(team=self.team, leaver=self.leaver, to=to, actor=self.actor, at=timezone.now())
        is_closed = leave_team(team=self.team, leaver=self.leaver, actor=self.actor)
        what = "Their account is closed." if is_closed else "They keep their account: they work in another team, too."
        messages.success(self.request, f"{self.leaver.full_name} has left {self.team.name}. {what}")
        return redirect("web:team", self.team.pk)


class RoleForm(Form):
    """Which of their roles ends."""

    role = forms.ChoiceField(
        label="Which one ends?", widget=forms.RadioSelect(), error_messages={"required": "Choose which one ends."}
    )

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_among(self.fields["role"], roles, forms.RadioSelect())


class RolePage(FormPage):
    """Take one role of a colleague away, who keeps the others."""

    form_class = RoleForm
    template_name = "web/managing/end_role.jinja"
    team: Team
    member: Member

    def prepare(self) -> None:
        self.team = _lead_s_team(self.user, self.kwargs["pk"])
        self.member = _member(self.team, self.kwargs["member_id"])

    def build(self, data: Any = None) -> RoleForm:
        return RoleForm(data, roles=[role for role in roles_to_give(self.team) if role in self.member.roles])

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "team": self.team,
            "member": self.member.user,
            "roles": _names_of(self.member.roles),
            "may_end": len(self.member.roles) > 1 and self.member.user.pk != self.user.pk,
        }

    def act(self, said: dict[str, Any]) -> HttpResponse:
        end_role(team=self.team, member=self.member.user, role=said["role"], actor=self.actor)
        kept = _names_of(role for role in self.member.roles if role != said["role"])
        messages.success(self.request, f"{self.member.user.full_name} is now in {self.team.name}: {kept}.")
        return redirect("web:team", self.team.pk)


def _team(user: User, pk: UUID) -> Team:
    try:
        return get_team(user, pk)
    except NotVisible as unseen:
        raise Http404 from unseen


def _lead_s_team(user: User, pk: UUID) -> Team:
    """Return the team where the user leads it.

    :raises NotVisible: if not: a manager looks, and does nothing here.
    """
    team = get_team(user, pk)
    if not may_give_roles(user, team):
        raise NotVisible("They do not lead it.")
    return team


def _member(team: Team, member_id: UUID) -> Member:
    found = with_roles(members_of(team).filter(pk=member_id), team)
    if not found:
        raise Http404
    return found[0]


def _names_of(roles: Iterable[Role]) -> str:
    return ", ".join(str(role.label) for role in roles)


def _colleague(member: Member, reader: User, work: OpenWork | None) -> Colleague:
    return Colleague(
        id=member.user.pk, name=member.user.full_name, job=member.user.job_title, email=member.user.email,
        roles=_names_of(member.roles), has_several=len(member.roles) > 1, work=_in_words(work) if work else "",
        is_awaited=member.is_awaited, is_oneself=member.user.pk == reader.pk,
    )  # fmt: skip


def _in_words(work: OpenWork) -> str:
    """Write how much it is: "3 open referrals and 1 task"."""
    parts = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((work.referrals, "open referral"), (work.tasks, "task"))
        if count
    ]
    return " and ".join(parts)
