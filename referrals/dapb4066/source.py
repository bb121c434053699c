"""What a document is made from, and how its values are written."""

import datetime as dt
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clocks import LONDON
from referrals.dapb4066.conformance import is_blank
from referrals.dapb4066.declaration import Node
from referrals.enums import RecordSection
from referrals.models import (
    AddressRecord,
    Contact,
    MeasureResponse,
    Observation,
    PlanVersion,
    RecordEntry,
    RecordVersion,
    Referral,
    Risk,
    SafeguardingConcern,
    Signpost,
)

Items = dict[str, Any]
"""A group of the standard: values by the standard's names."""


@dataclass(frozen=True, kw_only=True)
class Support:
    """What was done for the person, as far as the reader may read it elsewhere: to the referrer neither contacts nor
    signposts nor the plan. What has been corrected is not among it.

    `measurements` are the numbers known of the person's health, the latest of each. `message` is what the referrer was
    told last, as it was issued (`MessageBack.document`); None where that may not be told in full.
    """

    contacts: Sequence[Contact] = ()
    signposts: Sequence[Signpost] = ()
    plan: PlanVersion | None = None
    measures: Sequence[MeasureResponse] = ()
    measurements: Sequence[Observation] = ()
    message: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """A referral that its reader may see whole, with all that is told of it.

    `concerns` is empty unless the reader may read about safeguarding, and it has been written down that they did.
    """

    referral: Referral
    record: RecordVersion | None
    risks: Sequence[Risk]
    concerns: Sequence[SafeguardingConcern]
    addresses: Sequence[AddressRecord]
    support: Support
    practice_name: str
    on: dt.date

    def entries(self, *sections: RecordSection) -> list[RecordEntry]:
        """Return the record's entries of these topics, in the order in which they were written."""
        rows = self.record.entries.all() if self.record else ()
        return [entry for entry in rows if entry.section in sections]

    def entry(self, section: RecordSection) -> RecordEntry | None:
        """Return the one entry of a topic that has one at most."""
        return next(iter(self.entries(section)), None)

    def words(self, section: RecordSection) -> str:
        """Return the words of a topic that has one entry at most."""
        entry = self.entry(section)
        return entry.text if entry else ""

    def plain(self, name: str) -> Any:
        """Return a plain field of the record."""
        return getattr(self.record, name) if self.record else None


def concept(code: str, display: str) -> Items:
    """Return a SNOMED CT concept as it stands in an item."""
    return {"code": code, "display": display} if code else {}


def coded(code: str, display: str, text: str) -> Items:
    """Return a group of a coded value and the words beside it."""
    return {"Coded value": concept(code, display), "Free text": text}


def coded_entry(entry: RecordEntry | None) -> Items:
    """Return a group of what an entry of the record says."""
    return coded(entry.code, entry.display, entry.text) if entry else {}


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def moment(value: dt.datetime | None) -> str | None:
    """Return a moment as the clock in England showed it, to the minute, with its offset."""
    return value.astimezone(LONDON).isoformat(timespec="minutes") if value else None


def pieces(text: str, most: int) -> list[str]:
    """Return a text in pieces of at most so many characters, cut between words, each but the last ending with “…”.

    The standard holds some texts to 150 characters and lets their group repeat: nothing of a longer one is lost.
    """
    flat = " ".join(text.split())
    if len(flat) <= most:
        return [flat] if flat else []
    parts = textwrap.wrap(flat, width=most - 2, break_on_hyphens=False)
    return [f"{part} …" for part in parts[:-1]] + parts[-1:]


def cut(text: str, most: int) -> str:
    """Return a text that fits: a longer one ends with “…”. For names, whose end says least."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def arranged(group: Mapping[str, Any], nodes: Mapping[str, Node]) -> Items:
    """Return a group in the standard's order, without what is blank: that is not output at all (rule 3).

    :raises KeyError: if it has what the standard has not.
    """
    unknown = set(group) - set(nodes)
    if unknown:
        raise KeyError(f"DAPB4066 has no {sorted(unknown)} here.")
    said = {name: _arranged(group[name], node) for name, node in nodes.items() if name in group}
    return {name: value for name, value in said.items() if not is_blank(value)}


def _arranged(value: Any, node: Node) -> Any:
    if isinstance(value, list):
        return [_arranged(each, node) for each in value if not is_blank(each)]
    return arranged(value, node.children) if isinstance(value, dict) and node.children else value


def fitting(parts: Iterable[str], most: int) -> str:
    """Return as many parts as fit, side by side, none of them cut: half an address reaches nobody."""
    return joined([part for part in parts if len(part) <= most], most)


def joined(parts: Iterable[str], most: int) -> str:
    """Return as many parts as fit, side by side; the first is cut if it alone does not."""
    said = ""
    for part in parts:
        longer = f"{said} · {part}" if said else cut(part, most)
        if part and len(longer) <= most:
            said = longer
    return said
