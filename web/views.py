"""The door: sign in, and the page of a reference."""

import math
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotVisible
from core.throttling import SignInThrottle
from web import messages_back, proposals, summaries
from web.record.page import get_record
from web.sign_in import SignInForm


class SignInView(LoginView):
    """Sign in by email and password, and go on to where the person was going."""

    authentication_form = SignInForm
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True
    throttle_scope = "sign-in"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Judge a try, unless there were too many from this address: pages and API count together."""
        throttle = SignInThrottle()
        if throttle.allow_request(request, self):
            return super().post(request, *args, **kwargs)
        seconds = math.ceil(throttle.wait() or 60)
        response = render(request, "web/too_many_tries.html", status=429)
        response.headers["Retry-After"] = str(seconds)
        return response


# Without a session there is nothing to end: go to sign-in, not to a sign-in that then leads back to a GET of this.
sign_out = login_not_required(LogoutView.as_view())


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what the service is, to anybody."""
    return render(request, "web/about.html")


@require_safe
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what a reference stands for, to whoever may see it."""
    user, reference = signed_in(request.user), reference.upper()
    try:
        if reference.startswith("L-"):
            return render(request, "web/proposal.html", {"proposal": proposals.get_page(user, reference)})
        if reference.startswith("S-"):
            return render(request, "web/summary.html", {"summary": summaries.get_page(user, reference)})
        if reference.startswith("M-"):
            return HttpResponse(messages_back.get_page(user, reference))
        page = get_record(user, reference, today=local_day(timezone.now()))
    except NotVisible as unseen:
        raise Http404 from unseen
    return render(request, "web/record.jinja", {"record": page})
