"""What the settings alone keep safe: read in a process of production, as an operator would start it."""

import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory
from rest_framework.request import Request

from accounts.enums import Role
from accounts.services import register_user
from core.caches import Json
from core.throttling import SignInThrottle
from tests.stage import Cast

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk by the river"
ASKED = """
import json, sys
from config import wsgi
from allauth.mfa import app_settings
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.core.cache import caches
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT name, setting FROM pg_settings WHERE name LIKE '%%_timeout' AND source = 'client'")
    limits = dict(cursor.fetchall())
names = (
    "SESSION_IDLE_AGE", "WEBHOOK_HOSTS", "WEBHOOKS_MAY_GO_TO_LOOPBACK",
    "SECRET_KEY", "SECRET_KEY_FALLBACKS", "DEBUG", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE",
    "CSRF_COOKIE_HTTPONLY", "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "SECOND_FACTOR", "EMAIL_USE_TLS",
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "SESSION_SERIALIZER", "SECURE_PROXY_SSL_HEADER",
)
found = {name: getattr(settings, name) for name in names if hasattr(settings, name)}
made = {
    "hasher": get_hasher().algorithm, "iterations": get_hasher().iterations,
    "passkey alone": app_settings.PASSKEY_LOGIN_ENABLED, "cache": type(caches["default"]._cache._serializer).__name__,
}
json.dump({"limits": limits, "settings": found, "made": made}, sys.stdout)
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
        "SESSION_IDLE_AGE": 1800, "WEBHOOK_HOSTS": [], "WEBHOOKS_MAY_GO_TO_LOOPBACK": False,
        "EMAIL_USE_TLS": True, "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
        "SESSION_SERIALIZER": "django.contrib.sessions.serializers.JSONSerializer", "SECURE_PROXY_SSL_HEADER": None,
    }  # fmt: skip
    assert found["made"] == {
        "hasher": "pbkdf2_sha256",
        "iterations": 1_000_000,
        "passkey alone": False,
        "cache": "Json",
    }
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
        assert "geolocation=()" in each.headers["Permissions-Policy"]
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


def test_no_script_keeps_a_page_in_the_browser(client: Client) -> None:
    written = re.search(r"htmx-config\" content='([^']+)'", client.get("/sign-in/").content.decode())
    assert written is not None
    assert json.loads(written[1]) == {
        "includeIndicatorStyles": False, "allowEval": False, "selfRequestsOnly": True, "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
    }  # fmt: skip
    ours = [path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "web" / "static" / "web").glob("*.js")]
    assert len(ours) == 2
    assert [text for text in ours if re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie", text)] == []


def test_nobody_says_from_where_they_come_by_a_header_of_their_own(rf: RequestFactory) -> None:
    request = rf.post("/sign-in/", headers={"X-Forwarded-For": "192.0.2.7"}, REMOTE_ADDR="203.0.113.5")

    assert SignInThrottle().get_ident(Request(request)) == "203.0.113.5"


def test_what_lies_in_redis_is_json_and_no_program() -> None:
    for value in ([1793611800.25, 1793611799.5], "y", True, 7, {"since": None}):
        written = Json().dumps(value)
        assert Json().loads(str(written).encode() if isinstance(written, int) else written) == value
    with pytest.raises(ValueError, match="codec can't decode"):
        Json().loads(pickle.dumps([1793611800.25]))


def lines(caplog: pytest.LogCaptureFixture) -> list[Any]:
    return [record for record in caplog.records if record.getMessage() == "answered"]


def test_a_session_is_made_anew_when_somebody_signs_in_and_the_log_says_who(
    client: Client, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    user = register_user(
        email="rita@practice.example", full_name="Rita Desk", password=PASSWORD, roles=[(cast.practice, Role.REFERRER)]
    )
    session = client.session
    session["seen"] = "before"
    session.save()
    before = session.session_key

    with caplog.at_level("INFO", logger="core.middleware"):
        client.post("/sign-in/", {"login": user.email, "password": "another one"})
        client.post("/sign-in/", {"login": user.email, "password": PASSWORD})
        client.get("/r/R-22222-22222/")
        client.get("/api/v1/referrals/R-22222-22222/")

    # A try that failed says of nobody who it was; what is refused to somebody who has signed in says to whom.
    assert [(line.method, line.status, getattr(line, "user", None)) for line in lines(caplog)] == [
        ("POST", 200, None), ("POST", 302, str(user.pk)), ("GET", 404, str(user.pk)), ("GET", 404, str(user.pk)),
    ]  # fmt: skip
    assert client.session[SESSION_KEY] == str(user.pk)
    assert client.session.session_key != before
    assert len(client.session.session_key or "") == 32
    assert not Session.objects.filter(session_key=before).exists()


def test_a_password_can_be_looked_at_as_it_is_typed(client: Client) -> None:
    page = client.get("/sign-in/").content.decode()
    assert 'data-module="nhsuk-password-input"' in page
    assert 'aria-label="Show password" aria-controls="id_password"' in page


def test_a_file_that_is_sent_along_is_kept_nowhere() -> None:
    sent = {"name": "Rose", "picture": SimpleUploadedFile("../../etc/rose.svg", b"<svg/>" * 10_000)}
    request = RequestFactory().post("/sign-in/", sent)

    assert (request.POST.dict(), request.FILES.dict()) == ({"name": "Rose"}, {})
