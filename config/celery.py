"""The Celery application and its timetable.

Celery is the alarm clock, the database is the truth: no task carries work in its arguments, so a lost or
doubled task loses and doubles nothing. An entry expires, so that a worker which was away finds no heap of them.
"""

import datetime as dt
import logging.config
import os

from celery import Celery
from celery.schedules import crontab, schedstate, schedule
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Every(schedule):
    """A number of seconds after the last time, whatever has become of the clock.

    When the clock is set back, Celery waits until it has caught up with the last run: after a correction by an hour
    nobody would look for due messages for an hour, and a new start would not help, since beat keeps the time in a file.
    """

    def is_due(self, last_run_at: dt.datetime) -> schedstate:
        """Return whether it is due, and in how many seconds to ask again."""
        if self.maybe_make_aware(last_run_at) > self.now():
            return schedstate(is_due=True, next=self.seconds)
        is_due, seconds = super().is_due(last_run_at)
        return schedstate(is_due=is_due, next=seconds)


WORTH_DELIVERING = 60.0
"""Seconds after which a call to deliver has been overtaken by later ones. Not less than clocks may differ: the worker
compares its own with beat's, and one that was a second ahead of beat would throw away every call."""

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_default_queue="default",
    task_serializer="json",
    accept_content=["json"],
    # A worker killed in the middle of a task gives the task back; every task is safe to run twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=120,
    task_soft_time_limit=100,
    # At least three times the hard time limit, else a slow task is delivered again while it still runs. The audit has a
    # longer limit of its own: what is delivered again meanwhile finds its lock taken and ends (`core.tasks`).
    broker_transport_options={
        "visibility_timeout": 400,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
    },
    broker_connection_retry_on_startup=True,
    timezone="Europe/London",
    beat_schedule={
        "deliver what is owed": {
            "task": "notifications.deliver_due",
            "schedule": Every(1.0),
            "options": {"queue": "notifications", "expires": WORTH_DELIVERING},
        },
        "forget what was read": {
            "task": "notifications.forget_readings",
            "schedule": crontab(hour=1, minute=50),
            "options": {"queue": "periodic", "expires": 23 * 3600},
        },
        "deliver what is owed to other systems": {
            "task": "notifications.deliver_webhooks",
            "schedule": Every(1.0),
            "options": {"queue": "webhooks", "expires": WORTH_DELIVERING},
        },
        "expire unanswered onward referrals": {
            "task": "referrals.expire_unanswered",
            "schedule": crontab(minute=10),
            "options": {"queue": "periodic", "expires": 3000},
        },
        "run the clocks": {
            "task": "referrals.run_clocks",
            "schedule": crontab(minute=30),
            "options": {"queue": "periodic", "expires": 3000},
        },
        "propose to forget": {
            "task": "referrals.propose_forgetting",
            "schedule": crontab(hour=1, minute=40),
            "options": {"queue": "periodic", "expires": 23 * 3600},
        },
        "tell of consents that end": {
            "task": "referrals.run_consent_clocks",
            "schedule": crontab(minute=20),
            "options": {"queue": "periodic", "expires": 3000},
        },
        "forget self-referrals": {
            "task": "referrals.forget_self_referrals",
            "schedule": crontab(minute=40),
            "options": {"queue": "periodic", "expires": 3000},
        },
        "remind people": {
            "task": "referrals.remind",
            "schedule": crontab(minute=15),
            "options": {"queue": "periodic", "expires": 3600},
        },
        "chase discharges": {
            "task": "referrals.chase_discharges",
            "schedule": crontab(hour=7, minute=0),
            "options": {"queue": "periodic", "expires": 12 * 3600},
        },
        "forget what ended": {
            "task": "accounts.forget_what_ended",
            "schedule": crontab(minute=50),
            "options": {"queue": "periodic", "expires": 3000},
        },
        "end pauses of services": {
            "task": "services_directory.end_pauses",
            "schedule": crontab(hour=0, minute=5),
            "options": {"queue": "periodic", "expires": 23 * 3600},
        },
        "count uptake": {
            "task": "insights.count_uptake",
            "schedule": crontab(hour=2, minute=30),
            "options": {"queue": "periodic", "expires": 6 * 3600},
        },
        "count the pathway": {
            "task": "insights.count_pathway",
            "schedule": crontab(hour=2, minute=35),
            "options": {"queue": "periodic", "expires": 6 * 3600},
        },
        "count replies": {
            "task": "insights.count_responsiveness",
            "schedule": crontab(hour=2, minute=40),
            "options": {"queue": "periodic", "expires": 6 * 3600},
        },
        "count gaps": {
            "task": "insights.count_gaps",
            "schedule": crontab(hour=2, minute=50),
            "options": {"queue": "periodic", "expires": 6 * 3600},
        },
        "audit the pathway": {
            "task": "insights.audit_pathway",
            "schedule": crontab(hour=3, minute=10),
            "options": {"queue": "periodic", "expires": 6 * 3600},
        },
        "weekly summaries": {
            "task": "insights.weekly_summaries",
            "schedule": crontab(hour=7, minute=0),
            "options": {"queue": "periodic", "expires": 23 * 3600},
        },
        "monthly summaries": {
            "task": "insights.monthly_summaries",
            "schedule": crontab(hour=7, minute=5),
            "options": {"queue": "periodic", "expires": 23 * 3600},
        },
        "forget runs": {
            "task": "core.forget_runs",
            "schedule": crontab(hour=1, minute=10),
            "options": {"queue": "periodic", "expires": 23 * 3600},
        },
        "check listings": {
            "task": "services_directory.check_listings",
            "schedule": crontab(day_of_week="mon", hour=6, minute=0),
            "options": {"queue": "periodic", "expires": 24 * 3600},
        },
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def use_the_settings(**_: object) -> None:
    """Keep Celery from setting up logging of its own: one format and one filter, in the settings."""
    logging.config.dictConfig(settings.LOGGING)
