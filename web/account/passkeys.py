"""Passkeys and security keys as the second step: added, used, and taken away."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy


class AddPasskeyView(AddWebAuthnView):
    """Make a passkey for this service. The browser does it; without JavaScript there is the app."""

    template_name = "web/account/add_passkey.jinja"


class ConfirmByPasskeyView(ReauthenticateWebAuthnView):
    """Is it you? Before something of the account is changed."""

    template_name = "web/account/confirm_by_passkey.jinja"

    def form_invalid(self, form: Any) -> HttpResponse:
        page: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return page


class RemovePasskeyView(RemoveWebAuthnView):
    """Take a passkey away, but not the last second step of whoever must have one."""

    template_name = "web/account/remove_passkey.jinja"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, get_adapter().error_messages["cannot_delete_authenticator"])
            return HttpResponseRedirect(reverse("mfa_index"))
        answer: HttpResponse = super().form_valid(form)
        return answer
