"""What a webhook may say. A leaf beside the templates: words and their allow-list, no database.

Its payload is thin: a type, a time, and public references. Who receives it reads the rest with rights of their own,
and that reading is on record; what travels and lies in other systems' logs names no person, need, condition, service
or reason. So a payload can be filled with references only, each checked for its form.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from core.identifiers import REFERENCE_ALPHABET

_REFERENCE = re.compile(rf"[A-Z]{{1,3}}-[{REFERENCE_ALPHABET}]{{5}}-[{REFERENCE_ALPHABET}]{{5}}")
NAMES = ("referral", "onward_referral", "webhook")
"""What a payload's data may name, each by its reference."""

PING = "webhook.ping"
EVENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "referral.submitted": "It has come to a team, and waits for triage.",
        "referral.deferred": "It was sent, and waits for a day on which it is to come.",
        "referral.information_requested": "The team has asked the referrer a question.",
        "referral.information_provided": "The referrer has answered.",
        "referral.accepted": "The team has accepted it.",
        "referral.rejected": "The team could not accept it.",
        "referral.redirected": "It was passed on to another team, where it has a reference of its own.",
        "referral.support_started": "The person agrees, and support has begun.",
        "referral.held": "It is on hold.",
        "referral.resumed": "It is no longer on hold.",
        "referral.note_shared": "The team has written a note for the referrer.",
        "referral.closed": "It has ended.",
        "referral.reopened": "It was opened again.",
        "referral.withdrawn": "The referrer has withdrawn it.",
        "referral.entered_in_error": "It was marked as entered in error.",
        "onward_referral.sent": "It was sent to a service, and waits for the provider's answer.",
        "onward_referral.information_requested": "The provider has asked the link worker a question.",
        "onward_referral.information_provided": "The link worker has answered.",
        "onward_referral.accepted": "The provider has accepted it.",
        "onward_referral.waitlisted": "The provider has put it on the waiting list.",
        "onward_referral.declined": "The provider has declined it.",
        "onward_referral.expired": "Nobody has answered it in time.",
        "onward_referral.assessment_booked": "A first assessment is booked, or was moved.",
        "onward_referral.assessment_missed": "The first assessment did not take place.",
        "onward_referral.started": "The person has begun to take part.",
        "onward_referral.not_started": "It has ended: the person never started.",
        "onward_referral.paused": "The person pauses.",
        "onward_referral.resumed": "The person takes part again.",
        "onward_referral.held": "It waits for now: please do nothing until it is released.",
        "onward_referral.released": "It need not wait any more: the clock runs anew.",
        "onward_referral.completed": "The person has completed the programme.",
        "onward_referral.left_early": "The person has left the programme early.",
        "onward_referral.withdrawn": "The offer was withdrawn.",
        PING: "A test that the endpoint's keeper has asked for.",
    }
)
"""Every type that is sent, in the field's words, and what it says."""


def check(event_type: str, references: Mapping[str, str]) -> None:
    """Check that a webhook is one of ours and names nothing but references.

    :raises ValueError: if the type is unknown, or a name or a value is none of those allowed. The values are not
        repeated: whatever came by mistake should not end in a log.
    """
    if event_type not in EVENT_TYPES:
        raise ValueError(f"There is no webhook {event_type!r}.")
    if not references or not set(references) <= set(NAMES):
        raise ValueError(f"{event_type} names {sorted(references)}: only {NAMES} may be named.")
    if not all(_REFERENCE.fullmatch(value) for value in references.values()):
        raise ValueError("A reference has not the form of a public reference.")


def context_of(references: Mapping[str, str]) -> dict[str, str]:
    """Return what the row of a webhook holds: its references, and as `reference` the one that it is about."""
    about = next(references[name] for name in reversed(NAMES) if name in references)
    return {"reference": about, **references}


def body_of(event_type: str, context: Mapping[str, str], *, occurred_at: dt.datetime) -> bytes:
    """Return a webhook's body: the same bytes at every try.

    :raises ValueError: as `check` does.
    """
    data = {name: context[name] for name in NAMES if name in context}
    check(event_type, data)
    timestamp = occurred_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"type": event_type, "timestamp": timestamp, "data": data}, separators=(",", ":")).encode()
