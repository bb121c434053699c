"""The published API: each view reads its parameters and asks the directory once."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from core.errors import DomainError
from core.problems import answer_refusal, json_problem
from services_directory.publishing import openapi
from services_directory.publishing.parameters import read
from services_directory.selectors import published, published_records
from services_directory.selectors.published_records import Write

logger = logging.getLogger(__name__)

VERSION = "HSDS-UK-3.0"
PROFILE = "https://open-referral-uk-profile.readthedocs.io/en/latest/"
PER_PAGE = 50
MOST, MOST_WHOLE, MOST_LEAST = 1000, 100, 10_000
"""How many a page holds at most: of entries, of whole records, of ids."""
BATCH = 100
OF_SERVICES = (
    *("search", "page", "per_page", "taxonomy_term_id", "taxonomy_id", "minimum_age", "maximum_age", "start_time"),
    *("end_time", "day", "organization_id", "modified_after", "full", "format"),
)
_WANTED = {field.name for field in fields(published.Wanted)}


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class Published(View):
    """What every answer has in common: for everybody, from any page, read only, and each refusal a problem."""

    http_method_names = ["get", "head", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = super().dispatch(request, *args, **kwargs)
        except DomainError as refusal:
            response = answer_refusal(refusal)
        except Exception:
            # Django's own answer to a bug would lack the header that lets a page elsewhere read it.
            logger.exception("no answer to %s", request.path)
            response = json_problem(500, kind="server_error")
        response["Access-Control-Allow-Origin"] = "*"
        response.headers.setdefault("Cache-Control", "public, max-age=60")
        return response

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.headers.get("Access-Control-Request-Headers", "")
        allowed = {"Access-Control-Allow-Methods": "GET, HEAD, OPTIONS", "Allow": "GET, HEAD, OPTIONS"}
        if asked.isascii() and asked.isprintable() and asked:
            allowed["Access-Control-Allow-Headers"] = asked
        return HttpResponse(status=204, headers=allowed | {"Access-Control-Max-Age": "86400"})

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = json_problem(405, kind="method_not_allowed")
        response["Allow"] = "GET, HEAD, OPTIONS"
        return response


class Root(Published):
    """Which version this is, and where it is described."""

    def get(self, request: HttpRequest) -> HttpResponse:
        described = request.build_absolute_uri(reverse("open-referral:openapi"))
        return _json({"version": VERSION, "profile": PROFILE, "openapi_url": described})


class OpenApi(Published):
    """The OpenAPI document of this API."""

    def get(self, request: HttpRequest) -> HttpResponse:
        server = request.build_absolute_uri(reverse("open-referral:root")).rstrip("/")
        return _json(openapi.document(server=server, lists=LISTS))


class Nothing(Published):
    """Any other address beneath: there is nothing."""

    def get(self, request: HttpRequest, path: str) -> HttpResponse:
        return json_problem(404, kind="not_found", detail="There is no such list here.")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of record that is published: its parameters, its selectors, and the ways in which it is written."""

    parameters: tuple[str, ...]
    found: Callable[[dict[str, Any]], QuerySet[Any]]
    entries: Write
    whole: Write
    with_services: Write | None = None
    summary: str = ""


def _wanted(values: dict[str, Any]) -> published.Wanted:
    return published.Wanted(**{name: value for name, value in values.items() if name in _WANTED})


def _without_pages(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in {"search", "taxonomy_id", "parent_id", "top_only"}}


LISTS: dict[str, Kind] = {
    "services": Kind(
        parameters=(*OF_SERVICES, "minimal", "postcode", "proximity"),
        found=lambda values: published.published_services(_wanted(values)),
        entries=published_records.service_entries,
        whole=published_records.services,
        summary="services",
    ),
    "service_at_locations": Kind(
        parameters=(*OF_SERVICES, "postcode", "proximity"),
        found=lambda values: published.published_at_locations(_wanted(values)),
        entries=published_records.at_location_entries,
        whole=published_records.at_locations,
        summary="services at their places",
    ),
    "taxonomies": Kind(
        parameters=("search", "page", "per_page", "format"),
        found=lambda values: published.published_taxonomies(**_without_pages(values)),
        entries=published_records.taxonomies,
        whole=published_records.whole_taxonomies,
        summary="taxonomies",
    ),
    "taxonomy_terms": Kind(
        parameters=("search", "page", "per_page", "format", "taxonomy_id", "parent_id", "top_only"),
        found=lambda values: published.published_terms(**_without_pages(values)),
        entries=published_records.terms,
        whole=published_records.terms,
        summary="terms",
    ),
    "organizations": Kind(
        parameters=("search", "page", "per_page", "full", "full_service", "format"),
        found=lambda values: published.published_organizations(**_without_pages(values)),
        entries=published_records.organization_entries,
        whole=published_records.organizations,
        with_services=published_records.organizations_with_services,
        summary="organisations",
    ),
}


class List(Published):
    """A page of one kind of record, or all of them a line each."""

    def get(self, request: HttpRequest, name: str) -> HttpResponseBase:
        kind = LISTS[name]
        values = read(request.GET, kind.parameters)
        write, usual, most = _how(kind, values)
        found = kind.found(values)
        if values.get("format") == "ndjson":
            return StreamingHttpResponse(_lines(found, write), content_type="application/x-ndjson")
        page, size = values.get("page", 1), min(values.get("per_page", usual), most)
        total, ids = published.ids_of_page(found, page=page, size=size)
        contents = write(ids)
        pages = max(1, -(-total // size))
        return _json(
            {
                "total_items": total,
                "total_pages": pages,
                "page_number": page,
                "size": len(contents),
                "first_page": page == 1,
                "last_page": page >= pages,
                "empty": not contents,
                "contents": contents,
            }
        )


class Detail(Published):
    """One whole record."""

    def get(self, request: HttpRequest, name: str, own_id: str) -> HttpResponse:
        kind = LISTS[name]
        write = kind.whole
        if kind.with_services is not None and read(request.GET, ("full_service",)).get("full_service"):
            write = kind.with_services
        return _json(published_records.get_published(name, own_id, write=write))


def _how(kind: Kind, values: dict[str, Any]) -> tuple[Write, int, int]:
    """Return how the records are written, how many a page holds if nobody says, and how many it holds at most."""
    if values.get("full_service") and kind.with_services is not None:
        return kind.with_services, 10, 10
    if values.get("full"):
        return kind.whole, PER_PAGE, MOST_WHOLE
    if values.get("minimal"):
        return published_records.minimal_services, MOST_LEAST, MOST_LEAST
    return kind.entries, PER_PAGE, MOST


def _lines(found: QuerySet[Any], write: Write) -> Iterator[str]:
    for ids in published.id_batches(found, size=BATCH):
        yield "".join(f"{json.dumps(document, ensure_ascii=False)}\n" for document in write(ids))


def _json(document: dict[str, Any]) -> HttpResponse:
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False})
