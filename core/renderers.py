"""How answers are written. Apart from `core.problems`, because REST framework imports this while it starts."""

from typing import Any

from rest_framework import renderers
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation

PROBLEM_TYPE = "application/problem+json"


class Negotiation(DefaultContentNegotiation):
    """REST framework's, but that a format which is not spoken here (`?format=xlsx`) is a 406 and no missing page."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        """Return those that write this format.

        :raises NotAcceptable: if none does.
        """
        if found := [renderer for renderer in renderers if renderer.format == format]:
            return found
        raise NotAcceptable(available_renderers=renderers)


class JSONRenderer(renderers.JSONRenderer):
    """JSON, whose media type is the problem type when the answer is a problem."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and getattr(response, "is_problem", False):
            response["Content-Type"] = PROBLEM_TYPE
        return super().render(data, accepted_media_type, renderer_context)
