"""What names and dates are looked up by: forms that stay the same under the slips of whoever writes them down."""

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path

_NICKNAMES = Path(__file__).with_name("nicknames.txt")
_WRITTEN_OTHERWISE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
"""Letters that are no letter with an accent, and are yet typed as another where the keyboard lacks them."""

_APOSTROPHES = re.compile("['`\\u00b4\\u02bc\\u2018\\u2019]")
"""As typed, and as typographers and telephones write them."""


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents, hyphens and apostrophes: “O'Neill-Łoś” is oneill, los."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_WRITTEN_OTHERWISE))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(re.findall(r"\w+", _APOSTROPHES.sub("", plain)))


def name_keys(first_name: str, family_name: str) -> list[str]:
    """Return the words that a person's names are found by, in one bag: first and family name may be swapped."""
    return sorted({*words_of(first_name), *words_of(family_name)})


def names_to_look_for(first_name: str, family_name: str) -> list[str]:
    """Return the words of the names, and the other forms of each first name, to overlap with `name_keys`.

    The other forms are added when looking and not when writing, so that a change to the list needs no new keys.
    """
    wanted = set(name_keys(first_name, family_name))
    for word in (*words_of(first_name), *words_of(family_name)):
        wanted |= other_forms(word)
    return sorted(wanted)


def birth_key(date_of_birth: dt.date) -> str:
    """Return the year, and the digits of day and month in order of size: the same however these were transposed."""
    return f"{date_of_birth:%Y}{''.join(sorted(f'{date_of_birth:%d%m}'))}"


def other_forms(word: str) -> frozenset[str]:
    """Return the forms of a first name, itself among them; none where the list does not know it."""
    return _forms().get(word, frozenset())


@cache
def _forms() -> dict[str, frozenset[str]]:
    """Return for each name those that stand in a line with it. Two short forms of one name are forms of each other;
    two names that share a short form (Alexander and Alexandra: Alex) are not.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for line in _NICKNAMES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            names = line.split()
            for name in names:
                found[name] |= set(names)
    return {name: frozenset(names) for name, names in found.items()}
