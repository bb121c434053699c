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
    _hold_back(shown, parts, total=safe_count(total))
    return shown


def safe_cells(cells: Sequence[Sequence[int]], *, totals: Sequence[int]) -> list[list[int | None]]:
    """Return rows of counts that may be shown, each of a total and its parts, where the sums of the columns are known.

    What one row holds back must come back neither from the rest of the row nor from the other rows, so both ways are
    gone until nothing more is held back. Of a row whose total is not shown nothing is.
    """
    shown = [[safe_count(count) for count in row] for row in cells]
    while True:
        before = [list(row) for row in shown]
        for row, exact in zip(shown, cells, strict=True):
            parts = row[1:]
            if row[0] is not None:
                _hold_back(parts, exact[1:], total=row[0])
            row[1:] = parts if row[0] is not None else [None] * len(parts)
        for place, total in enumerate(totals):
            if not total:  # nobody: there is nothing to find
                continue
            column = [row[place] for row in shown]
            _hold_back(column, [row[place] for row in cells], total=safe_count(total))
            for row, count in zip(shown, column, strict=True):
                row[place] = count
        if shown == before:
            return shown


def _hold_back(shown: list[int | None], parts: Sequence[int], *, total: int | None) -> None:
    """Hold more of the parts back, in place, until what is not shown is safe."""
    by_size = sorted((place for place, part in enumerate(parts) if part > SUPPRESS_UP_TO), key=lambda at: parts[at])
    noughts = [place for place, part in enumerate(parts) if not part]
    for place in (*by_size, *noughts):
        if _is_safe(shown, total=total):
            break
        shown[place] = None


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
