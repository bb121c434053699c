"""A provider's team that works by email link: a code goes to its inbox, and when it comes back its pages open.

So a message that was passed on, or that a program opened, shows nobody: whoever reads the inbox gets in, and they are
who the team is. Opening the link sends nothing and changes nothing.
"""

import datetime as dt
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.selectors import link_account_of
from core.errors import Conflict, DomainError, Invalid, NotVisible, TooOften
from core.identifiers import new_reference
from core.signed_links import is_code_of
from notifications import services as notifications
from notifications.templates import TEAM_LINK_CODE
from referrals.models import TeamLinkCode
from referrals.selectors.team_links import TeamLink, get_team_link

CODE_LIFE = dt.timedelta(minutes=30)
WRONG_TRIES = 5
"""How often one code may be got wrong."""
CODES_PER_HOUR = 6
"""How many codes, and how many new links, one team is sent in an hour: nobody's inbox is filled from here."""
KEPT = dt.timedelta(days=365)


@transaction.atomic(durable=True)
def send_link_code(*, reference: str, signature: str, at: dt.datetime) -> TeamLinkCode:
    """Send a code to the inbox of the team whose link this is.

    :raises NotVisible, Conflict: as `get_team_link` says.
    :raises TooOften: if too many codes went there within an hour.
    """
    link = get_team_link(reference, signature, at=at)
    recent = _codes_since(link, at - dt.timedelta(hours=1))
    if recent >= CODES_PER_HOUR:
        raise TooOften("Too many codes were asked for. Use the last one, or try again in an hour.", wait=3600)
    row = TeamLinkCode.objects.create(
        team=link.onward.provider_team, reference=reference, code_reference=new_reference("C"), sent_at=at
    )
    notifications.enqueue(
        event_key=f"team-link:{row.code_reference}", recipient=link.onward.provider_team.inbox_email,
        template=TEAM_LINK_CODE, context={"reference": row.code_reference}, at=at,
    )  # fmt: skip
    return row


def open_with_code(*, pk: UUID, code: str, at: dt.datetime) -> tuple[TeamLinkCode, User]:
    """Return the account that acts for the team, to whoever gives the code that was sent to its inbox. Once only.

    :raises NotVisible: if no code was sent under this id.
    :raises Invalid: if it is not the code; the try counts.
    :raises Conflict: if it is too old or was got wrong too often (`code_spent`), was used already (`code_used`), or the
        team works by email link no more (`link_off`).
    """
    outcome = _open(pk=pk, code=code, at=at)
    if isinstance(outcome, DomainError):
        raise outcome  # only now: raised inside, it would undo the count of the wrong try
    return outcome


@transaction.atomic(durable=True)
def send_link_again(*, reference: str, signature: str, at: dt.datetime) -> None:
    """Send the team another message with its link, which works for 30 days from now. It goes to the same inbox only.

    :raises NotVisible, Conflict: as `get_team_link` says, but for the age of the link.
    """
    link = get_team_link(reference, signature, at=at, is_expired_too=True)
    notifications.enqueue(
        event_key=f"team-link-again:{reference}:{at:%Y-%m-%dT%H}", recipient=link.onward.provider_team.inbox_email,
        template="team_link_again", context={"reference": reference}, at=at,
    )  # fmt: skip


def forget_link_codes(*, at: dt.datetime) -> int:
    """Delete what is known of codes sent more than a year ago; return how many. Safe to run twice."""
    deleted, _ = TeamLinkCode.objects.filter(sent_at__lt=at - KEPT).delete()
    return deleted


@transaction.atomic(durable=True)
def _open(*, pk: UUID, code: str, at: dt.datetime) -> tuple[TeamLinkCode, User] | DomainError:
    row = TeamLinkCode.objects.select_for_update(of=("self",)).select_related("team").filter(pk=pk).first()
    if row is None:
        return NotVisible("No code was sent for this. Open the link in the email again.")
    if row.opened_at is not None:
        return Conflict("This code was used already. Ask for another one.", code="code_used")
    if row.wrong_tries >= WRONG_TRIES or at > row.sent_at + CODE_LIFE:
        return _SPENT
    if not is_code_of(row.code_reference, code.strip(), purpose=TEAM_LINK_CODE):
        row.wrong_tries += 1
        row.save(update_fields=["wrong_tries"])
        left = WRONG_TRIES - row.wrong_tries
        return Invalid({"code": [f"This is not the code. You can try {left} more times."]}) if left else _SPENT
    account = link_account_of(row.team_id)
    if account is None:
        return Conflict("Your team does not work by email link at present.", code="link_off")
    row.opened_at = at
    row.save(update_fields=["opened_at"])
    return row, account


_SPENT = Conflict(
    "This code is more than 30 minutes old, or was wrong five times. Ask for another one.", code="code_spent"
)


def _codes_since(link: TeamLink, since: dt.datetime) -> int:
    return TeamLinkCode.objects.filter(team=link.onward.provider_team_id, sent_at__gte=since).count()
