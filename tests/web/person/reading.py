"""How easy a page is to read: the grade of Flesch and Kincaid, worked out from its own words."""

import re
from html import unescape

_ENDS = re.compile(r"</(?:p|li|h[1-6]|label|legend|button|dt|dd|a|title)>|<br>|[.?!:]+(?=\s|<|$)")
_HINTS = re.compile(r"</div>")


def grade(html: str) -> float:
    """Return the school grade at which a page's main part is read: 4 is for children of 9, 6 for those of 11.

    Each line of a list, heading and label counts as a sentence. Numbers, dates' figures and addresses are no words.
    """
    main = html.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    text = unescape(re.sub(r"<[^>]+>", " ", _HINTS.sub(".\n", _ENDS.sub(".\n", main))))
    sentences = [words for line in text.split("\n") if (words := re.findall(r"[A-Za-z][A-Za-z']*", line))]
    words = [word for sentence in sentences for word in sentence]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """Count the groups of vowels, without a silent e at the end."""
    word = re.sub(r"(?:[^laeiouy]es|[^td]ed|[^laeiouy]e)$", "", word.lower()) or "e"
    return max(1, len(re.findall(r"[aeiouy]+", word)))
