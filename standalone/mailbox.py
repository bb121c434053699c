"""The caught messages: one file each, written wholly or not at all, and read back newest first."""

import contextlib
import email
import email.policy
import os
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path


@dataclass(frozen=True)
class Mailbox:
    """A folder of messages; a file's name begins with when it came, so that names sort by time."""

    folder: Path

    def add(self, content: bytes) -> str:
        """Store a message so that it survives a crash, return its id."""
        key = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        draft = self.folder / f"{key}.draft"
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink()  # the disk is full: each further try would fill it with half a message more
            raise
        draft.replace(self.folder / f"{key}.eml")
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name too, not only the content
        finally:
            os.close(folder)
        return key

    def keys(self) -> list[str]:
        """Return the ids of all messages, newest first."""
        return sorted((path.stem for path in self.folder.glob("*.eml")), reverse=True)

    def read(self, key: str) -> EmailMessage:
        """Return one message; raise `KeyError` if there is none of this id."""
        if not key.replace("-", "").isalnum():  # it comes from an address, and it becomes a path
            raise KeyError(key)
        try:
            content = (self.folder / f"{key}.eml").read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None
        return email.message_from_bytes(content, policy=email.policy.default)


def came_at(key: str) -> str:
    """Return when a message came, in ISO 8601."""
    return datetime.fromtimestamp(int(key.split("-")[0]) / 1e9, tz=UTC).isoformat(timespec="milliseconds")


def header(message: EmailMessage, name: str) -> str:
    """Return a header on one line, empty if the message has none."""
    return " ".join(str(message.get(name, "")).split())


def people(message: EmailMessage, name: str) -> list[dict[str, str]]:
    """Return the people whom a header names."""
    headers = [str(value) for value in message.get_all(name, [])]
    return [{"Name": person, "Address": address} for person, address in getaddresses(headers)]


def text_of(message: EmailMessage) -> str:
    """Return the words of a message: its plain part, or for want of one whatever text it has."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, UnicodeDecodeError):  # a charset that nobody knows
        return bytes(part.get_payload(decode=True) or b"").decode("ascii", errors="replace")


def summary(message: EmailMessage, key: str) -> dict[str, object]:
    """Return what a list shows of a message, in Mailpit's words."""
    return {
        "ID": key,
        "MessageID": header(message, "Message-ID").strip("<>"),
        "From": next(iter(people(message, "From")), None),
        "To": people(message, "To"),
        "Cc": people(message, "Cc"),
        "Subject": header(message, "Subject"),
        "Created": came_at(key),
    }
