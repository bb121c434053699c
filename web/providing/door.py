"""Who comes to the provider's pages: a provider who has signed in, or whoever came by their team's email link.

Who came by a link is not signed in: only the pages that stand behind this door look at the visit (docs/adr/0044).
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import link_account_of
from core.doing import A_TEAM_BY_LINK, visits
from web.account.typed import SignedInMiddleware

VISIT = "provider_by_link"
"""Where the session keeps a visit: the team, and until when."""
VISIT_LIFE = dt.timedelta(hours=2)

View = Callable[..., Any]


def for_providers(view: View) -> View:
    """Let in who is a provider, and who visits by their team's email link; others are asked to sign in."""

    @login_not_required
    @wraps(view)
    def behind_the_door(request: Any, *args: Any, **kwargs: Any) -> Any:
        request.is_by_link = False
        if not request.user.is_authenticated:
            account = visitor(request)
            if account is None:
                return _ask_again(request, view)
            request.user, request.is_by_link = account, True
            visits(request, A_TEAM_BY_LINK)
        if not request.user.team_ids(Role.PROVIDER):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return behind_the_door


def begin_visit(request: HttpRequest, *, team_id: UUID) -> None:
    """Remember that whoever sits here has given the code of a team's inbox. Nothing else of a session goes on."""
    request.session.flush()
    until = timezone.now() + VISIT_LIFE
    request.session[VISIT] = {"team": str(team_id), "until": until.isoformat()}


def end_visit(request: HttpRequest) -> None:
    """Forget it."""
    request.session.flush()


def visitor(request: HttpRequest) -> User | None:
    """Return the account that acts for whoever visits, as long as the visit lasts and the team works so."""
    visit = request.session.get(VISIT)
    if visit is None or timezone.now() >= dt.datetime.fromisoformat(visit["until"]):
        return None
    return link_account_of(UUID(visit["team"]))


def _ask_again(request: HttpRequest, view: View) -> HttpResponseBase:
    """A visit that is over is said to be; whoever never began one signs in, and what they had typed is kept."""
    if VISIT in request.session:
        return render(request, "web/providing/visit_over.jinja", status=401)
    return SignedInMiddleware(view).handle_no_permission(request, view)
