"""Whether two descriptions are of one person: each rule of docs/people.md, by people who could be real."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from core.identifiers import clean_nhs_number
from referrals.matching import Identity, Strength, birth_key, compare, name_keys, names_to_look_for

ELIZABETH = Identity(
    first_name="Elizabeth", family_name="O'Neill", date_of_birth=dt.date(1951, 3, 12), postcode="SK5 8BS",
    nhs_number="9990000018",
)  # fmt: skip


def described(**changes: Any) -> Identity:
    return replace(ELIZABETH, **{"nhs_number": "", **changes})


JUDGED: list[tuple[str, dict[str, Any], str]] = [
    ("the same number and date, whatever else", {"nhs_number": "9990000018", "first_name": "Xenia"}, "certain"),
    ("everything the same but no number", {}, "likely"),
    ("a nickname", {"first_name": "Liz"}, "likely"),
    ("another short form", {"first_name": "Betty"}, "likely"),
    ("capitals and no apostrophe", {"first_name": "ELIZABETH", "family_name": "ONEILL"}, "likely"),
    ("an accent", {"first_name": "Élizabeth", "family_name": "O’Néill"}, "likely"),  # noqa: RUF001
    ("a second first name", {"first_name": "Elizabeth Ann"}, "likely"),
    ("a double-barrelled name", {"family_name": "O'Neill-Shaw"}, "likely"),
    ("first and family name swapped", {"first_name": "O'Neill", "family_name": "Elizabeth"}, "likely"),
    ("day and month swapped", {"date_of_birth": dt.date(1951, 12, 3)}, "likely"),
    ("digits of the day transposed", {"date_of_birth": dt.date(1951, 3, 21)}, "likely"),
    ("a nickname and a transposed day", {"first_name": "Beth", "date_of_birth": dt.date(1951, 3, 21)}, "likely"),
    ("no postcode, and everything else exactly", {"postcode": ""}, "likely"),
    ("no fixed abode, and everything else exactly", {"postcode": "ZZ99 3VZ"}, "likely"),
    ("another number, and everything else exactly", {"nhs_number": "9990000026"}, "likely"),
    ("the same number and a transposed day", {"nhs_number": "9990000018", "date_of_birth": dt.date(1951, 3, 21)},
     "likely"),
    ("a nickname and no postcode", {"first_name": "Liz", "postcode": ""}, "weak"),
    ("moved away", {"postcode": "SK1 3XE"}, "weak"),
    ("another family name, perhaps a maiden name", {"family_name": "Marsh"}, "weak"),
    ("another number and a nickname", {"first_name": "Liz", "nhs_number": "9990000026"}, "none"),
    ("a twin", {"first_name": "Margaret"}, "none"),
    ("a twin with a number", {"first_name": "Margaret", "nhs_number": "9990000026"}, "none"),
    ("a mother of the same name", {"date_of_birth": dt.date(1925, 7, 2)}, "none"),
    ("a day that no slip explains", {"date_of_birth": dt.date(1951, 3, 13)}, "none"),
    ("the same number, another name and a transposed day",
     {"nhs_number": "9990000018", "first_name": "Xenia", "date_of_birth": dt.date(1951, 3, 21)}, "none"),
    ("moved away, and a transposed day", {"postcode": "SK1 3XE", "date_of_birth": dt.date(1951, 3, 21)}, "none"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "strength"), [row[1:] for row in JUDGED], ids=[row[0] for row in JUDGED])
def test_elizabeth_is_known_again(changes, strength):
    assert compare(described(**changes), ELIZABETH).strength == Strength(strength)
    assert compare(ELIZABETH, described(**changes)).strength == Strength(strength)


def test_twins_with_second_names_in_common_first_names_are_two():
    anne_marie = described(first_name="Anne-Marie")
    assert compare(anne_marie, described(first_name="Anne-Louise")).strength == Strength.NONE
    assert compare(anne_marie, described(first_name="Annemarie")).strength == Strength.LIKELY


def test_a_short_form_of_two_names_does_not_make_them_one():
    assert compare(described(first_name="Alexander"), described(first_name="Alex")).strength == Strength.LIKELY
    assert compare(described(first_name="Alexandra"), described(first_name="Alex")).strength == Strength.LIKELY
    assert compare(described(first_name="Alexander"), described(first_name="Alexandra")).strength == Strength.NONE


def test_whoever_is_a_match_is_found_by_the_keys():
    """The search asks for the birth key and one shared name: no rule above may need more."""
    keys = set(name_keys(ELIZABETH.first_name, ELIZABETH.family_name))
    for name, changes, strength in JUDGED:
        if strength in {"likely", "weak"}:
            other = described(**changes)
            assert birth_key(other.date_of_birth) == birth_key(ELIZABETH.date_of_birth), name
            assert keys & set(names_to_look_for(other.first_name, other.family_name)), name


def test_the_reasons_are_sentences_and_what_agrees_is_said_in_general():
    found = compare(described(first_name="Liz", date_of_birth=dt.date(1951, 12, 3)), ELIZABETH)
    assert found.reasons == [
        "The first name is another form of the same name.",
        "The family name is the same.",
        "Digits of the day and month of birth are transposed.",
        "The postcode is the same.",
    ]
    assert found.agrees_on == ["name", "date_of_birth", "postcode"]
    swapped = compare(described(first_name="O'Neill", family_name="Elizabeth"), ELIZABETH)
    assert swapped.reasons[0] == "First and family name are swapped."


@pytest.mark.parametrize("number", ["9990000018", "9990079196", "9990237573"])
def test_no_two_nhs_numbers_are_told_apart_by_a_transposition_alone(number):
    """Modulus 11 finds every exchange of two digits: a number given so is refused before anybody is looked for."""
    for one in range(10):
        for other in range(one + 1, 10):
            digits = list(number)
            digits[one], digits[other] = digits[other], digits[one]
            if "".join(digits) != number:
                with pytest.raises(ValueError, match="not valid"):
                    clean_nhs_number("".join(digits))
