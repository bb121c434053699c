"""Words of the directory that chain. No visibility, no user: that is for `selectors`."""

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import F, FloatField, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import ACos, Cos, Greatest, Least, Radians, Sin

from services_directory.enums import ServiceStatus

EARTH_RADIUS_KM = 6371.0
SEARCH_CONFIG = "directory"


def one_of(name: str, ids: Iterable[UUID]) -> Func:
    """Return the condition that a field is one of many ids.

    As one array: to have a thousand parameters written one by one costs more than to find their rows.
    """
    written = Value(f"{{{','.join(map(str, ids))}}}")
    return Func(
        F(name),
        written,
        template="(%(expressions)s::uuid[]))",
        arg_joiner=" = ANY (",
        output_field=models.BooleanField(),
    )


class ServiceQuerySet(models.QuerySet[Any]):
    """What can be asked of services. Each word keeps one row per service, however many places or terms it has."""

    def active(self) -> Self:
        """Keep those that run, and that their feed still has."""
        return self.filter(status=ServiceStatus.ACTIVE, withdrawn_at__isnull=True)

    def with_words(self, text: str) -> Self:
        """Keep those that bear all the words, in the name, the description, the organisation, the terms or the places.

        The words as they are: stems of them are found, misspellings are not (`selectors.search_services` forgives
        those). A name is also found by a part of itself, since full text does not index words like "the" and "who".
        """
        query = SearchQuery(text, config=SEARCH_CONFIG, search_type="websearch")
        part = Func(Value(text), function="directory_fold", output_field=models.TextField())
        return self.filter(Q(entry__document=query) | Q(entry__name_key__contains=part))

    def with_terms(self, term_ids: list[UUID]) -> Self:
        """Keep those that bear any of the terms."""
        return self._among(Q(attributes__taxonomy_term__in=term_ids))

    def on_day(self, day: str) -> Self:
        """Keep those with a schedule, everywhere or at one place, that names the day (MO to SU)."""
        names_it = rf"(^|,)[+-]?\d*{day}(,|$)"
        return self._among(
            Q(schedules__byday__regex=names_it) | Q(service_at_locations__schedules__byday__regex=names_it)
        )

    def free(self) -> Self:
        """Keep those that can be had for nothing, as one of their prices says."""
        return self._among(Q(cost_options__amount=0))

    def with_distance(self, *, latitude: float, longitude: float) -> Self:
        """Add `distance_km`: from a point to the nearest place of the service, or None where no place is on the map."""
        place = "service_at_locations__location"
        cosine = Sin(Radians(Value(latitude))) * Sin(Radians(F(f"{place}__latitude"))) + Cos(
            Radians(Value(latitude))
        ) * Cos(Radians(F(f"{place}__latitude"))) * Cos(Radians(F(f"{place}__longitude")) - Radians(Value(longitude)))
        # Rounding can carry the cosine of no distance past 1, where ACos has no answer.
        distance = EARTH_RADIUS_KM * ACos(Least(Greatest(cosine, Value(-1.0)), Value(1.0)))
        nearest = (
            self._every()
            .filter(pk=OuterRef("pk"), **{f"{place}__latitude__isnull": False})
            .annotate(km=distance)
            .order_by("km")
            .values("km")[:1]
        )
        return self.annotate(distance_km=Subquery(nearest, output_field=FloatField()))

    def _every(self) -> Self:
        return type(self)(self.model)

    def _among(self, condition: Q) -> Self:
        return self.filter(pk__in=self._every().filter(condition).order_by().values("pk"))
