"""Signing in by an organisation's own identity provider: whom it lets in, and whether it asked for a second step.

It lets in nobody whom this service does not know: an account is made by a lead or an operator, and is found by its
address at the first time, by the provider's own word for the person (the subject) from then on (docs/adr/0046).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from accounts.selectors import is_link_account, is_machine
from core.errors import Conflict, NotPermitted, NotVisible


@dataclass(frozen=True, kw_only=True)
class Found:
    """Whom a provider means, and whether it is the first time that they come by it."""

    user: User
    is_first: bool


def configured() -> list[Mapping[str, Any]]:
    """Return the providers of this deployment, as the settings list them."""
    return list(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"])


def find_configured(provider: str) -> Mapping[str, Any] | None:
    """Return one provider of this deployment by its id, or None."""
    return next((one for one in configured() if one["provider_id"] == provider), None)


def asks_for_second_factor(provider: str) -> bool:
    """Whether who comes by a provider has had their second step there, and is asked for none here."""
    found = find_configured(provider)
    return found is not None and found["settings"]["second_factor"] == "there"


def check_second_factor(provider: str, claims: Mapping[str, Any]) -> None:
    """See that a provider which asks for the second step has asked for it this time: by what it says of how somebody
    signed in there (`acr`, `amr`), where the settings name what that must be.

    :raises NotPermitted: if it has not (`one_step`).
    """
    found = find_configured(provider)
    if found is None or not asks_for_second_factor(provider):
        return
    acr, amr = found["settings"]["acr"], found["settings"]["amr"]
    said = claims.get("amr")
    ways = set(said) if isinstance(said, list) else set()
    if (acr and claims.get("acr") not in acr) or (amr and not ways & set(amr)):
        raise NotPermitted("The provider asked for one step only.", code="one_step")


def find_by_provider(*, provider: str, subject: str, verified_emails: Collection[str]) -> Found:
    """Return the account of whoever signed in at a provider.

    :raises NotPermitted: if nobody here is meant (`unknown`): no account, a closed one, a machine's, one of an
        organisation that does not name this provider, or one that another person of the provider's came by before.
    """
    link = SocialAccount.objects.filter(provider=provider, uid=subject).select_related("user").first()
    user = link.user if link is not None else _by_email(provider, verified_emails)
    if user is None or not _may_come_by(user, provider):
        raise NotPermitted("Nobody here is meant.", code="unknown")
    return Found(user=user, is_first=link is None)


def _by_email(provider: str, verified_emails: Collection[str]) -> User | None:
    for email in verified_emails:
        user = User.objects.filter(email__iexact=email).first()
        # In capitals letters of other alphabets can be ours: the address must be the same in small ones too.
        if user is None or user.email.lower() != email.lower():
            continue
        # An address is given to somebody new in time; whoever came by it before is not them.
        if not SocialAccount.objects.filter(provider=provider, user=user).exists():
            return user
    return None


def _may_come_by(user: User, provider: str) -> bool:
    names_it = user.memberships.filter(
        team__is_active=True, team__organization__is_active=True, team__organization__identity_provider=provider
    )
    return user.is_active and not is_machine(user) and not is_link_account(user) and names_it.exists()


def link(*, user: User, provider: str, subject: str) -> SocialAccount:
    """Keep who somebody is at a provider, inside the use case that tells them of it. Nothing else of what it says.

    :raises Conflict: if somebody was faster.
    """
    try:
        with transaction.atomic():
            return SocialAccount.objects.create(user=user, provider=provider, uid=subject, extra_data={})
    except IntegrityError as faster:
        raise Conflict("Somebody signed in by this at the same moment.") from faster


def name_provider(*, organization: str, provider: str) -> Organization:
    """Say by which provider the people of an organisation may sign in; empty: by none. Passwords stay as they are.

    :raises NotVisible: if there is no such active organisation, or more than one, or no such provider.
    """
    found = list(Organization.objects.filter(is_active=True, name=organization).order_by("id")[:2])
    if len(found) != 1:
        raise NotVisible("There is no such organisation, or more than one.")
    if provider and find_configured(provider) is None:
        raise NotVisible("There is no such provider in IDENTITY_PROVIDERS.")
    found[0].identity_provider = provider
    found[0].save(update_fields=["identity_provider"])
    return found[0]


def organizations_with_provider() -> list[tuple[str, str]]:
    """Return the name of each active organisation that names a provider, and which, by provider and name."""
    rows = Organization.objects.filter(is_active=True).exclude(identity_provider="")
    return list(rows.order_by("identity_provider", "name", "id").values_list("name", "identity_provider"))
