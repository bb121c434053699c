"""The identity providers of organisations (NHS CIS2, Microsoft Entra): read from the environment, checked at the start.

`IDENTITY_PROVIDERS` is a JSON list, in the variable or in the file that `IDENTITY_PROVIDERS_FILE` names; the secret of
each lies in a file of its own. See docs/signing-in.md.
"""

import json
import re
from pathlib import Path
from typing import Any

from environ import ImproperlyConfigured

KNOWN = {
    "id", "name", "server_url", "client_id", "secret_file", "second_factor", "acr", "amr", "scopes",
    "verified_email_domains", "auth_params", "token_auth_method", "key_id", "key_algorithm",
}  # fmt: skip
TOKEN_METHODS = (None, "client_secret_basic", "client_secret_post", "private_key_jwt")
NEEDED = ("id", "name", "server_url", "client_id", "secret_file")


def read_providers(text: str, *, only_https: bool) -> list[dict[str, Any]]:
    """Return what django-allauth calls the apps of the provider `openid_connect`.

    :raises ImproperlyConfigured: with a sentence, if anything is missing, misspelt or not safe.
    """
    try:
        given = json.loads(text or "[]")
    except ValueError as wrong:
        raise ImproperlyConfigured(f"IDENTITY_PROVIDERS is not JSON: {wrong}.") from None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ImproperlyConfigured("IDENTITY_PROVIDERS is a list of objects.")
    apps = [_read(one, only_https=only_https) for one in given]
    ids = [app["provider_id"] for app in apps]
    if len(set(ids)) < len(ids):
        raise ImproperlyConfigured("IDENTITY_PROVIDERS: each has an id of its own.")
    return apps


def _read(one: dict[str, Any], *, only_https: bool) -> dict[str, Any]:
    where = f"IDENTITY_PROVIDERS, {one.get('id', '?')!r}:"
    if unknown := sorted(set(one) - KNOWN):
        raise ImproperlyConfigured(f"{where} there is no {', '.join(unknown)}.")
    if missing := [name for name in NEEDED if not isinstance(one.get(name), str) or not one[name]]:
        raise ImproperlyConfigured(f"{where} {', '.join(missing)} is missing.")
    if not re.fullmatch(r"[a-z0-9-]{1,40}", one["id"]):
        raise ImproperlyConfigured(f"{where} an id is of small letters, digits and hyphens, 40 at most.")
    if only_https and not one["server_url"].startswith("https://"):
        raise ImproperlyConfigured(f"{where} server_url must begin with https://.")
    if one.get("second_factor", "here") not in {"here", "there"}:
        raise ImproperlyConfigured(f"{where} second_factor is here or there.")
    if one.get("token_auth_method") not in TOKEN_METHODS:
        raise ImproperlyConfigured(f"{where} token_auth_method is one of {', '.join(filter(None, TOKEN_METHODS))}.")
    for name in ("acr", "amr", "scopes", "verified_email_domains"):
        if not isinstance(one.get(name, []), list) or not all(isinstance(word, str) for word in one.get(name, [])):
            raise ImproperlyConfigured(f"{where} {name} is a list of words.")
    try:
        secret = Path(one["secret_file"]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as missing_file:
        raise ImproperlyConfigured(f"{where} the file of the secret cannot be read.") from missing_file
    if not secret:
        raise ImproperlyConfigured(f"{where} the file of the secret is empty.")
    return {
        "provider_id": one["id"],
        "name": one["name"],
        "client_id": one["client_id"],
        "secret": secret,
        "settings": {
            "server_url": one["server_url"],
            "oauth_pkce_enabled": True,
            "scope": one.get("scopes") or ["openid", "email"],
            "verified_email": one.get("verified_email_domains", []),
            "second_factor": one.get("second_factor", "here"),
            "acr": one.get("acr", []),
            "amr": one.get("amr", []),
            "auth_params": one.get("auth_params", {}),
            "token_auth_method": one.get("token_auth_method"),
            "key_id": one.get("key_id", ""),
            "key_algorithm": one.get("key_algorithm", "RS256"),
        },
    }
