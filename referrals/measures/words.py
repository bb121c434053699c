"""Stored scores in words."""

from collections.abc import Mapping, Sequence
from typing import Any


def scores_in_words(stored: Sequence[Mapping[str, Any]]) -> str:
    """Return the scores of a taking in words, like “Satisfied with life: 7 (high)”; why there is none, where so."""
    return "; ".join(_in_words(score, is_only=len(stored) == 1) for score in stored)


def _in_words(score: Mapping[str, Any], *, is_only: bool) -> str:
    return score_in_words(score) if is_only else f"{score['name']}: {score_in_words(score)}"


def score_in_words(score: Mapping[str, Any]) -> str:
    """Return one score without its name, like “7 (high)”; why there is none, where so."""
    value = None if score["value"] is None else f"{score['value']:g}{' ' if score['unit'] else ''}{score['unit']}"
    band = score["band_name"].lower()
    shown: str = f"{value} ({band})" if value is not None and band else value or band or score["reason"]
    return shown
