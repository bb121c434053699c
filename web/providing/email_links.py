"""Whether the emails to a provider's team open its pages: said by a provider of it with an account, or by a manager."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts.selectors import signed_in, teams_to_decide_email_links_of
from accounts.services import decide_email_link
from web import words

MOST = 200


class EmailLinksPage(View):
    """The teams for which somebody decides, and what was decided last."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        teams = teams_to_decide_email_links_of(signed_in(request.user))[:MOST]
        if not teams:
            raise PermissionDenied
        return render(request, "web/providing/email_links.jinja", {"rows": [_row(team) for team in teams]})

    def post(self, request: HttpRequest) -> HttpResponse:
        user = signed_in(request.user)
        teams = {str(team.pk): team for team in teams_to_decide_email_links_of(user)}
        team, said = teams.get(request.POST.get("team", "")), request.POST.get("is_allowed", "")
        if team is None or said not in {"yes", "no"}:
            raise Http404
        decide_email_link(team=team, is_allowed=said == "yes", user=user, at=timezone.now())
        on = f"The emails to {team.name} open its pages from now on."
        off = f"The emails to {team.name} open nothing any more: people there sign in."
        messages.success(request, on if said == "yes" else off)
        return redirect("web:email-links")


def _row(team: Any) -> dict[str, Any]:
    last = team.said[0] if team.said else None
    verb = "Allowed" if last and last.is_allowed else "Taken back"
    return {
        "id": team.pk, "name": team.name, "organization": team.organization.name, "inbox": team.inbox_email,
        "is_allowed": team.link_account_id is not None,
        "decided": f"{verb} by {last.decided_by.full_name}, {words.moment(last.decided_at)}" if last else "",
    }  # fmt: skip
