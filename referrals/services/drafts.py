"""What a draft says, read back: whoever changes a part of it writes the whole of it again (`referrals.edit_draft`)."""

from dataclasses import fields

from referrals.enums import ReferralSource
from referrals.models import Discharge, Referral
from referrals.services.content import ReferralContent, consent_as_given
from referrals.services.discharge import DischargeDetails
from referrals.services.doors import FamilyMember
from referrals.services.people import AS_GIVEN, PersonDetails
from referrals.services.risks import RiskDetails

_PERSON = tuple(each.name for each in fields(PersonDetails) if each.name in AS_GIVEN)
_DISCHARGE = tuple(each.name for each in fields(DischargeDetails) if each.name != "events")
_RISK = tuple(each.name for each in fields(RiskDetails))


def content_of(referral: Referral) -> ReferralContent:
    """Return what a draft says, as it was given; `referral` is a whole one (`selectors.get_whole_referral`).

    Not in it: the record and what happened in hospital, which stay as they are when they are left out. Whom the
    referrer said the person to be is not in it either: they say it again, or are asked when it is sent.
    """
    person = {name: getattr(referral, name) for name in _PERSON}
    needs, risks = referral.needs.all(), referral.risks.all()
    decisions = sorted(referral.consents.all(), key=lambda row: (row.decided_on, row.pk))
    latest = {given.scope: given for given in map(consent_as_given, decisions)}
    return ReferralContent(
        person=PersonDetails(**person | {"information_formats": tuple(referral.information_formats)}),
        team_id=None if referral.service_id else referral.owner_team_id,
        service_id=referral.service_id,
        reason=referral.reason,
        needs=tuple((need.term_id, need.note) for need in needs),
        need_codes={need.term_id: (need.code, need.display) for need in needs},
        risks=tuple(risk.description for risk in risks if not (risk.is_none_known or _is_coded(risk))),
        coded_risks=tuple(
            RiskDetails(**{name: getattr(risk, name) for name in _RISK}) for risk in risks if _is_coded(risk)
        ),
        no_known_risks=any(risk.is_none_known for risk in risks),
        consents=tuple(latest.values()),
        planned_discharge_on=referral.planned_discharge_on,
        discharged_on=referral.discharged_on,
        discharge=_discharge_of(referral),
        source=referral.source if referral.source in ReferralSource.STATED else "",
        referral_method=referral.referral_method,
        family=_family_of(referral),
        is_draft=True,
    )


def _is_coded(risk: object) -> bool:
    return any(getattr(risk, name) for name in ("code", "comment", "started_on"))


def _discharge_of(referral: Referral) -> DischargeDetails | None:
    row: Discharge | None = getattr(referral, "discharge", None)
    return DischargeDetails(**{name: getattr(row, name) for name in _DISCHARGE}) if row else None


def _family_of(referral: Referral) -> FamilyMember | None:
    if referral.source != ReferralSource.FAMILY:
        return None
    return FamilyMember(
        name=referral.referrer_name, relationship=referral.referrer_relationship, contact=referral.referrer_contact,
        agreement=referral.agreement,
    )  # fmt: skip
