"""Sessions, prices and lists as people write them in one cell. Each `read_` raises `ValueError` with a sentence."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from services_directory.enums import Frequency, Weekday
from services_directory.open_referral import cleaning

Item = dict[str, Any]

_DAY_NAMES = {name.lower(): day.value for day in Weekday for name in (day.label, day.label[:3], f"{day.label}s")} | {
    "tues": "TU", "weds": "WE", "thur": "TH", "thurs": "TH",
}  # fmt: skip
_CODE = rf"[+-]?\d{{0,2}}(?:{'|'.join(Weekday.values)})"
_DAY = rf"(?:{'|'.join(sorted(_DAY_NAMES, key=len, reverse=True))}|{_CODE})"
_TIME = r"\d{1,2}(?:[:.]\d{2}){0,2}\s*(?:am|pm)?"
_SESSION = re.compile(
    rf"""^
    (?:every\ (?P<interval>\d+)\ (?P<unit>weeks?|months?)|(?P<word>weekly|monthly))?\s*
    (?P<days>{_DAY}(?:\s*(?:,|&|\band\b)\s*{_DAY})*)?\s*
    (?:on\ day\ (?P<monthday>-?\d+(?:,\ ?-?\d+)*))?\s*
    (?:(?P<opens>{_TIME})(?:\s*(?:-|\u2013|to)\s*(?P<closes>{_TIME}))?)?\s*
    (?:from\ (?P<first>[0-9/.-]+))?\s*
    (?:until\ (?P<last>[0-9/.-]+))?
    $""",
    re.IGNORECASE | re.VERBOSE,
)
_PRICE = re.compile(
    r"^(?:(?P<option>.*?):\s*)?(?P<amount>£?\d[\d,]*(?:\.\d{1,2})?|free)(?:\s+(?P<currency>[A-Za-z]{3}))?"
    r"(?:\s*\((?P<description>.*)\))?$",
    re.IGNORECASE | re.DOTALL,
)
LONGEST_RULE = 200
"""Characters of a session without its description."""
_UK_DATE = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$")


def joined(pieces: Iterable[str]) -> str:
    """Return a list in one cell: with "; " between, and a backslash before a semicolon that belongs to a piece."""
    return "; ".join(piece.replace("\\", "\\\\").replace(";", "\\;") for piece in pieces if piece)


def split(cell: str) -> list[str]:
    """Return the pieces of a list in one cell, in its order."""
    pieces = re.findall(r"(?:\\.|[^;\\]|\\$)+", cell, flags=re.DOTALL)
    return [plain for piece in pieces if (plain := re.sub(r"\\(.)", r"\1", piece.strip(), flags=re.DOTALL))]


def read_date(text: str) -> str:
    """Return a day in ISO form, from that or as it is written in the United Kingdom (31/03/2026)."""
    british = _UK_DATE.match(text.strip())
    try:
        if british:
            day, month, year = (int(part) for part in british.groups())
            return dt.date(year, month, day).isoformat()
        return cleaning.date(text).isoformat()
    except ValueError:
        raise ValueError(f"“{text}” is not a date like 31/03/2026.") from None


def read_number(text: str) -> float:
    """Return a number."""
    try:
        return cleaning.number(text)
    except ValueError:
        raise ValueError(f"“{text}” is not a number.") from None


def read_whole_number(text: str) -> int:
    """Return a whole number."""
    try:
        return cleaning.whole_number(text)
    except ValueError:
        raise ValueError(f"“{text}” is not a whole number.") from None


def read_yes(text: str) -> bool:
    """Return whether a cell says yes; an empty one does not."""
    word = text.lower()
    if word in {"yes", "y", "true", "1"}:
        return True
    if word in {"no", "n", "false", "0", ""}:
        return False
    raise ValueError(f"“{text}” is neither yes nor no.")


def session(item: Item) -> str:
    """Write when something happens: `MO,TH 10:00-11:00`, `monthly 2TU 14:00-16:00 (term time)`."""
    is_monthly = item["freq"] == Frequency.MONTHLY or _names_a_week(item["byday"])
    often = item["interval"] or 1
    rhythm = f"every {often} {'months' if is_monthly else 'weeks'}" if often > 1 else "monthly" if is_monthly else ""
    times = "-".join(time for time in (item["opens_at"], item["closes_at"]) if time)
    parts = [
        rhythm,
        item["byday"],
        item["bymonthday"] and f"on day {item['bymonthday']}",
        times,
        item["valid_from"] and f"from {item['valid_from']}",
        item["valid_to"] and f"until {item['valid_to']}",
        item["description"] and f"({item['description']})",
    ]
    return " ".join(part for part in parts if part)


def read_session(text: str) -> Item:
    """Return when something happens; also with the names of days, with am and pm, and with UK dates."""
    rule, bracket, rest = text.partition("(") if text.endswith(")") else (text, "", "")
    rule = " ".join(rule.split())
    found = _SESSION.match(rule) if len(rule) <= LONGEST_RULE else None
    if found is None:
        raise ValueError(f"“{text[:LONGEST_RULE]}” is not a session like MO 10:00-11:00 or monthly 2TU 14:00-16:00.")
    listed = re.split(r",|&|\band\b", found["days"], flags=re.IGNORECASE) if found["days"] else []
    days = ",".join(_day(day) for day in listed)
    is_monthly = (found["unit"] or found["word"] or "").lower().startswith("month") or _names_a_week(days)
    item: Item = {
        "byday": days,
        "bymonthday": found["monthday"] or "",
        "interval": int(found["interval"]) if found["interval"] else None,
        "opens_at": found["opens"] and _time(found["opens"]),
        "closes_at": found["closes"] and _time(found["closes"]),
        "valid_from": found["first"] and read_date(found["first"]),
        "valid_to": found["last"] and read_date(found["last"]),
        "description": rest[:-1] if bracket else "",
    }
    repeats = bool(days or found["monthday"] or found["word"] or found["unit"])
    item["freq"] = (Frequency.MONTHLY if is_monthly else Frequency.WEEKLY).value if repeats else ""
    return item


def _names_a_week(byday: str) -> bool:
    """Whether days are of certain weeks of the month (2TU): that is no rule of a week."""
    return any(letter.isdigit() for letter in byday)


def _day(text: str) -> str:
    word = text.strip().lower()
    return _DAY_NAMES.get(word, word.upper())


def _time(text: str) -> str:
    found = re.match(r"(\d{1,2})(?:[:.](\d{2}))?(?:[:.](\d{2}))?\s*(am|pm)?$", text.strip().lower())
    if found is None:
        raise ValueError(f"“{text}” is not a time like 09:30.")
    hour, half = int(found[1]), found[4]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        time = dt.time(hour, int(found[2] or 0), int(found[3] or 0))
    except ValueError:
        raise ValueError(f"“{text}” is not a time like 09:30.") from None
    return time.isoformat("seconds" if time.second else "minutes")


def price(item: Item) -> str:
    """Write a price: `Everybody: 2.50`, `Carers: 0.00 (first month)`; one without an amount is its words."""
    if item["amount"] is None:
        return str(item["option"] or item["amount_description"])
    parts = [
        f"{item['option']}:" if item["option"] else "",
        item["amount"],
        item["currency"],
        f"({item['amount_description']})" if item["amount_description"] else "",
    ]
    return " ".join(part for part in parts if part)


def read_price(text: str) -> Item:
    """Return a price; words without an amount are for whom, or how, it is paid."""
    found = _PRICE.match(text)
    if found is None:
        return {"option": text, "amount": None, "currency": "", "amount_description": ""}
    amount = Decimal(0) if found["amount"].lower() == "free" else cleaning.amount(found["amount"])
    return {
        "option": (found["option"] or "").strip(),
        "amount": str(amount.quantize(Decimal("0.01"))),
        "currency": (found["currency"] or "").upper(),
        "amount_description": found["description"] or "",
    }
