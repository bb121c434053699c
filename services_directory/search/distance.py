"""The map, as SQL: how far a place is from a point, and where to look for what is near it."""

import math

from services_directory.search.asked import Near
from services_directory.search.parameters import Parameters

EARTH_RADIUS_KM = 6371.0
KM_OF_A_DEGREE = math.pi * EARTH_RADIUS_KM / 180
FINE_KM = 60
"""Up to which distance the small squares of the map are looked up, not the large ones."""


def km_of(near: Near, made: Parameters) -> str:
    """Return the distance of a place from the point, in km by the great circle."""
    latitude, longitude = made.value(near.latitude, "::float8"), made.value(near.longitude, "::float8")
    return f"""2 * {EARTH_RADIUS_KM} * asin(least(1, sqrt(
            sin(radians(latitude - {latitude}) / 2) ^ 2
            + cos(radians({latitude})) * cos(radians(latitude)) * sin(radians(longitude - {longitude}) / 2) ^ 2)))"""


def cells_around(near: Near, km: float) -> list[str]:
    """Return the squares of the map that a circle touches, and perhaps some more: as `directory_cells` names them."""
    west, south, east, north = edges(near, km)
    name, size = ("fine", 10) if km <= FINE_KM else ("coarse", 1)
    rows, columns = (
        range(math.floor(low * size), math.floor(high * size) + 1) for low, high in ((south, north), (west, east))
    )
    return [f"{name}:{row},{column}" for row in rows for column in columns]


def edges(near: Near, km: float) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a box around a circle, in degrees; around the whole earth where it must."""
    degrees = km / KM_OF_A_DEGREE * 1.0001
    reach = 180.0
    if abs(near.latitude) + degrees < 90:
        reach = math.degrees(math.asin(math.sin(math.radians(degrees)) / math.cos(math.radians(near.latitude))))
    west, east = near.longitude - reach * 1.0001, near.longitude + reach * 1.0001
    if west < -180 or east > 180:
        west, east = -180, 180
    return west, max(-90.0, near.latitude - degrees), east, min(90.0, near.latitude + degrees)


def box(near: Near, km: float, made: Parameters) -> str:
    """Return the box around a circle, for PostgreSQL."""
    west, south, east, north = (made.value(edge, "::float8") for edge in edges(near, km))
    return f"box(point({west}, {south}), point({east}, {north}))"
