"""Identifiers of the field, cleaned and checked: NHS number, postcode, GP practice code, public references.

Each `clean_` function returns the one form that is stored, or raises `ValueError` with a sentence for the person
who typed it.
"""

import re
import secrets

from nhs_number.validate import is_valid

REFERENCE_ALPHABET = "23456789CDFGHJKMNPQRTVWX"
"""No vowels, no 0/O or 1/I: a reference is read over the telephone and spells nothing."""

# The published postcode grammar (field notes 5, sources S114 to S116), and the NHS pseudo-postcodes (ZZ99 …),
# which stand for no fixed abode or an address abroad.
_POSTCODE = re.compile(
    r"^(?:[A-PR-UWYZ][0-9][0-9]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9]?|[A-PR-UWYZ][0-9][A-HJKPSTUW]"
    r"|[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY]|ZZ99)[0-9](?:[ABD-HJLNP-UW-Z]{2}|[A-Z]{2}(?<=ZZ99.{3}))$"
)
_PRACTICE_CODE = re.compile(r"^[A-Z][0-9]{5}$")

# Mobile numbers of the National Telephone Numbering Plan: 071 to 075, 077 to 079, and 07624 of the Isle of Man. 070 are
# personal numbers and 076 pagers: dear to ring, and no text arrives there.
_MOBILE = re.compile(r"^(?:\+?44|0044)?0?(7(?:[1-57-9][0-9]{8}|624[0-9]{6}))$")

NO_PRACTICE_CODES = {
    "V81997": "No registered GP practice",
    "V81998": "GP practice not applicable",
    "V81999": "GP practice not known",
}
"""The codes that stand in for a practice (field notes 5, S112 and S113; DAPB4066 makes the identifier mandatory)."""


def clean_nhs_number(value: str) -> str:
    """Return the ten digits of a valid NHS number (modulus 11, S107 and S108).

    :raises ValueError: if it is not ten digits or its check digit is wrong.
    """
    digits = re.sub(r"[\s-]", "", value)
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise ValueError("An NHS number has 10 digits, like 999 000 0018.")
    if not is_valid(digits):
        raise ValueError("This NHS number is not valid: check each digit against the letter or the record.")
    return digits


def clean_postcode(value: str) -> str:
    """Return a UK postcode in its published form, upper case with one space.

    :raises ValueError: if it does not have the form of a postcode or of a ZZ99 pseudo-postcode.
    """
    compact = re.sub(r"\s", "", value).upper()
    if not _POSTCODE.match(compact):
        raise ValueError("Enter a full UK postcode, like SK1 3XE (ZZ99 3VZ for no fixed abode).")
    return f"{compact[:-3]} {compact[-3:]}"


def clean_practice_code(value: str) -> str:
    """Return a GP practice's ODS code: one letter and five digits (S112).

    :raises ValueError: if it does not have that form. Whether the practice is known is for `accounts` to say.
    """
    code = value.strip().upper()
    if not _PRACTICE_CODE.match(code):
        raise ValueError("A GP practice code is a letter and five digits, like P88001 (V81999 if not known).")
    return code


def clean_mobile(value: str) -> str:
    """Return a UK mobile number as E.164 has it: `+447700900123` for 07700 900123.

    :raises ValueError: if it is none: a landline, a pager, or a number of another country.
    """
    found = _MOBILE.match(re.sub(r"[\s().-]", "", value))
    if not found:
        raise ValueError("Enter a UK mobile number, like 07700 900123.")
    return f"+44{found[1]}"


def new_reference(prefix: str) -> str:
    """Return a new public reference such as `R-7K3M9-QXD24`: unguessable (24^10, about 45 bits), never a row number."""
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(10))
    return f"{prefix}-{letters[:5]}-{letters[5:]}"


_VERHOEFF_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
"""The permutation that a digit takes once for each place further left."""


def clean_snomed_code(value: str) -> str:
    """Return a SNOMED CT identifier: 6 to 18 digits, the last of them a check digit (Verhoeff's, over the dihedral
    group of ten).

    :raises ValueError: if it does not have that form. Whether there is such a concept is not known here.
    """
    code = value.strip()
    if not re.fullmatch(r"[1-9][0-9]{5,17}", code):
        raise ValueError("A SNOMED CT code has 6 to 18 digits, like 871731000000106.")
    total = 0
    for place, digit in enumerate(reversed(code)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _VERHOEFF_TURN[turned]
        total = _dihedral_product(total, turned)
    if total:
        raise ValueError("This SNOMED CT code is not valid: check each digit.")
    return code


def _dihedral_product(left: int, right: int) -> int:
    """Return the product of two elements of the symmetries of a pentagon: 0 to 4 turn, 5 to 9 mirror."""
    turns = (left % 5 - right % 5) if left >= 5 else (left % 5 + right % 5)
    return turns % 5 + 5 * ((left >= 5) != (right >= 5))
