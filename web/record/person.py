"""The person, and why they were referred."""

import datetime as dt

from accounts.actors import Actor
from accounts.selectors import name_of_practice
from referrals import policies
from referrals.consents import those_that_count
from referrals.enums import ConsentBasis, ConsentPurpose
from referrals.models import Consent, OnwardReferral, Referral
from web import words
from web.record.facts import Fact, fact, known


def facts_about(referral: Referral) -> list[Fact]:
    """What everybody who sees the person sees: who comes, how to reach and to speak with them."""
    return known(
        fact("Name", f"{referral.first_name} {referral.family_name}"),
        fact("Date of birth", words.short_day(referral.date_of_birth)),
        fact("Telephone", referral.telephone),
        fact("Email", referral.email),
        fact("Prefers to be reached by", words.WAYS_TO_REACH.get(referral.preferred_contact, "")),
        fact("To speak with them", referral.communication_needs),
    )


def more_facts_about(referral: Referral) -> list[Fact]:
    """What only the referral's own side sees."""
    return known(
        fact("NHS number", words.nhs_number_unbroken(referral.nhs_number), referral.get_nhs_number_status_display()),
        fact("Address", referral.address, referral.postcode),
        fact(
            "GP practice", words.practice(referral.gp_practice_code, name=name_of_practice(referral.gp_practice_code))
        ),
    )


def reasons(referral: Referral, today: dt.date) -> list[Fact]:
    return known(
        fact("Reason", referral.reason),
        fact("Needs", *(": ".join(filter(None, (need.term.name, need.note))) for need in referral.needs.all())),
        risks(referral),
        *decisions(referral, today),
    )


def decisions(referral: Referral, today: dt.date) -> list[Fact]:
    """What the person decided about sharing, for each purpose; what does not count any more says so."""
    rows = referral.consents.all()
    counting = those_that_count(rows, on=today)
    return known(
        *(
            fact(
                purpose.label,
                *(_decision(row, counts=row.pk in counting) for row in rows if row.purpose == purpose),
            )
            for purpose in ConsentPurpose
        ),
    )


def _decision(consent: Consent, *, counts: bool) -> str:
    is_best_interests = consent.basis == ConsentBasis.BEST_INTERESTS
    decision = consent.get_basis_display() if is_best_interests else consent.get_decision_display()
    named = consent.to_service or consent.to_organization
    whom = f", for {named.name} alone" if named else ""
    until = f", until {words.day(consent.expires_on)}" if consent.expires_on else ""
    recorded = f"Recorded by {consent.recorded_by.full_name}, {words.day_of(consent.recorded_at)}."
    past = "" if counts else "Does not count any more."
    return " ".join(filter(None, (f"{decision}{whom}{until}.", recorded, consent.note, past)))


def handover(actor: Actor, onward: OnwardReferral, today: dt.date) -> list[Fact]:
    reads_notes = policies.sees_notes_between_team_and_provider(actor, onward, on=today)
    note = fact("Handover note", onward.handover_note if reads_notes else "")
    return known(note, risks(onward.referral))


def risks(referral: Referral) -> Fact:
    return fact("Risks", *(risk.description or "No known risks" for risk in referral.risks.all()))
