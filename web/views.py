"""The page of a reference."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotVisible
from web import messages_back, proposals, summaries
from web.record.page import get_record


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
