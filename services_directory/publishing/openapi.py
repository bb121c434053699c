"""The OpenAPI document of the published API, made of the parameters that it reads.

The schemas say what a record must have; the full ones are the profile's own, to which each refers.
"""

from typing import Any

from services_directory.enums import ServiceStatus
from services_directory.publishing.parameters import PARAMETERS

PROFILE_SCHEMAS = "https://github.com/OpenReferralUK/uk-profile/tree/main/schema"
_ID = {"type": "string", "format": "uuid"}
_NAME = {"type": "string", "minLength": 1}


def _record(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    values = {"id": _ID, "name": _NAME, "description": {"type": "string"}} | properties
    return {
        "type": "object",
        "required": list(required),
        "properties": values,
        "externalDocs": {"url": PROFILE_SCHEMAS, "description": "Every field of it"},
    }


_STATUS = {"type": "string", "enum": list(ServiceStatus.values)}
SCHEMAS: dict[str, dict[str, Any]] = {
    "services": _record(
        ("id", "name", "status", "organization_id"),
        status=_STATUS,
        organization_id=_ID,
        last_modified={"type": "string", "format": "date-time"},
        organization={"$ref": "#/components/schemas/organizations"},
    ),
    "service_at_locations": _record(
        ("id", "name", "status", "service_id", "location_id", "location", "service"),
        status=_STATUS,
        service_id=_ID,
        location_id=_ID,
        location=_record(("id", "location_type"), location_type={"type": "string"}),
        service={"$ref": "#/components/schemas/services"},
    ),
    "taxonomies": _record(("id", "name", "description")),
    "taxonomy_terms": _record(("id", "name", "description"), taxonomy_id=_ID, parent_id=_ID),
    "organizations": _record(("id", "name", "description")),
    "Page": {
        "type": "object",
        "required": [
            *("total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents")
        ],
        "properties": {
            **{name: {"type": "integer", "minimum": 0} for name in ("total_items", "size")},
            **{name: {"type": "integer", "minimum": 1} for name in ("total_pages", "page_number")},
            **{name: {"type": "boolean"} for name in ("first_page", "last_page", "empty")},
            "contents": {"type": "array"},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            **{name: {"type": "string"} for name in ("type", "title", "detail", "code")},
            "status": {"type": "integer"},
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        },
    },
}


def document(*, server: str, lists: dict[str, Any]) -> dict[str, Any]:
    """Return the document: a path for each list and for one record of it.

    :param lists: by the name in the address: what has `parameters`, `summary` and perhaps `with_services`.
    """
    paths: dict[str, Any] = {"/": {"get": _root()}}
    for name, kind in lists.items():
        title = name.replace("_", " ").title().replace(" ", "")
        paths[f"/{name}"] = {
            "get": {
                "operationId": f"list{title}",
                "summary": f"A page of {kind.summary}",
                "parameters": [{"$ref": f"#/components/parameters/{each}"} for each in kind.parameters],
                "responses": {"200": _answer(_page_of(name)), "400": _problem("A parameter has a wrong value.")},
            }
        }
        own_id = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        more = [{"$ref": "#/components/parameters/full_service"}] if kind.with_services else []
        paths[f"/{name}/{{id}}"] = {
            "get": {
                "operationId": f"get{title}",
                "summary": f"One of the {kind.summary}, whole",
                "parameters": [own_id, *more],
                "responses": {
                    "200": _answer({"$ref": f"#/components/schemas/{name}"}),
                    "404": _problem("There is none of this id."),
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Services directory",
            "version": "3.0",
            "description": "The directory as Open Referral UK (HSDS 3.0, UK profile). Open to everybody, read only.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "parameters": {
                name: {
                    "name": name,
                    "in": "query",
                    "required": False,
                    "description": parameter.description,
                    "schema": parameter.schema,
                }
                for name, parameter in PARAMETERS.items()
            },
        },
    }


def _root() -> dict[str, Any]:
    text, address = {"type": "string"}, {"type": "string", "format": "uri"}
    about = {"version": text, "profile": address, "openapi_url": address}
    schema = {"type": "object", "required": list(about), "properties": about}
    return {"operationId": "getAbout", "summary": "Which version this is", "responses": {"200": _answer(schema)}}


def _page_of(name: str) -> dict[str, Any]:
    contents = {"contents": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}}
    return {"allOf": [{"$ref": "#/components/schemas/Page"}, {"type": "object", "properties": contents}]}


def _answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "What was asked for.", "content": {"application/json": {"schema": schema}}}


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
