"""Find services for a person: with suitability, distance, trust and room at a glance.

Where the person lives is read from the referral and stands in no address; another postcode that somebody types does.
The pages are numbered: a cursor of the search would hold how far the person's home is from a service.
"""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import Invalid, NotVisible
from referrals import selectors
from referrals.models import Referral
from referrals.selectors.offering import standings_for
from services_directory.selectors import locate, search_services
from web import words
from web.finding.cards import Card, card_of
from web.finding.case import get_case, get_earlier
from web.searching import PAGE_SIZE, SearchForm, answer_of, page_number


@require_safe
def find_services(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what fits the person of a referral, and whether each service suits them."""
    user, now = signed_in(request.user), timezone.now()
    try:
        referral = get_case(user, reference)
        earlier = get_earlier(user, request.GET.get("instead", ""), of=referral)
    except NotVisible as unseen:
        raise Http404 from unseen
    home = _home_of(referral)
    form = SearchForm(request.GET if "asked" in request.GET else _to_begin_with(referral))
    asked = form.read(near=home)
    cards: list[Card] = []
    answer: Any = None
    if asked is not None:
        number = page_number(request)
        found = search_services(user, asked, page_size=number * PAGE_SIZE)
        here = slice((number - 1) * PAGE_SIZE, None)
        standings = standings_for(referral, found.ids[here], on=local_day(now))
        cards = [
            card_of(json.loads(shown), standings[pk], at=now)
            for pk, shown in zip(found.ids[here], found.results[here], strict=True)
            if pk in standings
        ]
        answer = answer_of(request, found, number=number)
    context = {
        "form": form, "cards": cards, "answer": answer, "reference": referral.reference, "earlier": earlier,
        "person": words.full_name(referral), "home_is_known": bool(home),
        "instead": f"?instead={earlier.reference}" if earlier else "",
    }  # fmt: skip
    return render(request, "web/finding/find.jinja", context, status=200 if asked is not None else 400)


@require_safe
def reroute(request: HttpRequest, reference: str) -> HttpResponse:
    """Lead from an onward referral that came to nothing to the search for another service."""
    user = signed_in(request.user)
    try:
        referral_reference = _reference_of(user, reference)
    except NotVisible as unseen:
        raise Http404 from unseen
    address = reverse("web:find-services", args=[referral_reference])
    return HttpResponseRedirect(f"{address}?instead={reference.upper()}")


def _reference_of(user: User, reference: str) -> str:
    return get_case(user, selectors.get_onward_referral(user, reference.upper()).referral.reference).reference


def _home_of(referral: Referral) -> str:
    """Return the person's postcode, where it is a place that we know."""
    try:
        located = locate(referral.postcode)
    except Invalid:
        return ""
    return located.postcode if located.latitude is not None else ""


def _to_begin_with(referral: Referral) -> QueryDict:
    """Return what is asked before anybody has said anything: the needs of the referral."""
    given = QueryDict(mutable=True)
    given["asked"] = "1"
    terms = [need.term for need in referral.needs.select_related("term").order_by("id")]
    given.setlist("need", [term.code or str(term.pk) for term in terms])
    return given
