"""What a message may say. A leaf beside the models: text and its allow-list, no database.

A message says that there is news, and where. It names no person, need, condition, service or reason: it travels
unencrypted and lies in inboxes for years. So a template can be filled with three things only: the public
reference, the link made from it, and a date to answer by. A link that needs no signing in bears a signature, which is
made here when the message is composed: the row of a message holds nothing that opens a door.

One message, the code of a self-referral, says the code and nothing else. The code is worked out from the reference like
a signature; it is no value that a caller could give. What goes to the person leads nowhere, for they have no account;
but one message bears the link to their own page, which asks for their date of birth.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from django.conf import settings
from django.utils.formats import date_format

from core.identifiers import REFERENCE_ALPHABET
from core.signed_links import code_of
from notifications.templates.bodies import (
    ABOUT_A_PERSON,
    ABOUT_A_PERSON_BY_LINK,
    LISTING_CHECK,
    PASSWORD_RESET,
    PERSONS_PAGE,
    SELF_REFERRAL_CODE,
    TEAM_LINK,
    TEAM_LINK_CODE,
    link_for_team,
    link_to_persons_page,
)
from notifications.templates.table import TEMPLATES, MessageTemplate

__all__ = [
    "LISTING_CHECK",
    "PASSWORD_RESET",
    "PERSONS_PAGE",
    "SELF_REFERRAL_CODE",
    "TEAM_LINK",
    "TEAM_LINK_CODE",
    "TEMPLATES",
    "MessageTemplate",
    "Said",
    "Text",
    "check",
    "compose",
    "compose_short",
    "link_to_persons_page",
    "may_open_by_link",
    "say",
]

_REFERENCE = re.compile(rf"[A-Z]{{1,3}}-[{REFERENCE_ALPHABET}]{{5}}-[{REFERENCE_ALPHABET}]{{5}}")


@dataclass(frozen=True)
class Said:
    """The news of a message, and where it leads."""

    subject: str
    news: str
    link: str


@dataclass(frozen=True)
class Text:
    """A message in words."""

    subject: str
    body: str


def check(template: str, context: Mapping[str, str]) -> None:
    """Check that a context is what a template takes.

    :raises ValueError: if the template is unknown, a name is missing or not allowed, or a value is no reference or
        ISO date. The values are not repeated: whatever came by mistake should not end in a log.
    """
    if template not in TEMPLATES:
        raise ValueError(f"There is no template {template!r}.")
    allowed = TEMPLATES[template].context
    if context.keys() != allowed:
        raise ValueError(f"{template} takes exactly {sorted(allowed)}, not {sorted(context)}.")
    if not _REFERENCE.fullmatch(context["reference"]):
        raise ValueError("The reference has not the form of a public reference.")
    if "due_on" in context:
        try:
            dt.date.fromisoformat(context["due_on"])
        except ValueError:
            raise ValueError("due_on is not an ISO date.") from None


def may_open_by_link(template: str, context: Mapping[str, str]) -> bool:
    """Whether a message is about one onward referral, so that it may open to a team that works by email link."""
    known = TEMPLATES.get(template)
    return known is not None and known.body is ABOUT_A_PERSON and context["reference"].startswith("O-")


def compose(template: str, context: Mapping[str, str], *, is_by_link: bool = False) -> Text:
    """Put a message into words.

    :param is_by_link: the recipient is the inbox of a team that works by email link: what may, opens without signing
        in (`may_open_by_link`).
    :raises ValueError: as `check` does.
    """
    said = say(template, context)
    words = TEMPLATES[template]
    opens = is_by_link and may_open_by_link(template, context)
    return Text(
        subject=said.subject,
        body=(ABOUT_A_PERSON_BY_LINK if opens else words.body).substitute(
            news=said.news,
            link=link_for_team(context["reference"]) if opens else said.link,
            service=settings.SERVICE_NAME,
            code=code_of(context["reference"], purpose=template) if words.has_code else "",
        ),
    )


def compose_short(template: str, context: Mapping[str, str]) -> Text:
    """Put a message into the fewest words, for a text message or a letter: the news, and who says it. Of links it has
    the one that the person can open.

    :raises ValueError: as `check` does.
    """
    said = say(template, context)
    code = f" {code_of(context['reference'], purpose=template)}" if TEMPLATES[template].has_code else ""
    link = f" {said.link}" if TEMPLATES[template].has_own_link else ""
    return Text(subject=said.subject, body=f"{settings.SERVICE_NAME}: {said.news}{code}{link}")


def say(template: str, context: Mapping[str, str]) -> Said:
    """Put the news of a message into words, without what stands around it in an email.

    :raises ValueError: as `check` does.
    """
    check(template, context)
    words = TEMPLATES[template]
    values = dict(context)
    if "due_on" in values:
        values["due_on"] = date_format(dt.date.fromisoformat(values["due_on"]), "j F Y")
    return Said(
        subject=Template(words.subject).substitute(values),
        news=Template(words.news).substitute(values),
        link=words.link(f"{context['reference']}/{context['due_on']}" if words.has_own_link else context["reference"]),
    )
