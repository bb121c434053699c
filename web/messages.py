"""Pages about messages: the inbox of a user, and what each message says."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import signed_in
from core.errors import NotPermitted
from notifications import inbox, inbox_services, previews
from web import words

OF_NO_KIND = "To the person, and about one's own account"
LONGEST = 50
"""How many messages the page of an inbox shows; the API has them all."""


@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    """Show what the user was told, newest first."""
    user, now = signed_in(request.user), timezone.now()
    entries = inbox.entries_of(user, list(inbox.inbox_of(user, at=now)[: LONGEST + 1]))
    context: dict[str, Any] = {
        "entries": [(words.moment(entry.at), entry) for entry in entries[:LONGEST]],
        "has_more": len(entries) > LONGEST,
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


@require_safe
def templates_page(request: HttpRequest) -> HttpResponse:
    """Show each message as it reads about a made-up referral, to those who answer for what people are told."""
    try:
        found = previews.previews(signed_in(request.user))
    except NotPermitted:
        return render(request, "403.html", status=403)
    context = {
        "kinds": [
            (kind.value if kind else "person", kind.label if kind else "To the person, and about an account", rows)
            for kind, rows in found
        ],
        "digest": previews.preview_of_digest(),
    }
    return render(request, "web/message_templates.html", context)
