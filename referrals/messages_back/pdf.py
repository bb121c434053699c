"""The message back as PDF/UA: titled, tagged and in a language, so that a screen reader reads it as the page.

The typesetter refuses to write a file that is not accessible, or in which a letter would be blank (docs/adr/0020).
What is typed by people goes in as data, never as source, so it cannot mean anything to it.
"""

import datetime as dt
import json
import unicodedata
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import font_source_sans_pro
import typst

from referrals.messages_back.presentation import page_of

_SOURCE = Path(__file__).with_name("message_back.typ").read_bytes()
_ONE_CHARACTER = b'#set document(title: "-")\n#set text(font: "Source Sans Pro")\n#json(bytes(sys.inputs.page))'


def pdf_of(document: dict[str, Any]) -> bytes:
    """Return the PDF of a document as it was issued: the same bytes each time.

    A character of which there is no picture stands as its code point in brackets, [U+738B], and the page says so: the
    web page and the JSON have it as it was written. It is never left out.
    """
    page = _changed(asdict(page_of(document)), lambda text: unicodedata.normalize("NFC", text))
    # A PDF's own date has no smaller part than a second.
    issued_at = dt.datetime.fromisoformat(document["issued_at"]).replace(microsecond=0)
    try:
        return _typeset(_SOURCE, page=page, issued_at=issued_at)
    except typst.TypstError:
        shown = _changed(page, _with_codes)
        if shown == page:
            raise
        return _typeset(_SOURCE, page=shown, issued_at=issued_at, has_codes="yes")


def _changed(part: Any, change: Callable[[str], str]) -> Any:
    """Return a page with each of its texts changed."""
    if isinstance(part, str):
        return change(part)
    if isinstance(part, dict):
        return {name: _changed(value, change) for name, value in part.items()}
    if isinstance(part, tuple | list):
        return [_changed(value, change) for value in part]
    return part


def _with_codes(text: str) -> str:
    return "".join(letter if _has_a_picture(letter) else f"[U+{ord(letter):04X}]" for letter in text)


@cache
def _has_a_picture(letter: str) -> bool:
    if letter.isascii() and (letter.isprintable() or letter == "\n"):
        return True
    try:
        _typeset(_ONE_CHARACTER, page=letter, issued_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    except typst.TypstError:
        return False
    return True


def _typeset(source: bytes, *, page: Any, issued_at: dt.datetime, has_codes: str = "") -> bytes:
    written = typst.compile(
        source, font_paths=_fonts(), pdf_standards=["ua-1"], timestamp=issued_at,
        sys_inputs={"page": json.dumps(page, ensure_ascii=False), "has_codes": has_codes},
    )  # fmt: skip
    if not isinstance(written, bytes):
        raise TypeError("one file was expected")
    return written


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts: the one of the package, and those within the typesetter; none of the machine's."""
    return typst.Fonts(include_system_fonts=False, font_paths=[font_source_sans_pro.font_directory])
