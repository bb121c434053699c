"""The directory as a spreadsheet."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import User
from services_directory.listing.document import documents_of
from services_directory.models import Service, ServiceAtLocation
from services_directory.selectors.keeping import listings_kept_by
from services_directory.spreadsheets.columns import cells_of, headers
from services_directory.spreadsheets.sheets import written

_AT_ONCE = 200


def spreadsheet_of(user: User | None) -> Iterator[str]:
    """Return the listings that a user keeps as a CSV file, in pieces: one row for each, by name. None: the whole
    directory, for a command. Those which their feed no longer has are left out.
    """
    services: QuerySet[Service] = Service.objects.all() if user is None else listings_kept_by(user)
    services = services.filter(withdrawn_at__isnull=True)
    at_locations = ServiceAtLocation.objects.filter(service__in=services.values("pk"))
    most = at_locations.order_by().values("service").annotate(places=Count("pk")).order_by("-places").first()
    columns = headers(most["places"] if most else 1)
    return written(columns, _rows(services, columns))


def _rows(services: QuerySet[Service], columns: list[str]) -> Iterator[list[str]]:
    # The ids first, which are small: what is said of so many listings at once is not.
    listed = list(services.order_by("name", "pk").values_list("pk", "feed__name"))
    for begin in range(0, len(listed), _AT_ONCE):
        some: dict[UUID, str | None] = dict(listed[begin : begin + _AT_ONCE])
        documents = documents_of(some)
        for service_id, feed in some.items():
            if service_id in documents:
                cells = cells_of(service_id, documents[service_id], feed=feed or "")
                yield [cells.get(name, "") for name in columns]
