"""Messages back, for who referred the person and for the practice where they are registered: read, download, file."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotPermitted, NotVisible
from referrals.enums import MessageBackKind, ReferralStatus
from referrals.messages_back.presentation import Page as Document
from referrals.messages_back.presentation import page_of as document_of
from referrals.messages_back.text import text_of
from referrals.models import MessageBack, Referral
from referrals.selectors import messages_back as selectors
from referrals.services.filing import file_message_back
from web import words
from web.paging import page_of
from web.record.standing import is_mine

IN_ERROR = "The referral was entered in error: take this out of the person's record."


@dataclass(frozen=True, kw_only=True)
class Filed:
    """One message back in a list, and what the reader's practice did with it."""

    reference: str
    title: str
    person: str
    dated: str
    filed: str
    in_error: str
    pdf: str
    text: str


@require_safe
def messages_back_page(request: HttpRequest) -> HttpResponse:
    """Show what came to the reader's practices and teams: what is left to file, or (`?show=filed`) what is filed."""
    user, is_filed = signed_in(request.user), request.GET.get("show") == "filed"
    if Role.REFERRER not in user.roles():
        raise PermissionDenied
    rows = selectors.filed_by(user, selectors.messages_back_to(user), is_filed=is_filed)
    page = page_of(request, rows, ordering=("-id",))
    context = {"page": page, "rows": [listed(row) for row in page.rows], "is_filed": is_filed}
    return render(request, "web/referring/messages_back.jinja", context)


def messages_of(user: User, referral: Referral) -> list[Filed]:
    """Return the messages back of a referral that the user may see, the newest first."""
    return [listed(row) for row in selectors.messages_back_with(user, referral)]


def message_page(request: HttpRequest, user: User, reference: str) -> HttpResponse:
    """Show one message as it was issued, in the frame: to read, print, download, paste and file.

    :raises NotVisible: if there is none, or none that the user may read; it does not say which.
    """
    message = selectors.get_message_back(user, reference)
    document: Document = document_of(message.document)
    context: dict[str, Any] = {
        "document": document,
        "message": listed(message),
        "may_file": selectors.organization_that_files(user, message) is not None,
        "words": text_of(message.document),
        "back": _way_back(user, message.referral),
    }
    return render(request, "web/referring/message_back.jinja", context)


@require_safe
def message_text(request: HttpRequest, reference: str) -> HttpResponse:
    """Send one message as plain text, to paste or keep."""
    try:
        message = selectors.get_message_back(signed_in(request.user), reference.upper())
    except NotVisible as unseen:
        raise Http404 from unseen
    file = {"Content-Disposition": f'attachment; filename="message-back-{message.reference}.txt"'}
    return HttpResponse(text_of(message.document), content_type="text/plain; charset=utf-8", headers=file)


@require_POST
def file_message(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that a message is filed in the person's record. Whoever was first stays."""
    user = signed_in(request.user)
    try:
        message = selectors.get_message_back(user, reference.upper())
        filing = file_message_back(message=message, actor=Actor(user), at=timezone.now())
    except NotVisible as unseen:
        raise Http404 from unseen
    except NotPermitted:
        return render(request, "403.html", status=403)
    messages.success(
        request, f"Filed by {filing.filed_by.full_name} on {words.day(local_day(filing.filed_at))}."
    )  # fmt: skip
    return redirect("web:record", message.reference)


def listed(message: MessageBack) -> Filed:
    """Return a message as a list shows it. Where the person holds back all but the codes, it does not say its kind."""
    referral = message.referral
    title = words.label_of(MessageBackKind, message.kind) if message.is_in_full else "Message back"
    filings = getattr(message, "my_filings", [])
    address = reverse("referral-message-back", args=[referral.reference, message.reference])
    return Filed(
        reference=message.reference,
        title=title,
        person=words.name_in_a_list(referral),
        dated=words.day_of(message.issued_at),
        filed=f"Filed by {filings[0].filed_by.full_name}, {words.day_of(filings[0].filed_at)}" if filings else "",
        in_error=IN_ERROR if referral.status == ReferralStatus.ENTERED_IN_ERROR else "",
        pdf=f"{address}?format=pdf",
        text=reverse("web:message-text", args=[message.reference]),
    )


def _way_back(user: User, referral: Referral) -> tuple[str, str]:
    """Return where a reader came from: the referral where they may open it, else the list."""
    if is_mine(Actor(user), referral):
        return reverse("web:record", args=[referral.reference]), f"Back to {referral.reference}"
    return reverse("web:messages-back"), "Messages back"
