"""The lists of a home page, each short and the most urgent first. What waits for whom: `web/<part>/home.py`."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from accounts.models import User
from referrals import policies
from referrals.models import OnwardReferral, Referral
from web import words
from web.states import Tag, tag_of

LONGEST = 10
"""How many rows a list of the home page shows."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One referral or onward referral in a list."""

    reference: str
    person: str
    service: str = ""
    tag: Tag | None = None
    says: str = ""
    holder: str = ""
    due: str
    clock: Tag | None


@dataclass(frozen=True, kw_only=True)
class Worklist:
    """One list, with what is said when nothing is in it, and where all of it is: a page and its query.

    `says` and `due` are the headings over what each row says and its day; `count` is said where it is not nought.
    """

    slug: str
    title: str
    nothing: str
    rows: list[Row]
    has_more: bool
    names_service: bool = False
    page: str = ""
    query: str = ""
    says: str = "Stands at"
    due: str = "Next action due"
    count: int = 0

    @property
    def counted(self) -> str:
        """How many, in words."""
        return words.how_many(self.count)


def list_of_referrals(
    slug: str, title: str, nothing: str, referrals: Any, today: dt.date, *, page: str = ""
) -> Worklist:
    """Return the list of the first of some referrals."""
    shown = referrals[: LONGEST + 1]
    return worklist(slug, title, nothing, [row_of_referral(referral, today) for referral in shown], page=page)


def worklist(
    slug: str, title: str, nothing: str, rows: list[Row], *, names_service: bool = False, page: str = "", **more: Any
) -> Worklist:
    """Return a list of rows, cut to what a home page shows; `more` is what else a `Worklist` has."""
    return Worklist(
        slug=slug, title=title, nothing=nothing, rows=rows[:LONGEST], has_more=len(rows) > LONGEST,
        names_service=names_service, page=page, **more,
    )  # fmt: skip


def row_of_referral(referral: Referral, today: dt.date) -> Row:
    """Return a referral as a list shows it."""
    return Row(
        reference=referral.reference,
        person=words.name_in_a_list(referral),
        tag=tag_of("referral", referral.status),
        holder=words.holder(referral),
        due=words.short_day(referral.next_action_on),
        clock=clock_of(referral.next_action_on, today),
    )


def row_of_onward(user: User, onward: OnwardReferral, today: dt.date) -> Row:
    """Return an onward referral as a list shows it, to whom it may show the person."""
    is_seen = policies.sees_person(Actor(user), onward, on=today)
    return Row(
        reference=onward.reference,
        person=words.name_in_a_list(onward.referral) if is_seen else "Not shown to you",
        service=onward.service.name,
        tag=tag_of("onward", onward.status),
        due=words.short_day(onward.next_action_on),
        clock=clock_of(onward.next_action_on, today),
    )


def clock_of(due_on: dt.date | None, today: dt.date) -> Tag | None:
    """Return the tag of what is overdue or due today; of anything else none."""
    if due_on is None or due_on > today:
        return None
    return tag_of("clock", "overdue" if due_on < today else "today")
