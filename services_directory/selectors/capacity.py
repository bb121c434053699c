"""Reads about whether a service has room."""

from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.models import User
from core.errors import NotVisible
from services_directory.models import CapacityReport, Service

LAST_REPORTS = 20


def get_capacity(user: User, service_id: UUID | str) -> tuple[Service, list[CapacityReport]]:
    """Return a service, and what was last said of its capacity, the newest first.

    Every signed-in person sees it, of every service that runs, as they see the service.

    :raises NotVisible: if there is none with this id, or it does not run.
    """
    try:
        service: Service | None = Service.objects.active().filter(pk=service_id).first()
    except ValidationError:  # not the form of an id
        service = None
    if service is None:
        raise NotVisible("There is no such service, or it no longer runs.")
    reports = service.capacity_reports.select_related("reported_by").order_by("-id")
    return service, list(reports[:LAST_REPORTS])
