"""How far a listing can be believed: a pure function of what is known, and of the day. A leaf beside `enums`.

The weights, half-lives and limits below are our choice: no source has any (docs/adr/0016). Every judgement carries
its parts in words, so that a reader can disagree with it.

As long as nothing happens a score never rises: every part stays or falls with time, and which parts count depends on
what is known, never on the day.
"""

import datetime as dt
from dataclasses import dataclass

from services_directory.enums import CheckAnswer, VerificationSource

CHECK_AFTER_DAYS = 182
"""When somebody is asked again whether a listing is right: half a year, two terms of a weekly class."""
CHECK_HALF_LIFE_DAYS = CHECK_AFTER_DAYS
"""A check is worth half when the next one is due. Our choice."""
CAPACITY_HALF_LIFE_DAYS = 42
"""Places come and go with courses of six to twelve weeks: after six, half of what was said holds. Our choice."""
SECOND_HAND = 0.5
"""What a publisher's own date, or a confirmed capacity, is worth beside a check of the whole listing. Our choice."""
STALE_AFTER_DAYS = 365
"""When a listing that nobody has vouched for is stale. Our choice: whatever follows the school year has changed."""
ANSWER_WITHIN_DAYS = 42
"""When a listing whose keeper was asked and has not answered is stale. Our choice."""
RECENT_MONTHS = 3
"""How long a check is called recent."""
ENOUGH = 8
"""Fewer referrals than this are too few to say anything, and would show single people (insights/disclosure.py)."""
QUICK_DAYS, SLOW_DAYS = 2, 14
"""A reply within 2 days is as quick as can be asked; at 14 a referral expires unanswered (field notes 3.6, S15)."""

CHECKED, ANSWERS, REACHED, CAPACITY = 50, 25, 10, 15
"""What the parts count for, of 100, in a listing that has all four."""


@dataclass(frozen=True, kw_only=True)
class Responsiveness:
    """How the referrals to a service were answered in the last twelve months. `median_days`: to the first reply."""

    answered: int
    declined: int
    expired: int
    median_days: float | None


@dataclass(frozen=True, kw_only=True)
class TrustEvidence:
    """What is known of one listing.

    `asked_on`: when its keeper was first asked since the last check, and has not answered. `bounced`: messages to its
    inbox that could not be delivered since the last check. `published_on`: what an imported listing says of its age.
    """

    takes_referrals: bool
    is_imported: bool
    has_inbox: bool
    verified_on: dt.date | None = None
    verified_how: str = ""
    verified_by: str = ""
    reported: str = ""
    is_reported_by_editor: bool = False
    published_on: dt.date | None = None
    published_by: str = ""
    capacity_confirmed_on: dt.date | None = None
    responsiveness: Responsiveness | None = None
    bounced: int = 0
    asked_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class TrustPart:
    """One part of a score. `points` is None where too little is known: it then counts neither for nor against."""

    name: str
    points: int | None
    out_of: int
    words: str


@dataclass(frozen=True, kw_only=True)
class Trust:
    """How far a listing can be believed: 0 to 100, in a few words (`label`), and explained (`words`, `parts`)."""

    score: int
    label: str
    is_stale: bool
    words: str
    parts: tuple[TrustPart, ...]


def judge(evidence: TrustEvidence, *, on: dt.date) -> Trust:
    """Return how far a listing can be believed on a day.

    The score is the share of the points that could be had: parts of which too little is known are left out, so a new
    listing is judged on what it has.
    """
    parts = [_checked(evidence, on=on)]
    if evidence.takes_referrals:
        parts.append(_answers(evidence.responsiveness))
    if evidence.has_inbox:
        parts.append(_reached(evidence.bounced))
    if evidence.takes_referrals:
        parts.append(_capacity(evidence, on=on))
    said = [(part.points, part.out_of) for part in parts if part.points is not None]
    score = round(100 * sum(points for points, _ in said) / sum(out_of for _, out_of in said))
    stale_because = _why_stale(evidence, on=on)
    return Trust(
        score=score,
        label=_label(evidence, on=on),
        is_stale=bool(stale_because),
        words=" ".join([*(part.words for part in parts), *([stale_because] if stale_because else [])]),
        parts=tuple(parts),
    )


def _checked(evidence: TrustEvidence, *, on: dt.date) -> TrustPart:
    first_hand = _left_of(evidence.verified_on, CHECK_HALF_LIFE_DAYS, on=on)
    second_hand = max(
        _left_of(day, CHECK_HALF_LIFE_DAYS, on=on) for day in (evidence.published_on, evidence.capacity_confirmed_on)
    )
    value = max(first_hand, SECOND_HAND * second_hand)
    reported = {CheckAnswer.CHANGED.value: SECOND_HAND, CheckAnswer.CLOSED.value: 0.0}.get(evidence.reported, 1.0)
    return TrustPart(
        name="checked", points=round(CHECKED * value * reported), out_of=CHECKED, words=_checking(evidence)
    )


def _checking(evidence: TrustEvidence) -> str:
    """Say who has vouched for the listing, and when."""
    if evidence.verified_on:
        by, day = evidence.verified_by, _day(evidence.verified_on)
        words = {
            VerificationSource.PROVIDER_EDIT.value: f"{by} brought it up to date on {day}.",
            VerificationSource.EDITOR.value: f"The directory's editor checked it on {day}.",
        }.get(evidence.verified_how, f"{by} said on {day} that it is right.")
    elif evidence.published_on:
        words = f"{evidence.published_by} published it on {_day(evidence.published_on)}; nobody has checked it here."
    else:
        words = "Nobody has checked it."
    report = _REPORTS.get(evidence.reported)
    return f"{words} {_reporter(evidence)} has said since that {report}." if report else words


_REPORTS = {CheckAnswer.CHANGED.value: "something has changed", CheckAnswer.CLOSED.value: "it has closed"}


def _reporter(evidence: TrustEvidence) -> str:
    return "The directory's editor" if evidence.is_reported_by_editor else "Its provider"


def _answers(known: Responsiveness | None) -> TrustPart:
    settled = known.answered + known.expired if known else 0
    if known is None or settled < ENOUGH:
        words = "Too few referrals have gone there to say how they are answered."
        return TrustPart(name="answers", points=None, out_of=ANSWERS, words=words)
    # Judged on what is shown: tenths and whole days, from which no single referral can be worked out.
    answered = round(10 * known.answered / settled)
    value = answered / 10
    words = f"Of the referrals of the last 12 months {_tenths(answered)} were answered in time"
    if known.answered >= ENOUGH and known.median_days is not None:
        taken_on = round(10 * (known.answered - known.declined) / known.answered)
        days = round(known.median_days)
        quickness = min(1.0, max(0.0, (SLOW_DAYS - days) / (SLOW_DAYS - QUICK_DAYS)))
        value = 0.4 * value + 0.3 * quickness + 0.3 * taken_on / 10
        within = "the same day" if days == 0 else "one day" if days == 1 else f"{days} days"
        words += f", half of them within {within}; {_tenths(taken_on)} of those were taken on"
    return TrustPart(name="answers", points=round(ANSWERS * value), out_of=ANSWERS, words=f"{words}.")


def _reached(bounced: int) -> TrustPart:
    points = {0: REACHED, 1: REACHED // 2}.get(bounced, 0)
    words = {
        0: "No message to it has come back.",
        1: "A message to it could not be delivered since it was last checked.",
    }.get(bounced, "Messages to it could not be delivered since it was last checked.")
    return TrustPart(name="reached", points=points, out_of=REACHED, words=words)


def _capacity(evidence: TrustEvidence, *, on: dt.date) -> TrustPart:
    # Who says that the whole listing is right says so of its capacity too.
    known = [day for day in (evidence.capacity_confirmed_on, evidence.verified_on) if day]
    confirmed = max(known, default=None)
    points = round(CAPACITY * _left_of(confirmed, CAPACITY_HALF_LIFE_DAYS, on=on))
    words = (
        f"Its capacity was last confirmed on {_day(confirmed)}." if confirmed else "Nobody has confirmed its capacity."
    )
    return TrustPart(name="capacity", points=points, out_of=CAPACITY, words=words)


def _why_stale(evidence: TrustEvidence, *, on: dt.date) -> str:
    """Return why a listing is stale, in words; empty if it is not.

    A listing of our own that nobody was asked about yet is new, not stale; an imported one of no known age is stale.
    """
    if _is_unanswered(evidence, on=on):
        return "We have asked whether it is still right, and nobody has answered."
    vouched = [
        day for day in (evidence.verified_on, evidence.published_on, evidence.capacity_confirmed_on) if day
    ]  # fmt: skip
    if vouched and (on - max(vouched)).days > STALE_AFTER_DAYS:
        return "That is more than a year ago: ask before you rely on it."
    if not vouched and evidence.is_imported:
        return "How old it is nobody knows: ask before you rely on it."
    return ""


def _label(evidence: TrustEvidence, *, on: dt.date) -> str:
    if evidence.reported in _REPORTS:
        return f"{_reporter(evidence)} says that {_REPORTS[evidence.reported]}"
    if evidence.verified_on:
        months = _whole_months(evidence.verified_on, on)
        if months < RECENT_MONTHS:
            label = "Checked recently"
        elif (on - evidence.verified_on).days < CHECK_AFTER_DAYS:
            label = f"Checked {_months(months)} ago"
        else:
            label = f"Not checked for {_months(months)}"
    elif evidence.published_on:
        label = f"Published in {evidence.published_on:%B %Y}, not checked here"
    else:
        label = "Nobody has checked this listing"
    return f"{label}; its keeper has not answered" if _is_unanswered(evidence, on=on) else label


def _is_unanswered(evidence: TrustEvidence, *, on: dt.date) -> bool:
    return evidence.asked_on is not None and (on - evidence.asked_on).days >= ANSWER_WITHIN_DAYS


def _left_of(day: dt.date | None, half_life_days: int, *, on: dt.date) -> float:
    """Return what is left of something said on a day: 1 on the day itself, half after each half-life, 0 if never."""
    return 0.0 if day is None else float(0.5 ** (max(0, (on - day).days) / half_life_days))


def _whole_months(since: dt.date, until: dt.date) -> int:
    return max(0, 12 * (until.year - since.year) + until.month - since.month - (until.day < since.day))


def _months(count: int) -> str:
    return f"{count} months" if count < 24 else f"{count // 12} years"


def _tenths(tenths: int) -> str:
    """Write a share as people say it, no finer than a tenth."""
    return {0: "hardly any", 10: "nearly all"}.get(tenths, f"about {tenths} in 10")


def _day(day: dt.date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""
