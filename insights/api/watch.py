"""What a watcher asks: a monitor for readiness, Prometheus for figures. Neither signs in."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from core.metrics import registry
from insights.watch.gauges import RowsAndQueues
from insights.watch.readiness import findings


@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part is well, else 503; either way with what was found of each."""
    found = findings(at=timezone.now())
    is_ready = all(finding.is_well for finding in found)
    body = {
        "status": "ready" if is_ready else "not ready",
        "parts": {
            finding.part: {"status": "ok" if finding.is_well else "failing", "detail": finding.detail}
            for finding in found
        },
    }
    return JsonResponse(body, status=200 if is_ready else 503)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Write the figures as Prometheus reads them, for whoever has the token; for anybody else there is no such page."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    found = registry()
    found.register(RowsAndQueues(at=timezone.now()))
    return HttpResponse(generate_latest(found), content_type=CONTENT_TYPE_LATEST)
