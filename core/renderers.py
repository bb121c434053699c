"""How answers are written. Apart from `core.problems`, because REST framework imports this while it starts."""

from typing import Any

from rest_framework import renderers
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation

PROBLEM_TYPE = "application/problem+json"


class Negotiation(DefaultContentNegotiation):
    """REST framework's, but that a format which is not spoken here (`?format=xlsx`) is a 406 and no missing page."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        """Return what writes the answer, and its type. Who asks for just what there is needs no weighing up."""
        first, asked = renderers[0], request.META.get("HTTP_ACCEPT", "*/*")
        is_plain = asked == first.media_type or (asked == "*/*" and len(renderers) == 1)
        if is_plain and not format_suffix and self.settings.URL_FORMAT_OVERRIDE not in request.query_params:
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)

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
