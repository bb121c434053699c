"""The page of messages that did not arrive, for leads and managers, with a button to send one again."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.selectors import signed_in
from core.errors import Conflict, NotVisible
from insights.selectors import answers_for_the_pathway
from notifications.catalogue import ABOUT, address_shown, for_whom
from notifications.enums import Channel
from notifications.models import OutboxMessage
from referrals.selectors.messages import failed_messages_for
from referrals.services.try_again import try_again
from web import words

PAGES = {"R-", "O-", "L-", "S-", "M-"}
"""How references begin that have a page."""
LONGEST = 50
"""How many the page shows, the oldest first; the API has them all."""


def count_failed(user: User) -> int | None:
    """Return how many messages wait for a lead or a manager to look at them; None for anybody else."""
    return failed_messages_for(user).count() if answers_for_the_pathway(user) else None


@require_safe
def failed_page(request: HttpRequest) -> HttpResponse:
    """Show what could not be told that is the lead's to see, or the manager's, the oldest first."""
    user = signed_in(request.user)
    return _page(request, user) if answers_for_the_pathway(user) else render(request, "403.html", status=403)


@require_POST
def try_again_page(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Send one again: who asks says with it that the address works."""
    user = signed_in(request.user)
    try:
        try_again(message_id=message_id, user=user, at=timezone.now())
    except NotVisible as unseen:
        raise Http404 from unseen
    except Conflict as refused:
        return _page(request, user, problem=refused, status=409)
    return redirect("web:failed-messages")


def _page(request: HttpRequest, user: User, *, problem: Conflict | None = None, status: int = 200) -> HttpResponse:
    rows = list(failed_messages_for(user).order_by("occurred_at", "id")[: LONGEST + 1])
    context = {
        "failed": [_message(row) for row in rows[:LONGEST]],
        "has_more": len(rows) > LONGEST,
        "problem": problem,
    }
    return render(request, "web/managing/failed_messages.jinja", context, status=status)


def _message(row: OutboxMessage) -> dict[str, Any]:
    about = ABOUT.get(row.template)
    reference = row.said_reference or ""  # type: ignore[attr-defined]  # annotated
    return {
        "id": row.id,
        "reference": reference,
        "has_page": reference[:2] in PAGES,
        "to": for_whom(row.template),
        "when": words.moment(row.occurred_at),
        "about": f"when {about.when}" if about else "",
        "way": words.label_of(Channel, row.channel),
        "recipient": address_shown(row.template, row.recipient),
        "reason": row.failure,
        "attempts": row.attempts,
    }
