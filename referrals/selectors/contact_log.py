"""A page of a case's contact log, in one statement (docs/adr/0050)."""

import datetime as dt
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from accounts.models import User
from core.statements import Keyset, beyond_of, direction_of, values_beyond
from referrals.models import Contact
from referrals.selectors.case import SideFacts
from referrals.selectors.casework import refuse_others
from referrals.selectors.visible import ask_of_the_one, text_of_the_one


class LoggedContact(NamedTuple):
    """One contact, or one try. Personal data: who was spoken with, and what was noted."""

    id: int
    with_whom: str
    with_name: str
    mechanism: str
    direction: str
    outcome: str
    occurred_at: dt.datetime
    minutes: int | None
    location: str
    note: str
    onward_referral: str
    is_warm_handover: bool
    replaces: int | None
    replaced_by: int | None
    recorded_by: str
    recorded_at: dt.datetime


class ContactLog(Keyset[LoggedContact]):
    """The contact log of a referral, to be paged by when it was; read when a page is taken."""

    model: ClassVar = Contact

    def __init__(self, user: User, reference: str) -> None:
        self._user, self._reference = user, reference

    def read(self, *, limit: int, order: str, lookup: str | None, beyond: Any) -> list[LoggedContact]:
        """Read the first contacts in an order, beyond a moment and a number.

        :raises NotVisible: if there is no such referral, or none that the user may see.
        :raises NotPermitted: if the user is not of the team that owns the referral.
        """
        text = _page(limit=limit, order=order, lookup=lookup)
        rows = ask_of_the_one(text, self._user, self._reference, **values_beyond(beyond))
        refuse_others(self._user, SideFacts._make(rows[0][:3]))
        return [LoggedContact._make(row[3:]) for row in rows if row[3] is not None]


@lru_cache(maxsize=64)
def _page(*, limit: int, order: str, lookup: str | None) -> str:
    direction = direction_of(order)
    return f"""
SELECT referral.source, referral.referring_team_id, referral.owner_team_id,
    contact.id, contact.with_whom, contact.with_name, contact.mechanism, contact.direction, contact.outcome,
    contact.occurred_at, contact.minutes, contact.location, contact.note, coalesce(onward.reference, ''),
    contact.is_warm_handover, contact.replaces_id, later.id, recorder.full_name, contact.recorded_at
FROM referrals_referral AS referral
LEFT JOIN LATERAL (
    SELECT * FROM referrals_contact WHERE referral_id = referral.id AND {beyond_of(lookup)}
    ORDER BY occurred_at {direction}, id {direction} LIMIT {limit}
) AS contact ON true
LEFT JOIN referrals_onwardreferral AS onward ON onward.id = contact.onward_referral_id
LEFT JOIN referrals_contact AS later ON later.replaces_id = contact.id
LEFT JOIN accounts_user AS recorder ON recorder.id = contact.recorded_by_id
WHERE referral.id = ({text_of_the_one()})
ORDER BY contact.occurred_at {direction}, contact.id {direction}
"""  # noqa: S608 - of words of this module, numbers, and `text_of`
