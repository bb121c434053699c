"""A message back as a page: titled, in sections, in plain words. HTML and PDF both show this, and nothing else.

It reads a document as it was issued (JSON), so that what was sent can be shown for ever. A section in which there is
nothing to say is left out (field notes 2.3, rule 3), but for the plan and the codes: there it is said.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format

from core.clocks import LONDON

NO_ACTION = "No action needed."
NO_CODE = "No code to record."


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str
    is_action: bool = False
    kind: str = "words"


@dataclass(frozen=True)
class Bullets:
    """A list, with a line of its own above it where it needs one."""

    items: tuple[str, ...]
    label: str = ""
    is_action: bool = False
    kind: str = "bullets"


@dataclass(frozen=True)
class Facts:
    """Names with their values."""

    pairs: tuple[tuple[str, str], ...]
    kind: str = "facts"


@dataclass(frozen=True)
class Table:
    """Rows under named columns; the first cell names its row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = "table"

    @property
    def named_rows(self) -> list[list[tuple[str, str]]]:
        """The rows, each cell with the name of its column."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


Block = Words | Bullets | Facts | Table


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """The whole: a title, what one files it by, and the sections. `running` stands at the foot of printed pages."""

    title: str
    filed_by: Facts
    sections: tuple[Section, ...]
    running: str
    language: str = field(default="en-GB")


def page_of(document: dict[str, Any]) -> Page:
    """Return the page of a document as it was issued."""
    person = document["person"]
    about = f"{person['family_name'].upper()}, {person['first_name']}, born {_day(person['date_of_birth'])}"
    if person["nhs_number"]:
        about += f", NHS number {_spaced(person['nhs_number'])}"
    dated = _day_of_moment(document["issued_at"])
    pairs = [
        ("About", about),
        ("Reference", f"{document['referral']}, message {document['reference']}"),
        ("Date", dated),
    ]
    running = f"{document['referral']} · {dated}"
    if "held_back" in document:
        held = Section("What may be shared", (Words(document["held_back"]),))
        return Page("Message back", Facts(tuple(pairs)), (_codes(document["codes"]), held), running)
    sender = document["issued_by"]
    pairs += [
        ("From", ", ".join((sender["name"], sender["team"], sender["organization"]))),
        ("Contact", sender["contact"]),
        ("To", "; ".join(document["recipients"])),
    ]
    practice = document["gp_practice"]["name"]
    return Page(
        document["title"], Facts(tuple(pairs)), tuple(section for section in _sections(document) if section.blocks),
        f"{practice} · {running}" if practice else running,
    )  # fmt: skip


def _sections(document: dict[str, Any]) -> list[Section]:
    person, source, practice = document["person"], document["referral_details"], document["gp_practice"]
    referred = [
        ("Date", _day(source["referred_on"])),
        ("Referrer", ", ".join((source["referrer"], source["service"], source["organization"]))),
        ("Return response to", source["return_response_to"]),
    ]
    return [
        _plan(document["plan"]),
        Section("Clinical summary", tuple(_summary(document["clinical_summary"]))),
        Section("Person", (_facts(
            ("Name", f"{person['first_name']} {person['family_name']}"),
            ("Date of birth", _day(person["date_of_birth"])),
            ("NHS number", _spaced(person["nhs_number"]) or "Not known"),
        ),)),
        Section("GP practice", (_facts(("Name", practice["name"]), ("Code", practice["code"])),)),
        Section("Referral", (_facts(*referred),)),
        Section("Contacts", _table("Contacts and attempts", ("Date", "How", "With whom", "Reached"), [
            (_day(row["on"]), row["way"], row["with_whom"], "Yes" if row["was_reached"] else "No")
            for row in document["contacts"]
        ])),
        Section("Signposting", _table("What the person was told of", ("Date", "To", "Why"), [
            (_day(row["on"]), row["to"], row["reason"]) for row in document["signposts"]
        ])),
        Section("Onward referrals", _onward(document["onward_referrals"])),
        Section("Assessments", _table("Assessments made", ("Date", "What", "Result"), [
            (_day(row["on"]), row["what"], row["result"]) for row in document["assessments"]
        ])),
        Section("Risks", _bullets(document["risks"])),
        Section("Goals", _table("Goals of the plan and what came of them", ("Goal", "What came of it"), [
            (row["goal"], row["outcome"]) for row in document["goals"]
        ])),
        _codes(document["codes"]),
    ]  # fmt: skip


def _onward(rows: list[dict[str, Any]]) -> tuple[Block, ...]:
    return _table("How each stands or ended", ("Service", "Sent", "How it stands", "Since", "Sessions"), [
        (
            f"{row['service']}, {row['provider']}", _day(row["sent_on"]),
            ": ".join(part for part in (row["status"], row["because"]) if part), _day(row["ended_on"]),
            f"{row['sessions_attended']} of {row['sessions_recorded']}" if row["sessions_recorded"] else "",
        )
        for row in rows
    ])  # fmt: skip


def _plan(plan: dict[str, Any]) -> Section:
    asked = tuple(
        f"{row['what']} By {_day(row['due_on'])}." if row["due_on"] else row["what"]
        for row in plan["requested_actions"]
    )
    action: Block = Bullets(asked, is_action=True) if asked else Words(NO_ACTION, is_action=True)
    return Section("Plan and requested actions", (action, *(Words(step) for step in plan["next_steps"])))


def _summary(summary: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = [Words(summary["what_happened"])]
    if summary["in_their_words"]:
        blocks.append(Words(f"The team says: “{summary['in_their_words']}”"))
    if summary["attempts"] is not None:
        blocks.append(Words(_attempts(summary["attempts"])))
    blocks += _bullets(summary["done"], label="What was done")
    blocks += _table("Scores before and after", ("Measure", "At the start", "Latest", "What it means"), [
        (
            row["measure"], f"{row['first']} ({_day(row['first_on'])})",
            f"{row['latest']} ({_day(row['latest_on'])})" if row["latest"] else "Not measured again", row["meaning"],
        )
        for row in summary["scores"]
    ])  # fmt: skip
    blocks += _bullets(summary["did_not_work"], label="What did not work")
    return blocks


def _attempts(attempts: dict[str, Any]) -> str:
    if not attempts["count"]:
        return "No attempt to reach them is recorded in the contact log."
    times = "once" if attempts["count"] == 1 else f"{attempts['count']} times"
    ways = _listed([way[:1].lower() + way[1:] for way in attempts["ways"]])
    return f"Tried {times}, by {ways}, on {_listed([_day(day) for day in attempts['days']])}."


def _codes(codes: list[dict[str, Any]]) -> Section:
    if not codes:
        return Section("For the record", (Words(NO_CODE),))
    return Section("For the record", _table("SNOMED CT", ("Code", "Meaning", "Date", "What to do"), [
        (
            row["code"], row["display"], _day(row["dated"]),
            "Record it once" if row["record_now"] else "Told before: do not record it again",
        )
        for row in codes
    ]))  # fmt: skip


def _facts(*pairs: tuple[str, str]) -> Facts:
    return Facts(tuple((name, value) for name, value in pairs if value))


def _bullets(items: list[str], *, label: str = "") -> tuple[Block, ...]:
    return (Bullets(tuple(items), label=label),) if items else ()


def _table(caption: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> tuple[Block, ...]:
    """Return a table, without the columns in which nothing stands; nothing where it has no rows."""
    kept = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    if not kept:
        return ()
    return (Table(caption, tuple(columns[at] for at in kept), tuple(tuple(row[at] for at in kept) for row in rows)),)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _day(iso: str | None) -> str:
    return date_format(dt.date.fromisoformat(iso), "j F Y") if iso else ""


def _day_of_moment(iso: str) -> str:
    return date_format(dt.datetime.fromisoformat(iso).astimezone(LONDON).date(), "j F Y")


def _spaced(nhs_number: str) -> str:
    """Return an NHS number as it is read: 999 000 0018, never broken at the end of a line."""
    return "\N{NO-BREAK SPACE}".join((nhs_number[:3], nhs_number[3:6], nhs_number[6:])) if nhs_number else ""
