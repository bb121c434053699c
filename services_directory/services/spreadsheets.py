"""Use cases of the spreadsheet: rows as edits by whoever keeps the directory, or as a feed that somebody publishes."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Team
from core.errors import DomainError, Invalid, NotPermitted
from services_directory import policies
from services_directory.enums import ChangeKind, ChangeSide
from services_directory.listing.document import ONLY_HERE, Document, documents_of
from services_directory.listing.history import Author, lock
from services_directory.models import Service
from services_directory.needs import need_id
from services_directory.open_referral.items import Unreadable
from services_directory.open_referral.report import ImportReport, Remark
from services_directory.search import index
from services_directory.services.feeds import import_feed
from services_directory.services.listings import add, edit, organization_called
from services_directory.spreadsheets.columns import read_row, unknown
from services_directory.spreadsheets.sheets import Row, Sheet, SheetUnreadable, read_sheet

_AT_ONCE = 200


class SpreadsheetUnreadable(Invalid):
    """A file that is no such spreadsheet. Nothing of it was taken."""


@transaction.atomic(durable=True)
def import_spreadsheet(*, content: bytes, actor: Actor, at: dt.datetime, is_dry_run: bool = False) -> ImportReport:
    """Change the directory to what a spreadsheet says, row by row: each as a whole or not at all.

    A row with the id of a listing edits it, one with another id or none makes a listing; what is not in the file stays.
    A dry run reports the same, and writes nothing.

    :raises NotPermitted: if the actor does not keep the directory.
    :raises SpreadsheetUnreadable: if the file cannot be read.
    """
    if not policies.is_editor(actor):
        raise NotPermitted("Only directory editors change the directory by a spreadsheet.")
    sheet = _read(content)
    with index.held():
        report = _SheetImport(sheet, actor=actor, at=at).run()
    if is_dry_run:
        transaction.set_rollback(True)
    return report


def import_spreadsheet_feed(
    *,
    feed_name: str,
    source: str,
    content: bytes,
    at: dt.datetime,
    licence: str = "",
    is_whole: bool = False,
    allow_withdrawals: bool = False,
    is_dry_run: bool = False,
) -> ImportReport:
    """Load a spreadsheet as a feed that somebody else publishes; as with every feed, what is ours it cannot set.

    A row without an id is known by its organisation and name: they must stay the same.

    :param is_whole: whether the file is the whole list: what is not in it is then withdrawn, unless a row cannot be
        read.
    :param allow_withdrawals: whether more than a quarter of the feed's services may leave it.
    :param is_dry_run: report the same, and write nothing.
    :raises SpreadsheetUnreadable: if the file cannot be read.
    """
    sheet = _read(content)
    records = (_record(row) for row in sheet.rows)
    report = import_feed(
        feed_name=feed_name,
        source=source,
        records=records,
        at=at,
        licence=licence,
        is_partial=not is_whole,
        allow_withdrawals=allow_withdrawals,
        is_dry_run=is_dry_run,
    )
    report.notes[:0] = _notes_on(sheet)
    return report


def _read(content: bytes) -> Sheet:
    try:
        sheet = read_sheet(content)
    except SheetUnreadable as problem:
        raise SpreadsheetUnreadable({"file": [str(problem)]}) from None
    if "name" not in sheet.columns and "id" not in sheet.columns:
        raise SpreadsheetUnreadable({"file": ["Its first line names no column “id” and none “name”."]})
    return sheet


def _notes_on(sheet: Sheet) -> list[Remark]:
    return [Remark("line 1", f"There is no column “{name}”: it was not read.") for name in unknown(sheet.columns)]


class _SheetImport:
    """One run over one spreadsheet."""

    def __init__(self, sheet: Sheet, *, actor: Actor, at: dt.datetime) -> None:
        self.sheet = sheet
        self.actor = actor
        self.at = at
        self.report = ImportReport(notes=_notes_on(sheet))
        self.met: set[UUID] = set()
        side = ChangeSide.EDITOR if actor.user else ChangeSide.SERVICE
        self.author = Author.of_actor(actor, side)

    def run(self) -> ImportReport:
        # All at once and in one order, so that two who change the same listings wait for each other and do not lock up.
        ids = {row.line: service_id for row in self.sheet.rows if (service_id := _id_of(row)) is not None}
        known = lock(list(set(ids.values())))
        for begin in range(0, len(self.sheet.rows), _AT_ONCE):
            rows = self.sheet.rows[begin : begin + _AT_ONCE]
            documents = documents_of([ids[row.line] for row in rows if ids.get(row.line) in known])
            for row in rows:
                self.take(row, ids.get(row.line), documents)
        return self.report

    def take(self, row: Row, service_id: UUID | None, documents: Mapping[UUID, Document]) -> None:
        """Take one row, or say why not."""
        reading = read_row(row.cells, documents.get(service_id) if service_id else None)
        written_id = row.cells.get("id", "")
        if row.problem:
            return self.refuse(row, row.problem)
        if written_id and service_id is None:
            return self.refuse(row, "Its id is none. Leave it empty for a new listing.")
        if service_id is not None and service_id in self.met:
            return self.refuse(row, "This id comes twice in the file; the first one counts.")
        if service_id is not None:
            self.met.add(service_id)
        if reading.problems:
            return self.refuse(row, " ".join(reading.problems))
        is_known = service_id in documents
        if is_known and not reading.sent:
            self.report.unchanged += 1
            return None
        try:
            with transaction.atomic():
                sent = _with_ids(reading.sent)
                if is_known and service_id is not None:
                    self.edit(service_id, sent)
                else:
                    self.add(service_id, sent)
        except DomainError as problem:
            self.refuse(row, _sentence(problem))

    def edit(self, service_id: UUID, sent: Mapping[str, Any]) -> None:
        service = Service.objects.select_related("organization", "receiving_team", "feed").get(pk=service_id)
        done = edit(service, actor=self.actor, at=self.at, sent=sent, kind=ChangeKind.SPREADSHEET)
        if done.changed:
            self.report.changed += 1
        else:
            self.report.unchanged += 1

    def add(self, service_id: UUID | None, sent: Mapping[str, Any]) -> None:
        organization = sent.get("organization", {}).get("id")
        twins = Service.objects.filter(organization=organization, name__iexact=sent.get("name", ""))
        if service_id is None and organization and (twin := twins.order_by("pk").first()):
            raise Invalid({"id": [f"There is a listing of this name by this organisation: its id is {twin.pk}."]})
        add(sent, author=self.author, at=self.at, kind=ChangeKind.SPREADSHEET, service_id=service_id)
        self.report.created += 1

    def refuse(self, row: Row, reason: str) -> None:
        own = row.cells.get("id") or row.cells.get("name", "")
        self.report.refused.append(Remark(f"line {row.line} ({own[:100]})" if own else f"line {row.line}", reason))


def _id_of(row: Row) -> UUID | None:
    try:
        return UUID(row.cells.get("id", ""))
    except ValueError:
        return None


def _with_ids(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row says with the ids of the organisation and the team that it names.

    :raises Invalid: if no team is called so, or several are.
    """
    found = dict(sent)
    if "organization" in found:
        known = organization_called(found["organization"]["name"])
        found["organization"] = {"id": known} if known else found["organization"]
    if found.get("receiving_team") is not None:
        name = found["receiving_team"]
        teams = list(Team.objects.filter(is_active=True, name__iexact=name).values_list("pk", flat=True)[:2])
        if len(teams) != 1:
            problem = "There is no team called so." if not teams else "Several teams are called so: set it on the page."
            raise Invalid({"receiving_team": [problem]})
        found["receiving_team"] = str(teams[0])
    return found


def _sentence(problem: DomainError) -> str:
    errors = problem.extra.get("errors")
    if not isinstance(errors, dict):
        return problem.detail
    return " ".join(f"{name}: {' '.join(sentences)}" for name, sentences in errors.items())


def _record(row: Row) -> dict[str, Any] | Unreadable:
    """Return a row as an Open Referral record."""
    reading = read_row(row.cells, None)
    problem = row.problem or " ".join(reading.problems)
    if problem:
        return Unreadable(f"line {row.line}", problem, loses_more=True)
    said = {name: value for name, value in reading.sent.items() if name not in ONLY_HERE}
    organization = said.get("organization", {"name": ""})
    needs = said.pop("needs", [])
    try:
        terms = [str(need_id(code)) for code in needs]
    except KeyError as unknown_code:
        return Unreadable(f"line {row.line}", f"needs: There is no need called {unknown_code}.", loses_more=True)
    return {
        "status": "active",
        **said,
        "id": row.cells.get("id") or f"{organization['name']}/{said.get('name', '')}",
        "organization": organization,
        "funding": [{"source": source} for source in said.get("funding", [])],
        "attributes": [{"link_type": "need", "taxonomy_term_id": term} for term in terms],
    }
