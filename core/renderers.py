"""How answers are written. Apart from `core.problems`, because REST framework imports this while it starts."""

from typing import Any

from rest_framework import renderers

PROBLEM_TYPE = "application/problem+json"


class JSONRenderer(renderers.JSONRenderer):
    """JSON, whose media type is the problem type when the answer is a problem."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and getattr(response, "is_problem", False):
            response["Content-Type"] = PROBLEM_TYPE
        return super().render(data, accepted_media_type, renderer_context)
