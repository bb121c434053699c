"""OpenAPI of a document that is a dataclass: its fields are the one place where its form is said."""

import datetime as dt
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
}


def schema_of(kind: Any) -> dict[str, Any]:
    """Return the JSON schema of a type that a document is made of.

    :raises TypeError: if it is made of something else.
    """
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        names = [field.name for field in fields(kind)]
        return {
            "type": "object",
            "description": (kind.__doc__ or "").split("\n")[0],
            "properties": {name: schema_of(hints[name]) for name in names},
            "required": names,
        }
    parts = get_args(kind)
    if get_origin(kind) is tuple and len(parts) == 2 and parts[1] is Ellipsis:
        return {"type": "array", "items": schema_of(parts[0])}
    if get_origin(kind) in {Union, UnionType} and NoneType in parts and len(parts) == 2:
        inner = schema_of(next(part for part in parts if part is not NoneType))
        return inner | {"type": [inner["type"], "null"]}
    raise TypeError(f"a document holds no {kind}")
