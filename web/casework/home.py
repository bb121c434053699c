"""What waits for a link worker or lead, on their home page: overdue, due today, new, and with others."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User
from core.counting import count_of
from referrals.enums import TaskKind, TurnOf
from referrals.models import DueTask, OnwardReferral, Referral
from referrals.selectors import caseload
from referrals.selectors.due import DueInOrder
from referrals.selectors.turns import turn_of, with_last_moves
from web import words
from web.casework.whose import Whose
from web.worklists import LONGEST, Row, Worklist, clock_of, row_of_referral, worklist

AT_A_SERVICE = {TaskKind.PROVIDER_QUESTION, TaskKind.PROVIDER_REVIEW, TaskKind.FOLLOW_UP}
"""What is about one of a person's services, and is read there."""


def lists_for(user: User, *, whose: Whose | None, today: dt.date) -> list[Worklist]:
    """Return the lists of a link worker or lead, of whose work they ask for; for anybody else none."""
    if whose is None:
        return []
    due = caseload.due_for(user, of=whose.of)
    new = caseload.new_to_triage(user)
    shown = new[: LONGEST + 1]
    nobody = "" if whose.value == "mine" else f" for {'the team' if whose.of is None else whose.says}"
    return [
        *_due(user, due, today, nobody, whose.query),
        worklist(
            "triage", "New to triage", "Nothing waits for triage.", [row_of_referral(row, today) for row in shown],
            page="web:triage", count=_count(shown, new), due="Decide by",
        ),
        _waiting(user, whose, today),
        *([_late_at_services(user, whose, today)] if user.team_ids(Role.LEAD) else []),
    ]  # fmt: skip


def _due(user: User, due: QuerySet[DueTask], today: dt.date, nobody: str, query: str) -> list[Worklist]:
    """Return what is overdue and what is due today: read as one, today's again only where the rest left no room."""
    most = 2 * (LONGEST + 1)
    both = DueInOrder(user, due.filter(due_on__lte=today))[:most]
    late, now = due.filter(due_on__lt=today), due.filter(due_on=today)
    shown_late = [task for task in both if task.due_on < today][: LONGEST + 1]
    shown_now = [task for task in both if task.due_on == today][: LONGEST + 1]
    if len(both) == most and len(shown_now) <= LONGEST:
        shown_now = list(now[: LONGEST + 1])
    return [
        worklist(
            slug, title, nothing, [row_of_task(task, today) for task in shown], page="web:due", query=query,
            count=_count(shown, tasks), says="To do", due="Due",
        )
        for slug, title, nothing, shown, tasks in (
            ("overdue", "Overdue", f"Nothing is overdue{nobody}.", shown_late, late),
            ("today", "Due today", f"Nothing is due today{nobody}.", shown_now, now),
        )
    ]  # fmt: skip


def row_of_task(task: DueTask, today: dt.date) -> Row:
    """Return one thing that is due, as a list shows it."""
    return Row(
        reference=task.onward_reference if task.kind in AT_A_SERVICE else task.reference,
        person=f"{task.family_name.upper()}, {task.first_name}",
        says=says_of(task),
        holder=task.assigned_to.full_name if task.assigned_to else task.owner_team.name,
        due=words.short_day(task.due_on),
        clock=clock_of(task.due_on, today),
    )


def says_of(task: DueTask) -> str:
    """Write what is to be done."""
    return task.title or str(TaskKind(task.kind).label)


def _waiting(user: User, whose: Whose, today: dt.date) -> Worklist:
    """Return what is somebody else's turn: at referrers and at services, what is due first at the top."""
    referrals = caseload.waits_for_referrers(user, of=whose.of)
    onward = caseload.waits_for_providers(user, of=whose.of)
    found: list[Referral | OnwardReferral] = [
        *with_last_moves(referrals)[: LONGEST + 1], *with_last_moves(onward)[: LONGEST + 1]
    ]  # fmt: skip
    found.sort(key=lambda row: (row.next_action_on or dt.date.max, row.reference))
    count = len(found) if len(found) <= LONGEST else count_of(referrals) + count_of(onward)
    return worklist(
        "waiting", "Waiting on others", "You wait for nobody.", [_row_of_waiting(row, today) for row in found],
        page="web:caseload", query=f"{whose.query}&waiting=others", count=count, says="Waits for", due="By",
    )  # fmt: skip


def _late_at_services(user: User, whose: Whose, today: dt.date) -> Worklist:
    """Return what a lead asks services about: what they have not answered or begun in time, and reviews not held."""
    unanswered = caseload.waits_for_providers(user, of=whose.of).filter(next_action_on__lt=today)
    reviews = caseload.reviews_at_services(user, of=whose.of).filter(due_on__lt=today)
    late = [
        (row.next_action_on, row.reference, _row_of_waiting(row, today))
        for row in with_last_moves(unanswered)[: LONGEST + 1]
    ]
    late += [(task.due_on, task.reference, row_of_task(task, today)) for task in reviews[: LONGEST + 1]]
    rows = [row for *_, row in sorted(late, key=lambda each: each[:2])]
    count = len(rows) if len(rows) <= LONGEST else count_of(unanswered) + count_of(reviews)
    return worklist(
        "late", "Late at services", "No service is late.", rows, page="web:clocks", count=count, says="Waits for",
        due="By",
    )  # fmt: skip


def _row_of_waiting(row: Referral | OnwardReferral, today: dt.date) -> Row:
    turn = turn_of(row, on=today, reads_all=True)
    referral = row.referral if isinstance(row, OnwardReferral) else row
    at = f", {row.service.name}" if isinstance(row, OnwardReferral) else ""
    since = f", since {words.short_day(turn.since)}" if turn.since else ""
    return Row(
        reference=row.reference,
        person=words.name_in_a_list(referral),
        says=f"{TurnOf(turn.whose).label}{at}: {words.in_a_sentence(turn.says)}{since}",
        holder=words.holder(referral),
        due=words.short_day(row.next_action_on),
        clock=clock_of(row.next_action_on, today),
    )


def _count(shown: Any, rows: Any) -> int:
    return len(shown) if len(shown) <= LONGEST else count_of(rows)
