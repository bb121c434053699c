"""One referral in the standard's structure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from accounts.models import User
from accounts.selectors import name_of_practice
from referrals.dapb4066 import about_life, about_person, about_referral, about_support
from referrals.dapb4066.declaration import standard
from referrals.dapb4066.source import Items, Source, arranged
from referrals.models import Referral, SafeguardingConcern
from referrals.selectors.record import record_of, risks_of
from referrals.selectors.visible import get_whole_referral

SECTIONS: Mapping[str, Callable[[Source], Items]] = {
    "Person demographics": about_person.demographics,
    "GP practice": about_person.practice,
    "About me": about_person.about_me,
    "Individual requirements": about_person.requirements,
    "Safeguarding": about_life.safeguarding,
    "Consent": about_referral.consent,
    "Referral details": about_referral.referral_details,
    "Contacts with professionals": about_support.contacts,
    "Presenting complaints or issues": about_referral.complaints,
    "Problem list": about_referral.problems,
    "Clinical Summary": about_support.clinical_summary,
    "Social context": about_life.social_context,
    "Services and care": about_referral.care,
    "Signpost details": about_support.signposts,
    "Pregnancy status": about_referral.pregnancy,
    "Assessments": about_support.assessments,
    "Risks": about_life.risks,
    "Plan and requested actions": about_support.requested_actions,
    "Care and support plan": about_support.plan,
}
"""By the standard's names, in its order."""


def document_for(user: User, reference: str, *, on: dt.date, concerns: Sequence[SafeguardingConcern] = ()) -> Items:
    """Return the referral as a document of DAPB4066 v1.1, as of a day. A draft may be short of what is mandatory.

    `concerns` are those that `services.safeguarding.read_concerns` has given this user, and written down.

    :raises NotVisible: if there is no such referral, or none that the user may see; it does not say which.
    """
    return document_of(get_whole_referral(user, reference), on=on, concerns=concerns)


def document_of(referral: Referral, *, on: dt.date, concerns: Sequence[SafeguardingConcern] = ()) -> Items:
    """Return a referral that has been read whole, as a document."""
    source = Source(
        referral=referral,
        record=record_of(referral),
        risks=list(risks_of(referral)),
        concerns=concerns,
        practice_name=name_of_practice(referral.gp_practice_code),
        on=on,
    )
    return arranged({name: section(source) for name, section in SECTIONS.items()}, standard())
