"""Count on each service the places that people hold and those who wait, as `OnwardStatus` names them.

From now on each step of an onward referral keeps the count (`referrals/services/places.py`).
"""

from django.db import migrations

COUNT = """
UPDATE services_directory_service AS service SET places_taken = held.places, people_waiting = held.waiting
FROM (
    SELECT
        service_id,
        count(*) FILTER (WHERE status IN ('accepted', 'assessment_booked', 'started', 'paused')) AS places,
        count(*) FILTER (WHERE status = 'waitlisted') AS waiting
    FROM referrals_onwardreferral GROUP BY service_id
) AS held
WHERE held.service_id = service.id
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_database_rules"), ("services_directory", "0005_capacity")]

    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]
