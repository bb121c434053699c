"""What all stories of the year share: the people who work, the dice, and the present."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from demo.cast import Cast
from demo.people import Crowd
from referrals.services.people import PersonDetails
from services_directory.models import Service

T = TypeVar("T")


@dataclass(kw_only=True)
class Year:
    """The year that is told. All chance comes from the one `rng`, so the same seed tells the same year."""

    cast: Cast
    rng: Random
    now: dt.datetime
    services: Mapping[str, Service]
    crowd: Crowd
    beside: Random
    """Dice of their own for the work beside the steps: how much of it is told leaves the stories as they are."""
    seen_before: list[PersonDetails] = field(default_factory=list)
    """People whose referral has ended: some of them come back."""

    def happens(self, share: float) -> bool:
        """Whether it happens this time, given how often it does."""
        return self.rng.random() < share

    def one_of(self, weights: Mapping[T, int]) -> T:
        """Return one of several, each as often as its weight says."""
        return self.rng.choices(list(weights), list(weights.values()))[0]
