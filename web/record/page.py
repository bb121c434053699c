"""What a reference stands for, as one person may see it: a referral (R-…) or an onward referral (O-…).

Everything that the page shows is made here, in words. Who sees what is asked of `selectors` and `policies`.
"""

import datetime as dt
from dataclasses import dataclass, field

from accounts.actors import Actor
from accounts.models import User
from core.errors import NotVisible
from referrals import policies, selectors
from referrals.models import OnwardReferral, ReferralEvent
from web import words
from web.actions import Action, actions_of
from web.record.facts import Fact
from web.record.person import facts_about, handover
from web.record.standing import (
    is_overdue,
    standing_of_onward,
    status_line,
    turn,
)
from web.record.timeline import Happening, timeline
from web.states import Tag, tag_of


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One onward referral, on the page of its referral."""

    reference: str
    service: str
    provider: str
    tag: Tag
    dates: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """The whole page. `person` is None where the reader may not see who it is."""

    kind: str
    reference: str
    tag: Tag
    is_overdue: bool
    standing: list[Fact]
    person: list[Fact] | None
    content_title: str
    content: list[Fact]
    shows_offers: bool = False
    offers: list[Offer] = field(default_factory=list)
    actions: list[Action]
    is_ended: bool
    timeline: list[Happening]


def get_record(user: User, reference: str, *, today: dt.date) -> Record:
    """Return the page of the one onward referral with this reference.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    if reference.startswith("O-"):
        return _record_of_onward(user, selectors.get_onward_referral(user, reference), today=today)
    raise NotVisible("No reference begins like this one.")


def _record_of_onward(user: User, onward: OnwardReferral, *, today: dt.date) -> Record:
    actor = Actor(user)
    events = list(selectors.timeline_of_onward(onward))
    is_seen = policies.sees_person(Actor(user), onward, on=today)
    return Record(
        kind="Referral to a service",
        reference=onward.reference,
        tag=tag_of("onward", onward.status, said=status_line(onward, events)),
        is_overdue=is_overdue(onward, today),
        standing=turn(actor, onward, events, today) + standing_of_onward(actor, onward),
        person=facts_about(onward.referral) if is_seen else None,
        content_title="What the service needs to know",
        content=handover(actor, onward, today) if is_seen else [],
        actions=actions_of(actor, onward, on=today),
        is_ended=onward.ended_at is not None,
        timeline=timeline(actor, onward, events, today),
    )


def offer(onward: OnwardReferral, events: list[ReferralEvent]) -> Offer:
    """Return an onward referral as the page of its referral shows it."""
    ended = f", ended {words.day_of(onward.ended_at)}" if onward.ended_at else ""
    return Offer(
        reference=onward.reference,
        service=onward.service.name,
        provider=onward.provider_team.name,
        tag=tag_of("onward", onward.status, said=status_line(onward, events)),
        dates=f"Sent {words.day_of(onward.sent_at)}{ended}",
    )
