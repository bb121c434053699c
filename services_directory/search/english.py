"""The words of English: what is one of them is no mistake, though no service bears it."""

from functools import lru_cache

from spellchecker import SpellChecker


def is_english(word: str) -> bool:
    """Whether a word, or what it is the plural of, is English; names of days and of many places are too."""
    word = word.lower()
    return word in _words() or (word.endswith("s") and word[:-1] in _words())


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    # To read them takes most of a second, once in a process, when the first word comes that no service bears.
    return frozenset(SpellChecker(language="en", distance=1).word_frequency.words())
