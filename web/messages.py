"""The page of a user's inbox."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import signed_in
from notifications import inbox, inbox_services
from web import words
from web.paging import page_of


@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    """Show what the user was told, newest first."""
    user, now = signed_in(request.user), timezone.now()
    page = page_of(request, inbox.in_order(user, inbox.inbox_of(user, at=now)), ordering=("-occurred_at", "-id"))
    entries = inbox.entries_of(user, page.rows)
    context: dict[str, Any] = {
        "entries": [(words.moment(entry.at), entry) for entry in entries],
        "page": page,
        "unread": inbox.count_unread(user, at=now),
        "newest": entries[0].at.isoformat() if entries else "",
    }
    return render(request, "web/account/inbox.jinja", context)


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark as read what the page showed and what is older."""
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        until = None
    if until is None or until.tzinfo is None:
        raise BadRequest("Until when?")
    inbox_services.mark_all_read(user=signed_in(request.user), until=until, at=timezone.now())
    return redirect("web:inbox")
