"""Addresses at which nothing arrives: marked when a message is refused for good or comes back, until somebody says
that the address works after all. Whoever else must know of it is told in the same transaction.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from core.identifiers import clean_mobile
from notifications.channels import AddressRefused
from notifications.enums import Channel
from notifications.models import OutboxMessage, UndeliverableAddress
from notifications.templates import SELF_REFERRAL_CODE

Address = tuple[str, str]
"""A channel, and where it leads."""


class MarkedAddress(AddressRefused):
    """Nothing arrived at this address before, so nothing is tried."""


def digest_of(channel: str, address: str, *, key: str | None = None) -> str:
    """Return what stands for an address: without our key nobody can tell which address it is, nor try them all out."""
    return salted_hmac(
        "notifications.bounces", f"{channel}:{_plain(channel, address)}", secret=key, algorithm="sha256"
    ).hexdigest()


def is_marked(channel: str, address: str) -> bool:
    """Whether nothing arrives at an address by a channel, as far as we know."""
    return bool(marked_among([(channel, address)]))


def marked_among(addresses: Collection[Address]) -> set[Address]:
    """Return at which of some addresses nothing arrives, as far as we know: one query."""
    whose = {(channel, digest): (channel, each) for channel, each in addresses for digest in _digests(channel, each)}
    found = UndeliverableAddress.objects.filter(digest__in={digest for _, digest in whose}) if whose else ()
    return {whose[mark.channel, mark.digest] for mark in found if (mark.channel, mark.digest) in whose}


class Marks:
    """What is known of the addresses of a batch, asked once: a batch is on its way for some seconds only."""

    def __init__(self, messages: Iterable[OutboxMessage]) -> None:
        self._asked = {(each.channel, each.recipient) for each in messages}
        self._marked = marked_among(self._asked)

    def check(self, outgoing: OutboxMessage) -> None:
        """Check, before a message goes to an address, that the address is not marked.

        The code of a self-referral is tried all the same: whoever waits for it has no other way in, and nobody to ask.

        :raises MarkedAddress: if it is.
        """
        if outgoing.template == SELF_REFERRAL_CODE:
            return
        address = (outgoing.channel, outgoing.recipient)
        if address in self._marked or (address not in self._asked and is_marked(*address)):
            raise MarkedAddress("Nothing arrives at this address: an earlier message was refused or came back.")

    def add(self, outgoing: OutboxMessage) -> None:
        """Remember an address that has been marked meanwhile."""
        self._marked.add((outgoing.channel, outgoing.recipient))


def mark(message: OutboxMessage, *, address: str, reason: str, at: dt.datetime) -> None:
    """Mark the address at which a message did not arrive, in the caller's transaction, and let it be known.

    The code of a self-referral marks nothing: anybody can give any address at the public door, and no lead would be
    shown the mark, to take it away.

    :param message: as it is written, its recipient perhaps a key.
    :param address: where it went; empty, where whoever tells of it does not say: then nothing can be marked.
    :param reason: ours, without an address.
    """
    if message.template == SELF_REFERRAL_CODE:
        return
    if address.strip():
        UndeliverableAddress.objects.get_or_create(
            channel=message.channel, digest=digest_of(message.channel, address),
            defaults={"reason": reason, "message": message, "found_at": at},
        )  # fmt: skip
    import_string(settings.MESSAGE_BOUNCED)(message, at=at)


def clear(channel: str, address: str) -> bool:
    """Take the mark from an address; return whether there was one."""
    count, _ = UndeliverableAddress.objects.filter(channel=channel, digest__in=_digests(channel, address)).delete()
    return bool(count)


def _digests(channel: str, address: str) -> list[str]:
    """Return the digests of an address by the present secret key and by those that it follows."""
    return [digest_of(channel, address, key=key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _plain(channel: str, address: str) -> str:
    """Return an address as it is always written, so that the same one is found again."""
    if channel == Channel.SMS:
        try:
            return clean_mobile(address)
        except ValueError:  # a number of another country: as it is
            pass
    return " ".join(address.lower().split())
