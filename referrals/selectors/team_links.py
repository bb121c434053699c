"""What the link in an email to a provider's team leads to, where the team works by email link (docs/adr/0044)."""

import datetime as dt
from dataclasses import dataclass

from accounts.models import User
from accounts.selectors import link_account_of
from core.errors import Conflict, NotVisible
from core.signed_links import is_signed
from notifications.selectors import last_told
from notifications.templates import TEAM_LINK
from referrals.models import OnwardReferral

LINK_LIFE = dt.timedelta(days=30)
"""How long the link of a message works; the next message about the same referral brings it to life again."""
EXPIRED, OFF = "link_expired", "link_off"
"""The codes of the ways in which a link has come to its end."""


@dataclass(frozen=True, kw_only=True)
class TeamLink:
    """The onward referral that a link is about, and the account that acts for whoever holds it."""

    onward: OnwardReferral
    account: User


def get_team_link(reference: str, signature: str, *, at: dt.datetime, is_expired_too: bool = False) -> TeamLink:
    """Return what a link is about. That somebody holds it shows no person to them yet: a code is asked for first.

    :param is_expired_too: also of a link that has expired, to send another to the same inbox.
    :raises NotVisible: if it is no link of ours, or what it was about is gone.
    :raises Conflict: if the team works by email link no more (`link_off`), or it has expired (`link_expired`).
    """
    onward = None
    if is_signed(reference, signature, purpose=TEAM_LINK):
        rows = OnwardReferral.objects.filter(referral__forgotten_at=None).select_related("provider_team")
        onward = rows.filter(reference=reference).first()
    if onward is None:
        raise NotVisible("This is not a link that we have sent. Check that you have copied the whole of it.")
    account = link_account_of(onward.provider_team_id)
    if account is None:
        raise Conflict("Your team does not work by email link at present.", code=OFF)
    told = last_told(onward.provider_team.inbox_email, reference=reference)
    if not is_expired_too and (told is None or at >= told + LINK_LIFE):
        raise Conflict("This link has expired: it works for 30 days.", code=EXPIRED)
    return TeamLink(onward=onward, account=account)
