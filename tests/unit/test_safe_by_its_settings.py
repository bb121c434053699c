"""What the settings alone keep safe: read in a process of production, as an operator would start it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory

pytestmark = pytest.mark.django_db
ASKED = """
import json, sys
from config import wsgi
from django.conf import settings
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT name, setting FROM pg_settings WHERE name LIKE '%%_timeout' AND source = 'client'")
    limits = dict(cursor.fetchall())
names = (
    "SECRET_KEY", "SECRET_KEY_FALLBACKS", "DEBUG", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
    "CSRF_COOKIE_HTTPONLY", "SECURE_SSL_REDIRECT", "SECOND_FACTOR", "EMAIL_USE_TLS", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
)
json.dump({"limits": limits, "settings": {name: getattr(settings, name) for name in names}}, sys.stdout)
"""


def test_production_reads_its_secrets_from_files_and_limits_what_a_request_takes(tmp_path: Path) -> None:
    database = connection.settings_dict
    secrets = {
        "SECRET_KEY": "k" * 60,
        "SECRET_KEY_FALLBACKS": "j" * 60,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": f"postgres://{quote(database['USER'])}:{quote(database['PASSWORD'])}@{database['HOST']}"
        f":{database['PORT']}/{quote(database['NAME'])}",
    }
    environment = {name: value for name, value in os.environ.items() if name not in secrets} | {
        "DEPLOYMENT": "production"
    }
    for name, value in secrets.items():
        (tmp_path / name).write_text(value)
        environment[f"{name}_FILE"] = str(tmp_path / name)

    found = json.loads(
        subprocess.run(  # noqa: S603 - our own command line
            [sys.executable, "-c", ASKED], cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True
        ).stdout
    )

    assert found["limits"] == {
        "statement_timeout": "30000", "lock_timeout": "10000", "idle_in_transaction_session_timeout": "60000",
    }  # fmt: skip
    assert found["settings"] == {
        "SECRET_KEY": "k" * 60, "SECRET_KEY_FALLBACKS": ["j" * 60], "DEBUG": False, "SECOND_FACTOR": "required",
        "SESSION_COOKIE_NAME": "__Host-session", "SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax", "CSRF_COOKIE_NAME": "__Host-csrf", "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True, "SECURE_HSTS_SECONDS": 365 * 24 * 60 * 60, "SECURE_SSL_REDIRECT": True,
        "EMAIL_USE_TLS": True, "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
    }  # fmt: skip
    with connection.cursor() as cursor:  # of a task or a command, as this test is one
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_every_answer_says_how_a_browser_is_to_treat_it(client: Client) -> None:
    page, answer = client.get("/sign-in/"), client.get("/api/v1/me/")

    for each in (page, answer):
        assert each.headers["X-Content-Type-Options"] == "nosniff"
        assert each.headers["X-Frame-Options"] == "DENY"
        assert each.headers["Referrer-Policy"] == "same-origin"
        assert each.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "default-src 'none'" in each.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in each.headers["Content-Security-Policy"]
        assert "Server" not in each.headers
        assert "Access-Control-Allow-Origin" not in each.headers
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Content-Disposition" not in page.headers
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="answer.json"'


def test_a_password_is_long_and_not_endless_and_otherwise_what_somebody_likes() -> None:
    for good in ("correct horse battery staple", "ß" * 64 + "🙂 und Leerzeichen", "x7" * 64):
        validate_password(good)
    for bad in ("elevenchars", "password1234", "x7" * 64 + "!"):
        with pytest.raises(ValidationError):
            validate_password(bad)


def test_a_file_that_is_sent_along_is_kept_nowhere() -> None:
    sent = {"name": "Rose", "picture": SimpleUploadedFile("../../etc/rose.svg", b"<svg/>" * 10_000)}
    request = RequestFactory().post("/sign-in/", sent)

    assert dict(request.POST) == {"name": ["Rose"]}
    assert dict(request.FILES) == {}
