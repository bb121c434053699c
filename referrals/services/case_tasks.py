"""Write down what is to be done for a case and nothing else says, and that it is done."""

import datetime as dt

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from core.clocks import is_plannable, local_day
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from referrals import policies
from referrals.enums import EventKind
from referrals.models import CaseTask, Referral
from referrals.services.casework import judged
from referrals.services.events import record_event
from referrals.services.steps import lock


@transaction.atomic(durable=True)
def add_task(
    *,
    referral: Referral,
    actor: Actor,
    at: dt.datetime,
    title: str,
    due_on: dt.date,
    assigned_to: User | None = None,
    expected_version: int | None = None,
) -> CaseTask:
    """Write a task down, for somebody of the team or for whoever has the case in hand.

    :raises Stale, NotPermitted, Conflict: as `casework.judged` says.
    :raises Invalid: if it says nothing, is due on a day that cannot be, or for somebody of another team.
    """
    referral, user = judged(referral, actor, expected_version=expected_version)
    errors: dict[str, list[str]] = {}
    if not title.strip():
        errors["title"] = ["Say what is to be done."]
    if not is_plannable(due_on, today=local_day(at)):
        errors["due_on"] = ["Choose a day from today on, within two years."]
    if assigned_to is not None and not assigned_to.roles_in([referral.owner_team_id]) & {Role.LINK_WORKER, Role.LEAD}:
        errors["assigned_to"] = ["Choose a link worker or lead of the team that owns the referral."]
    if errors:
        raise Invalid(errors)
    task = CaseTask.objects.create(
        referral=referral, title=title.strip(), due_on=due_on, assigned_to=assigned_to, recorded_by=user, recorded_at=at
    )
    record_event(referral=referral, kind=EventKind.TASK_ADDED, actor=actor, at=at, details={"due_on": str(due_on)})
    return task


@transaction.atomic(durable=True)
def finish_task(*, referral: Referral, task_id: int, actor: Actor, at: dt.datetime) -> CaseTask:
    """Say that a task is done. Also after the case has ended: a last letter may still be to write.

    :raises NotPermitted: if the actor is not of the team that owns the referral.
    :raises Conflict: if it is done already (`already_done`).
    :raises NotVisible: if the referral has no such task.
    """
    referral = lock(referral)
    if actor.user is None or not policies.may_work_on(actor, referral):
        raise NotPermitted("This is for the team that supports the person.")
    task = referral.tasks.filter(pk=task_id).select_related("done_by").first()
    if task is None:
        raise NotVisible("This referral has no such task.")
    if task.done_by is not None and task.done_at is not None:
        raise Conflict(
            f"{task.done_by.full_name} was first, on {local_day(task.done_at):%-d %B %Y}.", code="already_done"
        )
    task.done_by, task.done_at = actor.user, at
    task.save(update_fields=["done_by", "done_at"])
    record_event(referral=referral, kind=EventKind.TASK_DONE, actor=actor, at=at)
    return task
