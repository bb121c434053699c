"""OpenAPI: every operation also names the problems it can answer with."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class ProblemSerializer(serializers.Serializer[Any]):
    """An RFC 9457 problem."""

    type = serializers.CharField(help_text="A stable URN for this kind of problem.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What to do about it.")
    code = serializers.CharField(help_text="The last part of the type, for programs.")
    errors = serializers.DictField(  # type: ignore[assignment]  # RFC 9457 says errors, REST framework uses the name too
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="By field, when the input is invalid.",
    )
    available_actions = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="What may be done now, when the moment was wrong."
    )
    current_status = serializers.CharField(required=False, help_text="Where it stands, when the moment was wrong.")
    onward_referrals = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="References of those still open, when they are in the way.",
    )
    header = serializers.CharField(required=False, help_text="Where to say why, when a record asks everybody why.")
    reasons = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="What may be said there, when a record asks why."
    )
    max_bytes = serializers.IntegerField(required=False, help_text="The most that a body may have.")


DESCRIPTIONS = {
    "400": "The input is not right: `errors` says where.",
    "401": "Not signed in.",
    "403": "Visible to you, but not yours to do.",
    "404": "Does not exist, or not for you.",
    "405": "Not that method.",
    "406": "Only JSON is spoken here.",
    "409": "The wrong moment, or somebody was faster: `available_actions` says what may be done now.",
    "411": "The body does not say how long it is.",
    "412": "It has changed since you read it: read it again.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The Idempotency-Key was used with another body.",
    "429": "Too many tries.",
}


FORMAT = {("query", "format")}
"""A format that is not spoken is a 406, and no 400."""


class ProblemAutoSchema(AutoSchema):
    """Adds the problems to each operation.

    A view may add codes by action with `problem_codes = {"list": {"409"}}`; the action of an APIView is None.
    """

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        for code in sorted(self._problem_codes()):
            if code not in responses:
                responses[code] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    OpenApiResponse(ProblemSerializer, description=DESCRIPTIONS[code]),
                    code,
                    media_types=["application/problem+json", *self._problem_pages()],
                )
        return responses

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: Any = False) -> Any:  # noqa: FBT002
        """Say of a choice that it can be empty: where a field is only read, REST framework does not know."""
        if isinstance(field, serializers.ChoiceField) and _column_can_be_empty(field):
            field.allow_blank = True
        found = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(field, serializers.TimeField) and "format" in found:
            found = found | {"format": "time-local"}  # a time of JSON Schema has an offset, and ours is of the place
        if isinstance(field, serializers.DecimalField) and direction == "request" and "string" in found["type"]:
            kinds = [found["type"]] if isinstance(found["type"], str) else found["type"]
            found = found | {"type": ["number", *kinds]}  # 150 is as right as "150", and is what a program sends
        return found

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        """Claim no form of an email, address or slug that can be empty: "" has none."""
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        if isinstance(field, serializers.SlugField) and _column_can_be_empty(field):
            schema.pop("pattern", None)
        if isinstance(field, serializers.EmailField | serializers.URLField) and _column_can_be_empty(field):
            schema.pop("format", None)

    def _problem_pages(self) -> list[str]:
        """Where a view writes its problems as pages, too: named by action in `problem_pages`."""
        return ["text/html"] if getattr(self.view, "action", None) in getattr(self.view, "problem_pages", ()) else []

    def _problem_codes(self) -> set[str]:
        said = {(where["in"], where["name"]) for where in self._get_parameters()}
        codes = {"406", "429"} if getattr(self.view, "throttle_scope", None) else {"406"}
        if self.view.get_authenticators() and self._needs_sign_in():
            codes |= {"401", "403", "429"}
        if "{" in self.path:
            codes |= {"404"}
        if self.method in {"POST", "PUT", "PATCH"}:
            codes |= {"400", "411", "413", "415"}
        if self.method == "GET" and ("{" not in self.path or any(place == "query" for place, _ in said - FORMAT)):
            codes |= {"400"}
        if ("query", "for_referral") in said:
            codes |= {"404"}
        if ("header", "If-Match") in said:
            codes |= {"412"}
        action = getattr(self.view, "action", None)
        return codes | set(getattr(self.view, "problem_codes", {}).get(action, set()))

    def _needs_sign_in(self) -> bool:
        return bool(self.get_auth())


def _column_can_be_empty(field: Any) -> bool:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    columns = {column.name: column for column in model._meta.fields} if model else {}
    return field.source in columns and columns[field.source].blank
