"""The page of the audit: each rule of the pathway, and whether it holds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.errors import NotPermitted
from insights.integrity import latest_findings
from web import words


@require_safe
def integrity_page(request: HttpRequest) -> HttpResponse:
    """Show what the last audit found, to managers and leads."""
    try:
        found = latest_findings(signed_in(request.user))
    except NotPermitted:
        return render(request, "403.html", status=403)
    return render(
        request, "web/managing/integrity.jinja", {"found": found, "when": found and words.moment(found.ended_at)}
    )
