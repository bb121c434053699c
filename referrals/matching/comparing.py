"""Compare two descriptions part by part, and say how strongly they are of one person, and why.

No sum of points: each rule can be said in a sentence (docs/people.md). Twins agree on everything but their first
name, and so first names that are no forms of each other are never one person.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from referrals.matching.keys import birth_key, other_forms, words_of

NO_FIXED_ABODE = "ZZ99 3VZ"
"""Its pseudo-postcode: the address may be empty, and it is said that there is none (field notes 5)."""
NO_HOME = "ZZ99"
"""How the NHS pseudo-postcodes begin: no fixed abode (ZZ99 3VZ), abroad, not known (field notes 5)."""


class Agreement(StrEnum):
    """How two values of one part agree."""

    SAME = "same"
    SIMILAR = "similar"  # what a slip, a nickname or a second family name explains
    DIFFERENT = "different"
    UNKNOWN = "unknown"  # one side does not say


class Strength(StrEnum):
    """What the agreements together say."""

    CERTAIN = "certain"  # they are one person
    LIKELY = "likely"  # whoever refers is asked
    WEAK = "weak"  # nobody is kept waiting for it; a lead sees it
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a person is told apart by."""

    first_name: str
    family_name: str
    date_of_birth: dt.date
    postcode: str = ""
    nhs_number: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How two descriptions agree, part by part."""

    first_name: Agreement
    family_name: Agreement
    date_of_birth: Agreement
    postcode: Agreement
    nhs_number: Agreement
    are_names_swapped: bool = False

    @property
    def strength(self) -> Strength:
        """What the parts say together, by the first rule that fits."""
        same, similar, different = Agreement.SAME, Agreement.SIMILAR, Agreement.DIFFERENT
        born, number, home = self.date_of_birth, self.nhs_number, self.postcode
        if born == different:
            return Strength.NONE
        if number == same and born == same:
            return Strength.CERTAIN
        first = self.first_name in {same, similar}
        family = self.family_name in {same, similar}
        exactly = (self.first_name, self.family_name, born) == (same, same, same)
        if number == same:
            return Strength.LIKELY if first and family else Strength.NONE
        if number == different:  # two numbers are two people, unless everything else is the same
            return Strength.LIKELY if exactly and home == same else Strength.NONE
        if first and family and home == same:
            return Strength.LIKELY
        if exactly and home == Agreement.UNKNOWN and not self.are_names_swapped:
            return Strength.LIKELY
        if first and born == same and (family or home == same):  # moved away, or married
            return Strength.WEAK
        return Strength.NONE

    @property
    def agrees_on(self) -> list[str]:
        """The parts that agree, by their general names: whether exactly is not said, for it would tell the value."""
        parts = {
            "name": {self.first_name, self.family_name} <= {Agreement.SAME, Agreement.SIMILAR},
            "date_of_birth": self.date_of_birth in {Agreement.SAME, Agreement.SIMILAR},
            "postcode": self.postcode == Agreement.SAME,
            "nhs_number": self.nhs_number == Agreement.SAME,
        }
        return [name for name, agrees in parts.items() if agrees]

    @property
    def reasons(self) -> list[str]:
        """What agrees and what does not, in sentences, for somebody who may see both."""
        words = _WORDS | ({("first_name", Agreement.SIMILAR): "First and family name are swapped."}
                          if self.are_names_swapped else {})  # fmt: skip
        parts = ("first_name", "family_name", "date_of_birth", "postcode", "nhs_number")
        said = [words.get((part, getattr(self, part))) for part in parts]
        if self.are_names_swapped:
            said[1] = None
        return [sentence for sentence in said if sentence]


_WORDS = {
    ("first_name", Agreement.SAME): "The first name is the same.",
    ("first_name", Agreement.SIMILAR): "The first name is another form of the same name.",
    ("family_name", Agreement.SAME): "The family name is the same.",
    ("family_name", Agreement.SIMILAR): "One family name is part of the other.",
    ("family_name", Agreement.DIFFERENT): "The family name is another: perhaps one from before a marriage.",
    ("date_of_birth", Agreement.SAME): "The date of birth is the same.",
    ("date_of_birth", Agreement.SIMILAR): "Digits of the day and month of birth are transposed.",
    ("postcode", Agreement.SAME): "The postcode is the same.",
    ("postcode", Agreement.DIFFERENT): "The postcode is another.",
    ("postcode", Agreement.UNKNOWN): "No postcode is known of one of them.",
    ("nhs_number", Agreement.SAME): "The NHS number is the same.",
    ("nhs_number", Agreement.DIFFERENT): "The NHS numbers differ: one is wrong, or these are two people.",
}


def compare(one: Identity, other: Identity) -> Comparison:
    """Return how two descriptions agree."""
    first = _first_names(words_of(one.first_name), words_of(other.first_name))
    family = _family_names(words_of(one.family_name), words_of(other.family_name))
    swapped = (
        first == family == Agreement.DIFFERENT
        and words_of(one.first_name) == words_of(other.family_name)
        and words_of(one.family_name) == words_of(other.first_name)
    )
    return Comparison(
        first_name=Agreement.SIMILAR if swapped else first,
        family_name=Agreement.SIMILAR if swapped else family,
        date_of_birth=_births(one.date_of_birth, other.date_of_birth),
        postcode=_given(_home(one.postcode), _home(other.postcode)),
        nhs_number=_given(one.nhs_number, other.nhs_number),
        are_names_swapped=swapped,
    )


def _first_names(one: tuple[str, ...], other: tuple[str, ...]) -> Agreement:
    """Anne-Marie is Annemarie, and Rose Mary is Rosie; but Anne Louise is not Anne Marie: those may be twins."""
    if "".join(one) == "".join(other):
        return Agreement.SAME
    if not one or not other:
        return Agreement.DIFFERENT
    leads = one[0] == other[0] or other[0] in other_forms(one[0])
    if leads and (one[1:] == other[1:] or not one[1:] or not other[1:]):
        return Agreement.SIMILAR
    return Agreement.DIFFERENT


def _family_names(one: tuple[str, ...], other: tuple[str, ...]) -> Agreement:
    """Smith-Jones is Smith Jones, and also Jones-Smith, Smith and Jones."""
    if "".join(one) == "".join(other):
        return Agreement.SAME
    if one and other and (set(one) <= set(other) or set(other) <= set(one)):
        return Agreement.SIMILAR
    return Agreement.DIFFERENT


def _births(one: dt.date, other: dt.date) -> Agreement:
    """Of one year; day and month swapped, or two digits beside each other: 12 March is 3 December, and 21 March."""
    if one == other:
        return Agreement.SAME
    if birth_key(one) != birth_key(other):
        return Agreement.DIFFERENT
    digits, others = f"{one:%d%m}", f"{other:%d%m}"
    turned = {digits[2:] + digits[:2]}
    turned |= {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(3)}
    return Agreement.SIMILAR if others in turned else Agreement.DIFFERENT


def _home(postcode: str) -> str:
    """A pseudo-postcode is no place that two people could share."""
    return "" if postcode.startswith(NO_HOME) else postcode


def _given(one: str, other: str) -> Agreement:
    if not one or not other:
        return Agreement.UNKNOWN
    return Agreement.SAME if one == other else Agreement.DIFFERENT
