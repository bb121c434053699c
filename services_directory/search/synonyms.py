"""What people call things and what listings call them: `synonyms.txt`, read once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("synonyms.txt")


class BadSynonyms(ValueError):
    """A line of the file that cannot be read."""


def parse(text: str) -> dict[str, tuple[str, ...]]:
    """Return for each phrase the phrases that it also finds, as the file has them.

    :raises BadSynonyms: if a line has no two sides, or an empty phrase.
    """
    found: dict[str, dict[str, None]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        left, arrow, right = line.partition("=>")
        given = [phrase.strip() for phrase in left.split(",")]
        other = [phrase.strip() for phrase in right.split(",")] if arrow else given
        if not all(given) or not all(other) or (not arrow and len(given) < 2):
            raise BadSynonyms(f"line {number}: {line}")
        for phrase in given:
            found.setdefault(phrase, {}).update(dict.fromkeys(each for each in other if each != phrase))
    return {phrase: tuple(others) for phrase, others in found.items()}


@cache
def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Return the synonyms that the product ships."""
    return parse(FILE.read_text(encoding="utf-8"))
