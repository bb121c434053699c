"""The directory for anybody: search, and the page of a service. Nobody signs in; only what is published is shown."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.errors import NotVisible
from services_directory.selectors.for_everybody import get_public_listing, search_public
from web.public.listing import STALE, card_of, facts_of, maps_of, ways_of
from web.searching import SearchForm, answer_of, page_number

SIZE = 20


@login_not_required
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Search the directory; without anything asked, all of it by name."""
    form = SearchForm(request.GET if "asked" in request.GET else {"asked": "1"})
    asked = form.read()
    context: dict[str, Any] = {"form": form, "cards": [], "answer": None, "stale": STALE}
    if asked is not None:
        number, now = page_number(request), timezone.now()
        found, rows = search_public(asked, size=SIZE, skip=(number - 1) * SIZE)
        context |= {
            "cards": [card_of(listing, at=now) for listing in rows], "answer": answer_of(request, found, number=number)
        }  # fmt: skip
    return render(request, "web/public/directory.jinja", context, status=200 if asked is not None else 400)


@login_not_required
@require_safe
def directory_service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Show one service: when, where, what it costs, how to go there, and how sure this is."""
    try:
        listing = get_public_listing(service_id)
    except NotVisible as unseen:
        raise Http404 from unseen
    context = {
        "listing": listing, "name": listing.document["name"], "provider": listing.document["organization"]["name"],
        "facts": facts_of(listing, at=timezone.now()), "ways": ways_of(listing), "maps": maps_of(listing),
        "stale": STALE if listing.is_stale else "",
    }  # fmt: skip
    return render(request, "web/public/directory_service.jinja", context)
