"""What judgement needs of a referral, whether it was read as a whole row or as a line of a list."""

import datetime as dt
from typing import Protocol
from uuid import UUID


class Sides(Protocol):
    """Whose a referral is: what decides which roles count for it."""

    @property
    def source(self) -> str: ...
    @property
    def referring_team_id(self) -> UUID: ...
    @property
    def owner_team_id(self) -> UUID: ...


class ReferralFacts(Sides, Protocol):
    """What `policies` and `turns` look at: a `Referral`, or what a selector has read of one."""

    @property
    def status(self) -> str: ...
    @property
    def next_action_on(self) -> dt.date | None: ...
    @property
    def planned_discharge_on(self) -> dt.date | None: ...
    @property
    def reached_at(self) -> dt.datetime | None: ...
    @property
    def failed_tries(self) -> int: ...
    @property
    def asks_to_close_at(self) -> dt.datetime | None: ...
