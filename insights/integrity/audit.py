"""Run the rules over the whole database, and keep what was found."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.clocks import local_day
from insights.integrity.anchors import FIRST, Anchor, anchor_after, broken_anchors, can_anchor, kept_anchors, mark
from insights.integrity.histories import FIRST as NO_HISTORY
from insights.integrity.histories import (
    HistoryAnchor,
    broken_histories,
    can_anchor_histories,
    history_anchor_after,
    kept_history_anchors,
    mark_histories,
)
from insights.integrity.judging import judge
from insights.integrity.messages import stopped_for_staff, stuck_messages
from insights.integrity.reading import cases
from insights.integrity.rules import RULES
from insights.models import IntegrityRun
from notifications.selectors import contradictory_messages, failed_messages

MOST_SHOWN = 100
"""References that are kept of each rule; the count is whole."""


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was found: of each rule how many break it, and the first of them."""

    at: dt.datetime
    referrals: int
    events: int
    messages_failed: int
    """Given up, and shown as such: known, so no rule is broken; each is somebody's task."""
    counts: dict[str, int]
    references: dict[str, list[str]]
    anchor: Anchor | None
    """To which later audits are held; None where nothing is new, or something was still being written all the time."""
    history: HistoryAnchor | None
    """The same of the histories of what was changed."""

    @property
    def is_whole(self) -> bool:
        """Whether no rule is broken."""
        return not any(self.counts.values())


def audit(*, at: dt.datetime, say: Callable[[int], None] = lambda seen: None, noted: Iterable[str] = ()) -> Audit:
    """Judge every referral and every message. Memory does not grow with their number.

    :param say: called now and then with how many referrals have been judged.
    :param noted: anchors of earlier audits that were kept elsewhere, in their words.
    """
    end, changed = mark(), mark_histories()
    counts: Counter[str] = Counter()
    references: dict[str, list[str]] = defaultdict(list)
    referrals = events = 0

    def note(rule: str, reference: str) -> None:
        counts[rule] += 1
        if len(references[rule]) < MOST_SHOWN:
            references[rule].append(reference)

    for case in cases():
        referrals, events = referrals + 1, events + len(case.events)
        for rule, reference in judge(case, on=local_day(at)):
            note(rule, reference)
        if referrals % 10_000 == 0:
            say(referrals)
    for stuck in (contradictory_messages(), stopped_for_staff(), stuck_messages(at=at)):
        for message_id in stuck.values_list("id", flat=True).iterator():
            note("delivered", str(message_id))
    kept, of_histories = kept_anchors(), kept_history_anchors()
    known = {str(each) for each in (*kept, *of_histories)}
    for span in (*broken_anchors(kept), *(each for each in noted if each not in known)):
        note("anchored", span)
    for told in broken_histories(of_histories):
        note("kept", told)
    last, before = kept[-1] if kept else FIRST, of_histories[-1] if of_histories else NO_HISTORY
    may_anchor = changed.upto != before.upto and can_anchor_histories(changed)
    return Audit(
        at=at,
        referrals=referrals,
        events=events,
        messages_failed=failed_messages().count(),
        counts={rule: counts[rule] for rule in RULES},
        references={rule: references[rule] for rule in RULES},
        anchor=anchor_after(last, upto=end.upto) if end.upto > last.upto and can_anchor(end) else None,
        history=history_anchor_after(before, upto=changed.upto) if may_anchor else None,
    )


def run_audit(
    *, clock: Callable[[], dt.datetime], say: Callable[[int], None] = lambda seen: None, noted: Iterable[str] = ()
) -> Audit:
    """Audit, and keep what was found, so that it can be shown and the next one is held to it.

    :param clock: asked when it begins and when it has ended.
    """
    found = audit(at=clock(), say=say, noted=noted)
    IntegrityRun.objects.create(
        begun_at=found.at, ended_at=clock(), referrals=found.referrals, events=found.events,
        messages_failed=found.messages_failed, counts=found.counts, references=found.references,
        anchored_to=found.anchor.upto if found.anchor else 0, anchor=found.anchor.digest if found.anchor else "",
        history_to=found.history.upto if found.history else None,
        history_anchor=found.history.digest if found.history else "",
    )  # fmt: skip
    return found


def latest_run() -> IntegrityRun | None:
    """Return the last audit that came to its end."""
    return IntegrityRun.objects.order_by("-begun_at", "-id").first()
