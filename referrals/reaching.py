"""How the person of a referral is reached by a message: by which channel, at which address, and whether they may be.

Read twice: when a message is owed, to choose the channel; and when it is sent, because between the two a person may
have withdrawn a permission, moved, died or been forgotten. What was withdrawn is obeyed (field notes 3.6, S119).
"""

import datetime as dt

from core.clocks import local_day
from core.identifiers import clean_mobile
from notifications.enums import Channel
from notifications.recipients import NotToBeReached
from referrals.enums import (
    AddressKind,
    ContactChannel,
    InformationFormat,
    OnwardStatus,
    Permission,
    PreferredContact,
    ReferralSource,
    ReferralStatus,
    TelephoneRule,
)
from referrals.models import OnwardReferral, Referral

PERSON = "person"
"""The kind of an outbox recipient that stands for the person of a referral: see `notifications.recipients`."""
DOOR = "door"
"""The kind of a recipient that stands for whoever came by the public door, at the address that they confirmed there."""
APPOINTMENT = "appointment"
"""The kind of a recipient that stands for the person, as long as an appointment of theirs is as it was."""
NO_FIXED_ABODE = "ZZ99"
_BY_TELEPHONE = {ContactChannel.TELEPHONE, ContactChannel.VOICEMAIL, ContactChannel.SMS}
_ORDER = (Channel.SMS, Channel.EMAIL, Channel.LETTER)
_PREFERRED = {
    PreferredContact.SMS: Channel.SMS,
    PreferredContact.EMAIL: Channel.EMAIL,
    PreferredContact.LETTER: Channel.LETTER,
}


def may_contact(referral: Referral, channel: ContactChannel) -> bool:
    """Whether the person of a referral may be reached by a channel. For whoever sends to a person; reads the person.

    Only a yes is a yes: not asked is no, and so is the rest where the person said “by telephone only” (that itself is a
    yes to a call, and to no message). To the dead nothing is sent, and to whoever has said no thanks no message: they
    may be rung, to make sure.
    """
    if referral.person.is_deceased:
        return False
    if referral.said_no_at is not None and channel != ContactChannel.TELEPHONE:
        return False
    if referral.telephone_rule == TelephoneRule.PHONE_ONLY:
        return channel == ContactChannel.TELEPHONE
    if referral.telephone_rule == TelephoneRule.DO_NOT_PHONE and channel in _BY_TELEPHONE - {ContactChannel.SMS}:
        return False
    permission: str = getattr(referral, f"may_{channel}")
    return permission == Permission.YES


def recipient_of(referral: Referral) -> str:
    """Return what stands for the person of a referral in the outbox: no name, no address."""
    return f"{PERSON}:{referral.reference}"


def recipient_at_the_door(referral: Referral) -> str:
    """Return what stands for whoever made a referral by the public door: the person, or a member of their family."""
    return f"{DOOR}:{referral.reference}"


def recipient_about(onward: OnwardReferral) -> str:
    """Return what stands for the person of an onward referral while its first assessment is as it is now: at this time,
    or at none.
    """
    return f"{APPOINTMENT}:{onward.reference}/{_time_of(onward)}"


def is_of_person(recipient: str, referral: Referral) -> bool:
    """Whether a message about a referral with this recipient was for its person."""
    own = {recipient_of(referral), recipient_at_the_door(referral), referral.confirmed_email} - {""}
    return recipient in own or recipient.startswith(f"{APPOINTMENT}:")


def channels_for(referral: Referral, *, on: dt.date) -> list[Channel]:
    """Return by which channels the person may be sent a message on a day, the one to use first.

    Text message, email, letter, in this order, but what they prefer goes before; and where they read by a screen
    reader, email goes before the others.
    """
    first = {_PREFERRED.get(PreferredContact(referral.preferred_contact)) if referral.preferred_contact else None}
    if first == {None} and InformationFormat.EMAIL_TEXT in referral.information_formats:
        first = {Channel.EMAIL}
    return [
        channel
        for channel in sorted(_ORDER, key=lambda channel: channel not in first)
        if may_contact(referral, ContactChannel(channel.value)) and address_by(referral, channel, on=on)
    ]


def address_by(referral: Referral, channel: Channel, *, on: dt.date) -> str:
    """Return where a channel reaches the person on a day, as `recipients.Resolver` has it; empty: nowhere.

    A letter goes to where they have letters sent, else to where they stay for now, else home. It is printed as any
    letter is: to whoever said that they need another form, none is sent.
    """
    if channel == Channel.EMAIL:
        return referral.email
    if channel == Channel.SMS:
        try:
            return clean_mobile(referral.telephone)
        except ValueError:  # a landline, or none
            return ""
    if channel == Channel.LETTER and not set(referral.information_formats) - {InformationFormat.EMAIL_TEXT}:
        return _letter_lines(referral, on=on)
    return ""


def address_of_person(key: str, *, channel: Channel, at: dt.datetime) -> str:
    """Return where the person of a referral, named by its reference, is reached now: a `recipients.Resolver`.

    :raises NotToBeReached: if they may not be reached so, or cannot, or have been forgotten.
    """
    referral = _known(key)
    if not may_contact(referral, ContactChannel(channel.value)):
        raise NotToBeReached("The person is not to be reached this way.")
    address = address_by(referral, channel, on=local_day(at))
    if not address:
        raise NotToBeReached("There is nothing to reach the person by this way.")
    return address


def address_at_the_door(key: str, *, channel: Channel, at: dt.datetime) -> str:
    """Return the address that was confirmed at the public door for a referral: a `recipients.Resolver`.

    Who gave it there wants to be told at it; so here only a no is a no, said to the link worker since. What the person
    says is of their own address: a daughter who refers her mother hears of it at hers.

    :raises NotToBeReached: if the person has said no since, has died, or has been forgotten.
    """
    referral = _known(key)
    has_said_no = referral.may_email == Permission.NO or referral.telephone_rule == TelephoneRule.PHONE_ONLY
    if referral.source != ReferralSource.FAMILY and (has_said_no or referral.person.is_deceased):
        raise NotToBeReached("The person is not to be reached this way.")
    if not referral.confirmed_email:
        raise NotToBeReached("There is nothing to reach the person by this way.")
    return referral.confirmed_email


def address_for_appointment(key: str, *, channel: Channel, at: dt.datetime) -> str:
    """Return where the person is reached about an appointment, if it is still as it was: a `recipients.Resolver`.

    :raises NotToBeReached: if it was moved or called off, or is over; if anything has ended or is on hold; or as
        `address_of_person` does.
    """
    reference, _, time = key.partition("/")
    onward = OnwardReferral.objects.select_related("referral").filter(reference=reference).first()
    if onward is None or _time_of(onward) != time:
        raise NotToBeReached("The appointment is not as it was any more.")
    if onward.assessment_at is not None and onward.assessment_at <= at:
        raise NotToBeReached("The time of the appointment has passed.")
    if onward.status in OnwardStatus.ENDED or onward.referral.status in ReferralStatus.ENDED:
        raise NotToBeReached("It has ended meanwhile.")
    if onward.referral.status == ReferralStatus.ON_HOLD:
        raise NotToBeReached("It is on hold: nobody is reminded.")
    return address_of_person(onward.referral.reference, channel=channel, at=at)


def _known(reference: str) -> Referral:
    """Return a referral with its person.

    :raises NotToBeReached: if it has been forgotten.
    """
    rows = Referral.objects.select_related("person")
    referral: Referral | None = rows.filter(reference=reference, forgotten_at__isnull=True).first()
    if referral is None:
        raise NotToBeReached("Nothing is known any more of whom it was for.")
    return referral


def _time_of(onward: OnwardReferral) -> str:
    return onward.assessment_at.astimezone(dt.UTC).isoformat() if onward.assessment_at else ""


def _letter_lines(referral: Referral, *, on: dt.date) -> str:
    address, postcode = referral.address, referral.postcode
    # The latest of its kind counts, as long as it has begun and not ended.
    for kind in (AddressKind.CORRESPONDENCE, AddressKind.TEMPORARY):
        row = referral.addresses.filter(kind=kind).order_by("-id").first()
        if row and (row.from_on is None or row.from_on <= on) and (row.until_on is None or on <= row.until_on):
            address, postcode = row.address, row.postcode
            break
    lines = [line.strip(" ,") for line in address.splitlines()]
    lines = [line for line in lines if line and line.upper() != postcode.upper()]
    if not lines or not postcode or postcode.startswith(NO_FIXED_ABODE):
        return ""
    return "\n".join([f"{referral.first_name} {referral.family_name}", *lines, postcode])
