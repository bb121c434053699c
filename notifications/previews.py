"""Each message as it would read, about a reference that is made up: for whoever has to know what people are told."""

from dataclasses import dataclass

from accounts.enums import Role
from accounts.models import User
from core.errors import NotPermitted
from notifications.catalogue import ABOUT, FOR_INBOXES
from notifications.digests import compose_digest
from notifications.enums import MessageGroup
from notifications.templates import TEMPLATES, Text, compose, say

MAY_LOOK = {Role.LEAD, Role.MANAGER, Role.DIRECTORY_EDITOR}
MADE_UP = "R-22222-22222"
"""A reference of nobody's."""
MADE_UP_DAY = "2026-11-05"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """One message in words: by email, and in the inbox where it is found there."""

    template: str
    to: str
    when: str
    is_essential: bool
    email: Text
    in_inbox: Text | None


def may_look(user: User) -> bool:
    """Whether somebody answers for what people are told: a lead, a manager, an editor."""
    return bool(MAY_LOOK & user.roles())


def previews(user: User) -> list[tuple[MessageGroup | None, list[Preview]]]:
    """Return every message by its kind, in the order of the kinds and of the table; last those to the person.

    :raises NotPermitted: if the user is neither a lead nor a manager nor an editor.
    """
    if not may_look(user):
        raise NotPermitted("Leads, managers and editors look at what messages say.")
    names = sorted(TEMPLATES, key=lambda name: (list(ABOUT).index(name) if name in ABOUT else len(ABOUT), name))
    of_kind: dict[MessageGroup | None, list[Preview]] = {kind: [] for kind in (*MessageGroup, None)}
    for name in names:
        about = ABOUT.get(name)
        of_kind[about.group if about else None].append(_preview(name))
    return list(of_kind.items())


def preview_of_digest() -> Text:
    """Return the one email of a day on which four things happened to two referrals."""
    context = {"reference": MADE_UP, "due_on": MADE_UP_DAY}
    other = {"reference": "R-33333-33333"}
    happened = [
        ("referral_arrived", context), ("referral_answered", {"reference": MADE_UP}),
        ("referral_accepted", other), ("referral_closed", other),
    ]  # fmt: skip
    return compose_digest(happened)


def _preview(name: str) -> Preview:
    values = {"reference": MADE_UP, "due_on": MADE_UP_DAY}
    context = {key: values[key] for key in TEMPLATES[name].context}
    about, said = ABOUT.get(name), say(name, context)
    return Preview(
        template=name,
        to=about.to if about else "Not said yet",
        when=about.when if about else "not said yet",
        is_essential=about is not None and about.is_essential,
        email=compose(name, context),
        in_inbox=Text(subject=said.subject, body=said.news) if name in FOR_INBOXES else None,
    )
