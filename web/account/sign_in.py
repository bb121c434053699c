"""The door: in by email and password, and by a second step; a new password for whoever has forgotten theirs."""

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_safe

from accounts import second_factor
from accounts.selectors import signed_in
from core.errors import Conflict, DomainError, Invalid, NotVisible
from notifications.account_messages import ask_for_new_password, choose_new_password, find_reset
from web.account import providers, typed
from web.account.forms import ForgottenPasswordForm, NewPasswordForm
from web.account.refused import too_many_tries


class SignInView(LoginView):
    """Sign in by email and password, and go on to where the person was going."""

    template_name = "web/account/sign_in.jinja"
    throttle_scope = "sign-in"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return too_many_tries(request, self) or super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "typed_waits": typed.waits(self.request),
            "providers": providers.buttons(self.request),
            "provider_problem": providers.problem_of(self.request),
        }


class CodeView(AuthenticateView):
    """The second step of signing in: the code of an app, a passkey, or a recovery code."""

    template_name = "web/account/code.jinja"
    throttle_scope = "sign-in"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return too_many_tries(request, self) or super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        kinds = second_factor.kinds_of(signed_in(self.stage.login.user))
        return context | {"has_app": "totp" in kinds, "has_passkey": "webauthn" in kinds}


# Without a session there is nothing to end: go to sign-in, not to a sign-in that then leads back to a GET of this.
sign_out = login_not_required(LogoutView.as_view())


@method_decorator(login_not_required, name="dispatch")
class ForgottenPasswordView(View):
    """Ask for a link to a new password. The answer is the same for an address that nobody has here."""

    throttle_scope = "sign-in"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "web/account/forgotten_password.jinja", {"form": ForgottenPasswordForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        if refused := too_many_tries(request, self):
            return refused
        form = ForgottenPasswordForm(request.POST)
        if not form.is_valid():
            return render(request, "web/account/forgotten_password.jinja", {"form": form})
        ask_for_new_password(email=form.cleaned_data["email"], at=timezone.now())
        return HttpResponseRedirect(reverse("web:password-link-sent"))


@login_not_required
@require_safe
def password_link_sent(request: HttpRequest) -> HttpResponse:
    """Say that a link is on its way, if there is such an account."""
    return render(request, "web/account/password_link_sent.jinja")


@method_decorator(login_not_required, name="dispatch")
class NewPasswordView(View):
    """Choose a new password by a link. Opening it changes nothing: programs that look into mail open every link."""

    throttle_scope = "sign-in"

    def get(self, request: HttpRequest, reference: str, signature: str) -> HttpResponse:
        try:
            find_reset(reference, signature, at=timezone.now())
        except (NotVisible, Conflict) as ended:
            return _link_ended(request, ended)
        return render(request, "web/account/new_password.jinja", {"form": NewPasswordForm()})

    def post(self, request: HttpRequest, reference: str, signature: str) -> HttpResponse:
        if refused := too_many_tries(request, self):
            return refused
        form = NewPasswordForm(request.POST)
        try:
            find_reset(reference, signature, at=timezone.now())
            if form.is_valid():
                choose_new_password(
                    reference=reference, signature=signature, password=form.cleaned_data["password"],
                    at=timezone.now(),
                )  # fmt: skip
                return HttpResponseRedirect(f"{reverse('web:sign-in')}?changed=1")
        except (NotVisible, Conflict) as ended:
            return _link_ended(request, ended)
        except Invalid as weak:
            form.add_error("password", weak.extra["errors"]["password"])
        return render(request, "web/account/new_password.jinja", {"form": form})


def _link_ended(request: HttpRequest, why: DomainError) -> HttpResponse:
    status = 410 if isinstance(why, Conflict) else 404
    return render(request, "web/account/password_link_ended.jinja", {"detail": why.detail}, status=status)
