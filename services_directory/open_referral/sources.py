"""Where records are read from: a file, or an address that speaks Open Referral UK. No database."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from core.errors import DomainError
from services_directory.open_referral.reading import Unreadable
from services_directory.open_referral.values import own_id

logger = logging.getLogger(__name__)

PAGE_SIZE = 100
CONNECT_SECONDS, READ_SECONDS = 10, 60
_RETRIES = Retry(total=3, backoff_factor=0.3, status_forcelist=[429, 502, 503, 504], allowed_methods=["GET"])


class SourceUnreadable(DomainError):
    """Nothing can be read from a file or an address."""

    code = "source_unreadable"
    title = "The feed cannot be read"


def records_from(source: str) -> Iterator[object]:
    """Return the records of a feed, one after the other; `Unreadable` for those that it lists but does not give.

    A file, or a document at an address: a list of full services, or a page with `contents`. An address of an API (its
    root, or its `/services`): each page of the list, and for each entry its detail.

    :raises SourceUnreadable: before the first record, if there is nothing to read; later failures are `Unreadable`.
    """
    if urlsplit(source).scheme in {"http", "https"}:
        return _from_web(source)
    return iter(_from_file(Path(source)))


def _from_file(path: Path) -> list[object]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as problem:
        raise SourceUnreadable(f"{path} cannot be opened: {problem.strerror}.") from problem
    except ValueError as problem:
        raise SourceUnreadable(f"{path} is not JSON: {problem}.") from problem
    records = _records_in(document)
    if records is None:
        raise SourceUnreadable(f"{path} is neither a list of services nor a page with contents.")
    return records


def _records_in(document: object) -> list[object] | None:
    if isinstance(document, dict):
        document = document.get("contents")
    return document if isinstance(document, list) else None


def _from_web(address: str) -> Iterator[object]:
    with requests.Session() as session:
        session.headers["Accept"] = "application/json"
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=_RETRIES))
        services = _services_address(address)
        if services is None:
            document, problem = _get(session, address)
            records = None if problem else _records_in(document)
            if records is not None:
                yield from records
                return
            # No document of services: the root of an API, or an address beneath which one answers.
            services = _with_path(address, "/services")
        yield from _from_api(session, services)


def _services_address(address: str) -> str | None:
    """Return the address of the list of services, if that is what was given, without its trailing slash."""
    parts = urlsplit(address)
    return _with_path(address, "") if parts.path.rstrip("/").endswith("/services") else None


def _with_path(address: str, more: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + more, fragment=""))


def _from_api(session: requests.Session, services: str) -> Iterator[object]:
    met: set[str] = set()
    number = 0
    while True:
        number += 1
        page, problem = _get(session, services, page=number, per_page=PAGE_SIZE)
        entries = None if problem else _records_in(page)
        if entries is None:
            reason = problem or "The answer is no page with contents."
            if number == 1:
                raise SourceUnreadable(f"{services}: {reason}")
            yield Unreadable(f"(page {number})", f"{reason} The pages after it were not read.")
            return
        # A server that does not heed `page` gives the same entries for ever.
        new = [entry for entry in entries if own_id(entry) not in met]
        met.update(own_id(entry) for entry in new)
        for entry in new:
            yield _detail(session, services, entry)
        if not new or isinstance(page, list) or _is_last(page, number):
            return


def _is_last(page: Any, number: int) -> bool:
    total = page.get("total_pages")
    return page.get("last_page") is True or (isinstance(total, int) and number >= total)


def _detail(session: requests.Session, services: str, entry: object) -> object:
    own = own_id(entry)
    if not own:
        return Unreadable("(an entry of the list)", "It has no id.")
    detail, problem = _get(session, _with_path(services, f"/{quote(own, safe='')}"))
    return Unreadable(own, f"Its detail cannot be read. {problem}") if problem else detail


def _get(session: requests.Session, address: str, **parameters: int) -> tuple[Any, str]:
    """Return the JSON at an address, and the problem that stood in the way of it, if any."""
    try:
        response = session.get(address, params=parameters, timeout=(CONNECT_SECONDS, READ_SECONDS))
    except requests.RequestException as problem:
        logger.info("no answer from %s: %s", address, problem)
        return None, f"There was no answer ({type(problem).__name__})."
    if response.status_code != requests.codes.ok:
        return None, f"The answer was {response.status_code}."
    try:
        return response.json(), ""
    except ValueError:
        return None, "The answer is not JSON."
