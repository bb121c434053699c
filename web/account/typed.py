"""What somebody had typed when they found that they were signed out: kept, and shown to them again once they are back.

Every form of a page carries, beside its token against forgery, who it was shown to and on which page, signed
(`typed_for`). When such a form comes from a browser in which nobody is signed in any more, what was typed is kept in
the session, which is then nobody's. After signing in the page shows it again, and asks for it to be looked at and
sent: nothing is done by itself. Whoever else signs in instead never sees it: it is dropped as they do.

Never kept: a password, a code, a file; anything of a form that we have not shown; anything for longer than `KEPT_FOR`.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString

from accounts.models import User

KEPT_FOR = dt.timedelta(minutes=30)
"""How long what was typed waits for whoever typed it."""
MOST_KEPT = 50_000
"""How many characters are kept: far more than any form of ours takes."""
STILL_HERE = "You were signed out. What you had typed is still here: look at it and send it."

_FIELD = "typed_for"
_IN_SESSION = "typed"
_NEVER_KEPT = {"csrfmiddlewaretoken", "code", _FIELD}
_SALT = "web.account.typed"


def hidden_fields(request: HttpRequest) -> Any:
    """Return what every form of a page carries: the token against forgery, and for whom and where it is shown."""

    @cache  # every form of a page carries the same
    def write() -> SafeString:
        token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
        user_id = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
        if user_id is None:
            return token
        signed = signing.dumps([user_id, request.get_full_path()], salt=_SALT, compress=True)
        return token + format_html('<input type="hidden" name="{}" value="{}">', _FIELD, signed)

    return lazy(write, SafeString)()


def keep(request: HttpRequest) -> str | None:
    """Keep what was typed into a form of ours; return the page that showed it, or None where we have not shown it."""
    shown = shown_to(request)
    if shown is None:
        return None
    user_id, page = shown
    fields = fields_of(request)
    if fields is None:
        return page
    if not request.user.is_authenticated:
        request.session.set_expiry(int(KEPT_FOR.total_seconds()))  # signing in gives it its usual life again
    request.session[_IN_SESSION] = {
        "user": user_id, "page": page, "to": request.path, "at": timezone.now().timestamp(), "fields": fields,
    }  # fmt: skip
    return page


def fields_of(request: HttpRequest) -> dict[str, list[str]] | None:
    """Return what may be kept of a form; None where it is longer than any of ours."""
    fields = {
        name: values for name, values in request.POST.lists() if name not in _NEVER_KEPT and "password" not in name
    }
    is_too_long = sum(len(value) for values in fields.values() for value in values) > MOST_KEPT
    return None if is_too_long else fields


def take(request: HttpRequest, *, to: str | None = None) -> QueryDict | None:
    """Return, once, what this user had typed on this page when they were signed out, and say so on the page.

    A page with several forms asks for what was sent `to` an address; a page with one is that address itself.
    """
    if not waits_here(request, to=to):
        return None
    waiting = request.session.pop(_IN_SESSION)
    if not is_theirs(waiting, request.user):
        return None
    typed = QueryDict(mutable=True)
    for name, values in waiting["fields"].items():
        typed.setlist(name, values)
    messages.info(request, STILL_HERE)
    return typed


def waits(request: HttpRequest) -> bool:
    """Whether something typed waits for whoever signs in now."""
    return _IN_SESSION in request.session


def waits_here(request: HttpRequest, *, to: str | None = None) -> bool:
    """Whether something that was typed on this page waits: the page shows it, and leads elsewhere after that."""
    waiting = request.session.get(_IN_SESSION)
    here = (request.get_full_path(), to or request.path)
    return waiting is not None and (waiting["page"], waiting["to"]) == here


def drop_unless_theirs(request: HttpRequest, user: Any) -> None:
    """Drop what waits, as somebody signs in who has not typed it, or comes too late."""
    waiting = request.session.get(_IN_SESSION)
    if waiting and not is_theirs(waiting, user):
        del request.session[_IN_SESSION]


def sign_out_keeping_what_was_typed(request: HttpRequest) -> None:
    """End the session of somebody who has not asked for it; what waited in it still waits for them."""
    waiting = request.session.get(_IN_SESSION)
    logout(request)
    if waiting:
        request.session.set_expiry(int(KEPT_FOR.total_seconds()))
        request.session[_IN_SESSION] = waiting


class SignedInMiddleware(LoginRequiredMiddleware):
    """Leads to sign-in whoever is not signed in, and from there back to the page on which they were typing."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        """Answer in the place of a view that is not theirs to open; where nobody signs in, no session is looked at."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        page = keep(request) or _page_before(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
        return redirect_to_login(page, settings.LOGIN_URL)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token against forgery is not this browser's.

    Whoever signed out and in again in another window comes here by a form of before: what they typed is shown to them
    again. Nothing that was forged is: a forger cannot sign for whom a form was shown.
    """
    shown = shown_to(request) if request.method == "POST" else None
    if shown and request.user.is_authenticated and shown[0] == str(request.user.pk):
        page = keep(request)
        if page:
            return HttpResponseRedirect(page)
    return render(request, "403_csrf.html", status=403)


def shown_to(request: HttpRequest) -> tuple[str, str] | None:
    """Return to which user a form was shown, and on which page, as we have signed it; None where we have not."""
    try:
        life = settings.SESSION_COOKIE_AGE + int(KEPT_FOR.total_seconds())
        user_id, page = signing.loads(request.POST.get(_FIELD, ""), salt=_SALT, max_age=life)
    except (signing.BadSignature, ValueError):
        return None
    return str(user_id), str(page)


def is_theirs(waiting: dict[str, Any], user: Any) -> bool:
    """Whether what waits is this user's, and not too old."""
    in_time = timezone.now().timestamp() - waiting["at"] <= KEPT_FOR.total_seconds()
    return in_time and isinstance(user, User) and str(user.pk) == waiting["user"]


def _page_before(request: HttpRequest) -> str | None:
    """Return the page of ours from which a button was pressed: its own address may answer to a POST only."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return None
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
