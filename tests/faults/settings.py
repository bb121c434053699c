"""The service's own settings, and one task more: see `tests.faults.reminding`."""

from config.settings import *  # noqa: F403

CELERY_IMPORTS = ["tests.faults.reminding"]
