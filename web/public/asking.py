"""For whom somebody asks: for themself, or for somebody in their family. The same three pages, in other words."""

from dataclasses import dataclass, field

from referrals.enums import PreferredContact

_EASY = "It is free. It takes about 3 minutes to ask."
_HEARS = ("help to hear", "Speak up, or face me: I do not hear well")
_COMPANY = ("somebody with me", "Somebody comes with me")
_LISTENS = (
    ("large print", "Large print"),
    ("easy read", "Easy read"),
    ("British Sign Language", "British Sign Language"),
    _HEARS,
    ("step-free places", "Places without steps"),
    _COMPANY,
)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The words of the pages, by for whom somebody asks.

    `listens`: what makes it easier for the person, as it is written down and as it is asked. `labels`: of fields, where
    they differ from those for oneself.
    """

    key: str
    about: str
    intro: str
    wishes: str
    wanted: str
    ways: tuple[tuple[PreferredContact, str], ...]
    listens: tuple[tuple[str, str], ...] = _LISTENS
    labels: dict[str, str] = field(default_factory=dict)
    near: str
    next_step: str
    other: str
    other_link: str


ONESELF = Asking(
    key="self",
    about="About you",
    intro=f"A link worker will get in touch, listen, and help you find what suits you. {_EASY}",
    wishes="What you would like",
    wanted="I would like to go to",
    ways=(
        (PreferredContact.TELEPHONE, "Ring me"),
        (PreferredContact.SMS, "Text me"),
        (PreferredContact.EMAIL, "Email me"),
    ),
    near="near you",
    next_step="A link worker then rings or writes to you.",
    other="Do you ask for somebody in your family, or somebody you care for?",
    other_link="Ask for them",
)
FAMILY = Asking(
    key="family",
    about="About you and them",
    intro="A link worker will get in touch with them, listen, and help them find what suits them. They must know that "
    f"you ask, and want it. {_EASY}",
    wishes="What they would like",
    wanted="They would like to go to",
    ways=(
        (PreferredContact.TELEPHONE, "Ring them"),
        (PreferredContact.SMS, "Text them"),
        (PreferredContact.PROXY, "Ring me, and I tell them"),
    ),
    listens=tuple(
        {_HEARS: ("help to hear", "Speak up, or face them: they do not hear well"),
         _COMPANY: ("somebody with them", "Somebody comes with them")}.get(each, each)
        for each in _LISTENS
    ),
    labels={
        "needs": "What would they like help with?",
        "wish": "What would they like to do, or to be different?",
        "communication": "What would make it easier for them? (optional)",
        "risk": "Is there anything that whoever visits them must know to be safe?",
        "language": "Do they need an interpreter? Which language? (optional)",
    },
    near="near them",
    next_step="A link worker then gets in touch, in the way that you said.",
    other="Is it for yourself?",
    other_link="Ask for yourself",
)  # fmt: skip
BOTH = {each.key: each for each in (ONESELF, FAMILY)}


def asking(key: str) -> Asking:
    """Return the words for one of the two; for anything else, those for oneself."""
    return BOTH.get(key, ONESELF)
