"""The page of a reference."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotVisible
from referrals.selectors import get_whole_referral
from referrals.selectors.casework import reads_casework
from referrals.selectors.programmes import received_alone
from web.casework import case
from web.managing import proposals, summaries
from web.providing import referral
from web.record.page import get_record
from web.referring import messages_back
from web.referring.page import referral_page


@require_safe
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what a reference stands for, to whoever may see it: to each side its own page."""
    user, reference, today = signed_in(request.user), reference.upper(), local_day(timezone.now())
    try:
        if reference.startswith("L-"):
            return render(request, "web/managing/proposal.jinja", {"proposal": proposals.get_page(user, reference)})
        if reference.startswith("S-"):
            return render(request, "web/managing/summary.jinja", {"summary": summaries.get_page(user, reference)})
        if reference.startswith("M-"):
            return messages_back.message_page(request, user, reference)
        if reference.startswith("R-"):
            whole = get_whole_referral(user, reference)
            if reads_casework(user, whole):
                return case.show(request, user, whole, today=today)
            return referral_page(request, user, whole)
        if (offer := received_alone(user, reference)) is not None:
            return referral.show(request, user, offer, today=today)
        page = get_record(user, reference, today=today)
    except NotVisible as unseen:
        raise Http404 from unseen
    return render(request, "web/record.jinja", {"record": page})
