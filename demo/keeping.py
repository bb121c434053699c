"""How the demonstration's directory was kept: who checked which listing when, and what the rounds found.

Every check is made up. Listings of real organisations have all been checked lately: nobody complains about them here.
"""

import datetime as dt
from itertools import cycle

from core.clocks import local_day
from demo.cast import Cast
from demo.hours import moment
from demo.telling import acting
from insights.gaps import count_gaps
from insights.responsiveness import count_responsiveness
from services_directory.enums import CheckAnswer, ReaderFinding
from services_directory.models import Service
from services_directory.services.reader_reports import report_listing
from services_directory.services.rounds import check_listings
from services_directory.services.verifications import Said, verify_listing

DAYS_AGO = (6, 118, 31, 204, 74, 150, 391, 17, 96, 260)
"""How long ago the listings were checked, in turn; those of more than half a year are due, of a year stale."""
OF_REAL_ORGANIZATIONS = (12, 20, 41)
FIRST_ROUND = 49
"""Days ago: seven weeks, so that some who were asked then have not answered in time."""
CHANGED, CHANGED_DAYS_AGO = "Studio", 3
"""The team that has reported a change, and when."""
SAID_BY_A_READER, READ_DAYS_AGO = "I rang on Monday. They only answer in the afternoon now.", 1
"""What somebody who read the public directory has said, and when. It stands until an editor has looked."""
NOTE = "From January we meet on Wednesdays, no longer on Mondays."


def keep_the_directory(cast: Cast, *, now: dt.datetime) -> None:
    """Tell how listings were checked until now, in the order of time, with a round in between and one at the end."""
    turns, real_turns = cycle(DAYS_AGO), cycle(OF_REAL_ORGANIZATIONS)
    checks = []
    for service in Service.objects.active().select_related("organization", "receiving_team").order_by("name", "id"):
        is_made_up = service.organization.name.endswith("(demonstration)")
        checks.append((next(turns) if is_made_up else next(real_turns), service, Said()))
        if service.receiving_team is not None and service.receiving_team.name == CHANGED:
            checks.append((CHANGED_DAYS_AGO, service, Said(answer=CheckAnswer.CHANGED, note=NOTE)))
    checks.sort(key=lambda each: -each[0])
    before = [each for each in checks if each[0] > FIRST_ROUND]
    _tell(cast, before, now=now)
    check_listings(at=_days_before(now, FIRST_ROUND), is_retelling=True)
    _tell(cast, checks[len(before) :], now=now)
    said_wrong = Service.objects.active().filter(receiving_team=cast.providers["befriending"].team).order_by("name")[0]
    report_listing(
        service_id=said_wrong.pk, finding=ReaderFinding.TIMES, note=SAID_BY_A_READER,
        at=_days_before(now, READ_DAYS_AGO), is_retelling=True,
    )  # fmt: skip
    count_responsiveness(at=now)
    count_gaps(at=now)
    check_listings(at=now, is_retelling=True)


def _tell(cast: Cast, checks: list[tuple[int, Service, Said]], *, now: dt.datetime) -> None:
    (editor,) = cast.directory.staff
    staff = {side.team.pk: side.staff[0] for side in cast.providers.values()}
    for days, service, said in checks:
        who = staff[service.receiving_team_id] if service.receiving_team_id else editor
        verify_listing(service=service, actor=acting(who), said=said, at=_days_before(now, days))


def _days_before(now: dt.datetime, days: int) -> dt.datetime:
    return moment(local_day(now) - dt.timedelta(days=days), 10 * 60)
