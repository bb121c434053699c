"""Is this process alive?"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as this process answers at all. It asks nobody else: whether the rest is well says /readyz."""
    return JsonResponse({"status": "ok"})
