"""The page of what each message says, for those who answer for what people are told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.errors import NotPermitted
from notifications import previews


@require_safe
def words_page(request: HttpRequest) -> HttpResponse:
    """Show each message as it reads about a made-up referral."""
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
    return render(request, "web/managing/message_words.jinja", context)
