"""Every route of the service with every method that it offers, read from the URL configuration itself."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("get", "post", "put", "patch", "delete")
_PART = re.compile(r"<(?:\w+:)?(?P<name>\w+)>")


class Route(NamedTuple):
    """One address, as it is declared."""

    name: str
    pattern: str
    methods: tuple[str, ...]
    parts: tuple[str, ...]
    """What its address is made of: references, ids."""

    def address(self, values: Mapping[str, Any]) -> str:
        """Return the address with these values in its parts."""
        return "/" + _PART.sub(lambda part: str(values[part["name"]]), self.pattern)


def every_route() -> list[Route]:
    """Return all of them, each once: where two declarations have one address, the first answers."""
    found: dict[str, Route] = {}
    for namespace, pattern, view in _walk(get_resolver().url_patterns):
        plain = _plain(pattern)
        parts = tuple(part["name"] for part in _PART.finditer(plain))
        name = f"{namespace}{view.name or 'unnamed'}"
        found.setdefault(plain, Route(name, plain, _methods_of(view.callback), parts))
    return list(found.values())


def pages_declared_twice() -> list[str]:
    """Return the names of pages that stand twice with the very same pattern. (Of the API one view may take GET, and
    another PATCH.)
    """
    pages = (each for each in _walk(get_resolver().url_patterns) if each[0] == "web:")
    walked = Counter((view.name, pattern) for _space, pattern, view in pages)
    return sorted(str(name) for (name, _pattern), times in walked.items() if times > 1)


def _walk(patterns: list[Any], before: str = "", namespace: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for each in patterns:
        pattern = before + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{each.namespace}:" if each.namespace else namespace
            yield from _walk(each.url_patterns, pattern, inner)
        else:
            yield namespace, pattern, each


def _methods_of(view: Any) -> tuple[str, ...]:
    """Return what a view answers to. A function may answer to both that a browser knows."""
    if actions := getattr(view, "actions", None):
        return tuple(method for method in METHODS if method in actions)
    if kind := (getattr(view, "cls", None) or getattr(view, "view_class", None)):
        return tuple(method for method in METHODS if method in kind.http_method_names and hasattr(kind, method))
    return ("get", "post")


def _plain(pattern: str) -> str:
    """Return a pattern with `<name>` for each of its parts, and nothing else of a regular expression."""
    while (start := pattern.find("(?P<")) >= 0:
        depth, end = 0, start
        for end in range(start, len(pattern)):
            depth += (pattern[end] == "(") - (pattern[end] == ")")
            if depth == 0:
                break
        name = pattern[start + 4 : pattern.index(">", start)]
        pattern = f"{pattern[:start]}<{name}>{pattern[end + 1 :]}"
    return pattern.replace("^", "").replace("/?", "/").replace("$", "").replace("\\Z", "").replace("\\.", ".")
