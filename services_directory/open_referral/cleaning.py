"""Values of messy feeds, made plain. Pure: each function returns the one form that is stored, or raises `ValueError`
with the rest of a sentence that begins with the field's name.
"""

import datetime as dt
import math
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from core.identifiers import clean_postcode
from services_directory.enums import Weekday
from services_directory.limits import MOST_LINK, MOST_MARKED_UP

_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>|&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_NO_TAG = re.compile(r"<(?![a-zA-Z/!][^<>]*>)")
_TIMES_ESCAPED = 5
"""How often at most a text is read as HTML. Feeds escape twice (`&lt;p&gt;`), and a text that we publish must be what
whoever imports it makes of it."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EMAIL = re.compile(r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+$")
_BYDAY = re.compile(rf"^(?:[+-]?[1-5])?(?:{'|'.join(Weekday.values)})$")
_OFFSET = re.compile(r"(?:[zZ]|(?P<sign>[+-])(?P<digits>(?:0\d|1[0-4]):?[0-5]\d))$")
_MONTH_DAYS = re.compile(r"^-?(?:[1-9]|[12]\d|3[01])(?:,-?(?:[1-9]|[12]\d|3[01]))*$")
_PLACEHOLDER_ADDRESSES = {"http://www.example.com", "http://www.example.com/"}
_PLAIN_LINK = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/-]*)?").fullmatch
_LONGEST_RULE = 200
"""Characters of days: the 31 days of a month and their signs have fewer."""
_LINKS = {"http", "https"}
_NAMES = {"http", "https", "urn", "tag"}
_WRITTEN = (str, int, float, Decimal)


class Partly(ValueError):
    """Only a part of a value can be read: `value`."""

    def __init__(self, sentence: str, value: Any) -> None:
        super().__init__(sentence)
        self.value = value


class _Text(HTMLParser):
    """Keeps what a reader would see of a fragment of HTML: text, a line per block, nothing of scripts and styles."""

    _SILENT = frozenset({"script", "style", "template", "iframe", "object"})
    _BLOCKS = frozenset({"p", "br", "li", "ul", "ol", "div", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            self._silent += 1
        elif tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def is_plain(written: str) -> bool:
    """Whether a text has nothing in it that would have to be put right, but space at its ends."""
    return written.isprintable() and "<" not in written and "&" not in written


def text(value: Any) -> str:
    """Return text without markup, control characters or space at its ends; a number as it is written."""
    if type(value) is not str and (isinstance(value, bool) or not isinstance(value, _WRITTEN)):
        raise ValueError("is not text")
    plain = str(value)[:MOST_MARKED_UP]
    if is_plain(plain):
        return plain.strip()
    for _ in range(_TIMES_ESCAPED):
        if not _MARKUP.search(plain):
            break
        plain = _without_markup(plain)
    return without_controls(plain)


def _without_markup(written: str) -> str:
    first, *rest = written.split("<!--")
    shown = first + "".join(
        after if closed else f"<!--{part}" for part in rest for part, closed, after in [part.partition("-->")]
    )
    parser = _Text()
    # The parser looks for the end of a tag that has none once for every "<": a mebibyte of them would take it hours.
    parser.feed(_NO_TAG.sub("&lt;", shown))
    parser.close()
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in "".join(parser.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def without_controls(value: str) -> str:
    """Return text without characters that no database, address or terminal wants, and without space at its ends."""
    return _CONTROL.sub("", value).strip()


def number(value: Any) -> float:
    """Return a finite number, also from text."""
    if isinstance(value, bool) or not isinstance(value, _WRITTEN):
        raise ValueError("is not a number")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        raise ValueError("is not a number") from None
    if not math.isfinite(found):
        raise ValueError("is not a number")
    return found


def whole_number(value: Any) -> int:
    """Return a whole number from 0 to 32767."""
    found = number(value)
    if found != int(found) or not 0 <= found <= 32767:
        raise ValueError("is not a whole number from 0 to 32767")
    return int(found)


def age(value: Any) -> float | None:
    """Return an age in years; feeds say -1 for none."""
    found = number(value)
    if found == -1:
        return None
    if not 0 <= found <= 200:
        raise ValueError("is not an age")
    return found


def amount(value: Any) -> Decimal:
    """Return a price, not negative, in pence."""
    if isinstance(value, bool) or not isinstance(value, _WRITTEN):
        raise ValueError("is not an amount")
    try:
        found = Decimal(str(value).strip().lstrip("£").replace(",", ""))
    except InvalidOperation:
        raise ValueError("is not an amount") from None
    if not found.is_finite() or not 0 <= found < 10**8:
        raise ValueError("is not an amount")
    return found.quantize(Decimal("0.01"))


def date(value: Any) -> dt.date:
    """Return a date, also from a date and time."""
    # What is remembered is short.
    return _date(value if type(value) is str and len(value) <= _LONGEST_RULE else text(value)[:_LONGEST_RULE])


@lru_cache(maxsize=4096)
def _date(written: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text(written)[:10])
    except ValueError:
        raise ValueError("is not a date like 2026-03-31") from None


def moment(value: Any) -> dt.datetime:
    """Return a moment; without an offset it is taken as UTC."""
    try:
        found = dt.datetime.fromisoformat(text(value))
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueError("is not a date and time like 2026-03-31T09:00:00Z") from None


def time(value: Any) -> dt.time:
    """Return a time by the clock on the wall, without the offset behind it (`offset`); 24:00 is the last minute."""
    return _time(value if type(value) is str else text(value))


@lru_cache(maxsize=1024)
def _time(written: str) -> dt.time:
    if len(written) > _LONGEST_RULE:
        raise ValueError("is not a time like 09:30")
    written = text(written)
    if written.startswith("24:00"):
        return dt.time(23, 59)
    try:
        return dt.time.fromisoformat(written).replace(tzinfo=None)
    except ValueError:
        raise ValueError("is not a time like 09:30") from None


def offset(value: Any) -> str:
    """Return the offset that is written behind a time, `Z` or like `+01:00`; "" where there is none."""
    found = _OFFSET.search(text(value))
    if found is None:
        return ""
    digits = found["digits"]
    return "Z" if digits is None else f"{found['sign']}{digits[:2]}:{digits[-2:]}"


def email(value: Any) -> str:
    """Return an email address; one that cannot exist (`@noemail.invalid`) is none."""
    found = text(value).removeprefix("mailto:")
    if found.lower().endswith(".invalid"):
        return ""
    if not _EMAIL.match(found) or len(found) > 254:
        raise ValueError("is not an email address")
    return found


def link(value: Any) -> str:
    """Return a web address that is safe to show as a link; the placeholder of some vendors is none."""
    found = text(value)
    if len(found) <= MOST_LINK and _PLAIN_LINK(found) and found not in _PLACEHOLDER_ADDRESSES:
        return found
    if found.startswith("www."):
        found = f"http://{found}"
    if found in _PLACEHOLDER_ADDRESSES:
        return ""
    first, *more = found.split() or [""]
    if more:
        address = _address(first, schemes=_LINKS, kind="a web address")
        raise Partly("holds more than one web address; only the first was taken.", address)
    return _address(found, schemes=_LINKS, kind="a web address")


def uri(value: Any) -> str:
    """Return a URI that names something; the placeholder of some vendors is none."""
    found = text(value)
    return "" if found in _PLACEHOLDER_ADDRESSES else _address(found, schemes=_NAMES, kind="a URI")


def postcode(value: Any) -> str:
    """Return a postcode in its published form, or what was written where it is none (an address abroad)."""
    written = text(value)
    try:
        return clean_postcode(written)
    except ValueError:
        return written


def byday(value: Any) -> str:
    """Return days like `MO,TH` or `2MO`, from a text or a list."""
    if type(value) is str:
        return _byday(value)
    return _byday(",".join(map(str, value)) if isinstance(value, list) else text(value))


@lru_cache(maxsize=1024)
def _byday(written: str) -> str:
    if len(written) > _LONGEST_RULE:
        raise ValueError("does not name days like MO,TH or 2MO")
    cleaned = [re.sub(r"\s", "", day).upper() for day in text(written).split(",")]
    if not all(_BYDAY.match(day) for day in cleaned):
        raise ValueError("does not name days like MO,TH or 2MO")
    return ",".join(cleaned)


def month_days(value: Any) -> str:
    """Return days of the month like `1,15` or `-1`, from a text, a number or a list."""
    written = re.sub(r"\s", "", ",".join(map(str, value)) if isinstance(value, list) else text(value))
    if len(written) > _LONGEST_RULE or not _MONTH_DAYS.match(written):
        raise ValueError("does not name days of the month like 1,15")
    return written


def _address(written: str, *, schemes: set[str], kind: str) -> str:
    if len(written) > MOST_LINK:
        raise ValueError(f"is longer than {MOST_LINK:,} characters")
    try:
        parts = urlsplit(written)
    except ValueError:
        raise ValueError(f"is not {kind}") from None
    if parts.scheme.lower() not in schemes or not (parts.netloc or parts.path) or re.search(r"\s", written):
        raise ValueError(f"is not {kind}")
    return written
