"""One's own account: who one is here, how one signs in, and how one is told."""

import datetime as dt
from typing import Any

from allauth.account.views import PasswordChangeView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.usersessions.views import ListUserSessionsView
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import second_factor
from accounts.selectors import account_events_of, profile_of, signed_in
from notifications.enums import HowTold, MessageGroup
from notifications.inbox_services import Choices, choose_for_oneself
from notifications.preferences import preference_of
from web.fields import TimeField
from web.forms import FormPage, VersionedForm, look

WHAT_IT_IS = {
    MessageGroup.NEW_WORK: "A referral has come to you, or is yours again.",
    MessageGroup.QUESTIONS: "Somebody asks you something, or has answered you.",
    MessageGroup.NEWS: "What has become of a referral.",
    MessageGroup.REMINDERS: "Something is due, and the summary of the week.",
    MessageGroup.DIRECTORY: "What the directory says about a service.",
}


@require_safe
def account_page(request: HttpRequest) -> HttpResponse:
    """Show who is signed in and how, with the ways to change it."""
    user = signed_in(request.user)
    profile: Any = profile_of(user)
    teams = [f"{row.get_role_display()}, {row.team.name} ({row.team.organization.name})" for row in profile["roles"]]
    has_factor = second_factor.has_one(user)
    password = _row("Password", "None: you sign in where you work")
    if user.has_usable_password():
        password = _row("Password", "Only you know it", "account_change_password", "Change", "your password")
    rows = [
        _row("Name", user.full_name),
        _row("Job", user.job_title or "Not said"),
        _row("Email address", user.email),
        _row("What you do here", "; ".join(teams) or "Nothing yet"),
        password,
        _row(
            "Second step", "Set up: a code from your app" if has_factor else "Not set up", "mfa_index",
            "Change" if has_factor else "Set up", "the second step of signing in",
        ),
        _row("Signed in", "For 12 hours, in each browser", "usersessions_list", "See", "where you are signed in"),
        _row("Messages", "How and when you are told", "web:preferences", "Change", "how you are told"),
    ]  # fmt: skip
    return render(request, "web/account/account.jinja", {"rows": rows, "events": account_events_of(user)})


def _row(name: str, value: str, page: str = "", verb: str = "", what: str = "") -> dict[str, Any]:
    way = [{"href": reverse(page), "text": verb, "visuallyHiddenText": what}] if page else []
    return {"key": {"text": name}, "value": {"text": value}, "actions": {"items": way}}


class ChangePasswordView(PasswordChangeView):
    """Change one's password."""

    template_name = "web/account/change_password.jinja"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Whoever has no password (they sign in where they work) has none to change, and no page begins with one."""
        if not signed_in(request.user).has_usable_password():
            return HttpResponseRedirect(reverse("web:account"))
        return super().dispatch(request, *args, **kwargs)


class SetUpAppView(ActivateTOTPView):
    """Set up an app that shows codes; whoever must have a second step comes here by themselves."""

    template_name = "web/account/set_up_app.jinja"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        user = signed_in(self.request.user)
        return context | {
            "key": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "must_have_one": second_factor.must_have_one(user),
        }


class SessionsView(ListUserSessionsView):
    """Where one is signed in, and how to end the others."""

    template_name = "web/account/sessions.jinja"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = [
            (browser_of(each.user_agent), each.ip, each.created_at, each.is_current()) for each in context["sessions"]
        ]
        return context | {"rows": rows}


def browser_of(user_agent: str) -> str:
    """Say in words what a browser calls itself: "Firefox on Windows"."""
    # In this order: each of them also says that it is the ones behind it.
    browsers = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {
        "iPhone": "an iPhone", "iPad": "an iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "a Mac",
        "Linux": "Linux",
    }  # fmt: skip
    browser = next((name for mark, name in browsers.items() if mark in user_agent), "A browser")
    system = next((name for mark, name in systems.items() if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def _how(group: MessageGroup) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=group.label, help_text=WHAT_IT_IS[group], choices=HowTold.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--inline nhsuk-radios--small"),
        error_messages={"required": f"Choose how you are told: {group.label.lower()}."},
    )  # fmt: skip


class PreferencesForm(VersionedForm):
    """How and when somebody is told, kind by kind."""

    new_work = _how(MessageGroup.NEW_WORK)
    questions = _how(MessageGroup.QUESTIONS)
    news = _how(MessageGroup.NEWS)
    reminders = _how(MessageGroup.REMINDERS)
    directory = _how(MessageGroup.DIRECTORY)
    quiet_from = TimeField(
        label="Send nothing from", required=False, help_text="For example, 6pm. Leave both empty for any hour."
    )
    quiet_until = TimeField(label="Until", required=False, help_text="For example, 8am the next morning.")
    quiet_on_days_off = forms.BooleanField(label="Nor at weekends and on bank holidays", required=False)


class PreferencesPage(FormPage):
    """Choose which messages come how, and when none come."""

    form_class = PreferencesForm
    template_name = "web/account/preferences.jinja"

    def initial(self) -> dict[str, Any]:
        row = preference_of(self.user)
        chosen = {name: getattr(row, name) for name in Choices.__dataclass_fields__} | {"version": row.version}
        return chosen | {name: _time(chosen[name]) for name in ("quiet_from", "quiet_until")}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        version = said.pop("version")
        choices = Choices(
            **{group.value: HowTold(said[group.value]) for group in MessageGroup},
            quiet_from=said["quiet_from"], quiet_until=said["quiet_until"],
            quiet_on_days_off=said["quiet_on_days_off"],
        )  # fmt: skip
        choose_for_oneself(choices=choices, user=self.user, at=timezone.now(), expected_version=version)
        messages.success(self.request, "Your choices are kept. They hold for what happens from now on.")
        return HttpResponseRedirect(reverse("web:account"))


def _time(at: dt.time | None) -> str:
    return f"{at:%H:%M}" if at else ""
