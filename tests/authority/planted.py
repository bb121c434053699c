"""A word of its own in every field that says something of a person, and where each of them turns up."""

import re
from dataclasses import dataclass, field
from typing import Any

from referrals.models import OnwardReferral, ReferralEvent
from tests.privacy.conftest import Life

_OF_A_FORM = {
    "person.first_name": ("Zqrosina",), "person.family_name": ("Zqokaforova",),
    "person.email": ("zqmail@people.example",),
    "person.telephone": ("01614960177", "0161 496 0177"), "person.postcode": ("SK5 8BS", "SK58BS"),
    "person.nhs_number": ("9990000026", "999 000 0026"),
    "person.date_of_birth": ("1951-03-27", "27 March 1951", "27/03/1951"),
}  # fmt: skip
"""What cannot be a made-up word, because its form is checked."""

WRITTEN = {
    name: f"zqwritten{number:02}x"
    for number, name in enumerate((
        "safeguarding", "professional asked", "task", "signpost", "risk added later", "plan", "note of the team",
        "note shared with the referrer", "who was spoken with", "note of a contact", "where",
    ))
}  # fmt: skip
"""What the team writes of the person while it supports them (`Things`)."""


@dataclass
class Planted:
    """Which words stand in which field."""

    onward: OnwardReferral
    words: dict[str, str] = field(default_factory=dict)
    """Each word, in small letters, and the name of its field."""

    def put(self, name: str, *words: str) -> None:
        self.words |= dict.fromkeys((word.lower() for word in words), name)

    def found_in(self, text: str) -> set[str]:
        """Return the names of the fields of which a text gives something away."""
        if not hasattr(self, "_any"):
            self._any = re.compile("|".join(map(re.escape, sorted(self.words, key=len, reverse=True))))
        return {self.words[word] for word in self._any.findall(text.lower())}


def plant(life: Life) -> Planted:
    """Refer such a person, support them and send them to the walking group, writing a word wherever one can."""
    referral = life.onward_at("started")
    planted = Planted(onward=referral.onward_referrals.get())
    for name, said in _leaves(life.body):
        if words := re.findall(r"zqmark\d+x", str(said)):
            planted.put(name, *words)
    for name, forms in _OF_A_FORM.items():
        planted.put(name, *forms)
    for name, word in WRITTEN.items():
        planted.put(name, word)
    planted.put("handover_note", planted.onward.handover_note)
    for event in ReferralEvent.objects.filter(referral=referral).exclude(note=""):
        planted.put("note of a step at the provider" if event.onward_referral_id else "note of a step", event.note)
    return planted


def _leaves(said: Any, name: str = "") -> Any:
    """Yield each text and the name of its field; the topics of the record are one, but for its risks."""
    if isinstance(said, dict):
        for key, value in said.items():
            yield from _leaves(value, name if name == "record" and key != "risks" else f"{name}.{key}".strip("."))
    elif isinstance(said, list):
        for value in said:
            yield from _leaves(value, name)
    else:
        yield name, said
