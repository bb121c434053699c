"""What each message is: to whom it goes, when, of which kind it is, and whether it can be put off.

The words are in `notifications.templates`; this table has an entry for each of them. What goes to the person who is
referred has no kind: they have no account, so it is in nobody's inbox and nobody's choice here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from notifications.enums import MessageGroup

_NEW, _ASKED, _NEWS, _REMINDERS, _DIRECTORY = (
    MessageGroup.NEW_WORK,
    MessageGroup.QUESTIONS,
    MessageGroup.NEWS,
    MessageGroup.REMINDERS,
    MessageGroup.DIRECTORY,
)
_TEAM = "The link-worker team"
_OWNER = "The link worker who has it, or their team"
_REFERRER = "The referrer, or their team"
_PROVIDER = "The provider's team"
_PERSON = "The person who referred themself"
_REFERRED = "The person who is referred"
_USER = "The user whose account it is"
_OTHER_SIDE = "Whoever did not act: the link worker, or the provider's team"


@dataclass(frozen=True)
class About:
    """For whom a message is, when it is owed, of which kind it is, and whether it always goes by email at once."""

    to: str
    when: str
    group: MessageGroup | None
    is_essential: bool = False


ABOUT: Mapping[str, About] = MappingProxyType(
    {
        "referral_arrived": About(_TEAM, "a referral comes to it", _NEW),
        "referral_answered": About(_TEAM, "the referrer has answered its question", _ASKED),
        "referral_withdrawn": About(_OWNER, "the referrer withdraws the referral", _NEWS),
        "referral_back": About(_OWNER, "the referral is opened again", _NEW),
        "referral_accepted": About(_REFERRER, "a link worker accepts it", _NEWS),
        # The pathway stands still until they answer.
        "referral_question": About(_REFERRER, "the team has a question", _ASKED, is_essential=True),
        # The person has no support by this way: the referrer has to think again.
        "referral_rejected": About(_REFERRER, "the team cannot accept it", _NEWS, is_essential=True),
        "referral_redirected": About(_REFERRER, "it moves to another team", _NEWS),
        "referral_closed": About(_REFERRER, "it is closed", _NEWS),
        "referral_reopened": About(_REFERRER, "it is opened again", _NEWS),
        # Somebody may be about to write or to ring.
        "referral_ended": About("The referrer and the link worker", "the person has died", _NEWS, is_essential=True),
        "referral_in_error": About(_REFERRER, "it is marked as entered in error", _NEWS, is_essential=True),
        "message_back": About("The practice, to file it", "the message back is written", _NEWS),
        # It is in a record where it should not be.
        "message_back_in_error": About(
            "The practice that has it", "its referral is marked as entered in error", _NEWS, is_essential=True
        ),
        "referral_note": About(_REFERRER, "the team writes them a note", _NEWS),
        "onward_arrived": About(_PROVIDER, "a referral comes to it", _NEW),
        "onward_answered": About(_PROVIDER, "the link worker has answered its question", _ASKED),
        # They wait for both at this moment. Neither is news: it is in no inbox of the service, where nobody looks.
        "team_link_code": About(_PROVIDER, "somebody opens a link of its emails", None, is_essential=True),
        "team_link_again": About(_PROVIDER, "somebody asks for a link that works again", None, is_essential=True),
        "onward_question": About(_OWNER, "a provider has a question", _ASKED, is_essential=True),
        # What a person has not agreed to must stop.
        "consent_withdrawn": About(
            "The link worker, and each provider concerned", "the agreement to share is withdrawn", _NEWS,
            is_essential=True,
        ),
        "consent_expired": About(
            "The link worker, and each provider concerned", "the agreement to share has run out", _NEWS,
            is_essential=True,
        ),
        "consent_ends_soon": About(_OWNER, "an agreement to share will soon end", _REMINDERS),
        "weekly_summary": About("Providers' teams, and link-worker teams' leads", "a week has ended", _REMINDERS),
        "monthly_summary": About("The commissioners", "a month has ended", _REMINDERS),
        # They wait for both at this moment, at whatever hour.
        "self_referral_code": About(_PERSON, "they give an address at the public door", None, is_essential=True),
        "self_referral_received": About(_PERSON, "they have confirmed the address", None, is_essential=True),
        "self_referral_question": About(_PERSON, "the team has a question", None),
        "self_referral_update": About(_PERSON, "there is other news", None),
        "person_link": About(_REFERRED, "they are referred, or the link worker makes a new link", None),
        # They have said that they do not want to be rung, or sent anywhere.
        "person_said_no": About(_OWNER, "the person says no thanks on their own page", _NEWS, is_essential=True),
        "person_wrote": About(_OWNER, "the person says something else on their own page", _ASKED),
        "appointment_reminder": About(_REFERRED, "their first assessment is soon", None),
        "appointment_missed": About(_REFERRED, "they have missed it", None),
        "discharge_unconfirmed": About("The discharge team", "the planned day of discharge has passed", _REMINDERS),
        "onward_held": About(_PROVIDER, "the person is back in hospital", _NEWS, is_essential=True),
        "onward_back": About(_PROVIDER, "the person is home again", _NEW),
        "referral_held": About(_OWNER, "the person is back in hospital", _NEWS),
        "referral_home": About(_OWNER, "the person is home again", _NEW),
        "listing_proposed": About("The directory's editors", "a provider proposes a change", _DIRECTORY),
        "listing_decided": About(_PROVIDER, "an editor has decided on its change", _DIRECTORY),
        "onward_accepted": About(_OTHER_SIDE, "the provider accepts", _NEWS),
        "onward_declined": About(_OTHER_SIDE, "the provider declines", _NEWS),
        "onward_waitlisted": About(_OTHER_SIDE, "the provider puts the person on its waiting list", _NEWS),
        "onward_ended": About(_OTHER_SIDE, "taking part has ended, or never began", _NEWS),
        "onward_expired": About(
            "The link worker, the provider and the referrer", "the provider has not answered in time", _NEWS
        ),
        "onward_reminder": About(_PROVIDER, "half the time to answer has passed", _REMINDERS),
        # Else a case that nobody looks at waits for another day.
        "onward_unanswered": About(
            "The leads of the team", "a provider has not answered, shortly before it expires", _REMINDERS,
            is_essential=True,
        ),
        "clock_breached": About(
            "The leads of the team", "what was due has not been done for days", _REMINDERS, is_essential=True
        ),
        # A provider that does not read it goes on writing to somebody who has left.
        "onward_withdrawn": About(_OTHER_SIDE, "the referral to a service is withdrawn", _NEWS, is_essential=True),
        "listings_to_check": About("Whoever keeps listings", "a check of listings is due", _DIRECTORY),
        "listings_still_to_check": About("Whoever keeps listings", "they have not answered for two weeks", _DIRECTORY),
        "listing_reported": About("The directory's editors", "somebody says that a listing is not right", _DIRECTORY),
        # About their own account, whoever they are: nothing that an inbox may show to somebody at their desk.
        "password_reset": About(_USER, "a new password is asked for", None, is_essential=True),
        "account_made": About(_USER, "a lead makes an account for them, for their team", None, is_essential=True),
        "team_joined": About(_USER, "a lead takes them into another team", None, is_essential=True),
        "account_changed": About(_USER, "the way they sign in has changed", None, is_essential=True),
        "code_reused": About(_USER, "a code of their app is entered a second time", None, is_essential=True),
        # Nothing else says that their own system has stopped hearing.
        "webhook_disabled": About(
            "The leads and managers of the team whose system it is", "its webhook endpoint is disabled", _REMINDERS,
            is_essential=True,
        ),
    }
)  # fmt: skip


def group_of(template: str) -> MessageGroup | None:
    """Return the kind of a message; None for one to the person, and for one that the table does not know (yet)."""
    about = ABOUT.get(template)
    return about.group if about else None


def for_whom(template: str) -> str:
    """Return in words to whom a message goes."""
    about = ABOUT.get(template)
    return about.to if about else _REFERRED


def address_shown(template: str, recipient: str) -> str:
    """Return what whoever looks after a message may read of where it went: where a team or a user is told. Empty for
    one to the person: where they are reached stands in the referral, for whoever may read that.
    """
    return recipient if group_of(template) else ""


def is_essential(template: str) -> bool:
    """Whether a message always goes by email (to a person: at night, too), and at once: so does what the table does not
    know.
    """
    about = ABOUT.get(template)
    return about is None or about.is_essential


def templates_of(*groups: MessageGroup) -> list[str]:
    """Return the templates of some kinds, in order."""
    return sorted(name for name, about in ABOUT.items() if about.group in groups)


FOR_INBOXES = frozenset(templates_of(*MessageGroup))
"""What is found in the inbox of whoever it went to."""
