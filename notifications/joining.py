"""A colleague is taken into a team, and told: a new one by the link at which they choose their password.

No password stands on a page or in a message, and nobody but the colleague ever knows it.
"""

import datetime as dt

from django.db import transaction

from accounts import services as accounts
from accounts.actors import Actor
from accounts.enums import AccountEventKind
from accounts.joining import Joined, NewColleague, take_in
from accounts.models import AccountEvent, Team, User
from accounts.teams import may_give_roles
from core.errors import Conflict, NotPermitted, NotVisible
from notifications.account_messages import owe


@transaction.atomic(durable=True)
def take_colleague_in(*, team: Team, given: NewColleague, actor: Actor, at: dt.datetime) -> Joined:
    """Take somebody into a team, with the roles of the team, and tell them.

    :raises NotPermitted, Invalid, Conflict: as `accounts.joining.take_in` does.
    """
    joined = take_in(team=team, given=given, actor=actor)
    _tell(joined.user, is_new=joined.is_new, at=at)
    return joined


@transaction.atomic(durable=True)
def send_link_again(*, team: Team, member: User, actor: Actor, at: dt.datetime) -> None:
    """Send somebody who has not chosen a password yet a new link. The one before is worth nothing any more.

    :raises NotPermitted: if the actor does not lead the team.
    :raises NotVisible: if they do not work in it.
    :raises Conflict: if they have a password (`has_password`): they can ask for a new one themselves.
    """
    if not may_give_roles(actor.user, team):
        raise NotPermitted("A lead of the team sends the link.")
    member = User.objects.select_for_update().get(pk=member.pk)
    if not member.is_active or not member.memberships.filter(team=team).exists():
        raise NotVisible("Nobody with this id works in the team.")
    invitations = AccountEvent.objects.filter(user=member, kind=AccountEventKind.INVITED)
    if member.has_usable_password() or not invitations.exists():
        raise Conflict("They can sign in already. Who has forgotten it asks for a new one.", code="has_password")
    invitations.filter(used_at=None).update(used_at=at)
    _tell(member, is_new=True, at=at)


def _tell(user: User, *, is_new: bool, at: dt.datetime) -> None:
    kind = AccountEventKind.INVITED if is_new else AccountEventKind.JOINED
    event = accounts.note_account_event(user=user, kind=kind, at=at)
    owe(event, "account_made" if is_new else "team_joined")
