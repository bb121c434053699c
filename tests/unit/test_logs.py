"""What must not be in a log."""

import logging
from typing import Any

import pytest
from django.conf import settings

from core.logs import WithoutSignatures
from core.signed_links import is_signed, signature_of


@pytest.mark.parametrize(
    ("message", "args", "written"),
    [
        ("%s: %s", ("Gone", "/check/K-23456-789CD/aB3_x-9/"), "Gone: /check/K-23456-789CD/.../"),
        ("Not Found: /check/K-23456-789CD/aB3_x-9/id/", (), "Not Found: /check/K-23456-789CD/.../id/"),
        ("/check/K-23456-789CD/aB3?next=1", (), "/check/K-23456-789CD/...?next=1"),
        ("Not Found: /about/us/", (), "Not Found: /about/us/"),
    ],
)
def test_a_signed_link_is_logged_without_its_signature(message, args, written):
    record = logging.LogRecord("django.request", logging.WARNING, "path", 1, message, args, None)
    assert WithoutSignatures().filter(record) is True
    assert record.getMessage() == written


def test_the_log_is_written_through_the_filter():
    logging_settings: dict[str, Any] = settings.LOGGING
    assert "without_signatures" in logging_settings["handlers"]["console"]["filters"]


def test_a_signature_is_worth_nothing_for_another_reference_or_purpose_or_key(settings):
    signature = signature_of("K-23456-789CD", purpose="listing-check")
    assert is_signed("K-23456-789CD", signature, purpose="listing-check")
    assert not is_signed("K-23456-789CF", signature, purpose="listing-check")
    assert not is_signed("K-23456-789CD", signature, purpose="another")
    assert not is_signed("K-23456-789CD", signature[:-1], purpose="listing-check")
    old_key, settings.SECRET_KEY = settings.SECRET_KEY, "another key altogether"
    assert not is_signed("K-23456-789CD", signature, purpose="listing-check")
    # A deployment that changes its key keeps the links that are out, as long as it names the old one.
    settings.SECRET_KEY_FALLBACKS = [old_key]
    assert is_signed("K-23456-789CD", signature, purpose="listing-check")
