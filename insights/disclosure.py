"""Keep figures from being turned back into a person."""

from collections.abc import Sequence

SUPPRESS_UP_TO = 7
ROUND_TO = 5
LEAST_POSSIBLE = 3
"""How many values a count that is not shown must be able to have, by all that is shown around it."""


def safe_count(count: int) -> int | None:
    """Return a count that may be shown to those who do not see the people themselves.

    The NHS's own rule for hospital statistics (performance-reliability notes A9): 1 to 7 are not shown (None), every
    other count is rounded to the nearest 5; 0 stays 0. Of parts beside their total see `safe_parts`.
    """
    if 1 <= count <= SUPPRESS_UP_TO:
        return None
    return ROUND_TO * ((2 * count + ROUND_TO) // (2 * ROUND_TO))


def safe_parts(parts: Sequence[int], *, total: int) -> list[int | None]:
    """Return the parts of a total that is shown beside them, so that none comes back by subtraction.

    Rounding alone does not see to that: of 22 people, 13, 8 and 1 would read 20, 15, 10 and "1 to 7", and only 1 fits.
    So more is held back, the smallest first and noughts last, until each part of 1 to 7 could be one of three numbers
    at least. Which of those that are not shown are that small is not told.
    """
    shown = [safe_count(part) for part in parts]
    by_size = sorted((place for place, part in enumerate(parts) if part > SUPPRESS_UP_TO), key=lambda at: parts[at])
    noughts = [place for place, part in enumerate(parts) if not part]
    for place in (*by_size, *noughts):
        if _is_safe(shown, total=safe_count(total)):
            break
        shown[place] = None
    return shown


def _is_safe(shown: Sequence[int | None], *, total: int | None) -> bool:
    """Whether each count that is not shown could be one of several, for somebody who knows the rule and the rest."""
    hidden = sum(part is None for part in shown)
    if not hidden:
        return True
    low, high = _range_of(total)
    for part in shown:
        if part is not None:
            lowest, highest = _range_of(part)
            low, high = low - highest, high - lowest
    # One of them is that small, and each of the others is 1 at least and has no upper bound that anybody knows, unless
    # it stands alone.
    largest = min(SUPPRESS_UP_TO, high - (hidden - 1))
    smallest = max(1, low) if hidden == 1 else 1
    return largest - smallest + 1 >= LEAST_POSSIBLE


def _range_of(shown: int | None) -> tuple[int, int]:
    """Return between which two counts one lies that is shown so."""
    if shown is None:
        return 1, SUPPRESS_UP_TO
    half = ROUND_TO // 2
    return (max(shown - half, SUPPRESS_UP_TO + 1), shown + half) if shown else (0, 0)


def share(part: int | None, whole: int | None) -> float | None:
    """Return part of whole as a fraction with three decimals, or None where either is not shown or nothing is there."""
    return None if part is None or not whole else round(part / whole, 3)
