"""What somebody had typed on a page that they left by a link: it is there again when they press "back".

Our pages are kept in no browser (`no-store`), so going back asks for the page anew, and its form would be empty. The
page's script sends what was typed here as the page is left, and asks for it when it was reached by going back; whoever
opens the page by a link begins with an empty form, so that nothing of one person stands in the form for the next.
What is kept, for how long and for whom is as `web.account.typed` has it; without scripts nothing is.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from web.account import typed

_IN_SESSION = "left"


@require_http_methods(["GET", "POST"])
def left_page(request: HttpRequest) -> HttpResponse:
    """Keep what is sent as a page is left (POST); give back, once, what was typed on `?page=` (GET); else 204."""
    if request.method == "POST":
        _keep(request)
        return HttpResponse(status=204)
    waiting = request.session.get(_IN_SESSION)
    if waiting is None or waiting["page"] != request.GET.get("page", ""):
        return HttpResponse(status=204)
    del request.session[_IN_SESSION]
    if not typed.is_theirs(waiting, request.user):
        return HttpResponse(status=204)
    return JsonResponse({"fields": waiting["fields"]})


def _keep(request: HttpRequest) -> None:
    shown, fields = typed.shown_to(request), typed.fields_of(request)
    if shown is None or fields is None:
        return
    user_id, page = shown
    request.session[_IN_SESSION] = {
        "user": user_id, "page": page, "at": timezone.now().timestamp(), "fields": fields,
    }  # fmt: skip
