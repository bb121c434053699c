"""The sections about what was done with the person: contacts, signposts. Both are the owning team's own."""

from referrals.dapb4066.source import Items, Source, cut, day, joined, moment
from referrals.enums import ContactOutcome, ContactParty, ReferralSource
from referrals.models import Contact, Referral, Signpost


def contacts(source: Source) -> Items:
    """Return the contacts and the tries, in order, and nothing of what was noted of them.

    What came of each stands in words beside its type: the standard's outcome is whether a further appointment was
    given, which is not held.
    """
    rows = source.support.contacts
    return {"Contacts with professionals record entry": [_one_contact(row, source.referral) for row in rows]}


def _one_contact(row: Contact, referral: Referral) -> Items:
    spoke = row.outcome == ContactOutcome.SPOKE
    # The daughter who referred her mother is no professional.
    with_referrer = row.with_whom == ContactParty.REFERRER and referral.source not in ReferralSource.STATED
    with_professional = with_referrer or row.with_whom == ContactParty.PROVIDER
    worker = {"Name": cut(row.recorded_by.full_name, 70)}
    others = [{"Name": row.with_name}] if row.with_name else []
    whom = row.get_with_whom_display()
    named = row.with_name and row.with_whom != ContactParty.PERSON
    return {
        "Date and time of contact": moment(row.occurred_at),
        "Location of contact": {"Free text": row.location},
        "Seen by": [worker] if spoke and row.with_whom == ContactParty.PERSON else [],
        "Contact type": joined(
            [
                row.get_direction_display(),
                f"{whom} ({row.with_name})" if named else whom,
                row.get_outcome_display(),
                "Warm handover" if row.is_warm_handover else "",
            ],
            150,
        ),
        "Consultation method": row.mechanism,
        "Professionals present": [worker, *others] if spoke and with_professional else [],
    }


def signposts(source: Source) -> Items:
    """Return what the person was told of. It is no referral (rule 14)."""
    return {"Signpost details record entry": [_one_signpost(row) for row in source.support.signposts]}


def _one_signpost(row: Signpost) -> Items:
    return {
        "Date": day(row.signposted_on),
        "Signpost to": {
            "Service": {"Free text": row.name},
            "Organisation": row.service.organization.name if row.service else "",
            "Contact details": row.contact_details,
        },
        "Reason for signpost": {"Free text": row.reason},
    }
