"""The page of a reference."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotVisible
from referrals import policies
from referrals.selectors import get_whole_referral
from web import proposals, summaries
from web.record.page import get_record, record_of_referral
from web.referring import messages_back
from web.referring.page import referral_page


@require_safe
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what a reference stands for, to whoever may see it."""
    user, reference, today = signed_in(request.user), reference.upper(), local_day(timezone.now())
    try:
        if reference.startswith("L-"):
            return render(request, "web/proposal.html", {"proposal": proposals.get_page(user, reference)})
        if reference.startswith("S-"):
            return render(request, "web/summary.html", {"summary": summaries.get_page(user, reference)})
        if reference.startswith("M-"):
            return messages_back.message_page(request, user, reference)
        if reference.startswith("R-"):
            referral = get_whole_referral(user, reference)
            if not policies.may_work_on(Actor(user), referral):
                return referral_page(request, user, referral)
            page = record_of_referral(user, referral, today=today)
        else:
            page = get_record(user, reference, today=today)
    except NotVisible as unseen:
        raise Http404 from unseen
    return render(request, "web/record.jinja", {"record": page})
