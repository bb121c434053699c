"""Text messages and letters, by GOV.UK Notify.

Its HTTP API is four calls, and we need three of them; its own Python client would bring a package that has no wheel
(docs/adr/0035). The words are ours: Notify holds one template for each way, which is nothing but our text.

The `reference` that Notify keeps is the id of our message. A message that was tried before is looked for by it first,
so nothing is sent twice because an answer was lost.
"""

import base64
import hashlib
import hmac
import json
import time
from types import TracebackType
from typing import Any, ClassVar, Self

import requests
from django.conf import settings
from urllib3.exceptions import NewConnectionError

from notifications.channels.base import AddressRefused, PermanentFailure, TemporaryFailure, Unreachable
from notifications.enums import Channel
from notifications.models import OutboxMessage
from notifications.templates import compose_short

NOT_ARRIVED = {"permanent-failure", "temporary-failure", "technical-failure", "validation-failed", "cancelled"}
"""With these Notify has ended a message that did not arrive; trying again makes another."""
MOST_LINES = 7
"""Lines of an address that Notify prints."""
_UUID_LENGTH = 36
_GATEWAY = {502, 503, 504}
_ABOUT_THE_ADDRESS = ("phone_number", "postcode", "address")
"""What Notify's own words speak of when it refuses the number or the address, and not our request."""


def is_set_up(channel: str) -> bool:
    """Whether the settings have what Notify needs for a channel; true of a channel that is none of its."""
    return channel not in settings.NOTIFY_TEMPLATES or bool(
        settings.NOTIFY_API_KEY and settings.NOTIFY_TEMPLATES[channel]
    )


def token(api_key: str, *, issued_at: int) -> str:
    """Return what proves to Notify who asks: a JSON Web Token (RFC 7519) by HMAC-SHA256, good for half a minute.

    :param api_key: `<name>-<id of the service>-<secret>`, both ids of 36 characters.
    :param issued_at: in seconds since 1970.
    """
    service, secret = api_key[-2 * _UUID_LENGTH - 1 : -_UUID_LENGTH - 1], api_key[-_UUID_LENGTH:]
    parts = ({"typ": "JWT", "alg": "HS256"}, {"iss": service, "iat": issued_at})
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_base64url(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


class NotifySender:
    """Sends by one of Notify's ways, over one connection."""

    channel: ClassVar[Channel]

    def __init__(self) -> None:
        self._session = requests.Session()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def send(self, message: OutboxMessage) -> str:
        """Send one message and return its id at Notify.

        :raises AddressRefused: if Notify says that the number, or the address, is none.
        :raises PermanentFailure: if it refuses the message for another reason.
        :raises TemporaryFailure: if it fails on this message, or its answer was lost; then it is asked first next time.
        :raises Unreachable: if it is not there, or has enough for now, or refuses us; or is not set up here.
        """
        if not is_set_up(self.channel):
            raise Unreachable("GOV.UK Notify is not set up here.")
        body = {
            "template_id": settings.NOTIFY_TEMPLATES[self.channel],
            "reference": str(message.id),
            **self._particulars(message),
        }
        if message.attempts > 1 and (taken := self._taken_before(message)):
            return taken
        return _id_in(self._ask("POST", f"/v2/notifications/{self.channel.value}", json=body))

    def _particulars(self, message: OutboxMessage) -> dict[str, Any]:
        raise NotImplementedError

    def _taken_before(self, message: OutboxMessage) -> str:
        """Return the id of what Notify took of this message at an earlier try; empty if there is nothing."""
        found = self._ask("GET", "/v2/notifications", params={"reference": str(message.id)})
        try:
            return next((row["id"] for row in found["notifications"] if row["status"] not in NOT_ARRIVED), "")
        except (KeyError, TypeError):
            raise TemporaryFailure("GOV.UK Notify gave an answer that we cannot read.") from None

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        bearer = token(settings.NOTIFY_API_KEY, issued_at=int(time.time()))
        try:
            answer = self._session.request(
                method,
                settings.NOTIFY_URL + path,
                headers={"Authorization": f"Bearer {bearer}"},
                timeout=settings.NOTIFY_TIMEOUT,
                allow_redirects=False,
                **what,
            )
        except requests.RequestException as error:
            name = type(error).__name__
            if _was_never_there(error):
                raise Unreachable(f"GOV.UK Notify could not be reached ({name}).") from None
            raise TemporaryFailure(f"The answer of GOV.UK Notify was lost ({name}).") from None
        if answer.status_code not in {200, 201}:
            raise _sorted(answer)
        try:
            return answer.json()
        except ValueError:
            raise TemporaryFailure("GOV.UK Notify gave an answer that we cannot read.") from None


class SmsSender(NotifySender):
    """Sends text messages. The recipient is a mobile number."""

    channel = Channel.SMS

    def _particulars(self, message: OutboxMessage) -> dict[str, Any]:
        text = compose_short(message.template, message.context)
        return {"phone_number": message.recipient, "personalisation": {"message": text.body}}


class LetterSender(NotifySender):
    """Sends letters. The recipient is the lines of an address: the name first, the postcode last."""

    channel = Channel.LETTER

    def _particulars(self, message: OutboxMessage) -> dict[str, Any]:
        name, *between, postcode = [line for line in message.recipient.split("\n") if line.strip()] or ["", ""]
        room = MOST_LINES - 2
        if len(between) > room:
            between = [*between[: room - 1], ", ".join(between[room - 1 :])]
        lines = [name, *between, postcode]
        if len(lines) < 3:
            raise AddressRefused("The address is too short for a letter.")
        text = compose_short(message.template, message.context)
        address = {f"address_line_{number}": line for number, line in enumerate(lines, 1)}
        return {"personalisation": {**address, "subject": text.subject, "message": text.body}}


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _id_in(answer: Any) -> str:
    try:
        return str(answer["id"])
    except (KeyError, TypeError):
        raise TemporaryFailure("GOV.UK Notify gave an answer that we cannot read.") from None


def _was_never_there(error: requests.RequestException) -> bool:
    """Whether no request can have arrived: the difference between nothing sent and perhaps sent."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _sorted(answer: requests.Response) -> PermanentFailure | TemporaryFailure:
    code = answer.status_code
    if code == 400:
        said = _complaints(answer)
        if any(word in said for word in _ABOUT_THE_ADDRESS):
            return AddressRefused("GOV.UK Notify refused the number or the address (400).")
        if "template" in said or "personalisation" in said:
            return Unreachable("GOV.UK Notify has not the template that we use (400).")
        return PermanentFailure("GOV.UK Notify refused the message (400).")
    if code == 429:
        return Unreachable("GOV.UK Notify has had enough messages from us for now (429).")
    if code in _GATEWAY:
        return Unreachable(f"GOV.UK Notify is not there ({code}).")
    if code >= 500:
        return TemporaryFailure(f"GOV.UK Notify failed on the message ({code}).")
    return Unreachable(f"GOV.UK Notify refused us ({code}).")


def _complaints(answer: requests.Response) -> str:
    """Return what Notify complains of, in lower case; only to be searched: it may repeat the address."""
    try:
        return " ".join(str(error.get("message", "")) for error in answer.json()["errors"]).lower()
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
