"""Whether two descriptions are of one person: pure judgement on names, a date, a postcode and a number.

No database, no clock. What is compared, and what may be said of it to whom, is `selectors.people`'s.
"""

from referrals.matching.comparing import NO_FIXED_ABODE, Agreement, Comparison, Identity, Strength, compare
from referrals.matching.keys import birth_key, name_keys, names_to_look_for

__all__ = [
    "NO_FIXED_ABODE",
    "Agreement",
    "Comparison",
    "Identity",
    "Strength",
    "birth_key",
    "compare",
    "name_keys",
    "names_to_look_for",
]
