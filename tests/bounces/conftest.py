"""GOV.UK Notify as the stand-in has it, and a person who may be told."""

import datetime as dt

import pytest
from django.db import transaction

from accounts.actors import SYSTEM
from notifications.models import OutboxMessage
from referrals.announcements import tell_person
from referrals.models import Referral
from standalone import notify_catcher
from tests.notifications.notify_office import catching
from tests.notifications.post_office import Letterbox, mail_server

NOON = dt.datetime(2026, 11, 4, 12, 0, tzinfo=dt.UTC)
"""A Wednesday."""
MOBILE = "07700 900123"


@pytest.fixture
def book(settings, tmp_path):
    """What the stand-in for Notify took."""
    settings.NOTIFY_API_KEY, settings.NOTIFY_TEMPLATES = notify_catcher.API_KEY, notify_catcher.TEMPLATES
    with catching(tmp_path) as (url, book):
        settings.NOTIFY_URL = url
        yield book


@pytest.fixture
def letterbox(settings):
    """A mail server; set its `rule`."""
    settings.EMAIL_BACKEND = "notifications.channels.plain_email.PlainBackend"
    letterbox = Letterbox()
    with mail_server(letterbox) as port:
        settings.EMAIL_PORT = port
        yield letterbox


@pytest.fixture
def rose(referral_at):
    """Rose's referral, in hand; she may be sent texts and emails, and has a mobile telephone."""
    referral = referral_at("active")
    Referral.objects.filter(pk=referral.pk).update(
        may_sms="yes", may_email="yes", may_letter="no", telephone=MOBILE, email="rose@home.example",
        preferred_contact="", telephone_rule="",
    )  # fmt: skip
    OutboxMessage.objects.all().delete()  # what was owed on the way here
    return Referral.objects.get(pk=referral.pk)


@pytest.fixture
def tell():
    """Owes the person of a referral a message; returns the channel and the row."""

    def owe(referral, *, event=1, at=NOON):
        with transaction.atomic():
            referral = Referral.objects.select_related("person").get(pk=referral.pk)
            channel = tell_person(
                referral, "self_referral_update", event_key=f"test:{event}",
                context={"reference": referral.reference}, at=at, actor=SYSTEM,
            )  # fmt: skip
        return channel, OutboxMessage.objects.filter(event_key=f"test:{event}").first()

    return owe
