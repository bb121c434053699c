"""One referral in the standard's structure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from accounts.models import User
from accounts.selectors import name_of_practice
from referrals.consents import may_message_in_full
from referrals.dapb4066 import (
    about_assessments,
    about_life,
    about_message,
    about_person,
    about_plan,
    about_referral,
    about_support,
)
from referrals.dapb4066.declaration import standard
from referrals.dapb4066.source import Items, Source, Support, arranged
from referrals.models import Referral, SafeguardingConcern
from referrals.selectors import casework, measures_of, observations_of
from referrals.selectors.messages_back import messages_back_about
from referrals.selectors.people import addresses_of
from referrals.selectors.record import record_of, risks_of
from referrals.selectors.visible import get_whole_referral
from services_directory.suitability.kinds import Answered

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
    "Clinical Summary": about_message.clinical_summary,
    "Social context": about_life.social_context,
    "Services and care": about_referral.care,
    "Signpost details": about_support.signposts,
    "Pregnancy status": about_referral.pregnancy,
    "Assessments": about_assessments.assessments,
    "Risks": about_life.risks,
    "Plan and requested actions": about_message.requested_actions,
    "Care and support plan": about_plan.plan,
}
"""By the standard's names, in its order."""


def document_for(user: User, reference: str, *, on: dt.date, concerns: Sequence[SafeguardingConcern] = ()) -> Items:
    """Return the referral as a document of DAPB4066 v1.1, as of a day. A draft may be short of what is mandatory.

    `concerns` are those that `services.safeguarding.read_concerns` has given this user, and written down.

    :raises NotVisible: if there is no such referral, or none that the user may see; it does not say which.
    """
    referral = get_whole_referral(user, reference)
    source = Source(
        referral=referral,
        record=record_of(referral),
        risks=list(risks_of(referral)),
        concerns=concerns,
        addresses=list(addresses_of(referral)),
        support=_support_of(user, referral, on=on),
        practice_name=name_of_practice(referral.gp_practice_code),
        on=on,
    )
    return arranged({name: section(source) for name, section in SECTIONS.items()}, standard())


def _support_of(user: User, referral: Referral, *, on: dt.date) -> Support:
    """Return what a user may read of the support, in one query for each kind.

    Scores, and what the referrer was told, are for all who see the referral. A person who has come to hold back all but
    the codes is heard here too, whatever was issued before.
    """
    measures = list(measures_of(referral).filter(replaced_by=None).order_by("taken_on", "recorded_at", "id"))
    known = observations_of(referral).filter(answer=Answered.GIVEN, choice="")
    counting = known.filter(counts=True)  # type: ignore[misc]  # annotated where they are read
    measurements = list(counting.order_by("observed_on", "id"))
    told = messages_back_about(referral).last()
    message = told.document if told is not None and told.is_in_full else None
    if not casework.reads_casework(user, referral):
        receiver = referral.referring_team.organization_id
        may_tell = may_message_in_full(referral.consents.all(), organization_id=receiver, on=on)
        return Support(measures=measures, measurements=measurements, message=message if may_tell else None)
    contacts = casework.contacts_of(user, referral).filter(replaced_by=None).order_by("occurred_at", "id")
    return Support(
        contacts=list(contacts),
        signposts=list(casework.signposts_of(user, referral).select_related("service__organization").order_by("id")),
        plan=casework.plan_versions_of(user, referral).first(),
        measures=measures,
        measurements=measurements,
        message=message,
    )
