"""How the words of a search are read: stems, synonyms, and what a misspelt word was meant to be.

A word is corrected only if no service bears it, and it is none of English. Quoted phrases and words after a minus are
taken as they are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain

from django.db import connection

from services_directory.search.english import is_english
from services_directory.search.synonyms import synonyms

LONGEST_PHRASE = 6
"""Words of the longest phrase that is looked for among the synonyms."""
SHORTEST_CORRECTED = 4
"""Letters of the shortest word that is corrected: shorter ones are near to everything."""
CANDIDATES = 12
_TERM = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))')
_stems: dict[str, str] = {}
"""By phrase, its stems as a tsquery: they never change."""
_seen: set[str] = set()
"""Words that stood in the dictionary of the index when this process met them first: most need no more asking."""
_MOST_STEMS = 50_000


@dataclass(frozen=True)
class Term:
    """One word, or a quoted phrase, of a search."""

    text: str
    is_quoted: bool = False
    is_unwanted: bool = False
    joins_with_or: bool = False
    """Whether "or" stood between it and the term before."""


@dataclass(frozen=True)
class Words:
    """The words of a search, in order; `corrections` says what was put for what."""

    terms: tuple[Term, ...]
    corrections: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """As a person would write it."""
        parts = []
        for term in self.terms:
            written = f'"{term.text}"' if term.is_quoted else term.text
            parts.append(f"{'or ' if term.joins_with_or else ''}{'-' if term.is_unwanted else ''}{written}")
        return " ".join(parts)


@dataclass(frozen=True)
class Query:
    """What the index is asked, as PostgreSQL's tsquery. Empty strings if the words are all like "in" and "the"."""

    typed: str = ""
    """What bears the words themselves."""
    whole: str = ""
    """The same, or what bears their synonyms."""
    also: tuple[str, ...] = field(default=())
    """The synonyms, in the words of the file."""


def read(text: str) -> Words:
    """Return the words of a text that a person typed: quotes, a minus and "or" are understood, nothing is an error."""
    terms: list[Term] = []
    follows_or = False
    for match in _TERM.finditer(text):
        unwanted = bool(match["minus"])
        if match["quoted"] is not None:
            written = [" ".join(_split(match["quoted"]))]
        elif match["plain"].lower() == "or" and terms:
            follows_or = True
            continue
        else:
            written = list(_split(match["plain"]))
        for word in filter(None, written):
            terms.append(Term(word, match["quoted"] is not None, unwanted, follows_or and not unwanted))
            follows_or = False
    return Words(tuple(terms))


def _split(text: str) -> Iterator[str]:
    """Yield the words of a text, without punctuation; "men's" is "men", as the index has it."""
    for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text):  # noqa: RUF001
        base = re.sub(r"['’]s$", "", word)  # noqa: RUF001
        yield from re.split(r"['’]", base)  # noqa: RUF001


def query_of(words: Words) -> Query:
    """Return what to ask the index for."""
    _learn(term.text for term in words.terms)
    typed: list[str] = []
    whole: list[str] = []
    unwanted: list[str] = []
    also: dict[str, None] = {}
    terms = [term for term in words.terms if not term.is_unwanted]
    position = 0
    while position < len(terms):
        length, others = _synonyms_at(terms, position)
        own = " & ".join(filter(None, (_stem(term.text) for term in terms[position : position + length])))
        if own:
            also.update(dict.fromkeys(each for each in others if _stem(each) != own))
            either = " | ".join(f"({each})" for each in (own, *filter(None, map(_stem, others))))
            join = " | " if terms[position].joins_with_or else " & "
            typed += [join, f"({own})"]
            whole += [join, f"({either})"]
        position += length
    for term in words.terms:
        if term.is_unwanted and (stem := _stem(term.text)):
            unwanted.append(f" & !({stem})")
    without = "".join(unwanted)
    if not typed:
        return Query(without.removeprefix(" & "), without.removeprefix(" & "))
    typed_query, whole_query = (f"({''.join(parts[1:])}){without}" for parts in (typed, whole))
    return Query(typed_query, whole_query, tuple(also))


def looks_misspelt(words: Words) -> bool:
    """Whether a word was in no service when this process met it first: then it is worth asking before searching."""
    _learn(term.text for term in words.terms)
    return any(word not in _seen for word in _doubtful(words))


def corrected(words: Words, *, whatever: bool = False) -> tuple[Words, tuple[str, ...]]:
    """Return the words with what they were probably meant to be, and without those that nothing here is like.

    The second is what was left out. Of words that are all unknown none is left out, and so nothing is found.

    :param whatever: doubt also words that services bore when this process met them first.
    """
    _learn(term.text for term in words.terms)
    alike = _alike([word for word in dict.fromkeys(_doubtful(words)) if whatever or word not in _seen])
    meant = {word: "" if _is_right(word) else _nearest(word, found) for word, found in alike.items()}
    corrections = {word: better for word, better in meant.items() if better}
    terms = tuple(replace(term, text=corrections.get(term.text, term.text)) for term in words.terms)
    _learn(term.text for term in terms)
    # Not what is part of a phrase now, like the second word of "cofee morning".
    doubtful = _doubtful(Words(terms))
    unknown = tuple(word for word, better in meant.items() if not better and word in doubtful)
    known = tuple(term for term in terms if term.text not in unknown or term.is_quoted or term.is_unwanted)
    if any(_stem(term.text) for term in known if not term.is_unwanted):
        terms = known
    return Words(terms, (*words.corrections, *corrections.items())), unknown


def _is_right(word: str) -> bool:
    return word.lower() in _words_of_the_file() or is_english(word)


def _doubtful(words: Words) -> list[str]:
    """Return the words that may be corrected: none that is quoted, unwanted, or part of a phrase of the synonyms."""
    found: list[str] = []
    terms = [term for term in words.terms if not term.is_unwanted]
    position = 0
    while position < len(terms):
        length, others = _synonyms_at(terms, position)
        if not others:
            span = terms[position : position + length]
            found += [term.text for term in span if not term.is_quoted and _stem(term.text)]
        position += length
    return found


def _alike(words: Sequence[str]) -> dict[str, list[str]]:
    """Return, for each of the words that no service bears, words of the index that look like it, the nearest first."""
    if not words:
        return {}
    # One constant for each word: only so does the planner know that few or no services bear it.
    asked = " UNION ALL ".join(
        f"""(SELECT {number}, CASE
            WHEN (SELECT count(*) FROM services_directory_serviceentry WHERE document @@ %s::tsquery) = 0
            THEN ARRAY(
                SELECT word FROM services_directory_searchword
                ORDER BY word <-> directory_fold(%s), word LIMIT {CANDIDATES}
            ) END)"""
        for number in range(len(words))
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [value for word in words for value in (_stem(word), word)])
        return {words[number]: found for number, found in cursor.fetchall() if found is not None}


def _nearest(word: str, found: Iterable[str]) -> str:
    """Return the word that needs the fewest changes, if they are few for its length; else an empty string."""
    word = word.lower()
    if len(word) < SHORTEST_CORRECTED or not word.isalpha():
        return ""
    allowed = 1 if len(word) < 6 else 2 if len(word) < 10 else 3
    # The words of the synonyms only if the index has none: there are many, and no index helps to find the near ones.
    return _fewest_changes(word, found, allowed) or _fewest_changes(word, _words_of_the_file(), allowed)


def _fewest_changes(word: str, others: Iterable[str], allowed: int) -> str:
    by_changes = {other: changes(word, other, most=allowed) for other in others}
    near = [other for other, count in by_changes.items() if count <= allowed]
    # People seldom mistake the first letter; of two as near, the one that looks more alike came first.
    return min(near, key=lambda other: (by_changes[other], other[0] != word[0]), default="")


def changes(one: str, other: str, *, most: int) -> int:
    """Return how many letters must be changed, added, left out or swapped with the next; `most` + 1 if more than that.

    The optimal string alignment distance (restricted Damerau-Levenshtein).
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        line = [row]
        for column, counterpart in enumerate(other, start=1):
            best = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != counterpart))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == counterpart:
                best = min(best, before[column - 2] + 1)
            line.append(best)
        if min(line) > most:
            return most + 1
        before, above = above, line
    return min(above[-1], most + 1)


# --- Stems ----------------------------------------------------------------------------------------------------------


def _stem(phrase: str) -> str:
    return _stems.get(phrase, "")


def _learn(phrases: Iterable[str]) -> None:
    """Ask the database for the stems of phrases that this process has not met yet."""
    wanted = [phrase for phrase in phrases if phrase not in _stems]
    if not wanted and _stems:
        return
    if not _stems or len(_stems) > _MOST_STEMS:
        _stems.clear()
        _seen.clear()
        wanted += _phrases_of_the_file()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT phrase, phraseto_tsquery('directory', phrase)::text, EXISTS (
                SELECT FROM services_directory_searchword
                WHERE lexeme = (tsvector_to_array(to_tsvector('directory', phrase)))[1]
            )
            FROM unnest(%s::text[]) AS phrase
            """,
            [list(dict.fromkeys(wanted))],
        )
        for phrase, stem, is_there in cursor.fetchall():
            _stems[phrase] = stem
            if is_there:
                _seen.add(phrase)


def _synonyms_at(terms: Sequence[Term], position: int) -> tuple[int, tuple[str, ...]]:
    """Return how many terms from here on are a phrase of the synonyms, and what else it finds; (1, ()) if none."""
    ours = _by_stem()
    longest = min(LONGEST_PHRASE, len(terms) - position)
    for length in range(longest, 0, -1):
        span = terms[position : position + length]
        if any(term.is_quoted for term in span) or any(term.joins_with_or for term in span[1:]):
            continue
        key = tuple(stem for term in span if (stem := _stem(term.text)))
        if key in ours and _stem(span[0].text) and _stem(span[-1].text):
            return length, ours[key]
    return 1, ()


@lru_cache(maxsize=1)
def _by_stem() -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for phrase, others in synonyms().items():
        key = tuple(stem for word in _split(phrase) if (stem := _stem(word)))
        found.setdefault(key, {}).update(dict.fromkeys(others))
    return {key: tuple(others) for key, others in found.items()}


@lru_cache(maxsize=1)
def _phrases_of_the_file() -> tuple[str, ...]:
    phrases = chain(synonyms(), chain.from_iterable(synonyms().values()))
    return tuple(dict.fromkeys(chain.from_iterable((phrase, *_split(phrase)) for phrase in phrases)))


@lru_cache(maxsize=1)
def _words_of_the_file() -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for phrase in _phrases_of_the_file() for word in phrase.split() if word.isalpha()))
