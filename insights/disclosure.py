"""Keep figures from being turned back into a person."""

SUPPRESS_UP_TO = 7
ROUND_TO = 5


def safe_count(count: int) -> int | None:
    """Return a count that may be shown to those who do not see the people themselves.

    The NHS's own rule for hospital statistics (performance-reliability notes A9): 1 to 7 are not shown (None), every
    other count is rounded to the nearest 5, so that nothing comes back by subtraction; 0 stays 0.
    """
    if 1 <= count <= SUPPRESS_UP_TO:
        return None
    return ROUND_TO * ((2 * count + ROUND_TO) // (2 * ROUND_TO))


def share(part: int | None, whole: int | None) -> float | None:
    """Return part of whole as a fraction with three decimals, or None where either is not shown or nothing is there."""
    return None if part is None or not whole else round(part / whole, 3)
