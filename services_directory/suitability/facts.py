"""What is known of a person when a service is judged for them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from services_directory.suitability.dates import PartialDate
from services_directory.suitability.kinds import Answered


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer that counts to one question of the vocabulary.

    `value` is in the question's unit, and the upper value of a blood pressure, whose lower one is `second_value`.
    `observed_on` is when it was measured or said; `occurred` when the thing itself happened.
    """

    answer: Answered
    observed_on: dt.date
    recorded_at: dt.datetime
    value: Decimal | None = None
    second_value: Decimal | None = None
    choice: str = ""
    occurred: PartialDate | None = None


@dataclass(frozen=True, kw_only=True)
class ClearanceGiven:
    """What a named professional decided about one question: to clear it or not, for one service or for all."""

    code: str
    is_cleared: bool
    professional_name: str
    professional_role: str
    decided_on: dt.date
    recorded_at: dt.datetime
    service_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A person, as far as they are known. What is not known is None or empty, and a missing answer is no answer."""

    date_of_birth: dt.date | None = None
    local_authority: str = ""
    neighbourhood: str = ""
    lsoa: str = ""
    ward: str = ""
    gp_practice_code: str = ""
    referral_source: str = ""
    start_no_earlier_than: dt.date | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    clearances: tuple[ClearanceGiven, ...] = ()

    def clearance_of(self, code: str, service_id: UUID | None) -> ClearanceGiven | None:
        """Return the latest decision about a question that holds for this service."""
        found = [
            given for given in self.clearances if given.code == code and given.service_id in (None, service_id)
        ]  # fmt: skip
        return max(found, key=lambda given: (given.decided_on, given.recorded_at), default=None)
