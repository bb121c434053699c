"""What was written on the three pages: as the use case takes it, and in words to check."""

import datetime as dt
from typing import Any
from uuid import UUID

from notifications.enums import Channel
from referrals.enums import Permission, PreferredContact, ReferralSource
from referrals.services.doors import FamilyMember
from referrals.services.people import PersonDetails
from referrals.services.self_referrals import SelfReferralContent
from web import words
from web.public.asking import FAMILY, asking
from web.record.facts import Fact, fact

NO_PRACTICE = "V81999"
"""The code for "practice not known": nobody need know theirs."""
_MAY = {
    PreferredContact.TELEPHONE: "may_telephone", PreferredContact.SMS: "may_sms", PreferredContact.EMAIL: "may_email"
}  # fmt: skip
"""Who asks to be reached in a way may be. Of somebody else nobody can say so: the link worker asks them."""


def person_of(you: dict[str, Any], *, is_family: bool, **more: Any) -> PersonDetails:
    """Return the person, as page 1 says. An email address there is of whoever asks."""
    born = you["date_of_birth"]
    return PersonDetails(
        first_name=you["first_name"], family_name=you["family_name"],
        date_of_birth=born if isinstance(born, dt.date) else dt.date.fromisoformat(born), postcode=you["postcode"],
        email="" if is_family else you["email"], telephone=you["telephone"], gp_practice_code=NO_PRACTICE, **more,
    )  # fmt: skip


def code_goes_to(you: dict[str, Any]) -> str:
    """Return where whoever asks is sent the code."""
    return str(you["email"] or you.get("own_telephone", you["telephone"]))


def content_of(draft: dict[str, Any], said: dict[str, Any]) -> SelfReferralContent:
    """Return what was written on the pages, as the use case takes it."""
    you, wishes, chosen = draft["you"], draft["wishes"], draft.get("service")
    whose = asking(draft.get("for", ""))
    is_family = whose is FAMILY
    way = PreferredContact(wishes["preferred_contact"])
    wanted = f"{whose.wanted}: {chosen['name']} ({chosen['provider']})." if chosen else ""
    helps = [*wishes["communication"], *([f"interpreter: {wishes['language']}"] if wishes["language"] else [])]
    person = person_of(
        you, is_family=is_family, preferred_contact=way.value, communication_needs=", ".join(helps),
        **({} if is_family else {_MAY[way]: Permission.YES.value}),
    )  # fmt: skip
    return SelfReferralContent(
        source=ReferralSource.FAMILY if is_family else ReferralSource.SELF,
        channel=Channel.EMAIL if you["email"] else Channel.SMS,
        address=code_goes_to(you),
        person=person,
        family=_family(you, agreement=said["agreement"]) if is_family else None,
        reason="\n\n".join(filter(None, (wishes["wish"], wanted))),
        needs=tuple((UUID(term), "") for term in wishes["needs"]),
        risks=(wishes["risk"],) if wishes["risk"] else (),
        no_known_risks=not wishes["risk"],
        agrees_to_sharing=said.get("agrees_to_sharing", False),
    )


def _family(you: dict[str, Any], *, agreement: str) -> FamilyMember:
    contact = " · ".join(filter(None, (you["own_telephone"], you["email"])))
    return FamilyMember(name=you["name"], relationship=you["relationship"], contact=contact, agreement=agreement)


def about_in_words(you: dict[str, Any], *, is_family: bool) -> list[Fact]:
    """Return what page 1 says, to check."""
    born = words.short_day(dt.date.fromisoformat(you["date_of_birth"]))
    person = [
        fact("Their name" if is_family else "Name", f"{you['first_name']} {you['family_name']}"),
        fact("Date of birth", born),
        fact("Postcode", you["postcode"]),
    ]
    if not is_family:
        return [*person, fact("Email", you["email"] or "None"), fact("Phone", you["telephone"] or "None")]
    return [
        fact("You", f"{you['name']}, {words.in_a_sentence(you['relationship'])}"),
        fact("Your email", you["email"] or "None"),
        fact("Your phone", you["own_telephone"] or "None"),
        *person,
        fact("Their phone", you["telephone"] or "None"),
    ]


def wishes_in_words(draft: dict[str, Any], names: dict[str, str]) -> list[Fact]:
    """Return what page 2 says, to check; `names` of the needs by id."""
    wishes, whose = draft["wishes"], asking(draft.get("for", ""))
    labels = dict(whose.listens)
    return [
        fact("Help with", *[names[term] for term in wishes["needs"] if term in names] or ["Nothing ticked"]),
        fact("In your words", wishes["wish"] or "Nothing written"),
        fact("Get in touch", {way.value: text for way, text in whose.ways}[wishes["preferred_contact"]]),
        fact(
            "Easier for them" if whose is FAMILY else "Easier for you",
            *[labels[each] for each in wishes["communication"]] or ["Nothing ticked"],
        ),
        fact("To be safe", wishes["risk"] or "Nothing to know"),
        fact("Interpreter", wishes["language"] or "None"),
    ]
