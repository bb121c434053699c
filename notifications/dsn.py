"""Reading mails that come back: delivery status notifications (RFC 3464). Pure: what is read comes in, no database."""

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.utils import parseaddr
from uuid import UUID

from notifications.channels.base import is_about_address
from notifications.receipts import Told

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>", re.IGNORECASE)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_OF_ONE_MESSAGE = 4
"""The version of the ids of messages; the email of the day has one that is made of theirs, of version 5."""


@dataclass(frozen=True, kw_only=True)
class CameBack:
    """One recipient of one mail that came back."""

    told: Told
    message_id: UUID | None


def read(content: bytes) -> list[CameBack]:
    """Return what a mail says of those that did not arrive; nothing, if it is no such mail or not about one of ours.

    That a mail is late says nothing yet. The words of the mail are not kept: they repeat the address.
    """
    mail = email.message_from_bytes(content, policy=email.policy.default)
    head = _head(mail)
    wire_id = _said(head, "Message-ID")
    found = _OURS.fullmatch(wire_id)
    if not found:
        return []
    own_id = UUID(found[1])
    # As we wrote it: who forwards a mail names the address at which it ended, and many write it in their own way.
    _, sent_to = parseaddr(_said(head, "To"))
    came_back = []
    for number, fields in enumerate(_recipients(mail)):
        status = _STATUS.match(str(fields.get("Status", "")).strip())
        if str(fields.get("Action", "")).strip().lower() != "failed" or not status:
            continue
        is_final = status[0].startswith("5")
        told = Told(
            key=f"mail:{hashlib.sha256(content).hexdigest()}:{number}",
            wire_id=wire_id,
            status=status[0],
            reason=f"The email came back ({status[0]}).",
            is_about_address=is_final and is_about_address(0, status[0]),
            address=sent_to or _address(str(fields.get("Original-Recipient") or fields.get("Final-Recipient") or "")),
        )
        came_back.append(CameBack(told=told, message_id=own_id if own_id.version == _OF_ONE_MESSAGE else None))
    return came_back


def _head(mail: EmailMessage) -> Message:
    """Return the head of the mail that came back, which travels in the notification whole or alone; empty without."""
    for part in mail.walk():
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            return email.message_from_bytes(payload if isinstance(payload, bytes) else b"", policy=email.policy.default)
        if part.get_content_type() == "message/rfc822":
            (inner, *_) = part.iter_parts() if part.is_multipart() else (None,)
            return inner if inner is not None else Message()
    return Message()


def _said(head: Message, name: str) -> str:
    """Return a field as it is written: what takes it apart falls over some that others have written."""
    return next((str(value).strip() for field, value in head.raw_items() if field.lower() == name.lower()), "")


def _recipients(mail: EmailMessage) -> Iterator[Message]:
    """Return the fields of each recipient: the blocks of the report after the first, which is about the mail."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            yield from [block for block in blocks[1:] if isinstance(block, Message)] if isinstance(blocks, list) else []
            return


def _address(field: str) -> str:
    """Return the address of a field such as `rfc822; gp@practice.example`."""
    return field.rpartition(";")[2].strip()
