"""Small things that every REST view shares: entity tags, preconditions, strict input, and the schema's own view."""

import re
from copy import copy
from typing import Any, ClassVar

from django.http import HttpResponse, QueryDict
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.request import Request

from core.errors import Invalid

_TAG = r'(?:W/)?"?([0-9]{1,9})"?'
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": rf"^(?:\*|{_TAG})?$"},
    OpenApiParameter.HEADER,
    description="The ETag you read. A stale one is a 412 and changes nothing.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": r'^(?:"[\x21-\x7e]{8,128}"|[\x21-\x7e]{8,128})$'},
    OpenApiParameter.HEADER,
    description=(
        "8 to 128 characters, for example a UUID. Sent again with the same body, within 30 days, it makes nothing new."
    ),
)


_WRITTEN_AS: tuple[tuple[Any, set[type], str], ...] = (
    ((serializers.CharField, serializers.UUIDField), {str}, "Not a valid string."),
    (serializers.BooleanField, {bool}, "Must be a valid boolean."),
    ((serializers.IntegerField, serializers.FloatField), {int, float}, "A valid number is required."),
)
"""How JSON writes what a field holds, and what is said otherwise."""


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses a field that it does not know: a misspelt name must not be silently lost.

    Refuses what is of another kind than the document says, of which REST framework would make what it should be: the
    zero of a telephone number is lost when it comes as a number, and "off" for yes or no is somebody's mistake. In the
    query of an address all is text, and stays so.
    """

    def get_fields(self) -> dict[str, Any]:
        """Return a copy of each field for this request. REST framework makes each anew, with all that it checks."""
        return {name: _of_its_own(field) for name, field in self._declared_fields.items()}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
            if not isinstance(data, QueryDict):
                wrong = {name: [said] for name, value in data.items() if (said := _misfit(self.fields[name], value))}
                if wrong:
                    raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


def _of_its_own(field: Any) -> Any:
    """Return a copy that can be bound to a serializer of this request, as all that hangs on it is to the copy."""
    own = copy(field)
    own.__dict__.pop("fields", None)  # worked out anew
    child = own.__dict__.get("child")
    if child is not None:
        own.child = _of_its_own(child)
        own.child.parent = own  # it was bound, to the declared one, as that was made
    return own


def _misfit(field: Any, value: Any) -> str:
    """Return what to say of a value of the wrong kind; nothing of one that the field may judge itself."""
    if value is None:
        return ""
    if isinstance(field, serializers.ListField):
        return next((said for each in value if (said := _misfit(field.child, each))), "") if type(value) is list else ""
    if isinstance(field, serializers.ChoiceField):
        chosen = value if isinstance(field, serializers.MultipleChoiceField) and type(value) is list else [value]
        kind = type(next(iter(field.choices), ""))
        return next(
            (f'"{each}" is not a valid choice.' for each in chosen if type(each) is not kind and each != ""), ""
        )
    for kinds, written, said in _WRITTEN_AS:
        if isinstance(field, kinds):
            return "" if type(value) in written else said
    return ""


class KeptGenerator(SchemaGenerator):
    """Works the OpenAPI document out once in each process: it takes seconds, and is the same for all."""

    kept: ClassVar[Any] = None

    def get_schema(self, *args: Any, **kwargs: Any) -> Any:
        if KeptGenerator.kept is None:
            KeptGenerator.kept = super().get_schema(*args, **kwargs)  # type: ignore[no-untyped-call]  # untyped there
        return KeptGenerator.kept


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, open to all: it holds no data of anybody.

    Each form of it is written once in each process: that takes seconds, and whoever asks need not say who they are.
    """

    authentication_classes = ()
    generator_class = KeptGenerator
    written: ClassVar[dict[str, bytes]] = {}

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Answer with the document, as YAML or as JSON."""
        renderer = request.accepted_renderer
        if renderer.media_type not in self.written:
            response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]  # untyped there
            context = self.get_renderer_context() | {"response": response}
            written = renderer.render(response.data, renderer.media_type, context)
            self.written[renderer.media_type] = written if isinstance(written, bytes) else written.encode()
        return HttpResponse(self.written[renderer.media_type], content_type=f"{renderer.media_type}; charset=utf-8")


def etag(version: int) -> str:
    """Return the strong entity tag of a row's version."""
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """Return the version named by If-Match, or None where the caller does not insist on one.

    :raises Invalid: if the header is not a tag of ours.
    """
    header = request.headers.get("If-Match", "")
    if header in {"", "*"}:
        return None
    tag = re.fullmatch(_TAG, header)
    if tag is None:
        raise Invalid({"If-Match": ['Send the ETag as you received it, like "3".']})
    return int(tag[1])
