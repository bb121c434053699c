"""The service's own settings, and one task more: see `tests.faults.reminding`.

A fault run may be at night, and what it owes to people is to arrive all the same: their night is a microsecond long.
"""

import datetime as dt

from config.settings import *  # noqa: F403
from notifications import quiet

CELERY_IMPORTS = ["tests.faults.reminding"]
quiet.FOR_PEOPLE = quiet.QuietHours(begins=dt.time(3, 59, 59, 999_998), ends=dt.time(3, 59, 59, 999_999))
