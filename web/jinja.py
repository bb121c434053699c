"""The environment of the pages' templates: Jinja, as the design system's macros are (docs/adr/0041)."""

import json
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from web import states, words
from web.forms import errors_of
from web.vendoring import VERSION


class PlainGlobals(Environment):
    """An environment that hands its globals to templates as one plain dict.

    The design system's macros import each other some hundred times a page, and each import compares the names of the
    globals: in Jinja's chain of maps that is a tenth of the time of a page with a long form, in a dict it is nothing.
    Globals must be complete before the first template is loaded.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: the environment's, and its own over them."""
        return {**self.globals, **(d or {})}


def address_of(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of a page. A page has forty, most of them as on the page before: they are remembered, since a
    process serves the same addresses all its life.
    """
    return _address(name, args, tuple(kwargs.items()))


@lru_cache(maxsize=4096)
def _address(name: str, args: tuple[Any, ...], named: tuple[tuple[str, Any], ...]) -> str:
    return reverse(name, args=args, kwargs=dict(named))


def environment(**options: Any) -> Environment:
    """Return the environment: our templates first, then the design system's macros."""
    macros = PackageLoader("nhsuk_frontend_jinja", "templates")
    loader = ChoiceLoader([options.pop("loader"), macros])
    # The macros ask for what was not given, several levels down: they are written for an undefined that chains.
    options |= {"undefined": ChainableUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = PlainGlobals(loader=loader, **options)  # Django turns escaping on in the options
    made.globals |= {
        "url": address_of,
        "static": static,
        "nhsuk_version": VERSION,
        "service_name": words.service_name,
        "organisation_name": settings.ORGANISATION_NAME,
        "contact_telephone": settings.CONTACT_TELEPHONE,
        "session_life": min(settings.SESSION_COOKIE_AGE, settings.SESSION_IDLE_AGE),
        "session_warning": settings.SESSION_WARNING_AGE,
        "tag_of": states.tag_of,
        "errors_of": errors_of,
    }
    made.filters |= {"as_json": lambda value: json.dumps(value, cls=DjangoJSONEncoder)}
    made.filters |= {name: getattr(words, name) for name in ("day", "short_day", "moment", "in_a_sentence")}
    return made
