"""A lead sets the clocks of a team."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team
from core.errors import Invalid, NotPermitted, Stale
from referrals.models import TeamPolicy
from referrals.models.team_policy import RANGES

_TEAM = {Role.LINK_WORKER, Role.LEAD}


def read_clocks(*, team: Team, actor: Actor) -> TeamPolicy:
    """Return the clocks of a team, or the usual ones where it has set none.

    :raises NotPermitted: if the actor does not work there as a link worker or lead.
    """
    if not actor.roles_in([team.pk]) & _TEAM:
        raise NotPermitted("Who works in the team reads its clocks.")
    return TeamPolicy.objects.filter(team=team).first() or TeamPolicy(team=team)


@transaction.atomic(durable=True)
def set_clocks(
    *,
    team: Team,
    changes: Mapping[str, int | bool],
    actor: Actor,
    at: dt.datetime,
    expected_version: int | None = None,
) -> TeamPolicy:
    """Change some of a team's clocks. Days that are set already stay: a change counts for the next that is set.

    :raises NotPermitted: if the actor does not lead the team.
    :raises Stale: if another lead has changed them since the caller read them.
    :raises Invalid: if a number is out of its range (`RANGES`), or the leads would hear only when a provider's time is
        over.
    """
    if Role.LEAD not in actor.roles_in([team.pk]):
        raise NotPermitted("A lead sets the clocks of the team.")
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # two leads at once, of whom the first makes the row
    policy = TeamPolicy.objects.filter(team=team).first() or TeamPolicy(team=team)
    if expected_version is not None and expected_version != policy.version:
        raise Stale("Another lead has changed the clocks: read them again.", current_version=policy.version)
    for name, value in changes.items():
        setattr(policy, name, value)
    _check(policy)
    policy.version += 1
    policy.changed_by, policy.changed_at = actor.user, at
    policy.save()
    return policy


def _check(policy: TeamPolicy) -> None:
    wrong = {
        name: [f"Choose a number from {least} to {most}."]
        for name, (least, most) in RANGES.items()
        if not least <= getattr(policy, name) <= most
    }
    if not wrong and policy.escalate_days_before >= policy.provider_response_days:
        wrong["escalate_days_before"] = ["The leads hear before the provider's time is over: choose fewer days."]
    if wrong:
        raise Invalid(wrong)
