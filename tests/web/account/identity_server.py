"""An organisation's identity provider, as a process of its own: django-allauth's OpenID Connect provider.

    python identity_server.py FOLDER   with FOLDER/people.json: {"name": {"password": …, "claims": {…}}}

It writes the port on which it listens, on 127.0.0.1, as its first line. What it says of somebody are their claims; it
reads them anew each time, so that a test can change them.
"""

import json
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

CLIENT_ID, CLIENT_SECRET = "the-service", "a-secret-of-the-test"
CALLBACK = "http://testserver/sign-in/with/vale/done/"
FOLDER = Path(sys.argv[1]) if __name__ == "__main__" else Path()
Adapter: type
urlpatterns: list[Any]


def people() -> dict[str, Any]:
    return json.loads((FOLDER / "people.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the first line is the port."""


def main() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    settings.configure(
        SECRET_KEY="of-the-identity-server",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="identity_server",
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
            "allauth", "allauth.account", "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
            "OPTIONS": {"context_processors": [
                "django.template.context_processors.request", "django.contrib.messages.context_processors.messages",
            ]},
        }],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(FOLDER / "identity.sqlite3")}},
        AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SESSION_COOKIE_NAME="identity", CSRF_COOKIE_NAME="identity-csrf", USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        ACCOUNT_EMAIL_VERIFICATION="none", ACCOUNT_RATE_LIMITS=False,
        IDP_OIDC_ADAPTER="identity_server.Adapter", IDP_OIDC_PRIVATE_KEY=pem.decode(),
    )  # fmt: skip
    sys.modules["identity_server"] = sys.modules["__main__"]
    django.setup()
    global Adapter, urlpatterns
    Adapter = _adapter()
    call_command("migrate", verbosity=0)
    _fill()
    urlpatterns = [
        path("accounts/", include("allauth.account.urls")),
        path("", include("allauth.idp.urls")),
    ]
    with make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet) as server:
        print(server.server_address[1], flush=True)  # noqa: T201 - the line for which the test waits
        server.serve_forever()


def _adapter() -> type:
    """Return what says of somebody what the file says. Its base cannot be imported before the settings are."""
    from allauth.idp.oidc.adapter import DefaultOIDCAdapter  # noqa: PLC0415

    class Adapter(DefaultOIDCAdapter):  # type: ignore[misc]  # untyped there
        def get_claims(self, purpose: Any, user: Any, client: Any, scopes: Any, **kwargs: Any) -> dict[str, Any]:
            claims: dict[str, Any] = people()[user.username]["claims"]
            return {"sub": f"subject-of-{user.username}"} | claims

    return Adapter


def _fill() -> None:
    from allauth.idp.oidc.models import Client  # noqa: PLC0415 - not before the settings
    from django.contrib.auth.models import User  # noqa: PLC0415

    for name, one in people().items():
        User.objects.create_user(name, password=one["password"])
    client = Client(id=CLIENT_ID, name="The service", scopes="openid\nemail\nprofile", skip_consent=True)
    client.set_redirect_uris([CALLBACK])
    client.set_secret(CLIENT_SECRET)
    client.save()


if __name__ == "__main__":
    main()
