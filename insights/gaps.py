"""Gaps: needs that people were referred with and for which the directory has nothing near their home."""

import datetime as dt
from math import cos, radians
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, QuerySet

from accounts.enums import Role
from accounts.models import User
from core.errors import NotPermitted
from insights.disclosure import safe_count
from insights.models import NeedGap
from insights.neighbourhoods import AREA, NAME, SECTOR, joins_of
from services_directory.querysets import EARTH_RADIUS_KM

WINDOW = dt.timedelta(days=365)
NEAR_MILES = 2
NEAR_KM = NEAR_MILES * 1.609344
"""As the crow flies: some forty minutes on foot. Our choice of what is near home."""
CELL_TALL = NEAR_KM / 111.0
CELL_WIDE = CELL_TALL / cos(radians(61))
"""In degrees: a grid whose cells are two miles tall and wide at least, as far north as Shetland, so that whatever is
near a home lies in its cell or in one of the eight around it."""

DEFINITIONS = {
    "asked": (
        "Referrals of the last twelve months that name the need and whose person's postcode is known to us; drafts and "
        "those entered in error are left out. A person who is referred twice counts twice."
    ),
    "nothing_near": (
        "Of those, how many persons had no place of a service that runs and is for this need within 2 miles of home, "
        "as the crow flies, on the night of the count."
    ),
    "comes_to_people": (
        "Whether the directory has a service for this need that comes to people: at home, by telephone, online or by "
        "post. Whether it serves this neighbourhood is not known."
    ),
    "small_numbers": "Counts of 1 to 7 are not shown, all others are rounded to the nearest 5.",
}

_LOCK = 7_134_162
"""An advisory lock of our own, so that two counts at once wait for each other."""

_ASKED = f"""
CREATE TEMPORARY TABLE gap_asked ON COMMIT DROP AS
SELECT
    need.term_id, postcode.code, postcode.latitude, postcode.longitude, postcode.lsoa, postcode.ward,
    floor(postcode.latitude / %(tall)s)::int AS cell_row, floor(postcode.longitude / %(wide)s)::int AS cell_column,
    {SECTOR.format(postcode="postcode.code")} AS sector, count(*) AS asked
FROM referrals_referral AS referral
JOIN referrals_referralneed AS need ON need.referral_id = referral.id
JOIN services_directory_postcode AS postcode ON postcode.code = replace(referral.postcode, ' ', '')
WHERE referral.sent_at > %(since)s AND referral.sent_at <= %(at)s AND referral.status <> 'entered_in_error'
    AND postcode.latitude IS NOT NULL
GROUP BY need.term_id, postcode.code
"""  # noqa: S608 - our own text, no value
_PLACES = """
CREATE TEMPORARY TABLE gap_place ON COMMIT DROP AS
SELECT DISTINCT
    attribute.taxonomy_term_id AS term_id, location.latitude, location.longitude,
    floor(location.latitude / %(tall)s)::int AS cell_row, floor(location.longitude / %(wide)s)::int AS cell_column
FROM services_directory_service AS service
JOIN services_directory_attribute AS attribute ON attribute.service_id = service.id
JOIN services_directory_serviceatlocation AS at_location ON at_location.service_id = service.id
JOIN services_directory_location AS location ON location.id = at_location.location_id
WHERE service.status = 'active' AND service.withdrawn_at IS NULL AND location.latitude IS NOT NULL
    AND attribute.taxonomy_term_id IN (SELECT term_id FROM gap_asked)
"""
_INDEX = """
CREATE INDEX ON gap_place (term_id, cell_row, cell_column);
ANALYZE gap_place;
ANALYZE gap_asked
"""
_COUNT = f"""
WITH {AREA},
judged AS (
    SELECT asked.term_id, {NAME} AS neighbourhood, asked.asked,
        EXISTS (
            SELECT 1 FROM gap_place AS place
            WHERE place.term_id = asked.term_id
                AND place.cell_row = ANY (ARRAY[asked.cell_row - 1, asked.cell_row, asked.cell_row + 1])
                AND place.cell_column BETWEEN asked.cell_column - 1 AND asked.cell_column + 1
                AND %(diameter)s * asin(least(1, sqrt(
                    sin(radians(place.latitude - asked.latitude) / 2) ^ 2
                    + cos(radians(asked.latitude)) * cos(radians(place.latitude))
                        * sin(radians(place.longitude - asked.longitude) / 2) ^ 2
                ))) <= %(near)s
        ) AS is_near
    FROM gap_asked AS asked
    {joins_of("asked")}
)
INSERT INTO insights_needgap (term_id, neighbourhood, asked, nothing_near, comes_to_people, counted_at)
SELECT
    term_id, neighbourhood, sum(asked), sum(asked) FILTER (WHERE NOT is_near),
    EXISTS (
        SELECT 1 FROM services_directory_service AS service
        JOIN services_directory_attribute AS attribute ON attribute.service_id = service.id
        WHERE attribute.taxonomy_term_id = judged.term_id AND service.status = 'active'
            AND service.withdrawn_at IS NULL AND service.delivery IN ('at_home', 'online', 'posted')
    ),
    %(at)s
FROM judged
GROUP BY term_id, neighbourhood
HAVING NOT bool_and(is_near)
"""  # noqa: S608 - our own text, no value


@transaction.atomic(durable=True)
def count_gaps(*, at: dt.datetime) -> int:
    """Count afresh the needs with nothing near, by need and neighbourhood; return how many rows that makes.

    People are counted by postcode first, so each postcode is measured once for each need, however many live there.
    """
    grid = {"tall": CELL_TALL, "wide": CELL_WIDE}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("DROP TABLE IF EXISTS pg_temp.gap_asked, pg_temp.gap_place")
        cursor.execute(_ASKED, {"at": at, "since": at - WINDOW, **grid})
        cursor.execute(_PLACES, grid)
        cursor.execute(_INDEX)
        cursor.execute("DELETE FROM insights_needgap")
        cursor.execute(_COUNT, {"at": at, "near": NEAR_KM, "diameter": 2 * EARTH_RADIUS_KM})
        return int(cursor.rowcount)


def gaps(user: User) -> QuerySet[NeedGap]:
    """Return the gaps, by need and neighbourhood (empty: a home outside all of ours). Show them with `presented`.

    :raises NotPermitted: if the user is neither a directory editor nor a manager.
    """
    if not user.roles() & {Role.DIRECTORY_EDITOR, Role.MANAGER}:
        raise NotPermitted("The directory's figures are for its editors and for managers.")
    by_name = NeedGap.objects.select_related("term").annotate(need_name=F("term__name"))
    return by_name.order_by("need_name", "neighbourhood", "id")


def presented(gap: NeedGap) -> dict[str, Any]:
    """Return a gap as it may be shown: nobody who reads it sees the people behind it."""
    return {
        "need": gap.term,
        "neighbourhood": gap.neighbourhood,
        "asked": safe_count(gap.asked),
        "nothing_near": safe_count(gap.nothing_near),
        "comes_to_people": gap.comes_to_people,
    }


def counted_at() -> dt.datetime | None:
    """Return when gaps were last counted; None before the first, and where there is no gap."""
    at: dt.datetime | None = NeedGap.objects.aggregate(at=Max("counted_at"))["at"]
    return at
