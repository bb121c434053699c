"""What a user is told about their own account, and the new password that is chosen by such a message.

A message holds nothing that opens an account: the signature in its link is worked out when it is sent, and the row
behind the reference (`accounts.models.AccountEvent`) says until when the link is worth something, and that it is once.
"""

import datetime as dt

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts import providers, second_factor, services
from accounts.enums import AccountEventKind
from accounts.models import AccountEvent, User
from accounts.selectors import find_user_by_email
from core.errors import Conflict, Invalid, NotVisible
from core.signed_links import is_signed
from notifications.services import enqueue
from notifications.templates import PASSWORD_RESET

RESET_LIFE = dt.timedelta(hours=1)
"""How long the link to a new password is worth something."""
INVITATION_LIFE = dt.timedelta(days=7)
"""How long the link to a first password is: whoever joins may not be at work yet."""
LIVES = {AccountEventKind.RESET_ASKED: RESET_LIFE, AccountEventKind.INVITED: INVITATION_LIFE}
"""How long each sort of link to a password is worth something."""
REUSE_TOLD_EACH = dt.timedelta(minutes=5)
"""Within so long of being told of a code that came twice, nobody is told again: it fills no mailbox."""
RESETS_AT_ONCE = 3
"""How many such links one account may have at a time: whoever asks more often fills no mailbox."""


@transaction.atomic(durable=True)
def tell_of_change(*, user: User, kind: AccountEventKind, at: dt.datetime) -> AccountEvent:
    """Record that the way somebody signs in has changed, and tell them: else they do not know that it was not them."""
    return _tell(user, kind, at=at)


@transaction.atomic(durable=True)
def tell_of_reused_code(*, user: User, at: dt.datetime) -> None:
    """Record that a code of somebody's app was entered a second time, and tell them; once within `REUSE_TOLD_EACH`."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    told = AccountEvent.objects.filter(user=user, kind=AccountEventKind.CODE_REUSED, at__gt=at - REUSE_TOLD_EACH)
    if not told.exists():
        owe(services.note_account_event(user=user, kind=AccountEventKind.CODE_REUSED, at=at), "code_reused")


@transaction.atomic(durable=True)
def ask_for_new_password(*, email: str, at: dt.datetime) -> None:
    """Send a link to a new password to the user with this address. Where there is none, nothing happens, and whoever
    asks is not told which: nor where the account is a machine's, or has had its links.
    """
    user = find_user_by_email(email)
    if user is None or not user.has_usable_password():
        return
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if _open_resets(user, at=at).count() >= RESETS_AT_ONCE:
        return
    event = services.note_account_event(user=user, kind=AccountEventKind.RESET_ASKED, at=at)
    owe(event, "password_reset")


def find_reset(reference: str, signature: str, *, at: dt.datetime) -> AccountEvent:
    """Return what a link to a new password stands for, while it is worth something.

    :raises NotVisible: if we have not made the link, or its user has left.
    :raises Conflict: if it is too late, or a password has been chosen since.
    """
    event = None
    if is_signed(reference, signature, purpose=PASSWORD_RESET):
        rows = AccountEvent.objects.filter(kind__in=LIVES, user__is_active=True)
        event = rows.select_related("user").filter(reference=reference).first()
    if event is None:
        raise NotVisible("Check that you have the whole address, as it stands in the message.")
    kind = AccountEventKind(event.kind)
    if event.used_at is not None or event.at + LIVES[kind] <= at:
        if kind == AccountEventKind.INVITED:
            raise Conflict(
                "The link was for seven days, and for one password. Ask the lead of your team for a new one."
            )
        raise Conflict("The link was for one hour, and for one new password. Ask for a new one.")
    return event


@transaction.atomic(durable=True)
def choose_new_password(*, reference: str, signature: str, password: str, at: dt.datetime) -> User:
    """Set the password of whoever holds the link to a new one, once; end all that was open, and tell them.

    The second step of signing in stays as it is: whoever can read somebody's mail has not their telephone.

    :raises NotVisible: as `find_reset` does.
    :raises Conflict: as `find_reset` does.
    :raises Invalid: if the password is not good enough.
    """
    found = find_reset(reference, signature, at=at)
    user = User.objects.select_for_update(no_key=True).get(pk=found.user_id)
    find_reset(reference, signature, at=at)  # again: somebody may have been quicker
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Invalid({"password": weak.messages}) from None
    services.set_password(user=user, password=password)
    services.end_what_is_open(user=user)
    AccountEvent.objects.filter(user=user, kind__in=LIVES, used_at=None).update(used_at=at)
    _tell(user, AccountEventKind.PASSWORD_CHANGED, at=at)
    return user


@transaction.atomic(durable=True)
def take_second_factor_away(*, user: User, at: dt.datetime) -> bool:
    """Take away the second step of somebody who has lost it, end all that is open, and tell them.

    Whoever calls this has made sure who asks. Returns whether there was one.
    """
    if not second_factor.take_away(user):
        return False
    services.end_what_is_open(user=user)
    _tell(user, AccountEventKind.FACTOR_REMOVED, at=at)
    return True


@transaction.atomic(durable=True)
def link_provider(*, user: User, provider: str, subject: str, at: dt.datetime) -> SocialAccount:
    """Keep who somebody is at their organisation's identity provider, and tell them: that is a new way in.

    :raises Conflict: if somebody was faster.
    """
    row = providers.link(user=user, provider=provider, subject=subject)
    _tell(user, AccountEventKind.PROVIDER_LINKED, at=at)
    return row


def _open_resets(user: User, *, at: dt.datetime) -> QuerySet[AccountEvent]:
    return AccountEvent.objects.filter(
        user=user, kind=AccountEventKind.RESET_ASKED, used_at=None, at__gt=at - RESET_LIFE
    )


def _tell(user: User, kind: AccountEventKind, *, at: dt.datetime) -> AccountEvent:
    event = services.note_account_event(user=user, kind=kind, at=at)
    owe(event, "account_changed")
    return event


def owe(event: AccountEvent, template: str) -> None:
    """Owe somebody a message about an event of their account, inside the use case that made it."""
    enqueue(
        event_key=f"account:{event.reference}",
        recipient=event.user.email,
        template=template,
        context={"reference": event.reference},
        at=event.at,
    )
