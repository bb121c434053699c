"""Where records are read from: a file, or an address that speaks Open Referral UK. No database.

Feeds differ: some answer only with a slash at the end, some give whole services in their list and some only their
entries, some heed neither `page` nor `full`, and envelopes may be incomplete or wrong. What a feed names and does not
give is `Unreadable`; what could be missing without a name says so (`loses_more`).
"""

import datetime as dt
import io
import ipaddress
import logging
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from core.errors import DomainError
from services_directory.open_referral.items import Described, Listed, Unreadable
from services_directory.open_referral.reading import digest_of
from services_directory.open_referral.streaming import NotRecords, records_in
from services_directory.open_referral.values import own_id

logger = logging.getLogger(__name__)

PAGE_SIZE = 100
CONNECT_SECONDS, READ_SECONDS = 10, 60
PATIENCE_SECONDS = 60
"""How long at most a server that is busy is waited for, whatever its `Retry-After` says."""
_RETRIES = Retry(
    total=3,
    backoff_factor=0.3,
    status_forcelist=[429, 502, 503, 504],
    allowed_methods=["GET"],
    retry_after_max=PATIENCE_SECONDS,
)
_OF_MANY = ("service_at_locations", "schedules", "attributes", "contacts", "service_areas", "cost_options", "languages")
"""What only a whole service has: an entry of a list has none of them."""
_BEFORE = (("taxonomies", "taxonomy"), ("taxonomy_terms", "taxonomy_term"))
_AFTER = (("organizations", "organization"),)


class SourceUnreadable(DomainError):
    """Nothing can be read from a file or an address."""

    code = "source_unreadable"
    title = "The feed cannot be read"


def records_from(source: str, *, since: dt.datetime | None = None) -> Iterator[object]:
    """Return the records of a feed, one after the other, as `importing` takes them.

    A file, or a document at an address: a list of full services, a page with `contents`, or one service. An address of
    an API (its root, or its `/services`): its taxonomies and terms, where it lists them; each page of the list of
    services, and for each entry its detail, unless the list gives it whole; then its organisations.

    :param since: ask an API only for services that were modified at this time or later.
    :raises SourceUnreadable: before the first record, if there is nothing to read; later failures are `Unreadable`.
    """
    if urlsplit(source).scheme in {"http", "https"}:
        return _from_web(source, since)
    return _from_file(Path(source))


def _from_file(path: Path) -> Iterator[object]:
    try:
        stream = path.open(encoding="utf-8", errors="replace", newline="")
    except OSError as problem:
        raise SourceUnreadable(f"{path} cannot be opened: {problem.strerror}.") from problem
    with stream:
        try:
            yield from records_in(stream)
        except OSError as problem:
            raise SourceUnreadable(f"{path} cannot be opened: {problem.strerror}.") from problem
        except NotRecords as problem:
            raise SourceUnreadable(f"{path} {problem}") from problem


class _Session(requests.Session):
    """Follows a feed where it has moved, and not into the network that we stand in: that is not the feed's to read."""

    max_redirects = 5

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        if target is not None:
            host = urlsplit(urljoin(resp.url, target)).hostname
            if host != urlsplit(resp.url).hostname and not _is_public(host or ""):
                raise requests.exceptions.InvalidURL("It leads to an address that is not public.")
        return target


def _is_public(host: str) -> bool:
    """Whether every address of a host is one of the public internet; a host that nobody knows is none."""
    try:
        found = {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(address).is_global for address in found)


def _from_web(address: str, since: dt.datetime | None) -> Iterator[object]:
    with _Session() as session:
        session.headers["Accept"] = "application/json"
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=_RETRIES))
        services = _services_address(address)
        if services is None:
            try:
                yield from _from_document(session, address)
                return
            except NotRecords:
                # No document of services: the root of an API, or an address beneath which one answers.
                services = _with_path(address, "/services")
        yield from _Api(session, services, since).records()


def _from_document(session: requests.Session, address: str) -> Iterator[object]:
    try:
        with session.get(address, timeout=(CONNECT_SECONDS, READ_SECONDS), stream=True) as response:
            if response.status_code != requests.codes.ok:
                raise NotRecords(f"The answer was {response.status_code}.")
            raw: Any = response.raw
            raw.decode_content = True
            raw.auto_close = False
            yield from _unbroken(records_in(io.TextIOWrapper(raw, encoding="utf-8", errors="replace", newline="")))
    except requests.RequestException as problem:
        raise NotRecords(f"There was no answer ({type(problem).__name__}).") from problem


def _unbroken(records: Iterator[object]) -> Iterator[object]:
    try:
        yield from records
    except (HTTPError, OSError) as problem:
        yield Unreadable("(the document)", f"It breaks off ({type(problem).__name__}).", loses_more=True)


def _services_address(address: str) -> str | None:
    """Return the address of the list of services, if that is what was given, without its trailing slash."""
    parts = urlsplit(address)
    return _with_path(address, "") if parts.path.rstrip("/").endswith("/services") else None


def _with_path(address: str, more: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + more, fragment=""))


class _Api:
    """One walk through an API."""

    def __init__(self, session: requests.Session, services: str, since: dt.datetime | None) -> None:
        self.session = session
        self.services = services
        self.slash = ""
        self.asked: dict[str, str] = {"modified_after": since.isoformat()} if since else {}
        self.lists_whole_services: bool | None = None

    def records(self) -> Iterator[object]:
        first = self._first_page()
        for name, kind in _BEFORE:
            yield from self._described(name, kind)
        for entry in self._entries(self.services, first, self.asked):
            yield entry if isinstance(entry, Unreadable) else self._record(entry)
        for name, kind in _AFTER:
            yield from self._described(name, kind)

    def _first_page(self) -> Any:
        """Return the first page of services, having found out how this server wants to be asked.

        :raises SourceUnreadable: if it gives none.
        """
        problem = ""
        for slash, full in (("", {"full": "true"}), ("", {}), ("/", {})):
            asked = self.asked | full
            page, reason = _get(self.session, self.services + slash, page=1, per_page=PAGE_SIZE, **asked)
            if reason == "" and _contents(page) is not None:
                self.slash, self.asked = slash, asked
                return page
            problem = problem or reason or "The answer is no page with contents."
        raise SourceUnreadable(f"{self.services}: {problem}")

    def _entries(self, address: str, first: Any, asked: dict[str, str]) -> Iterator[Any]:
        """Return the entries of a list, page by page; a server that does not heed `page` gives the same for ever."""
        met: set[str] = set()
        page, number = first, 1
        while True:
            before = len(met)
            nameless = 0
            for entry in _contents(page) or []:
                own = own_id(entry)
                nameless += not own
                if own and own not in met:
                    met.add(own)
                    yield entry
            if nameless and (number == 1 or len(met) > before):
                yield Unreadable("(an entry of the list)", "It has no id.")
            said = _whole(page, "total_items")
            if len(met) == before or isinstance(page, list) or (_is_last(page, number) and len(met) >= said):
                break
            number += 1
            page, problem = _get(self.session, address + self.slash, page=number, per_page=PAGE_SIZE, **asked)
            if problem or _contents(page) is None:
                reason = problem or "The answer is no page with contents."
                yield Unreadable(f"(page {number})", f"{reason} The pages after it were not read.", loses_more=True)
                return
        said = _whole(first, "total_items")
        if len(met) < said:
            yield Unreadable("(the list)", f"It says that it has {said} records and gives {len(met)}.", loses_more=True)

    def _record(self, entry: Any) -> object:
        """Return an entry that is whole, or else one whose record can be asked for.

        Whether a list gives whole services is found out at the first entry that looks like one.
        """
        if not any(entry.get(name) for name in _OF_MANY):
            return Listed(entry, partial(self._detail, entry))
        if self.lists_whole_services is None:
            detail = self._detail(entry)
            if not isinstance(detail, Unreadable):
                self.lists_whole_services = digest_of(detail) == digest_of(entry)
                return detail
            if "404" not in detail.reason:
                return detail
            self.lists_whole_services = True  # it has no details at all
        return entry if self.lists_whole_services else Listed(entry, partial(self._detail, entry))

    def _detail(self, entry: Any) -> Any:
        own = own_id(entry)
        detail, problem = _get(self.session, _with_path(self.services, f"/{quote(own, safe='')}") + self.slash)
        if not problem and own_id(detail).lower() != own.lower():
            problem = "The answer is another record."
        return Unreadable(own, f"Its detail cannot be read. {problem}") if problem else detail

    def _described(self, name: str, kind: str) -> Iterator[Described]:
        """Return what the API lists beside its services; most do not, and none has to."""
        address = _with_path(self.services.removesuffix("/services"), f"/{name}")
        asked = {"full": "true"} if "full" in self.asked and name == "organizations" else {}
        page, problem = _get(self.session, address + self.slash, page=1, per_page=PAGE_SIZE, **asked)
        if problem or _contents(page) is None:
            return
        for entry in self._entries(address, page, asked):
            if not isinstance(entry, Unreadable):
                yield Described(kind, entry)


def _contents(page: Any) -> list[Any] | None:
    found = page.get("contents") if isinstance(page, dict) else page
    return found if isinstance(found, list) else None


def _whole(page: Any, name: str) -> int:
    found = page.get(name) if isinstance(page, dict) else None
    return found if isinstance(found, int) else 0


def _is_last(page: Any, number: int) -> bool:
    # No page was ever the last of none: such an envelope is wrong, and the pages go on until one has nothing new.
    return page.get("last_page") is True or 0 < _whole(page, "total_pages") <= number


def _get(session: requests.Session, address: str, **parameters: object) -> tuple[Any, str]:
    """Return the JSON at an address, and the problem that stood in the way of it, if any."""
    try:
        response = session.get(address, params=parameters, timeout=(CONNECT_SECONDS, READ_SECONDS))  # type: ignore[arg-type]
    except requests.RequestException as problem:
        logger.info("no answer from %s: %s", address, problem)
        return None, f"There was no answer ({type(problem).__name__})."
    if response.status_code != requests.codes.ok:
        return None, f"The answer was {response.status_code}."
    try:
        return response.json(), ""
    except ValueError:
        return None, "The answer is not JSON."
