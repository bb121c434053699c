"""Where records are read from: a file, or an address that speaks Open Referral UK. No database.

Feeds differ: some answer only with a slash at the end, some give whole services in their list and some only their
entries, some heed neither `page` nor `full`, and envelopes may be incomplete or wrong. What a feed names and does not
give is `Unreadable`; what could be missing without a name says so (`loses_more`).
"""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import requests

from core.errors import DomainError
from services_directory.open_referral.fetching import Web
from services_directory.open_referral.items import Described, Listed, Unreadable
from services_directory.open_referral.reading import digest_of
from services_directory.open_referral.streaming import NotRecords, records_in
from services_directory.open_referral.values import ID_LENGTH, own_id

PAGE_SIZE = 100
MOST_RECORDS = 250_000
"""Of one list, or one document at an address: twice the largest directories that we know of. A file has no bound."""
MOST_PAGES = 50_000
"""Of one list: also where a server gives five at a time, whatever it is asked for."""
MOST_SAID = 10**9
"""Above which a number in an envelope is a mistake."""
_TOO_MANY = f"It has more than {MOST_RECORDS:,} records; the others were not read."
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


def _from_web(address: str, since: dt.datetime | None) -> Iterator[object]:
    with Web() as web:
        services = _services_address(address)
        if services is None:
            try:
                yield from _from_document(web, address)
                return
            except NotRecords:
                # No document of services: the root of an API, or an address beneath which one answers.
                services = _with_path(address, "/services")
        yield from _Api(web, services, since).records()


def _from_document(web: Web, address: str) -> Iterator[object]:
    try:
        with web.document(address) as (status, text, unpacked):
            if status != requests.codes.ok:
                raise NotRecords(f"The answer was {status}.")
            for count, record in enumerate(records_in(text)):
                if count >= MOST_RECORDS:
                    yield Unreadable("(the document)", _TOO_MANY, loses_more=True)
                    return
                yield record
            if unpacked.problem:
                yield Unreadable("(the document)", f"{unpacked.problem} The rest was not read.", loses_more=True)
    except requests.RequestException as problem:
        raise NotRecords(f"There was no answer ({type(problem).__name__}).") from problem


def _services_address(address: str) -> str | None:
    """Return the address of the list of services, if that is what was given, without its trailing slash."""
    parts = urlsplit(address)
    return _with_path(address, "") if parts.path.rstrip("/").endswith("/services") else None


def _with_path(address: str, more: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + more, fragment=""))


class _Api:
    """One walk through an API."""

    def __init__(self, web: Web, services: str, since: dt.datetime | None) -> None:
        self.web = web
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
            page, reason = self.web.get(self.services + slash, page=1, per_page=PAGE_SIZE, **asked)
            if reason == "" and _contents(page) is not None:
                self.slash, self.asked = slash, asked
                return page
            problem = problem or reason or "The answer is no page with contents."
        raise SourceUnreadable(f"{self.services}: {problem}")

    def _entries(self, address: str, first: Any, asked: dict[str, str]) -> Iterator[Any]:
        """Return the entries of a list, page by page.

        A server that does not heed `page` gives the same for ever, and one that makes its entries up never the same: a
        page that brings nothing new is the last, and more than `MOST_RECORDS` are not read.
        """
        met: set[str] = set()
        page, number = first, 1
        while True:
            before = len(met)
            nameless = 0
            for entry in _contents(page) or []:
                own = own_id(entry)
                nameless += not own or len(own) > ID_LENGTH
                if own and own not in met and len(own) <= ID_LENGTH:
                    if len(met) >= MOST_RECORDS:
                        yield Unreadable("(the list)", _TOO_MANY, loses_more=True)
                        return
                    met.add(own)
                    yield entry
            if nameless and (number == 1 or len(met) > before):
                yield Unreadable("(an entry of the list)", "It has no id.")
            said = _whole(page, "total_items")
            if len(met) == before or isinstance(page, list) or (_is_last(page, number) and len(met) >= said):
                break
            number += 1
            if number > MOST_PAGES:
                reason = f"It has more than {MOST_PAGES:,} pages; the others were not read."
                yield Unreadable("(the list)", reason, loses_more=True)
                return
            page, problem = self.web.get(address + self.slash, page=number, per_page=PAGE_SIZE, **asked)
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
                self.lists_whole_services = _is_the_same(detail, entry)
                return detail
            if "404" not in detail.reason:
                return detail
            self.lists_whole_services = True  # it has no details at all
        return entry if self.lists_whole_services else Listed(entry, partial(self._detail, entry))

    def _detail(self, entry: Any) -> Any:
        own = own_id(entry)
        detail, problem = self.web.get(_with_path(self.services, f"/{quote(own, safe='')}") + self.slash)
        if not problem and own_id(detail).lower() != own.lower():
            problem = "The answer is another record."
        return Unreadable(own, f"Its detail cannot be read. {problem}") if problem else detail

    def _described(self, name: str, kind: str) -> Iterator[Described | Unreadable]:
        """Return what the API lists beside its services; most do not, and none has to."""
        address = _with_path(self.services.removesuffix("/services"), f"/{name}")
        asked = {"full": "true"} if "full" in self.asked and name == "organizations" else {}
        page, problem = self.web.get(address + self.slash, page=1, per_page=PAGE_SIZE, **asked)
        if problem or _contents(page) is None:
            return
        for entry in self._entries(address, page, asked):
            if not isinstance(entry, Unreadable):
                yield Described(kind, entry)
            elif entry.reason in {_TOO_MANY, self.web.problem}:
                yield Unreadable(f"({name})", entry.reason, loses_more=True)


def _is_the_same(detail: Any, entry: Any) -> bool:
    try:
        return digest_of(detail) == digest_of(entry)
    except ValueError:
        return False


def _contents(page: Any) -> list[Any] | None:
    found = page.get("contents") if isinstance(page, dict) else page
    return found if isinstance(found, list) else None


def _whole(page: Any, name: str) -> int:
    found = page.get(name) if isinstance(page, dict) else None
    return found if isinstance(found, int) and 0 <= found <= MOST_SAID else 0


def _is_last(page: Any, number: int) -> bool:
    # No page was ever the last of none: such an envelope is wrong, and the pages go on until one has nothing new.
    return page.get("last_page") is True or 0 < _whole(page, "total_pages") <= number
